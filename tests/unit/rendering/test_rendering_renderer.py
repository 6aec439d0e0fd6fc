"""Whole editions through the renderer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import html as lxml_html

from digest.config.settings import LintSettings, Settings
from digest.errors import RenderError
from digest.model.edition import Edition, RenderedEdition
from digest.model.slots import slot_mark, split_at_marks
from digest.model.story import Picture
from digest.rendering import Renderer
from digest.rendering.marks import LONGEST_URL, LONGEST_WORD, measure
from digest.testing.editions import (
    HOSTILE_TEXTS,
    denver,
    entry,
    hostile,
    long,
    paragraphs,
    part,
    pro_rata,
    right_to_left,
    sample_edition,
    sample_story,
    section,
    thin,
)

_TEMPLATES = ("brief", "plain")
_PRINTED = frozenset(
    ("body", "div", "table", "tbody", "tr", "td", "h1", "h2", "h3", "p", "ul", "li", "a", "em", "strong")
) | {"span", "img", "br"}
_RENDERER = Renderer([], Settings())
"""Shared, as templates are compiled once a renderer."""


def _render(made: tuple[Edition, object], **changes: object) -> RenderedEdition:
    edition, newsletter = made
    changed = newsletter.model_copy(update=changes)  # type: ignore[attr-defined]
    return _RENDERER.render(edition, changed, picture_url=lambda url: f"cid:{len(url)}@digest")


def test_an_edition_says_everything() -> None:
    """Masthead, figures, words and minutes, note, stories with parts, more headlines, footer."""
    rendered = _render(denver())
    text = " ".join(lxml_html.document_fromstring(rendered.html).text_content().split())
    for words in (
        "The Brief",
        "Sunday, November 22",
        "Denver.",
        "The Front Range, before your first coffee",
        "☀ 54° / 31° · Air good",
        "812 words · 3 minutes",
        "Editor’s note",
        "1 big thing",
        "The tram loop at the old station opens two years early",
        "Drawing by the desk",
        "Why it matters: A third of downtown workers",
        "11 stops, 4 of them new",
        "Go deeper",
        "Also reported by Mile High Ledger, Desk.",
        "More headlines",
        "Valley Wire, also in 2 others",
        "Forward this edition · Link to share · Someone sent you this? Sign up",
        "You get Denver on weekdays because you signed up on",
        "Weekly instead",
        "The Brief, 100 Example Street, Springfield",
    ):
        assert words in text, words


def test_a_topical_edition_has_its_own_face() -> None:
    """Accent, sponsor with its label, the line of a thin day, sample labels."""
    rendered = _render(pro_rata())
    assert "#2d5f4c" in rendered.html
    assert "#7fc4a4" in rendered.html
    assert "#b3402a" not in rendered.html
    for words in ("Presented by", "Harbour Ledger", "From around the country", "Sample"):
        assert words in rendered.html


@pytest.mark.parametrize("template", _TEMPLATES)
@pytest.mark.parametrize("made", [denver(), pro_rata(), thin(), right_to_left()], ids=lambda made: made[1].id)
def test_the_frame_is_fit_for_mail(made: tuple[Edition, object], template: str) -> None:
    """Doctype, language, direction, dark mode, Outlook's conditionals, roles and alternative texts are there."""
    rendered = _render(made, template=template)
    root = lxml_html.document_fromstring(rendered.html)
    assert rendered.html.startswith("<!doctype html>\n<html lang=")
    assert (root.get("lang"), root.get("dir")) == (made[1].language, "rtl" if made[1].id == "valley" else "ltr")  # type: ignore[attr-defined]
    for needed in (
        "prefers-color-scheme: dark",
        "[data-ogsc]",
        "[data-ogsb]",
        "supported-color-schemes",
        "<!--[if mso",
    ):
        assert needed in rendered.html
    assert all(table.get("role") == "presentation" for table in root.iter("table"))
    assert all(picture.get("alt") for picture in root.iter("img"))
    assert len(root.xpath("//h1")) == 1
    assert "{{" not in rendered.html + rendered.text
    assert "None" not in rendered.html + rendered.text


def test_personal_places_are_marks_in_both_parts() -> None:
    """Each slot stands in the markup as one unbroken mark, in addresses and in sentences."""
    rendered = _render(denver())
    for markup in (rendered.html, rendered.text):
        slots = {slot for _, slot in split_at_marks(markup, rendered.marker) if slot}
        assert slots >= {"unsubscribe_url", "preferences_url", "weekly_url", "view_url", "since"}
    assert f'href="{slot_mark(rendered.marker, "unsubscribe_url")}"' in rendered.html


def test_the_size_counts_the_longest_links() -> None:
    """A mark counts as what will stand there at most."""
    mark, word = slot_mark("zqx", "view_url"), slot_mark("zqx", "attributes.plan")
    assert measure(f"é{mark}{word}", "zqx") == 2 + LONGEST_URL + LONGEST_WORD
    rendered = _render(denver())
    assert rendered.html_bytes == measure(rendered.html, rendered.marker)


