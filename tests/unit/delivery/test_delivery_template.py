"""The message template on its bytes: section by section what a message must be, for any reader."""

from __future__ import annotations

import html as html_module
import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.delivery.dkim import relax_body
from digest.delivery.errors import MessageError
from digest.delivery.message import InlinePicture
from digest.delivery.template import MessageTemplate
from digest.errors import RenderError
from digest.model.edition import Edition, RenderedEdition
from digest.model.slots import make_marker, slot_mark
from digest.model.subscriber import Reader
from digest.testing.editions import sample_envelope
from digest.testing.messages import check_message

MARKER = make_marker("test edition")
SLOT_AT = datetime(2030, 1, 2, 13, 30, tzinfo=UTC)
FACTS = sample_envelope(SLOT_AT)


def mark(name: str) -> str:
    """Return the mark of a slot in the test edition."""
    return slot_mark(MARKER, name)


HTML = f"""<!doctype html>
<html lang="en"><head><style>@media (max-width: 600px) {{ td {{ width: 100% }} }}</style></head>
<body><p title="for {mark("name")}">Good morning, {mark("name")}</p>
<!--[if mso]><a href="{mark("view_url")}">Outlook</a><![endif]-->
<a href="{mark("unsubscribe_url")}">Unsubscribe</a>
<a href="https://news.example.com/?who={mark("email")}&amp;x=1">Account</a>
<!-- a comment without slots --></body></html>"""
TEXT = f"Good morning, {mark('name')}\n\n.dot\nFrom here on\n  two blanks \n{mark('unsubscribe_url')}\n"


def rendered(*, html: str = HTML, text: str = TEXT, subject: str = "Snow by noon") -> RenderedEdition:
    """Return a rendered edition with the given markup."""
    edition = Edition("denver-1", "denver", SLOT_AT, ())
    return RenderedEdition(edition, subject, "", html, text, "", MARKER, len(html))


def reader(number: int = 1, **values: str) -> Reader:
    """Return a reader with the values that the test edition asks for."""
    usual = {
        "email": f"reader{number}@example.com",
        "name": f"Reader {number}",
        "unsubscribe_url": f"https://news.example.com/unsubscribe/{number}-{'t' * 120}",
        "view_url": f"https://news.example.com/archive/denver/2030-01-02?r={number}&s=2",
    }
    return Reader(number, usual["email"], usual | values, f"token{number}")


TEMPLATE = MessageTemplate.compile(rendered(), FACTS)


def parse(content: bytes) -> EmailMessage:
    """Parse a message and fail on defects."""
    parsed = message_from_bytes(content, policy=default)
    assert isinstance(parsed, EmailMessage)
    assert [defect for part in parsed.walk() for defect in part.defects] == []
    return parsed


def part(content: bytes, kind: str) -> str:
    """Return the decoded text or HTML part, with line feeds."""
    found = parse(content).get_body((kind,))
    assert isinstance(found, EmailMessage)
    return str(found.get_content()).replace("\r\n", "\n")


def test_message_passes_every_check() -> None:
    """A message has nothing wrong with it, point by point."""
    assert check_message(TEMPLATE.message_for(reader()).content, recipient="reader1@example.com") == []


def test_header_lines_as_written() -> None:
    """The header block is, byte for byte, what mailbox providers ask for."""
    head = TEMPLATE.message_for(reader()).content.partition(b"\r\n\r\n")[0].decode("ascii")
    assert head.split("\r\n")[:-2] == [
        "Date: Wed, 02 Jan 2030 13:30:00 +0000",
        "From: The Brief Denver <news@example.com>",
        "To: Reader 1 <reader1@example.com>",
        "Subject: Snow by noon",
        "Message-ID: <token1@example.com>",
        "List-Id: Denver <denver.example.com>",
        f"List-Unsubscribe: <https://news.example.com/unsubscribe/1-{'t' * 120}>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        "Feedback-ID: 20300102:denver:newsletter:example.com",
        "Precedence: bulk",
        "MIME-Version: 1.0",
    ]


