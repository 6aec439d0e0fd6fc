import pytest

from digest.sources.blocks import parse_blocks
from digest.sources.parts import LABELS, Body, find_parts


def _body(html: str, labels: tuple[str, ...] = ()) -> Body:
    return find_parts(parse_blocks(html).blocks, labels)


def _shape(body: Body) -> list[tuple[str, str, int]]:
    return [(part.label, part.text, len(part.bullets)) for part in body.parts]


@pytest.mark.parametrize(
    "html",
    [
        "<p>Lead.</p><p><strong>Why it matters:</strong> It counts.</p><ul><li>a</li><li>b</li></ul>",
        "<p>Lead.</p><p><b>Why it matters</b>: It counts.</p><ul><li>a</li><li>b</li></ul>",
        "<p>Lead.</p><p>WHY IT MATTERS: It counts.</p><ul><li>a</li><li>b</li></ul>",
        "<p>Lead.</p><p><strong>Why it matters</strong> It counts.</p><ul><li>a</li><li>b</li></ul>",
        "<p>Lead.</p><p><strong>Why it matters:</strong></p><p>It counts.</p><ul><li><p>a</p><li><p>b</p></ul>",
        "<p>Lead.</p><h3>Why it matters</h3><p>It counts.</p><ol><li>a</li><li>b</li></ol>",
        "<p>Lead.</p><p><strong>Why it matters:</strong> It counts.<br>• a<br>• b</p>",
        "Lead.<br><br><b>Why it matters:</b> It counts.<br>- a<br>- b",
    ],
)
def test_a_label_in_all_its_forms(html: str) -> None:
    """A label is found in bold, capitals, a heading, its own paragraph, and between line breaks."""
    body = _body(html)
    assert body.lead == ("Lead.",)
    assert _shape(body) == [("Why it matters", "It counts.", 2)]


def test_apostrophes_and_commas_of_labels() -> None:
    """Typographic apostrophes make no other label."""
    body = _body(
        "<p>Lead.</p><p><b>What\u2019s next:</b> Rain.</p><p><b>Yes, but:</b> Sun.</p><p><b>Go deeper:</b> <a href='https://e.example.com'>x</a></p>"
    )
    assert [part.label for part in body.parts] == ["What's next", "Yes, but", "Go deeper"]
    assert body.parts[2].text == '<a href="https://e.example.com">x</a>'


@pytest.mark.parametrize("label", LABELS)
def test_every_built_in_label(label: str) -> None:
    """Each label of the list is recognised with its colon and shown in its own spelling."""
    assert _shape(_body(f"<p>Lead.</p><p>{label.upper()}: Text.</p>")) == [(label, "Text.", 0)]


def test_own_labels() -> None:
    """Labels from the settings count beside the built-in ones."""
    html = "<p>Lead.</p><p>In the weeds: Grass.</p>"
    assert _shape(_body(html)) == []
    assert _shape(_body(html, ("In the weeds",))) == [("In the weeds", "Grass.", 0)]


def test_words_that_only_look_like_labels() -> None:
    """A colon after other words, or a label in the middle of a sentence, starts no part."""
    body = _body("<p>Denver: It rained.</p><p>He said why it matters: money.</p>")
    assert body.parts == ()
    assert len(body.lead) == 2


def test_paragraphs_after_the_lead_keep_their_place() -> None:
    """Bullets and paragraphs without a label become parts without one; the lead has at most three paragraphs."""
    body = _body("<p>1</p><p>2</p><p>3</p><p>4</p><ul><li>a</li></ul><p>5</p><h2>Background</h2><p>6</p>")
    assert body.lead == ("1", "2", "3")
    assert _shape(body) == [("", "4", 1), ("", "5", 0), ("", "<strong>Background</strong>", 0), ("", "6", 0)]


def test_bullets_right_after_the_lead() -> None:
    """Bullets without any label are kept as a part of their own."""
    assert _shape(_body("<p>Lead.</p><ul><li>a</li><li>b</li></ul>")) == [("", "", 2)]


def test_a_line_that_introduces_a_list_stays_with_it() -> None:
    """A last paragraph of the lead that ends with a colon goes before its bullets."""
    body = _body("<p>Lead.</p><p>Key features:</p><ul><li>a</li></ul>")
    assert body.lead == ("Lead.",)
    assert _shape(body) == [("", "Key features:", 1)]


def test_photo_credits_are_no_text() -> None:
    """A credit line or caption belongs to the picture."""
    body = _body(
        "<p>Photo: A. Person/Agency</p><p>Lead.</p>"
        "<figure><img src='https://e.example.com/a.png'><figcaption>Photo: Other</figcaption></figure>"
    )
    assert body.credit == "A. Person/Agency"
    assert body.lead == ("Lead.",)
    assert "Photo" not in body.plain
