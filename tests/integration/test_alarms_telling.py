"""Telling of alarms over real connections: mail to a scripted server, webhook and heartbeat over loopback HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from digest.alarms import ProcessFacts
from digest.config.alarms import Alarms
from digest.config.load import load_project
from digest.config.settings import Fetch, Smtp
from digest.config.shipped import shipped_config
from digest.errors import SourceError
from digest.model.alarm import Alarm, AlarmKind
from digest.model.delivery import Stage
from digest.pipeline.alarm_telling import Messengers
from digest.pipeline.alarms import News
from digest.pipeline.workspace import Workspace
from digest.schedule.alarming import Alarming
from digest.sources.asking import ping, post_json
from digest.store.alarms import AlarmRow, count_standing
from digest.testing.smtp import ScriptedServer

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
PROJECT = load_project(shipped_config(), {})
RAISED = AlarmRow(1, Alarm(AlarmKind.SOURCE_FAILING, "desk", "3 readings failed: größer"), NOON, None, None, None)
ENDED = AlarmRow(2, Alarm(AlarmKind.EDITION_MISSING, "denver-1", "x"), NOON, NOON, NOON, None)
LOOPBACK = ("127.0.0.1",)


@asynccontextmanager
async def http_server(status: str = "200 OK") -> AsyncIterator[tuple[str, list[tuple[str, bytes]]]]:
    """Answer every request alike; gives the address and what was asked."""
    asked: list[tuple[str, bytes]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line[:15] == b"content-length:"), 0)
        asked.append((head.split(b"\r\n")[0].decode(), await reader.readexactly(length)))
        writer.write(f"HTTP/1.1 {status}\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook", asked


def workspace_with(folder: Path, *, smtp: Smtp | None = None, **alarms: Any) -> Workspace:
    """Return the shipped project in a folder of its own, with these ways of telling."""
    changes = {"alarms": Alarms(**alarms), "fetch": Fetch(allow_private=LOOPBACK), "smtp": smtp or Smtp()}
    project = replace(PROJECT, settings=PROJECT.settings.model_copy(update=changes))
    return Workspace(project, root=folder, clock=lambda: NOON)


def test_a_mail_tells_in_plain_words(tmp_path: Path) -> None:
    """Each named address gets one mail, as a machine's, with a line an alarm."""

    async def scenario() -> list[bytes]:
        async with ScriptedServer() as server:
            smtp = Smtp(host=server.host, port=server.port, security="none")
            with workspace_with(tmp_path, smtp=smtp, mail_to=("ops@example.com", "desk@example.com")) as workspace:
                assert await Messengers(workspace)(News([RAISED], [ENDED]))
            assert server.recipients() == ["ops@example.com", "desk@example.com"]
            return [accepted.content for accepted in server.accepted]

    content = asyncio.run(scenario())[0]
    mail = message_from_bytes(content, policy=policy.default)
    assert (mail["Subject"], mail["Auto-Submitted"]) == ("[The Brief] source-failing: desk", "auto-generated")
    text = mail.get_body().get_content()
    assert "source-failing: desk\n    3 readings failed: größer" in text.replace("\r\n", "\n")
    assert "over: edition-missing: denver-1" in text
    assert not mail.defects and max(map(len, content.split(b"\r\n"))) < 998


def test_a_webhook_gets_json(tmp_path: Path) -> None:
    """The POST holds what was raised and what is over, and a text for chat programs."""

    async def scenario() -> tuple[str, bytes]:
        async with http_server() as (url, asked):
            with workspace_with(tmp_path, webhook=url) as workspace:
                assert await Messengers(workspace)(News([RAISED], [ENDED]))
            return asked[0]

    line, body = asyncio.run(scenario())
    value = json.loads(body)
    assert line == "POST /hook HTTP/1.1"
    assert value["raised"] == [
        {
            "kind": "source-failing",
            "subject": "desk",
            "detail": "3 readings failed: größer",
            "raised_at": "2026-11-23T12:00:00Z",
        }
    ]
    assert [row["subject"] for row in value["cleared"]] == ["denver-1"]
    assert value["text"].startswith("source-failing: desk\n")


def test_one_way_is_enough_and_none_is_not(tmp_path: Path) -> None:
    """With the mail server down the webhook counts; where both fail, nobody was told."""

    async def scenario(status: str) -> bool:
        async with http_server(status) as (url, _), ScriptedServer() as server:
            server.fail(Stage.MAIL, "550 5.7.1 no", times=-1)
            smtp = Smtp(host=server.host, port=server.port, security="none")
            with workspace_with(tmp_path, smtp=smtp, mail_to=("ops@example.com",), webhook=url) as workspace:
                return await Messengers(workspace)(News([RAISED]))

    assert asyncio.run(scenario("204 No Content")) is True
    assert asyncio.run(scenario("500 No")) is False


@pytest.mark.parametrize("status", ["302 Found", "404 Not Found"])
def test_only_success_counts_and_no_redirect_is_followed(status: str) -> None:
    """Any other answer is an error that names the host, and no second request is made."""

    async def scenario() -> list[tuple[str, bytes]]:
        async with http_server(status) as (url, asked):
            with pytest.raises(SourceError, match=f"127.0.0.1 answered {status[:3]}"):
                await post_json(url, {}, allow_private=LOOPBACK)
            return asked

    assert len(asyncio.run(scenario())) == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1/x", "http://169.254.169.254/latest", "http://[::1]/x"])
def test_private_addresses_are_refused_unless_allowed(url: str) -> None:
    """The guard of feeds holds for webhook and heartbeat, too."""
    with pytest.raises(SourceError, match="refused"):
        asyncio.run(ping(url))


def test_a_look_raises_tells_and_gives_a_sign_of_life(tmp_path: Path) -> None:
    """The daemon's duty waits two minutes after its start, then raises, posts once and asks the heartbeat."""

    async def scenario() -> tuple[list[str], dict[str, int]]:
        now = [NOON]
        async with http_server() as (url, asked):
            with workspace_with(tmp_path, webhook=url, heartbeat_url=url.replace("hook", "beat")) as workspace:
                workspace.clock = lambda: now[0]
                alarming = Alarming(workspace, lambda: ProcessFacts(paused_routes={"main": "535 no"}))
                for _ in range(4):
                    await alarming.look()
                    now[0] += timedelta(minutes=1)
                with workspace.store.read() as connection:
                    return [line for line, _ in asked], count_standing(connection)

    asked, standing = asyncio.run(scenario())
    beat, hook = "GET /beat HTTP/1.1", "POST /hook HTTP/1.1"
    assert asked == [beat, beat, hook, beat, beat]
    assert standing == {"route-paused": 1}