def test_return_path_holds_the_token() -> None:
    """The return path is the delivery's own, at the bounce domain, or the sender's domain where there is none."""
    assert TEMPLATE.message_for(reader(3)).envelope_from == "bounce+token3@bounces.example.com"
    own = MessageTemplate.compile(rendered(), replace(FACTS, bounce_domain=""))
    assert own.message_for(reader(3)).envelope_from == "bounce+token3@example.com"


def test_mailto_follows_the_link() -> None:
    """A mailto may follow the https address; the line is folded at the comma only."""
    template = MessageTemplate.compile(rendered(), replace(FACTS, unsubscribe_mailto="leave@example.com"))
    content = template.message_for(reader()).content
    assert b"t>,\r\n <mailto:leave@example.com?subject=unsubscribe%20token1>\r\n" in content
    assert check_message(content, recipient="reader1@example.com") == []


def test_message_is_the_same_on_each_try() -> None:
    """A second try sends the same bytes: Message-ID, Date and boundary do not change."""
    again = MessageTemplate.compile(rendered(), FACTS)
    assert again.message_for(reader()).content == TEMPLATE.message_for(reader()).content
    assert TEMPLATE.eml_for(reader()) == TEMPLATE.message_for(reader()).content


def test_values_are_encoded_for_their_place() -> None:
    """One value is written differently in HTML text, in an attribute, in a URL and in plain text."""
    content = TEMPLATE.message_for(reader(name='Zoë "<b>&', email="a b&c@example.com")).content
    html = part(content, "html")
    assert '<p title="for Zoë &quot;&lt;b&gt;&amp;">Good morning, Zoë &quot;&lt;b&gt;&amp;</p>' in html
    assert 'who=a%20b%26c%40example.com&amp;x=1"' in html
    assert 'href="https://news.example.com/archive/denver/2030-01-02?r=1&amp;s=2">Outlook' in html
    assert 'Good morning, Zoë "<b>&\n' in part(content, "plain")


def test_no_line_needs_dot_stuffing() -> None:
    """No line begins with a dot, and none with `From `, so that nothing on the way changes the message."""
    lines = TEMPLATE.message_for(reader(name=".hidden")).content.split(b"\r\n")
    assert not [line for line in lines if line.startswith((b".", b"From "))]


_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


@settings(max_examples=60, deadline=None)
@given(name=_TEXTS, email=_TEXTS)
def test_any_value_makes_a_sound_message(name: str, email: str) -> None:
    """Whatever a reader is called, the message is sound and the value comes back from it."""
    content = TEMPLATE.message_for(reader(name=name, email=email)).content
    body = content.partition(b"\r\n\r\n")[2]
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert relax_body(body) == body
    shown = re.search(r'title="for (.*?)">', part(content, "html"), re.DOTALL)
    assert shown is not None
    wanted = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", name)
    assert html_module.unescape(shown[1]) == wanted
    assert check_message(content, recipient="reader1@example.com") == []


@settings(max_examples=40, deadline=None)
@given(
    text=st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
    )
)
def test_any_story_survives_transfer(text: str) -> None:
    """Whatever stands in the text part comes back as it was."""
    template = MessageTemplate.compile(rendered(text=f"{text}\n{mark('unsubscribe_url')}"), FACTS)
    content = template.message_for(reader()).content
    decoded = parse(content).get_body(("plain",))
    assert decoded is not None
    assert decoded.get_payload(decode=True).decode().split("\r\n")[0] == text  # type: ignore[union-attr]
    assert relax_body(content.partition(b"\r\n\r\n")[2]) == content.partition(b"\r\n\r\n")[2]


