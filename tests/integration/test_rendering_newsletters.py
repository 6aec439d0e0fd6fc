"""The shipped newsletters: each renders, and has nothing to be said against it."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.config.load import load_project
from digest.config.newsletter import Newsletter
from digest.rendering import Renderer, contrast, find_problems_in_templates, lint
from digest.rendering.sample import full_edition

_PROJECT = load_project(Path(__file__).parents[2] / "config", {})
_NEWSLETTERS = list(_PROJECT.newsletters.values())
_RENDERER = Renderer([], _PROJECT.settings)


@pytest.mark.parametrize("newsletter", _NEWSLETTERS, ids=lambda newsletter: newsletter.id)
def test_nothing_is_found_in_a_shipped_newsletter(newsletter: Newsletter) -> None:
    """With everything in it that a template can show, its edition passes every rule of the lint."""
    edition = full_edition(newsletter)
    rendered = _RENDERER.render(edition, newsletter, picture_url=lambda url: url)
    findings = lint(rendered, edition, newsletter, settings=_PROJECT.settings)
    assert [finding for finding in findings if finding.message != "a story has no page to go deeper to"] == []


@pytest.mark.parametrize("newsletter", _NEWSLETTERS, ids=lambda newsletter: newsletter.id)
def test_accents_can_be_read_on_paper_and_card(newsletter: Newsletter) -> None:
    """Light and dark, the accent passes AA on both grounds."""
    assert min(contrast(newsletter.accent.light, ground) for ground in ("#f4f1ea", "#ffffff")) >= 4.5
    assert min(contrast(newsletter.accent.dark, ground) for ground in ("#101215", "#181b20")) >= 4.5


def test_templates_of_all_newsletters_work() -> None:
    """`digest check` has nothing to say of them."""
    assert find_problems_in_templates(None, _NEWSLETTERS) == []
