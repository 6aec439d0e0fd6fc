"""`POST /api/stories`: who may post, what is taken, what is told."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from digest.config.load import load_project
from digest.config.shipped import shipped_config
from digest.pipeline.listing import StoryFilter, list_stories
from digest.pipeline.workspace import Workspace
from digest.web.api.stories import MAX_BYTES
from digest.web.app import create_app

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
STORY = {
    "id": "cms-1",
    "url": "https://cms.example.com/1",
    "title": "Denver opens a night market on Larimer Street",
    "content_html": "<p>DENVER, Colo. — Forty stalls open on Friday.</p><p><b>Why it matters:</b> Rents fall.</p>",
    "date_published": "2026-11-23T10:00:00Z",
}
TOKEN = {"Authorization": "Bearer right"}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """The shipped configuration with a token."""
    project = load_project(shipped_config(), {})
    web = project.settings.web.model_copy(update={"api_token": SecretStr("right")})
    settings = project.settings.model_copy(update={"web": web})
    with Workspace(replace(project, settings=settings), root=tmp_path, clock=lambda: NOW) as opened:
        yield opened


def post(workspace: Workspace, **request: Any) -> httpx.Response:
    """Post to the interface, inside this process."""

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=create_app(workspace))
        async with httpx.AsyncClient(transport=transport, base_url="https://news.example.com") as client:
            return await client.post("/api/stories", **request)

    return asyncio.run(send())


def test_a_story_is_taken_routed_and_corrected(workspace: Workspace) -> None:
    """A posted story enters the pool with its region; the same id again corrects it."""
    first = post(workspace, json=STORY, headers=TOKEN)
    assert (first.status_code, first.json()["new"]) == (201, True)
    again = post(workspace, json=STORY | {"title": "Denver's night market opens"}, headers=TOKEN)
    assert (again.status_code, again.json()) == (200, {"id": first.json()["id"], "new": False})
    (story,) = list_stories(workspace, StoryFilter())
    assert (story["guid"], story["headline"]) == ("cms-1", "Denver's night market opens")
    assert story["regions"] == ["denver"]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "}])
def test_nobody_posts_without_the_token(workspace: Workspace, headers: dict[str, str]) -> None:
    """A missing or wrong token is refused, and nothing is stored."""
    answer = post(workspace, json=STORY, headers=headers)
    assert answer.status_code == 401
    assert list(list_stories(workspace, StoryFilter())) == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b'{"title": "x"}', 400),
        (b'{"id": "1", "wrong": 2}', 400),
        (b" " * (MAX_BYTES + 1), 413),
    ],
)
def test_what_cannot_be_used_is_told(workspace: Workspace, body: bytes, status: int) -> None:
    """A body that is no story is answered with what is wrong with it."""
    answer = post(workspace, content=body, headers=TOKEN)
    assert answer.status_code == status
    assert answer.json()["error"]


def test_without_a_token_in_the_settings_nothing_is_taken(tmp_path: Path) -> None:
    """The interface is off unless a token is set."""
    with Workspace(load_project(shipped_config(), {}), root=tmp_path, clock=lambda: NOW) as workspace:
        answer = post(workspace, json=STORY, headers=TOKEN)
    assert answer.status_code == 404
