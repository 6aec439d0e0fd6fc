import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from digest.config.settings import Settings
from digest.config.sources import SourceConfig
from digest.model.source import Reading, ReadingStatus, SourceState
from digest.sources import ReadingContext, read_all, read_source
from digest.sources.context import Clients
from digest.testing.feeds import NOW, FeedBuilder, make_context

Answer = Callable[[httpx.Request], httpx.Response]
SOURCE = SourceConfig.model_validate({"id": "post", "url": "https://feeds.example.com/a.xml"})
FRESH = SourceState("post")


def _read(
    answer: Answer, state: SourceState = FRESH, *, source: SourceConfig = SOURCE, later: timedelta = timedelta(0)
) -> Reading:
    async def run() -> Reading:
        async with make_context(answer, now=NOW + later) as context:
            return await read_source(source, state, context=context)

    return asyncio.run(run())


def _gives(data: bytes, **headers: str) -> Answer:
    return lambda _: httpx.Response(
        200, content=data, headers={key.replace("_", "-"): value for key, value in headers.items()}
    )


def _says(status: int, **headers: str) -> Answer:
    return lambda _: httpx.Response(status, headers={key.replace("_", "-"): value for key, value in headers.items()})


def _round(
    answer: Answer, sources: list[SourceConfig], states: Mapping[str, SourceState], *, force: bool = False
) -> dict[str, Reading]:
    async def run() -> dict[str, Reading]:
        async with make_context(answer) as context:
            return {r.source: r async for r in read_all(sources, states, context=context, force=force)}

    return asyncio.run(run())


def test_a_reading_brings_stories_and_what_to_remember() -> None:
    """Stories, validators, times and the next try come of a good reading."""
    reading = _read(_gives(FeedBuilder().many(3).rss(), etag='"v1"'))
    assert reading.status is ReadingStatus.OK
    assert len(reading.stories) == 3
    assert {story.source_name for story in reading.stories} == {"Harbor Post"}
    assert (reading.state.etag, reading.state.last_success_at, reading.state.failures) == ('"v1"', NOW, 0)
    assert reading.state.last_new_at == NOW
    assert reading.state.next_try_at is not None
    assert timedelta(minutes=30) <= reading.state.next_try_at - NOW <= timedelta(minutes=33)


def test_reading_the_same_again_adds_nothing() -> None:
    """The same bytes, and 304, are UNCHANGED; the validators are sent back."""
    data = FeedBuilder().many(3).rss()
    first = _read(_gives(data, etag='"v1"', last_modified="Fri, 31 May 2024 07:00:00 GMT"))
    again = _read(_gives(data), first.state, later=timedelta(hours=1))
    assert (again.status, again.stories) == (ReadingStatus.UNCHANGED, ())

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["if-none-match"] == '"v1"'
        assert request.headers["if-modified-since"] == "Fri, 31 May 2024 07:00:00 GMT"
        return httpx.Response(304)

    not_modified = _read(answer, first.state, later=timedelta(hours=1))
    assert not_modified.status is ReadingStatus.UNCHANGED
    assert not_modified.state.etag == '"v1"'
    assert not_modified.state.last_success_at == NOW + timedelta(hours=1)


def test_an_edited_story_keeps_its_id() -> None:
    """Another headline and text come under the same id."""
    before = _read(_gives(FeedBuilder().item("Old").item("Other").rss()))
    after = _read(_gives(FeedBuilder().item("New", html="<p>Corrected.</p>").item("Other").rss()), before.state)
    assert [story.id for story in before.stories] == [story.id for story in after.stories]
    assert after.stories[0].headline == "New"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (_says(404), "404"),
        (_says(401), "password"),
        (_says(403), "403"),
        (_says(429), "fewer visits"),
        (_says(503), "fault (503)"),
        (_says(204), "204"),
        (_gives(b""), "empty"),
        (_gives(b"<html><body>Maintenance</body></html>"), "web page"),
        (_gives(b'<!DOCTYPE r [<!ENTITY a "haha">]><rss/>'), "refused"),
        (_gives(FeedBuilder().many(2).rss()[:40]), "not a feed"),
    ],
)
def test_a_failed_fetch_is_never_an_empty_feed(answer: Answer, words: str) -> None:
    """Each failure is an ERROR of one line with an action; validators and the last success stay."""
    state = replace(FRESH, etag='"v1"', content_hash="abc", last_success_at=NOW - timedelta(days=1))
    reading = _read(answer, state)
    assert reading.status is ReadingStatus.ERROR
    assert reading.stories == ()
    assert words in reading.error
    assert "; " in reading.error
    assert "\n" not in reading.error
    assert reading.state.error == reading.error
    assert (reading.state.etag, reading.state.content_hash) == ('"v1"', "abc")
    assert reading.state.last_success_at == state.last_success_at
    assert reading.state.failures == 1


def test_faults_of_ours_stop_nobody() -> None:
    """An unforeseen exception is an ERROR like any other."""

    def answer(request: httpx.Request) -> httpx.Response:
        raise KeyError("surprise")

    reading = _read(answer)
    assert reading.status is ReadingStatus.ERROR
    assert "KeyError" in reading.error