def test_the_same_input_gives_the_same_bytes() -> None:
    """Two renderers agree to the letter; another edition has another marker."""
    one = _render(denver())
    again = Renderer([], Settings()).render(*denver(), picture_url=lambda url: f"cid:{len(url)}@digest")
    assert one == again
    assert _render(pro_rata()).marker != one.marker


def test_a_story_cannot_hold_the_marker() -> None:
    """A story that copies the marker of an edition changes it."""
    seen = _render(thin()).marker
    forged = sample_story(f"Fog {slot_mark(seen, 'email')}")
    rendered = _render((sample_edition("closer", section("1 big thing", "lead", entry(forged))), thin()[1]))
    assert seen in rendered.html
    assert rendered.marker != seen
    assert "email" not in {slot for _, slot in split_at_marks(rendered.html, rendered.marker)}


def test_the_preheader_is_padded() -> None:
    """After the preheader clients find only invisible letters to show."""
    html = _render(denver()).html
    assert re.search(r"every six minutes\.(?:\u034f\u200c\xa0){20,}</div>", html)


def test_the_text_part_reads_like_a_letter() -> None:
    """Wrapped lines, headings, bullets, numbered links that are listed, no entities and no tags."""
    text = _render(denver()).text
    assert "\n1. The tram loop at the old station opens two years early\n" in text
    assert "\n* 11 stops, 4 of them new\n" in text
    assert "has doubled in price since the loop\nclosed [1]." in text
    assert "\n[1] https://front-range.example.com/parking\n" in text
    assert not re.search(r"&\w+;|<\w", text)
    prose = [line for line in text.splitlines() if "http" not in line and "zq" not in line]
    assert max(map(len, prose)) <= 72


def test_spanish_editions_are_spanish() -> None:
    """Dates, plurals and every fixed phrase follow the newsletter's language."""
    rendered = _render(denver(), language="es")
    for words in ("domingo, 22 de noviembre", "812 palabras · 3 minutos", "Leer más", "Más titulares", "Darse de baja"):
        assert words in rendered.html, words
    for words in ("Go deeper", "More headlines", "Unsubscribe", "because"):
        assert words not in rendered.html


def test_right_to_left_editions_turn_around() -> None:
    """Text starts at the right, arrows point left, and an English story keeps its own direction."""
    rendered = _render(right_to_left())
    assert "text-align:right" in rendered.html
    assert "اقرأ المزيد\xa0←" in rendered.html
    assert '<div dir="ltr">' in rendered.html
    assert "padding:0;padding-right:20px" in rendered.html.replace("padding:0 ;", "padding:0;")


def test_stories_without_pages_have_no_way_on() -> None:
    """No dead "Go deeper"."""
    rendered = _render(thin())
    assert "Go deeper" not in rendered.html + rendered.text


def test_a_name_that_ends_in_a_stop_has_one_stop() -> None:
    """A.M. is not A.M.. with an accent."""
    assert 'A.M<span class="a"' in _render(denver(), name="A.M.").html


def test_small_and_refused_pictures_are_left_out() -> None:
    """Icons, and pictures that the caller has no address for, leave no hole."""
    edition, newsletter = denver()
    counter = Picture("https://counter.example.com/1.png", 1, 1)
    tracked = sample_edition("denver", section("1 big thing", "lead", entry(sample_story(picture=counter))))
    assert "<img" in _RENDERER.render(edition, newsletter, picture_url=lambda url: url).html
    assert "<img" not in _RENDERER.render(edition, newsletter, picture_url=lambda url: "").html
    assert "<img" not in _RENDERER.render(tracked, newsletter, picture_url=lambda url: url).html


def test_sixty_stories_fit_the_budget() -> None:
    """Lower-ranked stories are shortened and moved, the edition tells so, and the room is used."""
    edition, newsletter = long(60)
    rendered = _render((edition, newsletter))
    assert 90_000 < rendered.html_bytes <= 100_000
    assert len(rendered.html.encode()) < 100_000
    assert rendered.edition.stories[0].story == edition.stories[0].story
    assert len(rendered.edition.stories) == 60
    assert 0 < rendered.edition.word_count < edition.word_count
    assert [w for w in rendered.warnings if "shortened" in w]
    assert [w for w in rendered.warnings if "moved to further headlines" in w]
    assert rendered.edition.warnings == rendered.warnings


def test_what_cannot_fit_is_refused() -> None:
    """A frame larger than the limit is an error, with the figures."""
    settings = Settings(lint=LintSettings(max_bytes=10_000))
    with pytest.raises(RenderError, match=r"bytes of HTML even without its stories; 10000 is the most"):
        Renderer([], settings).render(*denver(), picture_url=lambda url: url)


def test_endless_editions_are_refused() -> None:
    """More stories than anybody reads are not even looked at."""
    with pytest.raises(RenderError, match="501 stories"):
        _render(long(501, chars=10))


