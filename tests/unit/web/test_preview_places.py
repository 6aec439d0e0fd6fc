"""Where one is on the bench, which changed file feeds what, what a message shows, and who may come in."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.errors import ConfigError, Problem, RenderError, UsageError
from digest.web.preview.changes import Kind, kinds_of
from digest.web.preview.guard import Access, ForbiddenError, parse_form
from digest.web.preview.messages import parse_message
from digest.web.preview.state import State
from digest.web.preview.troubles import trouble_of

DENVER = ZoneInfo("America/Denver")


def test_addresses_tell_only_what_is_unusual() -> None:
    """The usual place has a short address; a changed one comes back from its own address."""
    state = State.from_query("denver", {"tab": "dark", "at": "2026-11-24T06:30", "odd": "x"})
    assert state.link() == "/preview/denver?tab=dark&at=2026-11-24T06%3A30"
    assert state.link(tab="desktop", at="") == "/preview/denver"
    assert state.file("edition.txt", tab="desktop", at="") == "/preview/denver/edition.txt"
    assert State.from_query("denver", {"tab": "nonsense"}).tab == "desktop"


def test_times_are_the_newsletters_own() -> None:
    """A time without an offset is local; one with an offset is that instant; nonsense is told."""
    assert State("denver").slot_at(DENVER) is None
    local = State("denver", at="2026-11-24T06:30").slot_at(DENVER)
    assert local is not None
    assert local.isoformat() == "2026-11-24T13:30:00+00:00"
    assert State("denver", at="2026-11-24T06:30-07:00").slot_at(DENVER) == local
    for at in ("soon", "0001-01-01", "9999-12-31T23:59"):
        with pytest.raises(UsageError):
            State("denver", at=at).slot_at(DENVER)


@pytest.mark.parametrize(
    ("path", "kinds"),
    [
        ("config/newsletters/denver.yaml", {Kind.CONFIGURATION}),
        ("config/overrides/denver-2026-11-24-0630.yaml", {Kind.OVERRIDES}),
        ("config/desk/story.md", {Kind.STORIES}),
        ("config/weather.csv", {Kind.STORIES}),
        ("templates/brief/edition.mjml.j2", {Kind.TEMPLATES}),
        ("var/caught/one.eml", {Kind.MAIL}),
        ("config/newsletters/.denver.yaml.swp", set()),
        ("config/newsletters/denver.yaml~", set()),
        ("config/overrides/denver-2026-11-24-0630.part", set()),
    ],
)
def test_a_changed_file_feeds_one_part(path: str, kinds: set[Kind]) -> None:
    """Each kind of file asks for just what it feeds to be looked at again."""
    root = Path("/project")
    found = kinds_of(
        [root / path], folder=root / "config", templates=[root / "templates"], mail=[root / "var" / "caught"]
    )
    assert found == kinds


def test_a_message_shows_its_parts_and_enclosed_pictures() -> None:
    """Headers are decoded, the page holds its pictures, enclosures are listed."""
    content = (
        b"Subject: =?utf-8?q?Caf=C3=A9?=\r\nContent-Type: multipart/related; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<img src='cid:one@x'><img src='cid:gone'>\r\n"
        b"--b\r\nContent-Type: image/png\r\nContent-ID: <one@x>\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        b"AAEC\r\n--b--\r\n"
    )
    shown = parse_message(content)
    assert shown.header("subject") == "Café"
    assert "data:image/png;base64,AAEC" in shown.html
    assert "cid:" not in shown.html
    assert shown.enclosures == (("one@x", "image/png", 3),)


@given(st.binary(max_size=300))
@settings(max_examples=80)
def test_any_bytes_can_be_looked_at(content: bytes) -> None:
    """Caught mail may be anything; looking never raises."""
    assert parse_message(b"Content-Type: text/html; charset=no-such\r\nSubject: " + content).size > 0
    parse_message(content)


def test_only_forms_with_the_key_pass() -> None:
    """The key of the pages opens, anything else does not, and a form has its bounds."""
    access = Access()
    access.check_form(parse_form(f"a=1&form_key={access.form_key}".encode()))
    for values in ({}, {"form_key": ""}, {"form_key": access.form_key + "x"}, {"form_key": "é"}):
        with pytest.raises(ForbiddenError):
            access.check_form(values)
    with pytest.raises(ForbiddenError):
        parse_form(b"a" * 100_000)


def test_a_token_is_asked_for_only_elsewhere() -> None:
    """Loopback needs no token; every other address gets one of its own."""
    assert Access.for_host("127.0.0.1").token is None
    assert Access.for_host("::1").token is None
    first, second = Access.for_host("0.0.0.0").token, Access.for_host("192.0.2.7").token
    assert first
    assert first != second


def test_a_mistake_shows_the_lines_around_it(tmp_path: Path) -> None:
    """The marked line is the one with the mistake, with at most four before and after it."""
    file = tmp_path / "edition.mjml.j2"
    file.write_text("\n".join(f"line {number}" for number in range(1, 21)), encoding="utf-8")
    (mistake,) = trouble_of(RenderError("it fails", file=file, line=10)).mistakes
    assert mistake.place == f"{file}:10"
    assert [line.number for line in mistake.lines] == list(range(6, 15))
    assert [line.text for line in mistake.lines if line.is_here] == ["line 10"]
    problem = Problem(str(tmp_path / "gone.yaml"), 3, 4, "name", "is missing")
    (mistake,) = trouble_of(ConfigError([problem])).mistakes
    assert mistake.message == "is missing (name)"
    assert mistake.lines == ()
