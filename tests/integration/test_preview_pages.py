"""The preview bench over HTTP: what it shows, what it refuses, and that looking changes nothing."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from pathlib import Path

import httpx
import pytest

from digest.config.load import load_project
from digest.pipeline.collect import collect
from digest.pipeline.readers import add_subscriber
from digest.pipeline.workspace import Workspace
from digest.store import editions
from digest.subscriptions.tokens import Purpose
from digest.testing.previews import write_project
from digest.web.preview.app import create_preview
from digest.web.preview.bench import Bench
from digest.web.preview.guard import Access

Session = Callable[[httpx.AsyncClient], Awaitable[None]]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write_project(tmp_path)


@asynccontextmanager
async def client_of(config: Path, access: Access | None = None) -> AsyncIterator[httpx.AsyncClient]:
    bench = Bench(config)
    await bench.refresh()
    transport = httpx.ASGITransport(create_preview(bench, access))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8025", timeout=30) as client:
        yield client
    bench.close()


def run(config: Path, session: Session, access: Access | None = None) -> None:
    async def main() -> None:
        async with client_of(config, access) as client:
            await session(client)

    asyncio.run(main())


def fill_store(config: Path) -> Path:
    with Workspace(load_project(config, {})) as workspace:
        asyncio.run(collect(workspace))
        add_subscriber(workspace, "ada@example.com", "denver", name="Ada Example", consent="asked")
        assert workspace.tokens
    return config.parent / "var" / "digest.db"


def form_key(page: str) -> str:
    found = re.search(r'name="form_key" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def story_id(page: str, headline: str) -> str:
    ids = re.findall(r'data-story="([^"]+)".*?<b>([^<]+)</b>', page, re.DOTALL)
    return next(story for story, told in ids if told.startswith(headline))


def test_a_full_session_leaves_the_store_byte_identical(config: Path) -> None:
    """Every page, an edit that is saved and undone, and a test message: the store keeps every byte."""
    store = fill_store(config)
    before = store.read_bytes()
    tabs = ["desktop", "phone", "dark", "no-pictures", "outlook", "text", "inbox", "source", "reader", "compare"]
    files = [
        "edition.html",
        "edition.txt",
        "source.html?part=html",
        "source.html?part=mjml",
        "message.html",
        "message.eml",
    ]

    async def session(client: httpx.AsyncClient) -> None:
        for path in ["/preview/", "/preview/-/mail", *(f"/preview/denver?tab={tab}" for tab in tabs)]:
            assert (await client.get(path)).status_code == 200, path
        for name in (*files, "edition.html?look=dark&at=2026-01-05T06:30", "message.eml?reader=ada@example.com"):
            assert (await client.get(f"/preview/denver/{name}")).status_code in (200, 404), name
        page = (await client.get("/preview/denver")).text
        step = {"form_key": form_key(page), "go": f"drop {story_id(page, 'Library fines')}"}
        assert (await client.post("/preview/denver/edit", data=step)).status_code == 303
        assert (await client.post("/preview/denver/edit", data=step | {"go": "save"})).status_code == 303
        sent = await client.post("/preview/denver/test", data=step | {"to": "editor@example.com"})
        assert "sent to editor@example.com" in sent.text

    run(config, session)
    assert store.read_bytes() == before
    assert not any(file.stat().st_size for file in store.parent.glob("digest.db-wal"))
    assert [file.name[:7] for file in (config / "overrides").iterdir()] == ["denver-"]


def test_edits_are_seen_at_once_but_kept_only_when_saved(config: Path) -> None:
    """A step changes what is shown; Undo takes it back; nothing is written before Save."""

    async def session(client: httpx.AsyncClient) -> None:
        page = (await client.get("/preview/denver")).text
        key, story = form_key(page), story_id(page, "Library fines")
        values = {"form_key": key, "headline": "No more fines", "blurb": "Books come back.\n\nAll of them."}
        await client.post("/preview/denver/edit", data=values | {"go": f"words {story}"})
        assert "No more fines" in (await client.get("/preview/denver/edition.html")).text
        assert not (config / "overrides").exists()
        await client.post("/preview/denver/edit", data={"form_key": key, "go": "undo"})
        assert "No more fines" not in (await client.get("/preview/denver/edition.html")).text

    run(config, session)


@pytest.mark.parametrize(
    ("data", "headers"),
    [
        ({"go": "clear"}, {}),
        ({"go": "clear", "form_key": "guessed"}, {}),
        ({"go": "clear", "form_key": "RIGHT"}, {"origin": "https://evil.example"}),
        ({"go": "clear", "form_key": "RIGHT"}, {"origin": "null"}),
        ({"go": "x" * 70_000, "form_key": "RIGHT"}, {}),
    ],
)
def test_forms_of_others_are_refused(config: Path, data: dict[str, str], headers: dict[str, str]) -> None:
    """A form without our key, from another origin, or too large does nothing."""

    async def session(client: httpx.AsyncClient) -> None:
        key = form_key((await client.get("/preview/denver")).text)
        values = data | ({"form_key": key} if data.get("form_key") == "RIGHT" else {})
        answer = await client.post("/preview/denver/edit", data=values, headers=headers)
        assert answer.status_code == 403

    run(config, session)


def test_other_host_names_are_refused_on_loopback(config: Path) -> None:
    """A name of somebody else that leads to loopback (DNS rebinding) gets nothing."""

    async def session(client: httpx.AsyncClient) -> None:
        for host, status in (("evil.example", 403), ("localhost:8025", 200), ("[::1]:8025", 200), ("", 403)):
            assert (await client.get("/preview/", headers={"host": host})).status_code == status, host

    run(config, session)


def test_elsewhere_than_on_loopback_a_token_is_asked_for(config: Path) -> None:
    """Bound to a network, the bench opens only with its token, which then lives in a cookie."""
    access = Access.for_host("0.0.0.0")
    assert access.token is not None

    async def session(client: httpx.AsyncClient) -> None:
        assert (await client.get("/preview/denver/edition.html")).status_code == 403
        assert (await client.get("/preview/?token=wrong")).status_code == 403
        welcome = await client.get(f"/preview/denver?tab=dark&token={access.token}")
        assert (welcome.status_code, welcome.headers["location"]) == (303, "/preview/denver?tab=dark")
        assert "httponly" in welcome.headers["set-cookie"].lower()
        assert (await client.get("/preview/denver?tab=dark")).status_code == 200

    run(config, session, access)


def test_a_reader_sees_their_very_message(config: Path) -> None:
    """The message of a subscriber greets them, has their links, and parses without defects."""
    fill_store(config)

    async def session(client: httpx.AsyncClient) -> None:
        content = (await client.get("/preview/denver/message.eml?reader=ada@example.com")).content
        message = message_from_bytes(content, policy=policy.default)
        assert not message.defects
        assert "ada@example.com" in str(message["To"])
        shown = (await client.get("/preview/denver/message.html?reader=ada@example.com")).text
        link = re.search(r"<(https://[^>]+)>", str(message["List-Unsubscribe"]))
        assert link is not None
        assert link[1] in shown
        assert (await client.get("/preview/denver/message.eml?reader=nobody@example.com")).status_code == 404

    run(config, session)


def test_a_test_message_is_marked_and_not_in_the_ledger(config: Path) -> None:
    """A test goes through the real path, says so in its subject, and its links end nobody's subscription."""
    fill_store(config)

    async def session(client: httpx.AsyncClient) -> None:
        page = (await client.get("/preview/denver?tab=reader&reader=ada@example.com")).text
        values = {"form_key": form_key(page), "to": "editor@example.com"}
        answer = await client.post("/preview/denver/test?tab=reader&reader=ada@example.com", data=values)
        assert "sent to editor@example.com" in answer.text
        refused = await client.post("/preview/denver/test?tab=reader", data=values | {"to": "no address"})
        assert "no address:" in refused.text

    run(config, session)
    (caught,) = (config.parent / "var" / "caught").glob("*.eml")
    message = message_from_bytes(caught.read_bytes(), policy=policy.default)
    assert str(message["Subject"]).startswith("[Test] ")
    with Workspace(load_project(config, {})) as workspace:
        with workspace.store.read() as connection:
            assert editions.list_editions(connection) == []
        token = re.search(r"unsubscribe/([^>]+)>", str(message["List-Unsubscribe"]))
        assert token is not None
        assert workspace.tokens.read(token[1], Purpose.UNSUBSCRIBE).subscriber_id == 0


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/preview/nothing", 404),
        ("/preview/denver?at=yesterday", 400),
        ("/preview/denver?at=0001-01-01T00:00", 400),
        ("/preview/denver?tab=nonsense", 200),
        ("/preview/-/static/..%2fbase.html.j2", 404),
        ("/preview/-/media/desk/..%2f..%2fdigest.yaml", 404),
        ("/preview/-/mail/caught/..%2f..%2fdigest", 404),
        ("/preview/-/mail/elsewhere/one", 404),
    ],
)
def test_what_is_not_there_is_told_in_a_page(config: Path, path: str, status: int) -> None:
    """Odd addresses get a page of the bench, and no file outside its folders."""

    async def session(client: httpx.AsyncClient) -> None:
        answer = await client.get(path)
        assert answer.status_code == status
        assert "Traceback" not in answer.text
        assert "script-src 'self'" in answer.headers.get("content-security-policy", "script-src 'self'")

    run(config, session)


def test_frames_of_what_others_wrote_allow_no_script(config: Path) -> None:
    """The edition, its text and caught mail come with a policy that allows neither script nor form."""

    async def session(client: httpx.AsyncClient) -> None:
        for name in ("edition.html", "edition.txt", "message.html", "source.html"):
            rules = (await client.get(f"/preview/denver/{name}")).headers["content-security-policy"]
            assert rules.startswith("default-src 'none'")
            assert "script-src" not in rules
            assert "allow-scripts" not in rules
            assert "sandbox" in rules

    run(config, session)