@pytest.mark.parametrize("template", _TEMPLATES)
@pytest.mark.parametrize("text", HOSTILE_TEXTS, ids=range(len(HOSTILE_TEXTS)))
def test_hostile_stories_do_no_harm(text: str, template: str) -> None:
    """Every text of the edition is the same attack; what comes out is inert, in HTML and in text."""
    edition, newsletter = hostile(text)
    changed = newsletter.model_copy(update={"template": template})
    rendered = _RENDERER.render(edition, changed, picture_url=lambda url: url)
    root = lxml_html.document_fromstring(rendered.html)
    elements = [element for element in root.iter() if isinstance(element.tag, str)]
    tags = {element.tag for element in root.find("body").iter() if isinstance(element.tag, str)}
    assert tags <= _PRINTED
    assert not [name for element in elements for name in element.attrib if name.startswith("on")]
    allowed = ("http://", "https://", "mailto:?subject=", rendered.marker)
    assert all(element.get("href", "https://").startswith(allowed) for element in elements)
    assert all(element.get("src", "https://").startswith("https://") for element in elements)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", rendered.html.replace("\n", ""))
    assert not [element for element in elements if "position" in element.get("style", "")]
    assert len(rendered.subject) <= 60
    assert {slot for _, slot in split_at_marks(rendered.html, rendered.marker)} <= {
        None,
        *("unsubscribe_url", "preferences_url", "weekly_url", "view_url", "since"),
    }


def test_ten_megabytes_of_text_are_bounded() -> None:
    """The longest story prints like any other."""
    assert _render(hostile("word " * 2_000_000)).html_bytes < 100_000


def test_endless_stories_are_cut() -> None:
    """A hundred thousand parts with bullets print as many as a reader would read."""
    parts = (part("More", "text " * 900, *["bullet " * 500] * 50),) * 100_000
    endless = sample_story("Endless", lead=paragraphs("x " * 2000) * 5_000, parts=parts)
    edition = sample_edition("denver", section("1 big thing", "lead", entry(endless)), word_count=900, minutes=4)
    rendered = _render((edition, denver()[1]))
    assert 30_000 < rendered.html_bytes < 100_000
    assert rendered.html.count("<li") <= 20 * 20


def test_users_partials_come_first(tmp_path: Path) -> None:
    """One file of the user's replaces one partial; everything else stays as shipped."""
    partials = tmp_path / "brief" / "partials"
    partials.mkdir(parents=True)
    (partials / "note.mjml.j2").write_text(
        "<mj-section><mj-column><mj-text>From the desk of {{ reader.attributes.city }}: {{ edition.note }}</mj-text>"
        "</mj-column></mj-section>"
    )
    rendered = Renderer([tmp_path], Settings()).render(*denver(), picture_url=lambda url: url)
    assert "From the desk of" in rendered.html
    assert "attributes.city" in {slot for _, slot in split_at_marks(rendered.html, rendered.marker)}
    assert "Go deeper" in rendered.html


def test_users_templates_may_lean_on_the_shipped_partials(tmp_path: Path) -> None:
    """A template of another name takes from `brief` what it has not got."""
    (tmp_path / "city").mkdir()
    shipped = _RENDERER.environment("brief").get_template("edition.mjml.j2").filename
    (tmp_path / "city" / "edition.mjml.j2").write_text(Path(str(shipped)).read_text().replace("■", "◆"))
    edition, newsletter = denver()
    rendered = Renderer([tmp_path], Settings()).render(
        edition, newsletter.model_copy(update={"template": "city"}), picture_url=lambda url: url
    )
    assert "◆" in rendered.html


@pytest.mark.parametrize(
    ("partial", "message"),
    [
        ("{{ nobody }}", "'nobody' is undefined"),
        ("{% if %}", "Expected an expression"),
        ("{% include 'partials/nothing.j2' %}", "no template 'partials/nothing.j2'"),
        ("{{ brand.__class__ }}", "unsafe"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ reader.shoe_size }}", "shoe_size"),
        ("<mj-section><mj-colum></mj-colum></mj-section>", "<mj-colum> is no MJML tag"),
    ],
)
def test_broken_templates_are_told_with_file_and_line(tmp_path: Path, partial: str, message: str) -> None:
    """The third line of the user's file is where the fault is."""
    file = tmp_path / "brief" / "partials" / "note.mjml.j2"
    file.parent.mkdir(parents=True)
    file.write_text(f"\n\n{partial}\n")
    with pytest.raises(RenderError, match=re.escape(message)) as caught:
        Renderer([tmp_path], Settings()).render(*denver(), picture_url=lambda url: url)
    assert (caught.value.file, caught.value.line) == (str(file), 3)


def test_filters_that_break_a_mark_are_told(tmp_path: Path) -> None:
    """An upper-cased mark would never be filled in."""
    file = tmp_path / "brief" / "partials" / "note.mjml.j2"
    file.parent.mkdir(parents=True)
    file.write_text("<mj-section><mj-column><mj-text>{{ reader.name | upper }}</mj-text></mj-column></mj-section>")
    with pytest.raises(RenderError, match="slot"):
        Renderer([tmp_path], Settings()).render(*denver(), picture_url=lambda url: url)


def test_unknown_templates_are_told() -> None:
    """The message says where was looked."""
    with pytest.raises(RenderError, match="there is no template 'nope'"):
        _render(denver(), template="nope")
