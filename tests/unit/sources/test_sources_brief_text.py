from digest.sources.blocks import parse_blocks
from digest.sources.brief_text import parse_brief_text
from digest.sources.item import FeedItem
from digest.sources.parts import Body, find_parts

PROMPTS = """Sign up for our morning briefing
Make your days simpler with the Harbor newsletter. Five minutes are enough.
Sports news for your time
Behind the council's doors
News from the quays, every morning?
The Harbor newsletter tells you what the town talks about.
"""
STORY = """Photo: A. Person/Example Agency
The council of the harbour town decided on Tuesday to build a second bridge and to ask the U.S. government for help.
Why it matters: The old bridge carries half of the traffic.
- It was built in 1931.
Driving the news: The vote was close.
- Two members left early.
- One came back.
Worth noting: The newsletter of the council did not mention it.
"""


def _body(item: FeedItem) -> Body:
    return find_parts(parse_blocks(item.content).blocks)


def test_a_brief_style_story_has_lead_and_parts() -> None:
    """Lead, labels and bullets are found; the credit is the picture's."""
    body = _body(parse_brief_text(STORY))
    assert len(body.lead) == 1
    assert [(part.label, len(part.bullets)) for part in body.parts] == [
        ("Why it matters", 1),
        ("Driving the news", 2),
        ("Worth noting", 0),
    ]
    assert body.credit == "A. Person/Example Agency"


def test_prompts_before_the_story_are_left_out() -> None:
    """Sign-up prompts are neither headline nor lead, with or without a credit line after them."""
    without_credit = STORY.partition("\n")[2]
    for text in (PROMPTS + STORY, PROMPTS + without_credit):
        item = parse_brief_text(text)
        body = _body(item)
        assert body.lead[0].startswith("The council")
        assert len(body.lead) == 1
        assert item.title.startswith("The council of the harbour town decided on Tuesday to build a second bridge")


def test_one_prompt_like_line_proves_nothing() -> None:
    """A story about a newsletter keeps its first paragraph."""
    item = parse_brief_text(
        "The town has a newsletter now, and people read it.\n\nIt began in May.\n\nWhy it matters: Paper is dear.\n"
    )
    assert len(_body(item).lead) == 2


def test_headlines_of_texts() -> None:
    """A first line that is no sentence is the headline, as is a line with a number sign."""
    assert parse_brief_text("A bridge at last\n\nThe council voted.\n").title == "A bridge at last"
    assert parse_brief_text("# A bridge.\nThe council voted.\n").title == "A bridge."
    item = parse_brief_text("The council voted. It rained.\n\nMore rain came.\n")
    assert item.title == "The council voted"
    assert len(_body(item).lead) == 2


def test_markup_in_text_is_text() -> None:
    """A text file holds no HTML."""
    body = _body(parse_brief_text("A headline\n\nUse <b>bold</b> & run.\n"))
    assert body.lead == ("Use &lt;b&gt;bold&lt;/b&gt; &amp; run.",)


def test_an_empty_text_is_an_empty_item() -> None:
    """Nothing comes of nothing."""
    item = parse_brief_text("\n \n")
    assert (item.title, item.content) == ("", "")
