"""Checking templates before there are stories."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.rendering import find_problems_in_templates, shipped_templates
from digest.testing.editions import sample_newsletter

_SPANISH = sample_newsletter("diario", language="es", template="plain")


def _own(folder: Path, name: str, text: str) -> str:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return str(file)


def test_shipped_templates_work() -> None:
    """Both templates render an edition with everything and one with next to nothing, without a word."""
    assert find_problems_in_templates(None, [sample_newsletter(), _SPANISH]) == []


def test_the_shipped_templates_are_found() -> None:
    """In a checkout they stand at the top, in a wheel inside the package."""
    assert (shipped_templates() / "brief" / "edition.mjml.j2").is_file()


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("\n{% if x %}\n", 2, "Unexpected end of template"),
        ("\n\n{{ story. }}", 3, "expected"),
        ('\n{% include "partials/nothing.j2" %}', 2, "no partial 'partials/nothing.j2'"),
        ("\n{{ edition.nothing }}", 2, "has no attribute 'nothing'"),
        ('\n{{ t("nothing") }}', 2, "no phrase 'nothing'"),
        ("<mj-section>\n<mj-column>\n<mj-text>1 < 2</mj-text></mj-column></mj-section>", 3, "MJML"),
        ("<mj-section>\n<mj-colum></mj-colum></mj-section>", 2, "<mj-colum> is no MJML tag"),
    ],
)
def test_faults_are_told_with_file_and_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    """As `check` prints them: where, and what."""
    file = _own(tmp_path, "brief/partials/footer.mjml.j2", text)
    problems = find_problems_in_templates(tmp_path, [sample_newsletter()])
    assert [(problem[0], problem[1]) for problem in problems[:1]] == [(file, line)]
    assert words in problems[0][2]


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    """Two broken files are two lines, also in a template that no newsletter uses."""
    one = _own(tmp_path, "brief/partials/note.mjml.j2", "{% if %}")
    other = _own(tmp_path, "city/edition.mjml.j2", "{{ }}")
    problems = find_problems_in_templates(tmp_path, [sample_newsletter()])
    assert {problem[0] for problem in problems} == {one, other}


def test_what_is_missing_is_told(tmp_path: Path) -> None:
    """A template that is nowhere, a folder that is not there."""
    missing = find_problems_in_templates(tmp_path, [sample_newsletter(template="nope")])
    assert [problem[1:] for problem in missing] == [
        (0, f"there is no template 'nope' in {tmp_path}, {shipped_templates()}")
    ]
    assert find_problems_in_templates(tmp_path / "none", [sample_newsletter()]) == [
        (str(tmp_path / "none"), 0, "the folder of templates is not there")
    ]


def test_subject_rules_are_tried(tmp_path: Path) -> None:
    """A rule in the newsletter's file is a template too."""
    newsletter = sample_newsletter(subject={"subject": "{{ led.headline }}"})
    [(file, _, message)] = find_problems_in_templates(None, [newsletter])
    assert file == "newsletters/denver.yaml"
    assert "'led' is undefined" in message


def test_newsletters_are_told_apart_by_what_their_template_shows(tmp_path: Path) -> None:
    """A template that asks for the sponsor or the audience is tried with and without one."""
    _own(tmp_path, "brief/partials/footer.mjml.j2", "{% if newsletter.audience %}{{ edition.nothing }}{% endif %}")
    plain = sample_newsletter()
    some = plain.model_copy(update={"id": "some", "audience": 'attributes.plan == "pro"'})
    assert not find_problems_in_templates(tmp_path, [plain])
    assert find_problems_in_templates(tmp_path, [plain, some])
