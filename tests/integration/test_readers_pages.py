"""The readers' pages in one process: what a GET may not do, what a POST needs, and what others wrote is confined."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from sqlalchemy import select

from digest.config.newsletter import Prompt
from digest.model.story import InlineHtml
from digest.store import metadata
from digest.store.suppressions import add_suppression
from digest.subscriptions.tokens import Purpose
from digest.testing.editions import entry, hostile, sample_edition, sample_story, section
from digest.testing.readers import readers_pages

ADA = "ada@example.com"


@pytest.fixture
def pages(tmp_path):
    """The pages over an empty store."""
    with readers_pages(tmp_path, DIGEST_WEB__TRUSTED_PROXIES="192.0.2.250") as opened:
        yield opened


def everything_in(store):
    """Return all rows of all tables."""
    with store.read() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table))]
            for table in metadata.metadata.sorted_tables
        }


def personal_links(pages, subscriber_id):
    """Return the paths of one reader's links."""
    links = pages.workspace.links
    in_a_week = datetime.now(UTC) + timedelta(days=7)
    urls = (
        links.unsubscribe("denver", subscriber_id),
        links.preferences("denver", subscriber_id),
        links.confirm("", subscriber_id, in_a_week),
    )
    return [url.removeprefix("https://news.example.com") for url in urls]


def test_a_hundred_looks_change_nothing(pages):
    """Scanners may open and probe every link of a message as often as they like."""
    pages.publish(sample_edition("denver"))
    ada = pages.subscribe(ADA, "denver")
    paths = [*personal_links(pages, ada), "/", "/n/denver", "/archive/denver/2026-11-22", "/archive/denver/"]
    before = everything_in(pages.workspace.store)

    async def scan(visitor):
        for _ in range(100):
            for path in paths:
                assert (await visitor.client.head(path)).status_code == 200
        return [await visitor.get(path) for path in paths]

    answers = pages.visit(scan)
    assert all(answer.status_code == 200 for answer in answers)
    assert everything_in(pages.workspace.store) == before
    assert not pages.caught()


def test_one_post_without_cookies_unsubscribes(pages):
    """A mail client's one click ends the subscription at once, answers 200 without a redirect, and works twice."""
    ada = pages.subscribe(ADA, "denver", "am")
    path = personal_links(pages, ada)[0]

    async def click(visitor):
        answers = [await visitor.post(path, **{"List-Unsubscribe": "One-Click"}) for _ in range(2)]
        multipart = await visitor.client.post(path, files={"List-Unsubscribe": (None, "One-Click")})
        broken = await visitor.client.post(path, content=b"--x", headers={"Content-Type": "multipart/form-data"})
        return [*answers, multipart, broken]

    assert [answer.status_code for answer in pages.visit(click)] == [200, 200, 200, 200]
    states = {name: one.state.value for name, one in pages.subscriptions(ada).items()}
    assert states == {"am": "confirmed", "denver": "unsubscribed"}


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("stop", {"am": ("confirmed", "every"), "denver": ("unsubscribed", "every")}),
        ("all", {"am": ("unsubscribed", "every"), "denver": ("unsubscribed", "every")}),
        ("weekly", {"am": ("confirmed", "every"), "denver": ("confirmed", "weekly")}),
        ("pause", {"am": ("confirmed", "every"), "denver": ("paused", "every")}),
    ],
)
def test_leaving_offers_less_than_leaving(pages, choice, expected):
    """The page of the link in the message offers the roundup, a pause, this one, and everything."""
    ada = pages.subscribe(ADA, "denver", "am")
    path = personal_links(pages, ada)[0]
    answer = pages.visit(lambda visitor: visitor.fill_in(path, choice=choice, days="14"))
    assert answer.status_code == 200
    assert "Done" in answer.text
    found = {name: (one.state.value, one.frequency.value) for name, one in pages.subscriptions(ada).items()}
    assert found == expected


def test_coming_back_for_the_roundup(pages):
    """Who left by the mail client's button may still take the roundup instead, from the page of the same link."""
    ada = pages.subscribe(ADA, "denver")
    path = personal_links(pages, ada)[0]

    async def leave_and_return(visitor):
        await visitor.post(path, **{"List-Unsubscribe": "One-Click"})
        return await visitor.fill_in(path, choice="weekly")

    assert "as a roundup" in pages.visit(leave_and_return).text
    found = pages.subscriptions(ada)["denver"]
    assert (found.state.value, found.frequency.value) == ("confirmed", "weekly")


