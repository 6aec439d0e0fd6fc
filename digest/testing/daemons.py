"""Several daemons on one store, in a time that runs faster, their clocks wrong, some of them killed; judges nothing.

Run as a program it is one of them: `python -m digest.testing.daemons FOLDER SKEW_S` (see `Plan`). Its clock shows the
plan's time, wrong by SKEW_S seconds.
"""

from __future__ import annotations

import asyncio
import json
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from digest.config.load import load_project
from digest.model.edition import EditionState
from digest.pipeline.collect import collect
from digest.pipeline.mail import open_mail
from digest.pipeline.readers import add_subscriber
from digest.pipeline.workspace import Workspace
from digest.schedule.attendance import Attendance
from digest.schedule.clock import AlarmClock
from digest.schedule.collecting import Collecting
from digest.schedule.duties import Shift
from digest.store import editions
from digest.testing.smtp import ScriptedServer

SKEWS_S = (-90, -30, 30, 90)
"""How wrong the clocks of the daemons are, in seconds."""

START = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
_EVERY = timedelta(minutes=5)
_LONGEST_S = 1800.0
_SWEEP_S = 1.0
_KILL_CHANCE = 0.3
_STORY = """---
title: {title}
url: https://news.example.com/{number}
date: {at}
---
The {number}th story of the day says what happened, where, and why it matters to those who live there.
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to happen: `newsletters` with `slots` each, five minutes apart, in a time that runs at `speed`.

    `began` is the wall clock (seconds since 1970) at which the plan's time was START.
    """

    store: str
    smtp_port: int
    newsletters: int
    slots: int
    speed: float
    began: float = 0.0

    def now(self, skew_s: float = 0.0) -> datetime:
        """Return the plan's time, as a clock shows it that is wrong by `skew_s` seconds."""
        return START + timedelta(seconds=(time.time() - self.began) * self.speed + skew_s)

    @property
    def last_slot_at(self) -> datetime:
        """The last slot of each newsletter."""
        return START + _EVERY * (self.slots + 1)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: states of the editions, slots without one, messages beyond one for each edition."""

    states: Counter[str]
    missing: int
    doubled: int
    lost: int
    kills: int
    seconds: float


async def run_daemons(folder: Path, plan: Plan, *, kills: int, chance: random.Random) -> Outcome:
    """Start a daemon for each clock, kill one now and then and start it again, until every slot has its outcome."""
    async with ScriptedServer() as server:
        plan = Plan(plan.store, server.port, plan.newsletters, plan.slots, plan.speed)
        await _prepare(folder, plan)
        # Time begins when the daemons can be expected to run.
        plan = Plan(**(asdict(plan) | {"began": time.time() + 3.0}))
        (folder / "plan.json").write_text(json.dumps(asdict(plan)))
        running = [await _start(folder, skew_s) for skew_s in SKEWS_S]
        with _open(folder, plan, 0.0) as watcher:
            killed = await _kill_until_over(folder, plan, watcher, running, kills=kills, chance=chance)
        for process in running:
            process.terminate()
        await asyncio.gather(*(process.wait() for process in running))
        return _outcome(folder, plan, server, kills=killed)


async def _kill_until_over(
    folder: Path,
    plan: Plan,
    watcher: Workspace,
    running: list[asyncio.subprocess.Process],
    *,
    kills: int,
    chance: random.Random,
) -> int:
    """Kill a daemon now and then and start it again, until all is over; return how many were killed."""
    killed = 0
    ends_at = plan.began + (plan.last_slot_at - START).total_seconds() / plan.speed + _LONGEST_S
    while time.time() < ends_at and not _is_over(watcher, plan):
        await asyncio.sleep(0.5)
        if killed < kills and chance.random() < _KILL_CHANCE and plan.now() > START + _EVERY:
            killed += 1
            at = chance.randrange(len(running))
            running[at].send_signal(signal.SIGKILL)
            await running[at].wait()
            running[at] = await _start(folder, SKEWS_S[at])
    return killed


async def _start(folder: Path, skew_s: float) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "digest.testing.daemons", str(folder), str(skew_s)
    )


async def _prepare(folder: Path, plan: Plan) -> None:
    """Write a project, read its stories, and subscribe one reader to each newsletter."""
    config = folder / "config"
    (config / "newsletters").mkdir(parents=True)
    (config / "stories").mkdir()
    for number in range(plan.slots + 20):
        text = _STORY.format(
            title=f"Story number {number} of {_words(number)}", number=number, at="2026-11-23T04:00:00Z"
        )
        (config / "stories" / f"{number}.md").write_text(text)
    (config / "sources.yaml").write_text("sources:\n  - {id: desk, path: stories}\n")
    (config / "regions.yaml").write_text("regions: {}\n")
    (config / "topics.yaml").write_text("topics: {}\n")
    (config / "digest.yaml").write_text(
        f"store: {plan.store}\n"
        "brand: {name: The Brief, postal_address: '100 Example Street, Springfield'}\n"
        "sender: {email: news@example.com}\n"
        f"smtp: {{host: 127.0.0.1, port: {plan.smtp_port}, security: none}}\n"
        "fetch: {every: 10d}\n"
    )
    times = [START + _EVERY * (number + 1) for number in range(plan.slots)]
    extra = ", ".join(f'"{at:%Y-%m-%d %H:%M}"' for at in times)
    for number in range(plan.newsletters):
        (config / "newsletters" / f"n{number}.yaml").write_text(
            f"name: Letter {number}\ntimezone: UTC\nschedule: {{extra: [{extra}]}}\nmin_stories: 1\ntemplate: plain\n"
            "late: {catch_up: all, send_within: 12h}\nmore_headlines: {limit: 0}\nwindow: {since: fixed, length: 36h}\n"
            "sections:\n  - {title: News, match: {}, limit: 1, layout: lead}\n"
        )
    with _open(folder, plan, 0.0) as workspace:
        await collect(workspace, force=True)
        for name in workspace.project.newsletters:
            add_subscriber(workspace, f"{name}@example.com", name, consent="test")
        Attendance(Shift(workspace, None), AlarmClock(), Collecting(workspace)).begin()  # type: ignore[arg-type]


def _words(number: int) -> str:
    """Return words that no other story has: stories must not be taken for the same event."""
    chance = random.Random(number)
    return " ".join("".join(chance.choices("bcdfglmnprstaeiou", k=7)) for _ in range(4))


def _open(folder: Path, plan: Plan, skew_s: float) -> Workspace:
    clock = (lambda: START) if not plan.began else (lambda: plan.now(skew_s))
    return Workspace(load_project(folder / "config", {}), root=folder, clock=clock)


def _is_over(workspace: Workspace, plan: Plan) -> bool:
    """Say whether every slot has an outcome."""
    with workspace.store.read() as connection:
        rows = editions.list_editions(connection)
    ended = (EditionState.DONE, EditionState.SKIPPED, EditionState.FAILED)
    return sum(row.state in ended for row in rows) >= plan.newsletters * plan.slots


def _outcome(folder: Path, plan: Plan, server: ScriptedServer, *, kills: int) -> Outcome:
    with _open(folder, plan, 0.0) as workspace, workspace.store.read() as connection:
        rows = editions.list_editions(connection)
    counts = Counter(
        (message.envelope_to, message.message_id) for message in server.accepted
    )  # a message is told by its id, which is the same on each try
    done = sum(row.state is EditionState.DONE for row in rows)
    return Outcome(
        states=Counter(row.state.value for row in rows),
        missing=plan.newsletters * plan.slots - len(rows),
        doubled=sum(counts.values()) - len(counts),
        lost=done - len(counts),
        kills=kills,
        seconds=time.time() - plan.began,
    )


async def attend(folder: Path, skew_s: float) -> None:
    """Be one daemon: look at the ledger again and again until SIGTERM."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    plan = Plan(**json.loads((folder / "plan.json").read_text()))
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    with _open(folder, plan, skew_s) as workspace:
        async with open_mail(workspace) as mail:
            attendance = Attendance(Shift(workspace, mail, stop), AlarmClock(), Collecting(workspace))
            attendance.begin()
            while not stop.is_set():
                await attendance.sweep()
                await asyncio.sleep(_SWEEP_S)
            await attendance.finish()


def main(words: Sequence[str]) -> None:
    """Run one daemon."""
    asyncio.run(attend(Path(words[0]), float(words[1])))


if __name__ == "__main__":
    main(sys.argv[1:])