def test_nothing_of_one_reader_in_another_message() -> None:
    """A message made after another reader's holds nothing of theirs."""
    TEMPLATE.message_for(reader(7, name="Seven"))
    content = TEMPLATE.message_for(reader(8)).content
    assert b"7@" not in content and b"Seven" not in content and b"token7" not in content


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        (f"<!-- {mark('name')} -->", "comment"),
        (f"<style>a {{ color: {mark('name')} }}</style>", "comment, style or script"),
        (f"<script>{mark('name')}</script>", "script"),
        (f'<p style="color: {mark("name")}">', "style attribute"),
        (f'<p onclick="{mark("name")}">', "onclick attribute"),
        (f"<p title={mark('name')}>", "quoted attribute"),
        (f"<p {mark('name')}>", "quoted attribute"),
    ],
)
def test_unsafe_places_are_refused(markup: str, words: str) -> None:
    """A slot where no value would be safe is refused when the edition is compiled."""
    with pytest.raises(RenderError, match=words):
        MessageTemplate.compile(rendered(html=f"{HTML}{markup}"), FACTS)


@pytest.mark.parametrize("part_name", ["html", "text"])
def test_both_parts_must_offer_the_way_out(part_name: str) -> None:
    """An edition whose text or HTML has no unsubscribe link is refused."""
    without = rendered(**{part_name: "nothing here"})
    with pytest.raises(RenderError, match="unsubscribe_url"):
        MessageTemplate.compile(without, FACTS)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sender_name": "A\r\nBcc: x@example.com"}, "sender_name"),
        ({"newsletter_name": "A\u202eB"}, "newsletter_name"),
        ({"sender_email": "no address"}, "address"),
        ({"reply_to": "a@b@c"}, "address"),
        ({"list_id": "denver"}, "list_id"),
        ({"feedback_id": "a:b:c:d:e"}, "feedback_id"),
        ({"unsubscribe_mailto": "x>,<y@example.com"}, "address"),
    ],
)
def test_bad_header_facts_are_refused(change: dict[str, str], words: str) -> None:
    """What would forge or break a header is refused when the edition is compiled."""
    with pytest.raises(RenderError, match=words):
        MessageTemplate.compile(rendered(), replace(FACTS, **change))  # type: ignore[arg-type]


@pytest.mark.parametrize("subject", ["", "a\r\nb", "a\x00b", "a\u202eb"])
def test_bad_subjects_are_refused(subject: str) -> None:
    """An empty subject, or one with line ends or controls, is refused."""
    with pytest.raises(RenderError, match="subject"):
        MessageTemplate.compile(rendered(subject=subject), FACTS)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"unsubscribe_url": "javascript:alert(1)"}, "unsubscribe_url"),
        ({"unsubscribe_url": "https://a.example/x> , <https://b.example"}, "unsubscribe_url"),
        ({"view_url": "data:text/html,x"}, "view_url"),
    ],
)
def test_bad_links_make_no_message(values: dict[str, str], words: str) -> None:
    """A link that is no link is never written."""
    with pytest.raises(MessageError, match=words):
        TEMPLATE.message_for(reader(**values))


@pytest.mark.parametrize(
    "email", ["", "a", "a@", "@b", "a b@c.example", "a@b.example\r\n", "a@b.example>", "é@b.example"]
)
def test_bad_addresses_make_no_message(email: str) -> None:
    """An address that could break the dialogue, or that needs SMTPUTF8, makes no message."""
    with pytest.raises(MessageError, match="address"):
        TEMPLATE.message_for(reader()._replace(email=email))


@pytest.mark.parametrize("local", ["ann", "Ann1", "a.b-c", "x+y", "o'hara", "a" * 64])
def test_addresses_are_mailed_as_they_are(local: str) -> None:
    """A local part of letters, digits, dots and what else RFC 5321 allows unquoted is not changed."""
    assert TEMPLATE.message_for(reader()._replace(email=f"{local}@b.example")).envelope_to == f"{local}@b.example"