def test_forms_need_the_key_of_their_page(pages):
    """No POST but the one click acts without the key that only our own page, for this reader, holds."""
    ada, bo = pages.subscribe(ADA, "denver"), pages.subscribe("bo@example.com", "denver")
    unsubscribe, preferences, confirm = personal_links(pages, ada)
    before = everything_in(pages.workspace.store)

    async def forge(visitor):
        others = [await visitor.find_key("/"), await visitor.find_key(personal_links(pages, bo)[1]), "", "x" * 400]
        answers = []
        for key in others:
            for path, fields in (
                (unsubscribe, {"choice": "all"}),
                (preferences, {"do": "save", "shown": "denver"}),
                (preferences, {"do": "erase", "sure": "yes"}),
                (preferences, {"do": "export"}),
                (confirm, {"newsletter": "denver"}),
            ):
                answers.append(await visitor.post(path, key=key, **fields))
        answers.append(await visitor.post("/subscribe", email=ADA, newsletter="am"))
        return answers

    assert {answer.status_code for answer in pages.visit(forge)} == {403}
    assert everything_in(pages.workspace.store) == before


def test_links_open_only_what_they_are_for(pages):
    """A link to leave opens no preferences, and a changed, cut or expired one opens nothing."""
    ada = pages.subscribe(ADA, "denver")
    token = personal_links(pages, ada)[0].removeprefix("/unsubscribe/")
    old = pages.workspace.tokens.make(Purpose.CONFIRM, "", ada, expires_at=datetime(2026, 1, 1, tzinfo=UTC))
    paths = [f"/preferences/{token}", f"/unsubscribe/{token[:-3]}", f"/unsubscribe/{'A' * 500}", f"/confirm/{old}"]

    async def open_all(visitor):
        return [await visitor.get(path) for path in paths]

    answers = pages.visit(open_all)
    assert [answer.status_code for answer in answers] == [400] * 4
    assert all("This link does not work" in answer.text for answer in answers)


def test_the_same_answer_for_known_and_unknown(pages):
    """Whoever types an address into the form learns nothing about it; a dead one gets no mail."""
    pages.subscribe(ADA, "denver")
    with pages.workspace.store.begin() as connection:
        add_suppression(connection, "dead@example.com", reason="hard bounce", now=datetime.now(UTC))

    async def sign_up(visitor):
        return [
            (await visitor.fill_in("/n/denver", email=email, newsletter="denver", place="one")).text.replace(email, "")
            for email in (ADA, "new@example.com", "dead@example.com")
        ]

    known, unknown, dead = pages.visit(sign_up)
    assert known == unknown == dead
    assert {str(message["to"]) for message in pages.caught()} == {ADA, "new@example.com"}


def test_forms_tell_what_is_amiss(pages):
    """A wrong address and no newsletter come back as they were filled in, with what to do; markup stays text."""

    async def try_out(visitor):
        return [
            await visitor.fill_in("/", email="<b>@nowhere", newsletter=["denver", "am"]),
            await visitor.fill_in("/", email=ADA, newsletter="gone"),
            await visitor.fill_in("/embed/denver", email="", newsletter="denver", place="embed"),
            await visitor.fill_in("/n/denver", email="a@b@example.com", newsletter="denver", place="one"),
        ]

    wrong, none, missing, double = pages.visit(try_out)
    assert {answer.status_code for answer in (wrong, none, missing, double)} == {400}
    assert "&lt;b&gt;@nowhere" in wrong.text
    assert "<b>@nowhere" not in wrong.text
    assert re.search(r'value="denver" id="n-denver" checked', wrong.text)
    assert "Choose at least one newsletter" in none.text
    assert f'value="{ADA}"' in none.text
    assert "The address is missing" in missing.text
    assert "cannot be mailed to" in double.text
    assert not pages.caught()


def test_programs_walk_into_the_trap(pages):
    """Who fills the field that no person sees gets the same answer, and nothing happens."""
    answer = pages.visit(
        lambda visitor: visitor.fill_in("/", email=ADA, newsletter="denver", website="https://spam.example.com")
    )
    assert answer.status_code == 200
    assert "inbox" in answer.text
    assert pages.subscriptions(1) == {}
    assert not pages.caught()


def test_preferences_from_the_page(pages):
    """The page shows what one has, saves choices, and hides the address from whom it was forwarded to."""
    ada = pages.subscribe(ADA, "denver", "am")
    path = personal_links(pages, ada)[1]

    async def choose(visitor):
        before = await visitor.get(path)
        after = await visitor.fill_in(
            path,
            do="save",
            shown=["denver", "am", "pm"],
            on=["denver", "pm"],
            name="Ada",
            timezone="America/Denver",
            **{"often-denver": "weekly", "often-pm": "every"},
        )
        return before, after, await visitor.fill_in(path, do="save", shown="denver", on="denver", timezone="Mars")

    before, after, wrong = pages.visit(choose)
    assert ADA not in before.text
    assert "a…@example.com" in before.text
    assert "Saved." in after.text
    assert wrong.status_code == 400
    found = {name: (one.state.value, one.frequency.value) for name, one in pages.subscriptions(ada).items()}
    assert found == {
        "am": ("unsubscribed", "every"),
        "denver": ("confirmed", "weekly"),
        "pm": ("confirmed", "every"),
    }


