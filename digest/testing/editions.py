"""Builders of sample editions for tests of templates: regional, topical, thin, long, right-to-left, hostile.

Everything is made up, dated by a fixed clock, and the same at each call.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from digest.config.newsletter import Accent, Newsletter
from digest.config.rules import Section
from digest.delivery.message import EnvelopeFacts
from digest.model.choice import Score
from digest.model.edition import AlsoReported, DataFigure, Edition, EditionSection, EditionStory
from digest.model.story import InlineHtml, Part, Picture, Story

SLOT_AT = datetime(2026, 11, 22, 13, 30, tzinfo=UTC)
"""The slot of the sample editions: half past six in the morning in Denver, a Sunday."""

Layout = Literal["lead", "story", "brief", "headlines"]


def sample_envelope(slot_at: datetime = SLOT_AT) -> EnvelopeFacts:
    """Return what stands in the headers of a sample edition's messages."""
    return EnvelopeFacts(
        sender_name="The Brief Denver",
        sender_email="news@example.com",
        bounce_domain="bounces.example.com",
        list_id="denver.example.com",
        newsletter="denver",
        newsletter_name="Denver",
        edition="denver-1",
        slot_at=slot_at,
        feedback_id="20300102:denver:newsletter:example.com",
    )


def sample_newsletter(newsletter_id: str = "denver", **changes: Any) -> Newsletter:
    """Return a newsletter with the given fields, and simple ones for the others."""
    fields: dict[str, Any] = {
        "id": newsletter_id,
        "name": newsletter_id.replace("-", " ").title(),
        "timezone": "America/Denver",
        "sections": (Section(title="1 big thing"),),
    }
    return Newsletter(**(fields | changes))


def sample_story(headline: str = "The tram loop at the old station opens two years early", **changes: Any) -> Story:
    """Return a story in the brief style; any field can be given."""
    slug = "-".join(headline.lower().split()[:5]) or "story"
    fields: dict[str, Any] = {
        "id": f"s-{slug}",
        "guid": slug,
        "url": f"https://front-range.example.com/{slug}",
        "canonical_url": f"https://front-range.example.com/{slug}",
        "headline": headline,
        "source": "front-range",
        "source_name": "Front Range Post",
        "published_at": SLOT_AT - timedelta(hours=3),
        "fetched_at": SLOT_AT - timedelta(hours=2),
        "lead": paragraphs("The rebuilt loop carries its first riders on Monday, with a car every six minutes."),
        "summary": "The rebuilt loop carries its first riders on Monday, with a car every six minutes.",
        "language": "en",
        "word_count": 60,
    }
    return Story(**(fields | changes))


def paragraphs(*texts: str) -> tuple[InlineHtml, ...]:
    """Return texts as sanitised inline markup."""
    return tuple(InlineHtml(text) for text in texts)


def part(label: str, text: str = "", *bullets: str) -> Part:
    """Return a labelled part."""
    return Part(label, InlineHtml(text), paragraphs(*bullets))


def entry(story: Story, number: int | None = None, *, score: float = 1.0, also: Sequence[str] = ()) -> EditionStory:
    """Return the story in its place; `also` names other outlets."""
    others = tuple(AlsoReported(name, f"https://{name.lower().replace(' ', '-')}.example.com/") for name in also)
    return EditionStory(story, Score((("rank", score),)), number, others)


def section(title: str, layout: Layout, *stories: EditionStory) -> EditionSection:
    """Return a section."""
    return EditionSection(title, layout, stories)


def sample_edition(newsletter_id: str = "denver", *sections: EditionSection, **changes: Any) -> Edition:
    """Return an edition; without sections, one with a lead, a story and further headlines."""
    stories = sections or (
        section("1 big thing", "lead", entry(tram_story(), 1, score=9, also=("Mile High Ledger", "Desk"))),
        section("Libraries", "story", entry(library_story(), 2, score=5)),
    )
    fields: dict[str, Any] = {
        "id": f"{newsletter_id}-2026-11-22",
        "newsletter": newsletter_id,
        "slot_at": SLOT_AT,
        "sections": stories,
        "word_count": 812,
        "minutes": 3,
    }
    return Edition(**(fields | changes))