def test_an_empty_feed_is_a_success() -> None:
    """A well-formed feed without items is read, and is no error."""
    assert _read(_gives(FeedBuilder().rss())).status is ReadingStatus.OK


def test_backoff_grows_and_ends() -> None:
    """The wait doubles with each failure up to a day, and a success takes it back."""
    state, waits = FRESH, []
    for _ in range(10):
        state = _read(_says(500), state).state
        assert state.next_try_at is not None
        waits.append(state.next_try_at - NOW)
    assert all(later > earlier * 1.7 for earlier, later in pairwise(waits[:6]))
    assert waits[-1] <= timedelta(days=1.1)
    assert _read(_gives(FeedBuilder().rss()), state).state.failures == 0


def test_servers_say_when_to_come_back() -> None:
    """Retry-After, Cache-Control and ttl lengthen the wait, each within its bound."""
    asked = _read(_says(429, retry_after="7200")).state.next_try_at
    assert asked is not None
    assert timedelta(hours=2) <= asked - NOW <= timedelta(hours=2.2)
    cached = _read(_gives(FeedBuilder().rss(), cache_control="max-age=10800")).state.next_try_at
    assert cached is not None
    assert timedelta(hours=3) <= cached - NOW <= timedelta(hours=3.3)
    told = _read(_gives(FeedBuilder().rss().replace(b"<description/>", b"<ttl>120</ttl>"))).state.next_try_at
    assert told is not None
    assert timedelta(hours=2) <= told - NOW <= timedelta(hours=2.2)
    long = _read(_gives(FeedBuilder().rss(), cache_control="max-age=99999999")).state.next_try_at
    assert long is not None
    assert long - NOW <= timedelta(days=1.1)


def test_gone_means_gone() -> None:
    """410 is remembered, and the source is not asked again unless forced."""
    reading = _read(_says(410))
    assert reading.status is ReadingStatus.GONE
    assert reading.state.gone

    def answer(request: httpx.Request) -> httpx.Response:
        raise AssertionError("asked a source that is gone")

    assert _round(answer, [SOURCE], {"post": reading.state})["post"].status is ReadingStatus.GONE
    forced = _round(_gives(FeedBuilder().rss()), [SOURCE], {"post": reading.state}, force=True)["post"]
    assert forced.status is ReadingStatus.OK
    assert not forced.state.gone