def test_export_and_erase(pages):
    """One takes all that is kept away as JSON; after an erase no file of the store holds the address, only a hash."""
    ada = pages.subscribe("ada.unlikely@example.com", "denver")
    path = personal_links(pages, ada)[1]

    async def take_and_erase(visitor):
        await visitor.fill_in("/", email="Ada.Unlikely@example.com", newsletter="denver")
        await pages.app.state.confirmations.finish()
        assert len(pages.caught()) == 1
        exported = await visitor.fill_in(path, do="export")
        unsure = await visitor.fill_in(path, do="erase")
        erased = await visitor.fill_in(path, do="erase", sure="yes")
        return exported, unsure, erased, await visitor.get(path)

    exported, unsure, erased, gone = pages.visit(take_and_erase)
    assert exported.json()["email"] == "ada.unlikely@example.com"
    assert exported.json()["subscriptions"][0]["newsletter"] == "denver"
    assert "attachment" in exported.headers["content-disposition"]
    assert (unsure.status_code, erased.status_code, gone.status_code) == (400, 200, 404)
    files = [file for file in pages.workspace.root.rglob("*") if file.is_file()]
    assert files
    assert not [file for file in files if b"ada.unlikely" in file.read_bytes()]


def test_every_answer_is_safe(pages):
    """No answer sets a cookie or lets a script run, also when something is wrong; HEAD says what GET says."""
    pages.publish(sample_edition("denver"))
    ada = pages.subscribe(ADA, "denver")
    paths = ["/", "/n/denver", "/embed/denver", "/archive/denver/", "/archive/denver/latest", "/healthz", "/metrics"]
    paths += ["/archive/denver/feed.xml", "/nowhere", "/n/nowhere", "/media/desk/%00", "/openapi.json"]
    paths += ["/?near=Boulder", *personal_links(pages, ada)]

    async def look(visitor):
        both = [(await visitor.get(path), await visitor.client.head(path)) for path in paths]
        return [*both, (await visitor.client.delete("/"), None), (await visitor.post("/healthz"), None)]

    for answer, head in pages.visit(look):
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "script-src" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in answer.headers
        assert "<script" not in answer.text
        if head is not None:
            assert (head.status_code, head.content) == (answer.status_code, b"")
            assert head.headers["content-type"] == answer.headers["content-type"]


def test_long_forms_are_refused(pages):
    """A form of megabytes ends at the door, whether or not its length was told."""

    async def flood(visitor):
        async def endless():
            for _ in range(100):
                yield b"a=" + b"x" * 10_000 + b"&"

        return [
            await visitor.post("/subscribe", email="x" * 1_000_000),
            await visitor.client.post(
                "/subscribe", content=endless(), headers={"Content-Type": "application/x-www-form-urlencoded"}
            ),
        ]

    assert [answer.status_code for answer in pages.visit(flood)] == [413, 413]


def test_near_a_place(pages):
    """A place by name brings its newsletter to the top, an ambiguous one its choices, an unknown one a hint."""

    async def ask(visitor):
        queries = ("Boulder, CO", "boulder", "Springfield", "Xyzzyville", "Anchorage, AK", "<script>")
        return [(await visitor.client.get("/", params={"near": query})).text for query in queries]

    full, short, ambiguous, unknown, far, markup = pages.visit(ask)
    for text in (full, short):
        assert "Near Boulder, CO" in text
        assert text.index('value="denver"') < text.index('value="am"')
    assert "Springfield, IL" in ambiguous
    assert "We know no place called" in unknown
    assert "None of our newsletters is near Anchorage, AK" in far
    assert "<script>" not in markup


