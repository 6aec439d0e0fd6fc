from datetime import UTC, datetime, timedelta

from digest.config.sources import SourceConfig
from digest.model.story import Picture, Story
from digest.sources.item import FeedItem, ParsedFeed
from digest.sources.normalise import Normalising, normalise_feed, normalise_one

NOW = datetime(2024, 5, 31, 12, tzinfo=UTC)
SOURCE = SourceConfig(id="post", path="x")


def _story(item: FeedItem, source: SourceConfig = SOURCE) -> Story:
    return normalise_one(item, Normalising(source, NOW))


def test_the_fields_of_a_story() -> None:
    """Headline, lead, parts, summary, text and figures all come from the item."""
    item = FeedItem(
        guid="abc",
        url="http://www.example.com/1?utm_source=x",
        title="Bridge \u202eopens",
        content="<p>The bridge opens. It is new. It is wide.</p>"
        "<p><b>Why it matters:</b> Traffic.</p><ul><li>One.</li></ul>",
        published_at=NOW - timedelta(hours=1),
        language="en-US",
    )
    story = _story(item)
    assert (story.guid, story.url) == ("abc", "http://www.example.com/1?utm_source=x")
    assert story.canonical_url == "https://example.com/1"
    assert story.headline == "Bridge opens"
    assert story.lead == ("The bridge opens. It is new. It is wide.",)
    assert [(part.label, part.text, part.bullets) for part in story.parts] == [
        ("Why it matters", "Traffic.", ("One.",))
    ]
    assert story.summary == "The bridge opens. It is new."
    assert story.body == "The bridge opens. It is new. It is wide.\nWhy it matters: Traffic.\nOne."
    assert story.word_count == 14
    assert story.language == "en"
    assert story.source_name == "post"


def test_the_feeds_own_summary_comes_first() -> None:
    """A feed that gives summary and content keeps both, the summary at most two sentences long."""
    story = _story(
        FeedItem(
            title="T", summary="<p>Own <b>words</b>. Two. Three.</p>", content="<p>Long text of the story itself.</p>"
        )
    )
    assert story.summary == "Own words. Two."
    assert story.lead == ("Long text of the story itself.",)


def test_a_story_without_text_is_summed_up_by_its_headline() -> None:
    """A summary is never empty while there is a word to say."""
    assert _story(FeedItem(title="Bridge opens")).summary == "Bridge opens"


def test_an_item_without_words_is_not_lost() -> None:
    """Its headline is made from its address, or says that there is none."""
    assert _story(FeedItem(url="https://e.example.com/2024/the-bridge_opens.html?x=1")).headline == "The bridge opens"
    empty = _story(FeedItem(guid="x"))
    assert (empty.headline, empty.lead, empty.word_count) == ("Untitled", (), 0)


def test_dates_are_clamped() -> None:
    """What is said to come from the future, or from no time at all, was published now."""
    assert _story(FeedItem(title="T", published_at=NOW + timedelta(days=3))).published_at == NOW
    assert _story(FeedItem(title="T")).published_at == NOW
    edited = _story(FeedItem(title="T", published_at=NOW - timedelta(days=1), updated_at=NOW + timedelta(days=1)))
    assert edited.updated_at == NOW
    only_updated = _story(FeedItem(title="T", updated_at=NOW - timedelta(days=1)))
    assert (only_updated.published_at, only_updated.updated_at) == (NOW - timedelta(days=1), None)


def test_limits_of_a_source() -> None:
    """`max_items` and `max_age` bound what a reading gives; without max_age any age enters."""
    items = [FeedItem(guid=f"tag:e,{n}", title=f"T{n}", published_at=NOW - timedelta(days=n)) for n in range(10)]
    feed = ParsedFeed("rss", items=items)
    assert len(normalise_feed(feed, Normalising(SourceConfig(id="a", path="x", max_items=4), NOW))) == 4
    young = SourceConfig(id="a", path="x", max_age=timedelta(days=2, hours=1))
    assert len(normalise_feed(feed, Normalising(young, NOW))) == 3
    assert len(normalise_feed(feed, Normalising(SourceConfig(id="a", path="x"), NOW))) == 10