@pytest.mark.parametrize("email", ["a" * 65 + "@b.example", "a..b@c.example", ".a@b.example", "\ud800@b.example"])
def test_bad_local_parts_make_no_message(email: str) -> None:
    """A local part that is too long, has dots in the wrong places or is no text makes no message."""
    with pytest.raises(MessageError, match="before the @"):
        TEMPLATE.message_for(reader()._replace(email=email))


@pytest.mark.parametrize("token", ["", "a@b", "a b", "é", "\ud800", "t\n", "t" * 57])
def test_bad_tokens_make_no_message(token: str) -> None:
    """A token that would break the return path makes no message."""
    with pytest.raises(MessageError, match="token"):
        TEMPLATE.message_for(reader()._replace(token=token))


@pytest.mark.parametrize("token", ["a-b_C", "-", "t" * 56])
def test_tokens_may_hold_hyphens_and_underscores(token: str) -> None:
    """A token of letters, digits, hyphens and underscores stands in return path and Message-ID as it is."""
    made = TEMPLATE.message_for(reader()._replace(token=token))
    assert made.envelope_from == f"bounce+{token}@bounces.example.com"
    assert f"\r\nMessage-ID: <{token}@example.com>\r\n".encode() in made.content


def test_missing_values_are_named() -> None:
    """A slot without a value is an error, a missing attribute is empty."""
    lacking = Reader(1, "a@example.com", {"unsubscribe_url": "https://a.example/"}, "t")
    with pytest.raises(MessageError, match="name"):
        TEMPLATE.message_for(lacking)
    template = MessageTemplate.compile(rendered(html=f"{HTML}<p>[{mark('attributes.plan')}]</p>"), FACTS)
    assert "<p>[]</p>" in part(template.message_for(reader()).content, "html")
    assert "attributes.plan" in template.slots


def test_names_and_subjects_in_any_script() -> None:
    """Names and subjects beyond ASCII come back from their encoded words; lines stay within 76."""
    long = "Überraschung für Zoë — 新聞 " * 6
    template = MessageTemplate.compile(
        rendered(subject=f"{long}{mark('name')}"), replace(FACTS, sender_name="Der Überblick")
    )
    content = template.message_for(reader(name="Þór 木")).content
    parsed = parse(content)
    assert str(parsed["subject"]) == f"{' '.join(long.split())} Þór 木"
    assert parsed["to"].addresses[0].display_name == "Þór 木"
    assert parsed["from"].addresses[0].display_name == "Der Überblick"
    head = content.partition(b"\r\n\r\n")[0]
    assert max(len(line) for line in head.split(b"\r\n") if not line.startswith(b"List-Unsubscribe:")) <= 76


def test_a_name_with_controls_is_left_out() -> None:
    """A name that would forge a header does not stand in To; the reader still gets the message."""
    content = TEMPLATE.message_for(reader(name="A\r\nBcc: x@example.com")).content
    assert b"\r\nTo: reader1@example.com\r\n" in content
    assert b"\r\nBcc:" not in content


def test_international_domains_become_punycode() -> None:
    """A domain in another script is mailed in its ASCII form."""
    assert TEMPLATE.message_for(reader()._replace(email="a@bücher.example")).envelope_to == "a@xn--bcher-kva.example"


def test_pictures_travel_inside() -> None:
    """Pictures stand beside the HTML they belong to, in multipart/related, and come back as they were."""
    data = bytes(range(256)) * 20
    template = MessageTemplate.compile(rendered(), FACTS, pictures=[InlinePicture("p1@x", "image/png", data)])
    content = template.message_for(reader()).content
    parsed = parse(content)
    assert [one.get_content_type() for one in parsed.walk()] == [
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
    ]
    picture = next(one for one in parsed.walk() if one.get_content_type() == "image/png")
    assert picture.get_content() == data
    assert picture["content-id"] == "<p1@x>"
    assert check_message(content, recipient="reader1@example.com") == []
    with pytest.raises(RenderError, match="picture"):
        MessageTemplate.compile(rendered(), FACTS, pictures=[InlinePicture("p 1", "image/svg+xml", b"")])
