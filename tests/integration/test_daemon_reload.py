"""Files that change while the daemon runs: taken up without a restart, refused where wrong, editions undisturbed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.config.load import load_project
from digest.pipeline.mail import open_mail
from digest.pipeline.workspace import Workspace
from digest.schedule.attendance import Attendance
from digest.schedule.clock import AlarmClock
from digest.schedule.collecting import Collecting
from digest.schedule.duties import Shift
from digest.schedule.ledger import Ledger
from digest.schedule.reloading import Reloading
from digest.store import watches

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DENVER = """name: Denver
timezone: America/Denver
schedule: {at: "05:30"}
sections: [{title: News, limit: 3}]
min_stories: 0
"""
LATEST_S = 20


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A project with one newsletter, loaded."""
    folder = tmp_path / "config"
    (folder / "newsletters").mkdir(parents=True)
    (folder / "digest.yaml").write_text("brand: {name: The Brief}\ntemplates: templates\n")
    (folder / "sources.yaml").write_text("sources: []\n")
    (folder / "newsletters" / "denver.yaml").write_text(DENVER)
    (tmp_path / "templates" / "brief" / "partials").mkdir(parents=True)
    with Workspace(load_project(folder, {}), root=tmp_path, clock=lambda: NOON) as opened:
        yield opened


def replace_file(path: Path, text: str) -> None:
    """Write a file the way editors and git do: another file takes its place."""
    other = path.with_name(f".{path.name}.part")
    other.write_text(text)
    other.replace(path)


def newsletter_file(workspace: Workspace, name: str = "denver") -> Path:
    """Return where a newsletter is written."""
    return workspace.project.folder / "newsletters" / f"{name}.yaml"


def test_a_file_that_was_replaced_is_taken_up(workspace: Workspace) -> None:
    """After an editor put a new file in the place of the old one, the newsletter is as it says."""
    taken: list[str] = []
    reloading = Reloading(workspace, lambda: taken.append(workspace.project.newsletters["denver"].name))
    asyncio.run(reloading.look())
    assert taken == [], "nothing changed yet"
    replace_file(newsletter_file(workspace), DENVER.replace("name: Denver", "name: Mile High"))
    asyncio.run(reloading.look())
    asyncio.run(reloading.look())
    assert taken == ["Mile High"], "once for one change"


def test_a_folder_that_was_exchanged_is_taken_up(workspace: Workspace, tmp_path: Path) -> None:
    """A checkout that puts another folder in the place of the old one is found, too."""
    reloading = Reloading(workspace, lambda: None)
    workspace.project.folder.rename(tmp_path / "old")
    newsletter_file(workspace).parent.mkdir(parents=True)
    for name in ("digest.yaml", "sources.yaml"):
        (workspace.project.folder / name).write_text((tmp_path / "old" / name).read_text())
    newsletter_file(workspace, "boise").write_text(DENVER.replace("Denver", "Boise", 1))
    asyncio.run(reloading.look())
    assert list(workspace.project.newsletters) == ["boise"]