def tram_story(**changes: Any) -> Story:
    """Return a lead story with a picture, labelled parts and bullets."""
    fields: dict[str, Any] = {
        "lead": paragraphs(
            "The rebuilt loop carries its first riders on Monday, with a car every six minutes until midnight."
        ),
        "parts": (
            part(
                "Why it matters",
                "A third of downtown workers live within a walk of the new stops, and parking downtown has doubled "
                'in price <a href="https://front-range.example.com/parking">since the loop closed</a>.',
            ),
            part("By the numbers", "", "11 stops, 4 of them new", "6 minutes between cars", "$0 fare until January"),
            part("What to watch", "The northern branch needs a vote in March."),
        ),
        "picture": Picture(
            "media:desk/tram.png", 1184, 592, "A red tram in front of dusky hills", "Drawing by the desk"
        ),
    }
    return sample_story(**(fields | changes))


def library_story(**changes: Any) -> Story:
    """Return an ordinary story without a picture."""
    fields: dict[str, Any] = {
        "headline": "Branch libraries stay open until nine",
        "lead": paragraphs("Seven branches add evening hours from December, paid for by last spring’s measure."),
        "parts": (
            part("The big picture", "Evening visits have grown for three years while weekday mornings shrank."),
            part("Yes, but", "Two branches still lack staff for Sundays."),
        ),
        "summary": "Seven branches add evening hours from December, paid for by last spring’s measure.",
        "source_name": "Mile High Ledger",
    }
    return sample_story(**(fields | changes))


def denver() -> tuple[Edition, Newsletter]:
    """Return a full regional edition: figures, note, pictures, every layout."""
    newsletter = sample_newsletter(
        kind="regional",
        region="denver",
        tagline="The Front Range, before your first coffee",
        place="Denver, Colorado",
        schedule={"at": "06:30", "days": ["mon", "tue", "wed", "thu", "fri"]},
    )
    business = [
        entry(library_story(headline=headline, source_name=outlet), number, score=score)
        for headline, outlet, number, score in (
            ("A cannery on the river becomes 140 workshops", "Front Range Post", 3, 4.0),
            ("Two regional grocers share one warehouse, and their trucks at night", "Market Street", 4, 3.0),
        )
    ]
    briefs = [
        entry(sample_story(headline), number, score=2.0)
        for number, headline in ((5, "Snow comes early to the passes"), (6, "The planetarium’s new dome opens at dusk"))
    ]
    return (
        sample_edition(
            "denver",
            section("1 big thing", "lead", entry(tram_story(), 1, score=9, also=("Mile High Ledger", "Desk"))),
            section("Around town", "story", entry(library_story(), 2, score=5)),
            section("Business", "story", *business),
            section("In brief", "brief", *briefs),
            more=more_headlines(4),
            figures=(DataFigure("", "54° / 31°", "☀"), DataFigure("Air", "good")),
            note="Good morning. The markets are closed on Thursday, and so is this desk: the next edition is Friday’s.",
        ),
        newsletter,
    )


def pro_rata() -> tuple[Edition, Newsletter]:
    """Return a topical edition with a sponsor, a fallback line and samples, without pictures."""
    newsletter = sample_newsletter(
        "pro-rata",
        name="Pro Rata",
        topic="deals",
        tagline="Who buys, who sells, who pays for it",
        accent=Accent(light="#2d5f4c", dark="#7fc4a4"),
        timezone="America/New_York",
        sponsor={
            "name": "Harbour Ledger",
            "text": "Books that balance before lunch.",
            "url": "https://sponsor.example.com/",
        },
    )
    deals = [
        entry(library_story(headline=headline, is_sample=True), number, score=5 - number)
        for number, headline in (
            (2, "A maker of cargo bikes raises $40 million for a second factory"),
            (3, "Three ferry lines merge under one timetable"),
        )
    ]
    return (
        sample_edition(
            "pro-rata",
            section("Top of the morning", "lead", entry(tram_story(picture=None), 1, score=9)),
            section("Deals", "story", *deals),
            section("Also signed", "headlines", *more_headlines(3)),
            fallback="From around the country, as the day was quiet.",
        ),
        newsletter,
    )


def thin() -> tuple[Edition, Newsletter]:
    """Return the smallest edition: one story of one line, no page behind it."""
    bare = sample_story("Fog", url="", lead=(), summary="", source_name="", language="")
    edition = sample_edition("closer", section("1 big thing", "lead", entry(bare)), word_count=1, minutes=1)
    return edition, sample_newsletter("closer", name="Closer", timezone="UTC")