def test_permanent_moves_are_remembered() -> None:
    """After a 301 the new address is asked at once; after three failures there, or a new `url:`, the configured one."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        if request.url.path == "/a.xml":
            return httpx.Response(301, headers={"location": "/b.xml"})
        return httpx.Response(200, content=FeedBuilder().rss())

    state = _read(answer).state
    _read(answer, state)
    assert [url.rsplit("/", 1)[1] for url in asked] == ["a.xml", "b.xml", "b.xml"]
    other = SourceConfig.model_validate({"id": "post", "url": "https://feeds.example.com/c.xml"})
    _read(answer, state, source=other)
    assert asked[-1].endswith("/c.xml")
    for _ in range(3):
        state = _read(_says(500), state).state
    _read(answer, state)
    assert asked[-2:] == ["https://feeds.example.com/a.xml", "https://feeds.example.com/b.xml"]


def test_sources_that_are_not_due_wait() -> None:
    """A round asks only who is due, unless it is forced."""
    state = replace(FRESH, next_try_at=NOW + timedelta(minutes=5))
    calls: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(str(request.url))
        return httpx.Response(200, content=FeedBuilder().rss())

    assert _round(answer, [SOURCE], {"post": state})["post"].status is ReadingStatus.WAITING
    assert calls == []
    assert _round(answer, [SOURCE], {"post": state}, force=True)["post"].status is ReadingStatus.OK


def test_a_round_gives_one_reading_for_each_source() -> None:
    """Good, broken and unknown sources all have their outcome, and each error is its own."""

    def answer(request: httpx.Request) -> httpx.Response:
        number = int(request.url.path.strip("/"))
        return httpx.Response(500) if number % 5 == 0 else httpx.Response(200, content=FeedBuilder().many(number).rss())

    sources = [SourceConfig.model_validate({"id": f"s{n}", "url": f"https://h{n}.example.com/{n}"}) for n in range(40)]
    readings = _round(answer, sources, {})
    assert len(readings) == 40
    assert {name for name, reading in readings.items() if reading.status is ReadingStatus.ERROR} == {
        f"s{n}" for n in range(0, 40, 5)
    }
    assert len(readings["s7"].stories) == 7


def test_a_stalled_host_delays_nobody() -> None:
    """Readings of other hosts come while one host has not answered yet."""
    stalled = asyncio.Event()

    async def run() -> list[str]:
        sources = [
            SourceConfig.model_validate({"id": f"slow{n}", "url": f"https://slow.example.com/{n}"}) for n in range(20)
        ]
        sources += [
            SourceConfig.model_validate({"id": f"ok{n}", "url": f"https://ok{n}.example.com/"}) for n in range(20)
        ]
        settings = Settings.model_validate({"fetch": {"concurrency": 4, "per_host": 2}})
        order: list[str] = []
        transport = _Stalling(stalled)
        clients = Clients(lambda _allow_private: httpx.AsyncClient(transport=transport))
        async for reading in read_all(sources, {}, context=ReadingContext(settings, Path(), NOW, clients)):
            order.append(reading.source)
            if len(order) == 20:
                stalled.set()
        await clients.aclose()
        assert transport.most == 2
        return order

    order = asyncio.run(run())
    assert {name[:2] for name in order[:20]} == {"ok"}
    assert len(order) == 40


class _Stalling(httpx.AsyncBaseTransport):
    """Answers all hosts but one, which waits to be let go; counts how many asked that one at a time."""

    def __init__(self, let_go: asyncio.Event) -> None:
        self._let_go = let_go
        self._now = self.most = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "slow.example.com":
            self._now += 1
            self.most = max(self.most, self._now)
            await self._let_go.wait()
            self._now -= 1
        return httpx.Response(200, content=FeedBuilder().rss())


def test_leaving_a_round_early_ends_its_readings() -> None:
    """Breaking out of the loop cancels what is under way."""

    async def run() -> int:
        async with make_context(_gives(FeedBuilder().rss())) as context:
            sources = [
                SourceConfig.model_validate({"id": f"s{n}", "url": f"https://h{n}.example.com/"}) for n in range(30)
            ]
            readings = read_all(sources, {}, context=context)
            async for _ in readings:
                break
            await readings.aclose()  # type: ignore[attr-defined]
            return len(asyncio.all_tasks())

    assert asyncio.run(run()) == 1


def test_folders_need_no_network(tmp_path: Path) -> None:
    """A folder is read without opening a client, is unchanged when read again, and is always due."""
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / "a.md").write_text("# One\n\nText.")
    source = SourceConfig(id="desk", path="desk")

    async def run() -> tuple[Reading, Reading]:
        async with make_context(_says(500), folder=tmp_path) as context:
            first = await read_source(source, SourceState("desk"), context=context)
            return first, await read_source(source, first.state, context=context)

    first, second = asyncio.run(run())
    assert [story.headline for story in first.stories] == ["One"]
    assert first.state.next_try_at is None
    assert second.status is ReadingStatus.UNCHANGED


def test_samples_never_age(tmp_path: Path) -> None:
    """A sample folder gives its stories at every reading, dated from then, under the same ids."""
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "a.md").write_text("---\nheadline: One\nage: 3h\n---\nText.")
    source = SourceConfig(id="s", path="s", samples=True)

    async def run(later: timedelta, state: SourceState) -> Reading:
        async with make_context(_says(500), folder=tmp_path, now=NOW + later) as context:
            return await read_source(source, state, context=context)

    first = asyncio.run(run(timedelta(0), SourceState("s")))
    much_later = asyncio.run(run(timedelta(days=400), first.state))
    assert first.stories[0].id == much_later.stories[0].id
    assert much_later.stories[0].published_at - first.stories[0].published_at == timedelta(days=400)
    assert much_later.stories[0].is_sample


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    """The error names the folder and what to do."""

    async def run() -> Reading:
        async with make_context(_says(500), folder=tmp_path) as context:
            return await read_source(SourceConfig(id="x", path="nowhere"), SourceState("x"), context=context)

    reading = asyncio.run(run())
    assert reading.status is ReadingStatus.ERROR
    assert "nowhere" in reading.error


def test_full_text_completes_short_stories() -> None:
    """Where the source allows it, summary and text come from the story's page; the parts stay the feed's."""
    words = (
        "The council of the harbour town voted for a second bridge on Tuesday. Work begins in the spring of next year. "
    )
    article = f"<article><h1>T</h1><p>{words * 3}</p><p>{words * 2}</p></article>"
    page = f"<html><head><title>T</title></head><body>{article}</body></html>"
    source = SourceConfig.model_validate({"id": "post", "url": "https://feeds.example.com/a.xml", "full_text": True})

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/a.xml":
            return httpx.Response(
                200,
                content=FeedBuilder()
                .item("T", html="")
                .item("U", html="x" * 400, link="https://news.example.com/no")
                .rss(),
            )
        assert request.url.path != "/no"
        return httpx.Response(200, text=page, headers={"content-type": "text/html"})

    reading = _read(answer, source=source)
    story = reading.stories[0]
    assert story.summary.startswith("The council of the harbour town voted")
    assert "spring" in story.body
    assert story.lead
    failing = _read(lambda r: answer(r) if r.url.path == "/a.xml" else httpx.Response(500), source=source)
    assert failing.stories[0].summary == "T"


def test_further_labels_come_from_the_settings() -> None:
    """Labels of the context are recognised beside the built-in ones."""

    async def run() -> Reading:
        feed = FeedBuilder().item("T", html="<p>Lead.</p><p><b>In the weeds:</b> Grass.</p>").rss()
        async with make_context(_gives(feed), labels=("In the weeds",)) as context:
            return await read_source(SOURCE, FRESH, context=context)

    assert asyncio.run(run()).stories[0].parts[0].label == "In the weeds"