def test_the_operating_system_tells_of_a_change(workspace: Workspace) -> None:
    """A saved file is taken up by itself, without waiting for the next look."""

    async def scenario() -> None:
        taken, stop = asyncio.Event(), asyncio.Event()
        reloading = Reloading(workspace, taken.set)
        watching = asyncio.create_task(reloading.watch(stop))
        try:
            async with asyncio.timeout(LATEST_S):
                for number in range(1_000_000):
                    # Written again until the watcher stands: nobody tells when it does.
                    replace_file(newsletter_file(workspace), DENVER.replace("Denver", f"Mile High {number}", 1))
                    try:
                        await asyncio.wait_for(taken.wait(), 1)
                        break
                    except TimeoutError:
                        continue
        finally:
            stop.set()
            await watching

    asyncio.run(scenario())
    assert workspace.project.newsletters["denver"].name.startswith("Mile High")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("config/newsletters/denver.yaml", DENVER + "sections: {"),
        ("config/newsletters/denver.yaml", DENVER.replace("America/Denver", "America/Denwer")),
        ("config/digest.yaml", "templates: templates\nstor: x\n"),
        ("templates/brief/edition.mjml.j2", "{% if %}"),
    ],
    ids=["no YAML", "no such zone", "no such setting", "bad template"],
)
def test_what_is_wrong_is_refused_with_its_place(workspace: Workspace, tmp_path: Path, name: str, text: str) -> None:
    """Wrong YAML or templates change nothing, and say where they are wrong, until they are mended."""
    taken: list[None] = []
    reloading, old = Reloading(workspace, lambda: taken.append(None)), workspace.project
    before = (tmp_path / name).read_text() if (tmp_path / name).exists() else None
    replace_file(tmp_path / name, text)
    asyncio.run(reloading.look())
    assert (workspace.project is old, taken) == (True, [])
    assert [Path(name).name in problem.file for problem in reloading.problems] == [True] * len(reloading.problems)
    assert reloading.problems
    if before is None:
        (tmp_path / name).unlink()
    else:
        replace_file(tmp_path / name, before)
    asyncio.run(reloading.look())
    assert (reloading.problems, taken) == ((), [None])


def test_an_edition_under_way_goes_on_with_what_it_began_with(workspace: Workspace) -> None:
    """A snapshot keeps project and renderer; the workspace has new ones, and the same store and router."""
    snapshot, router, renderer = workspace.snapshot(), workspace.router, workspace.renderer
    assert snapshot.renderer is renderer
    reloading = Reloading(workspace, lambda: None)
    replace_file(workspace.project.folder / "digest.yaml", "brand: {name: The Other}\ntemplates: templates\n")
    asyncio.run(reloading.look())
    assert workspace.project.settings.brand.name == "The Other"
    assert snapshot.project.settings.brand.name == "The Brief"
    assert (snapshot.renderer is renderer, workspace.renderer is renderer) == (True, False)
    assert workspace.router is router, "making one takes a second, and nothing of it changed"
    assert snapshot.store is workspace.store


def test_what_is_open_waits_for_a_restart_and_says_so(workspace: Workspace) -> None:
    """Store, mail server and ports stay as they were, everything else of the file counts at once."""
    reloading = Reloading(workspace, lambda: None)
    text = "brand: {name: New}\ntemplates: templates\nsmtp: {host: mail.example.com}\nweb: {port: 81}\n"
    replace_file(workspace.project.folder / "digest.yaml", text)
    asyncio.run(reloading.look())
    settings = workspace.project.settings
    assert (settings.brand.name, settings.smtp.host, settings.web.port) == ("New", "", 8000)
    assert reloading.waiting == ("smtp", "web.port")
    os.utime(workspace.project.folder / "digest.yaml", (1, 1))
    asyncio.run(reloading.look())
    assert reloading.waiting == ("smtp", "web.port"), "it waits still"


def test_a_new_newsletter_begins_now_and_a_removed_one_stops(workspace: Workspace) -> None:
    """A newsletter that appears owes readers no slot of before; one that goes is attended to no more."""

    async def scenario() -> None:
        async with open_mail(workspace) as mail:
            clock = AlarmClock()
            attendance = Attendance(Shift(workspace, mail), clock, Collecting(workspace))
            attendance.begin()
            clock.start(())
            reloading = Reloading(workspace, attendance.renew)
            newsletter_file(workspace).unlink()
            text = DENVER.replace("Denver", "Boise", 1).replace("05:30", "04:00")
            newsletter_file(workspace, "boise").write_text(text)
            await reloading.look()
            assert clock.awaited() == {"boise": datetime(2026, 11, 24, 11, tzinfo=UTC)}
            await attendance.sweep()
            await clock.stop()

    asyncio.run(scenario())
    boise = workspace.project.newsletters["boise"]
    assert Ledger(workspace).due(boise, NOON + timedelta(minutes=5)) == []
    assert len(Ledger(workspace).due(boise, NOON + timedelta(days=1))) == 1
    with workspace.store.read() as connection:
        assert watches.watched_since(connection, "denver") == NOON
