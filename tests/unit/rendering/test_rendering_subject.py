"""Subject and preheader."""

from __future__ import annotations

import pytest

from digest.config.newsletter import SubjectRules
from digest.errors import RenderError
from digest.rendering.subject import make_subject
from digest.testing.editions import entry, sample_edition, sample_newsletter, sample_story, section


def _subject(headline: str, **rules: object) -> tuple[str, str]:
    newsletter = sample_newsletter(subject=SubjectRules(**rules))  # type: ignore[arg-type]
    edition = sample_edition("denver", section("1 big thing", "lead", entry(sample_story(headline))))
    return make_subject(edition, newsletter, day="Sunday, November 22")


def test_the_lead_makes_both_lines() -> None:
    """Without rules of its own, the subject is the lead's headline and the preheader its summary."""
    subject, preheader = _subject("The tram loop opens")
    assert (subject, preheader[:26]) == ("The tram loop opens", "The rebuilt loop carries i")


def test_long_headlines_are_cut_at_a_pause() -> None:
    """Sixty characters are what an inbox shows."""
    subject, _ = _subject("The tram loop at the old station opens two years early, and under its budget")
    assert subject == "The tram loop at the old station opens two years early…"
    assert len(subject) <= 60


def test_markup_is_not_escaped() -> None:
    """A subject is plain text: an ampersand is an ampersand."""
    assert _subject("Bread & roses <again>")[0] == "Bread & roses <again>"


def test_template_syntax_in_a_headline_is_text() -> None:
    """A story cannot write a rule."""
    assert _subject("{{ 7 * 7 }} at last")[0] == "{{ 7 * 7 }} at last"


def test_rules_see_other_stories_and_the_edition() -> None:
    """A missing second story is empty and false, so that a thin day does not stop the edition."""
    rule = "{{ newsletter.name }}: {{ lead.headline }}{% if second %} + {{ second.headline }}{% endif %}"
    assert _subject("Fog", subject=rule)[0] == "Denver: Fog"
    assert _subject("Fog", subject="{{ edition.date }}{{ second.headline }}")[0] == "Sunday, November 22"


def test_an_empty_subject_becomes_the_newsletters_name() -> None:
    """No message goes out without a subject."""
    assert _subject("Fog", subject="{{ second.headline }}")[0] == "Denver"


def test_a_lead_without_summary_leaves_the_preheader_to_the_next_headlines() -> None:
    """The inbox shows more than a repeated subject."""
    stories = [entry(sample_story(headline, summary="")) for headline in ("Fog", "Snow", "Sun")]
    edition = sample_edition("denver", section("1 big thing", "lead", *stories))
    assert make_subject(edition, sample_newsletter(), day="")[1] == "Snow · Sun"


def test_an_editors_words_win() -> None:
    """A preset subject is taken, cleaned and shortened."""
    edition = sample_edition(subject="By hand\r\nBcc: x@example.com", preheader="Also by hand")
    assert make_subject(edition, sample_newsletter(), day="") == ("By hand Bcc: x@example.com", "Also by hand")


@pytest.mark.parametrize(
    "rule",
    ["{{ led.headline }}", "{{ lead.headlin }}", "{% if %}", "{{ lead.__class__ }}", "{{ range(10**9) | list }}"],
)
def test_broken_rules_are_errors(rule: str) -> None:
    """A slip in a rule names it."""
    with pytest.raises(RenderError, match="subject"):
        _subject("Fog", subject=rule)