def long(count: int = 60, *, chars: int = 900) -> tuple[Edition, Newsletter]:
    """Return an edition of `count` full stories of some `chars` characters each, with falling scores."""
    sentence = "The council heard nine speakers and put the question off until the snow is gone. "
    half = sentence * max(1, chars // 2 // len(sentence))
    stories = [
        entry(
            library_story(
                id=f"s-{number}",
                headline=f"Story {number} of a long day in the valley",
                url=f"https://front-range.example.com/{number}",
                lead=paragraphs(half.strip()),
                parts=(part("Why it matters", half.strip(), "One bullet", "Another bullet"),),
            ),
            number,
            score=float(count - number),
        )
        for number in range(1, count + 1)
    ]
    size = 10
    sections = [
        section("1 big thing" if start == 0 else f"Part {start // size + 1}", "story", *stories[start : start + size])
        for start in range(0, count, size)
    ]
    return sample_edition("denver", *sections, word_count=count * 160, minutes=count * 2 // 3 + 1), sample_newsletter()


def right_to_left() -> tuple[Edition, Newsletter]:
    """Return an edition in Arabic, with one English story in it."""
    lead = sample_story(
        "افتتاح خط الترام الجديد قبل موعده بعامين",
        id="s-ar-1",
        language="ar",
        source_name="بريد الوادي",
        lead=paragraphs("ينطلق الخط الجديد يوم الاثنين، بعربة كل ست دقائق حتى منتصف الليل."),
        parts=(part("لماذا يهم", "يسكن ثلث العاملين في وسط المدينة قرب المحطات الجديدة.", "11 محطة", "4 منها جديدة"),),
        summary="ينطلق الخط الجديد يوم الاثنين، بعربة كل ست دقائق حتى منتصف الليل.",
    )
    edition = sample_edition(
        "valley",
        section("الخبر الأول", "lead", entry(lead, 1, score=3)),
        section("المدينة", "story", entry(library_story(), 2, score=2)),
        more=more_headlines(2),
    )
    newsletter = sample_newsletter(
        "valley", name="الوادي", language="ar", tagline="أخبار الوادي كل صباح", timezone="Asia/Amman"
    )
    return edition, newsletter


def more_headlines(count: int) -> tuple[EditionStory, ...]:
    """Return up to five entries for a list of headlines."""
    headlines = (
        ("Bike lanes on the east side get curbs", ("Desk", "Valley Wire")),
        ("A bakery’s night market moves indoors", ()),
        ("Water bills will tell households how they compare with their street", ()),
        ("The zoo’s oldest tortoise is older than thought", ()),
        ("Night buses return to the airport", ()),
    )
    return tuple(
        entry(sample_story(headline, source_name="Valley Wire", summary=headline + "."), score=0.5, also=also)
        for headline, also in headlines[:count]
    )


HOSTILE_TEXTS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href=' &#14; javascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "</style><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "<!--[if mso]><script>alert(1)</script><![endif]-->",
    "<!-- --!><script>alert(1)</script>",
    "</mj-text><mj-include path='/etc/passwd' />",
    "<mj-raw><script>alert(1)</script></mj-raw>",
    "{{ 7 * 7 }} {% for x in range(10**9) %}x{% endfor %} {{ ''.__class__.__mro__ }}",
    "{{ reader.email }} ${7*7} #{7*7} <%= 7*7 %>",
    "&bogus; &#0; &#x110000; &amp &lt &#xD800; &&&& <<<< >>>>",
    "1 < 2 > 0 & -- ]]> <![CDATA[ x",
    "\x00\x01\x0b\u202edrowssap\u2066\u2069\ufffe\ud800",
    "<div style='position:fixed;inset:0'>x</div>",
    "<base href=https://evil.example/><meta http-equiv=refresh content=0>",
    "<form action=https://evil.example/><input name=q></form>",
    "<p " + "a=b " * 2_000 + ">",
    "<b>" * 50_000,
    "</p>" * 50_000,
    "<a href='https://e.example/?" + "x" * 100_000 + "'>x</a>",
)
"""Texts that break what trusts them: scripts, template syntax, broken entities, controls, depth."""


def hostile(text: str) -> tuple[Edition, Newsletter]:
    """Return an edition in which every text of every story is `text`."""
    markup = InlineHtml(text)
    story = sample_story(
        text or "x",
        id="s-hostile",
        url=text,
        source_name=text,
        lead=(markup, markup),
        parts=(Part(text, markup, (markup, markup)),),
        summary=text,
        picture=Picture(f"https://pictures.example.com/{text}", 600, 300, text, text),
        authors=(text,),
    )
    entries = (EditionStory(story, Score(), 1, (AlsoReported(text, text),)),)
    sections = tuple(EditionSection(text, layout, entries) for layout in _LAYOUTS)
    edition = sample_edition(
        "denver", *sections, more=entries, figures=(DataFigure(text, text, text),), fallback=text, note=text
    )
    return edition, sample_newsletter()


_LAYOUTS: tuple[Layout, ...] = ("lead", "story", "brief", "headlines")
