"""Colours of the readers' pages, and links of the how-to."""

import re
from pathlib import Path

import pytest

from digest.config.load import load_project
from digest.config.shipped import shipped_config
from digest.rendering.colours import contrast
from digest.rendering.folders import shipped_templates

GROUNDS = {"light": ("#f4f1ea", "#ffffff"), "dark": ("#101215", "#181b20")}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accents_are_readable_on_every_ground(scheme):
    """Links in each newsletter's accent pass AA on paper and card, in both schemes."""
    project = load_project(shipped_config(), {})
    for newsletter in project.newsletters.values():
        accent = getattr(newsletter.accent, scheme)
        for ground in GROUNDS[scheme]:
            assert contrast(accent, ground) >= 4.5, (newsletter.id, scheme, ground)


def test_colours_of_the_style_sheet_pass():
    """Ink and muted text pass AA on paper and card, and fields stand out from them by 3 to 1."""
    text = (shipped_templates() / "web" / "readers" / "styles.css.j2").read_text(encoding="utf-8")
    blocks = [block.partition("--accent")[0] for block in text.split(":root {")[1:]]
    assert len(blocks) == 2
    for block in blocks:
        colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{3,6});", block))
        for ground in ("paper", "card"):
            assert contrast(colours["ink"], colours[ground]) >= 7
            assert contrast(colours["muted"], colours[ground]) >= 4.5
            assert contrast(colours["field"], colours[ground]) >= 3


def test_no_template_runs_a_script():
    """The policy forbids scripts, so no page may need one."""
    folder = shipped_templates() / "web" / "readers"
    files = list(Path(folder).rglob("*.j2"))
    assert len(files) > 15
    for file in files:
        assert not re.search(r"<script|\son\w+=|javascript:", file.read_text(encoding="utf-8")), file.name