def test_long_text_is_bounded() -> None:
    """The text that routing reads has at most 8,000 characters; the words are all counted."""
    story = _story(FeedItem(title="x" * 1000, content="<p>" + "word " * 9_000 + "</p>"))
    assert len(story.body) == 8_000
    assert story.word_count == 9_000
    assert len(story.headline) <= 300


def test_the_best_picture_is_taken() -> None:
    """The widest picture the feed names wins; icons and trackers never do; alt text is found in the text."""
    named = (
        Picture("https://e.example.com/s.jpg", 200, 100),
        Picture("https://e.example.com/l.jpg?w=9", 900, 500),
        Picture("/icon.png", 16, 16),
    )
    html = '<p>x</p><img src="https://e.example.com/l.jpg" alt="A bridge">'
    story = _story(FeedItem(title="T", content=html, pictures=named, base="https://e.example.com/"))
    assert story.picture == Picture("https://e.example.com/l.jpg?w=9", 900, 500, "A bridge")
    inside = _story(
        FeedItem(title="T", content='<img src="/a.png"><p>Photo: A. Person</p>', base="https://e.example.com/x")
    )
    assert inside.picture == Picture("https://e.example.com/a.png", credit="A. Person")
    assert _story(FeedItem(title="T", content='<img src="https://e.example.com/1.gif" width=1>')).picture is None


def test_tails_of_publishing_systems_are_dropped() -> None:
    """Closing lines that a system hangs on every item are no paragraphs of a story."""
    html = '<p>It rained.</p><p>The post <a href="https://e.example.com/1">Rain</a> appeared first on <a href="https://e.example.com">Post</a>.</p>'
    story = _story(FeedItem(title="T", content=html))
    assert (story.lead, story.parts) == (("It rained.",), ())
    assert (
        _story(
            FeedItem(title="T", content='<p>It rained.</p><p><a href="https://e.example.com/1">Read more</a></p>')
        ).parts
        == ()
    )
    assert _story(FeedItem(title="T", content="<p>It <b>rained</b> and […]</p>")).lead == (
        "It <strong>rained</strong> and",
    )


def test_what_repeats_the_headline_is_no_lead() -> None:
    """A headline in the text, with byline and date, and a heading before the first paragraph are left out."""
    html = (
        "<div>Bridge opens</div><p><b>Bridge opens</b> Ann, May 31, 2024</p>"
        "<h2>Introduction</h2><p>It opened at noon.</p>"
    )
    assert _story(FeedItem(title="Bridge opens", content=html)).lead == ("It opened at noon.",)
    as_heading = _story(FeedItem(title="T", content="<h3>It opened at noon on Tuesday.</h3><p>Later it rained.</p>"))
    assert as_heading.lead == ("It opened at noon on Tuesday.", "Later it rained.")
    labelled = _story(FeedItem(title="T", content="<h2>Why it matters</h2><p>Traffic.</p>"))
    assert [part.label for part in labelled.parts] == ["Why it matters"]
    assert _story(FeedItem(title="Bridge opens", content="<p>Bridge opens</p>")).lead == ("Bridge opens",)


def test_links_to_pictures_and_to_itself_are_no_paragraphs() -> None:
    """A gallery's links, and a last line that links to the story in any language, tell nothing."""
    html = (
        '<p>It opened.</p><p><a href="https://e.example.com/a.jpg">View fullsize</a></p>'
        '<p>Artykuł <a href="https://e.example.com/1/">Most</a> pojawił się w <a href="https://e.example.com">Post</a>.</p>'
    )
    story = _story(FeedItem(title="Most", url="https://e.example.com/1", content=html))
    assert (story.lead, story.parts) == (("It opened.",), ())


def test_a_summary_is_a_paragraph() -> None:
    """Lines too short to be one are passed over."""
    html = "<p>Noon</p><p>The bridge was opened at noon on Tuesday. It rained. It was wet.</p>"
    assert _story(FeedItem(title="T", content=html)).summary == "The bridge was opened at noon on Tuesday. It rained."


def test_samples_are_marked() -> None:
    """All stories of a sample source are samples."""
    assert _story(FeedItem(title="T"), SourceConfig(id="s", path="x", samples=True)).is_sample
    assert not _story(FeedItem(title="T")).is_sample