def test_archive_shows_editions_without_anything_personal(pages):
    """List, page, latest and feed lead to one another, and hold no token and no address."""
    pages.subscribe(ADA, "denver")
    later = datetime(2026, 11, 23, 13, 30, tzinfo=UTC)
    pages.publish(sample_edition("denver"))
    pages.publish(sample_edition("denver", id="denver-2", slot_at=later))
    pages.publish(sample_edition("denver", id="denver-3", slot_at=later + timedelta(hours=4)))

    async def read(visitor):
        names = ("", "2026-11-22", "2026-11-23", "2026-11-23-0630", "latest", "feed.xml", "2026-11-24", "weird%00")
        return [await visitor.get(f"/archive/denver/{name}") for name in names]

    listing, first, second, earlier, latest, feed, missing, weird = pages.visit(read)
    assert re.findall(r'href="/archive/denver/(2026[\d-]+)"', listing.text) == [
        "2026-11-23",
        "2026-11-23-0630",
        "2026-11-22",
    ]
    assert (missing.status_code, weird.status_code) == (404, 404)
    assert latest.text == second.text
    for page in (first, second, earlier):
        assert 'property="og:title"' in page.text
        assert "The tram loop at the old station" in page.text
        assert not re.search(r"/(unsubscribe|preferences|confirm)/|@example\.com", page.text)
    assert 'href="/archive/denver/2026-11-22" rel="prev"' in earlier.text
    root = ElementTree.fromstring(feed.content)
    atom = "{http://www.w3.org/2005/Atom}"
    entries = root.findall(f"{atom}entry")
    assert [entry.find(f"{atom}link").get("href").rpartition("/")[2] for entry in entries] == [
        "2026-11-23",
        "2026-11-23-0630",
        "2026-11-22",
    ]
    assert len({entry.find(f"{atom}id").text for entry in entries}) == 3


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "</head><body onload=alert(1)>", "a\x0bb & ]]> <x"])
def test_hostile_stories_are_confined(pages, text):
    """Whatever an outlet writes, the page runs nothing, has no origin of ours, and the feed stays well-formed."""
    edition, _ = hostile("x")
    story = sample_story(text, lead=(InlineHtml("A lead."),), source_name=text)
    pages.publish(sample_edition("denver", section("One", "lead", entry(story, 1))))

    async def read(visitor):
        return [await visitor.get(f"/archive/denver/{name}") for name in ("latest", "feed.xml", "")] + [
            await visitor.get("/n/denver")
        ]

    page, feed, listing, one = pages.visit(read)
    assert "sandbox" in page.headers["content-security-policy"]
    assert "allow-scripts" not in page.headers["content-security-policy"]
    assert "allow-same-origin" not in page.headers["content-security-policy"]
    for answer in (page, listing, one):
        assert "<script" not in answer.text
        assert not re.search(r"<body[^>]*onload", answer.text)
    ElementTree.fromstring(feed.content)
    assert edition.newsletter == "denver"


def test_proxies_are_believed_only_where_trusted(pages):
    """Behind the configured proxy each visitor has a count of their own; a visitor cannot invent one."""

    async def sign_up(visitor, count=31):
        key, statuses = await visitor.find_key(), []
        for number in range(count):
            visitor.client.headers["X-Forwarded-For"] = f"198.51.{number}.1"
            answer = await visitor.post("/subscribe", key=key, email=f"r{number}@example.com", newsletter="am")
            statuses.append(answer.status_code)
        return statuses

    assert pages.visit(sign_up, address="192.0.2.250") == [200] * 31
    assert pages.visit(sign_up, address="203.0.113.9") == [200] * 30 + [429]


def test_metrics_count_and_name_nobody(pages):
    """Figures for the operator hold counts by state and no address."""
    pages.subscribe(ADA, "denver", "am")
    pages.publish(sample_edition("denver"))
    text = pages.visit(lambda visitor: visitor.get("/metrics")).text
    assert 'digest_subscriptions{state="confirmed"} 2.0' in text
    assert 'digest_editions{state="done"} 1.0' in text
    assert "digest_sources_failing 0.0" in text
    assert "@" not in text


def test_a_newsletter_in_another_language(pages):
    """Its pages are marked as its language and date in it, our own words on them as English; others stay English."""
    project = pages.workspace.project
    words = {"language": "es-MX", "prompt": Prompt(headline="Denver, cada mañana")}
    denver = project.newsletters["denver"].model_copy(update=words)
    pages.workspace.project = replace(project, newsletters={**project.newsletters, "denver": denver})
    pages.publish(sample_edition("denver"))

    async def look(visitor):
        paths = ("/n/denver", "/embed/denver", "/archive/denver/", "/archive/denver/latest", "/", "/n/am")
        return [(await visitor.get(path)).text for path in paths]

    one, embed, listing, edition, everything, other = pages.visit(look)
    for text in (one, embed, listing):
        assert '<html lang="es-MX" dir="ltr">' in text
        assert 'lang="en"' in text
    assert "dom 22 de nov" in one
    assert "noviembre de 2026" in listing
    assert "dom 22 de nov" in listing
    assert 'lang="es-MX"' in edition.partition(">")[2][:200]
    assert '<html lang="en" dir="ltr">' in everything
    assert '<span class="promise" lang="es-MX" dir="ltr">Denver, cada mañana</span>' in everything
    assert '<html lang="en" dir="ltr">' in other
    assert 'lang="es' not in other
