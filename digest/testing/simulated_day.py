"""A whole day of the shipped newsletters in simulated time: everything is the daemon's own but its clock and its wakes.

The day has its troubles: a source that cannot be read, a mail server that takes nothing for a while, a machine that is
off, an address that does not exist any more, a newsletter without enough stories. `DAY` says when.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from digest.alarms import ProcessFacts
from digest.config.load import load_project
from digest.config.project import Project
from digest.config.settings import Smtp
from digest.config.shipped import shipped_config
from digest.model.delivery import Stage
from digest.pipeline.alarms import News
from digest.pipeline.bounce_sources import read_sources
from digest.pipeline.ledger import list_records
from digest.pipeline.mail import open_mail
from digest.pipeline.workspace import Workspace
from digest.schedule.alarming import Alarming
from digest.schedule.attendance import Attendance
from digest.schedule.clock import AlarmClock
from digest.schedule.collecting import Collecting
from digest.schedule.duties import Shift
from digest.testing.deliveries import subscribe
from digest.testing.smtp import ScriptedServer

READERS = 12
"""Readers of each newsletter."""

_STEP = timedelta(minutes=30)
_GONE = "gone"
_HARSH = "550 5.1.1 no such user"
_NOT_NOW = "450 4.3.2 not now"


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when something was the case."""

    begin_at: datetime
    end_at: datetime

    def __contains__(self, at: datetime) -> bool:
        return self.begin_at <= at < self.end_at


def _at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 23, tzinfo=UTC) + timedelta(hours=hour, minutes=minute)


@dataclass(frozen=True, slots=True)
class Day:
    """What happens on the day; all instants are UTC. It is a Monday, and every newsletter has one slot."""

    whole: Span = Span(_at(9, 30), _at(25))
    failing_source: str = "lakes"
    source_fails: Span = Span(_at(9, 45), _at(16))
    server_refuses: Span = Span(_at(11, 5), _at(12, 40))
    busy: Span = Span(_at(10, 30), _at(13, 45))
    """When to look more often."""
    machine_is_off: Span = Span(_at(14, 40), _at(18, 15))
    has_gone_readers: str = "denver"
    lacks_stories: str = "sneak-peek"


DAY = Day()


@dataclass(frozen=True, slots=True)
class Told:
    """One alarm that somebody was told of, or its end."""

    at: datetime
    kind: str
    subject: str
    is_over: bool


@dataclass(slots=True)
class Report:
    """How the day ended: the ledger's editions, the alarms as they were told, copies by reader and newsletter."""

    editions: list[dict[str, Any]] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    accepted: Counter[tuple[str, str]] = field(default_factory=Counter)


class SimulatedDay:
    """One day in a folder of its own; `run` it once."""

    def __init__(self, folder: Path, day: Day = DAY) -> None:
        self._folder = folder
        self._day = day
        self._now = day.whole.begin_at
        self._report = Report()
        shutil.copytree(shipped_config(), folder / "config")

    async def run(self) -> Report:
        """Let the day pass, and return how it ended."""
        async with ScriptedServer() as server:
            with Workspace(self._configure(server.port), clock=lambda: self._now) as workspace:
                self._subscribe(workspace)
                off = self._day.machine_is_off
                for shift in (Span(self._day.whole.begin_at, off.begin_at), Span(off.end_at, self._day.whole.end_at)):
                    await self._work(workspace, server, shift)
                self._report.editions = list_records(workspace, limit=100)
            self._report.accepted = Counter((one.envelope_to, _newsletter_of(one.content)) for one in server.accepted)
        return self._report

    def _configure(self, port: int) -> Project:
        project = load_project(self._folder / "config", {})
        smtp = Smtp.model_validate({"host": "127.0.0.1", "port": port, "security": "none", "retry_after": ["5m"]})
        alarms = project.settings.alarms.model_copy(update={"least_messages": READERS})
        settings = project.settings.model_copy(update={"smtp": smtp, "alarms": alarms})
        short = self._day.lacks_stories
        thin = project.newsletters[short].model_copy(update={"min_stories": 40})
        # Samples are new at every reading; here they grow old like other news, and are pooled once.
        sources = tuple(source.model_copy(update={"samples": False}) for source in project.sources)
        newsletters = {**project.newsletters, short: thin}
        return replace(project, settings=settings, sources=sources, newsletters=newsletters)

    def _subscribe(self, workspace: Workspace) -> None:
        for newsletter in workspace.project.newsletters:
            readers = [f"{newsletter}-{number}@example.com" for number in range(READERS)]
            if newsletter == self._day.has_gone_readers:
                readers[:2] = [f"{newsletter}-{_GONE}-{number}@example.com" for number in range(2)]
            subscribe(workspace.store, readers, newsletter)

    async def _work(self, workspace: Workspace, server: ScriptedServer, shift: Span) -> None:
        """Do what the daemon does from its start to its end, at every wake."""
        self._now = shift.begin_at
        async with open_mail(workspace) as mail:
            attendance = Attendance(Shift(workspace, mail), AlarmClock(), Collecting(workspace))
            attendance.begin()
            alarming = Alarming(workspace, ProcessFacts, tell=self._hear)
            collecting = Collecting(workspace)
            while self._now < shift.end_at:
                self._let_happen(server)
                with self._source_away():
                    if self._now.minute < 30:
                        await collecting.collect()
                    newsletters = workspace.project.newsletters.values()
                    await asyncio.gather(*(attendance.attend(newsletter) for newsletter in newsletters))
                await asyncio.to_thread(read_sources, workspace)
                await alarming.look()
                self._now += _STEP / 2 if self._now in self._day.busy else _STEP

    def _let_happen(self, server: ScriptedServer) -> None:
        server.heal()
        if self._now in self._day.server_refuses:
            server.fail(Stage.RCPT, _NOT_NOW, times=-1)
        server.fail(Stage.RCPT, _HARSH, times=-1, matches=lambda argument: _GONE in argument)

    @contextmanager
    def _source_away(self) -> Iterator[None]:
        """Take the failing source's folder away while it fails."""
        folder = self._folder / "config" / "samples" / self._day.failing_source
        away = folder.with_name("away")
        if self._now in self._day.source_fails:
            folder.rename(away)
        try:
            yield
        finally:
            if away.exists():
                away.rename(folder)

    async def _hear(self, news: News) -> bool:
        self._report.told += [Told(self._now, row.alarm.kind.value, row.alarm.subject, False) for row in news.raised]
        self._report.told += [Told(self._now, row.alarm.kind.value, row.alarm.subject, True) for row in news.ended]
        return True


def _newsletter_of(content: bytes) -> str:
    """Return the newsletter that a message is of, from its List-Id."""
    for line in content.split(b"\r\n\r\n", 1)[0].split(b"\r\n"):
        if line.lower().startswith(b"list-id:"):
            return line.partition(b"<")[2].partition(b".")[0].decode()
    return ""


_HEAD = """# A day in simulated time

Made by `python -m digest.testing.simulated_day docs/reference/simulated-day.md`, and checked by a test; do not edit by
hand. It is Monday, November 23, 2026, for the 22 shipped newsletters with {readers} readers each, and everything but
the clock is the daemon's own: ledger, editions, outbox, SMTP to a server of this machine, alarms.

What goes wrong on that day (UTC):

- from {fails:%H:%M} the source `{source}` cannot be read, so that its cities have too few stories; it comes back while
  the machine is off;
- from {refuses:%H:%M} to {takes:%H:%M} the mail server puts off every message;
- from {off:%H:%M} to {on:%H:%M} the machine is off;
- two addresses among the readers of `{gone}` do not exist any more;
- `{short}` is told to want more stories than there are.

## The editions

| edition | slot (local) | state | selected | sent | failed | why |
|---|---|---|---:|---:|---:|---|
"""


def day_table(report: Report, zones: Mapping[str, ZoneInfo], day: Day = DAY) -> str:
    """Return the page: what went wrong, every edition with its sums, every alarm in the order it was told."""
    head = _HEAD.format(
        readers=READERS,
        source=day.failing_source,
        fails=day.source_fails.begin_at,
        refuses=day.server_refuses.begin_at,
        takes=day.server_refuses.end_at,
        off=day.machine_is_off.begin_at,
        on=day.machine_is_off.end_at,
        gone=day.has_gone_readers,
        short=day.lacks_stories,
    )
    rows = sorted(report.editions, key=lambda row: (row["slot"], row["newsletter"]))
    sums = {name: sum(row[name] for row in rows) for name in ("selected", "sent", "failed")}
    total = f"| **{len(rows)} editions** | | | **{sums['selected']}** | **{sums['sent']}** | **{sums['failed']}** | |\n"
    told = "".join(_told_line(one) for one in report.told)
    alarms = f"\n## The alarms\n\n| told at (UTC) | alarm | of | |\n|---|---|---|---|\n{told}"
    return head + "".join(_edition_line(row, zones[row["newsletter"]]) for row in rows) + total + alarms


def _edition_line(row: Mapping[str, Any], zone: ZoneInfo) -> str:
    slot = datetime.fromisoformat(row["slot"]).astimezone(zone)
    figures = " | ".join(str(row[name]) for name in ("selected", "sent", "failed"))
    return f"| `{row['newsletter']}` | {slot:%a %H:%M %Z} | {row['state']} | {figures} | {row['reason']} |\n"


def _told_line(told: Told) -> str:
    return f"| {told.at:%a %H:%M} | {told.kind} | `{told.subject}` | {'over' if told.is_over else 'raised'} |\n"


def _write(path: Path) -> None:
    zones = {n.id: n.zone for n in load_project(shipped_config(), {}).newsletters.values()}
    with tempfile.TemporaryDirectory() as folder:
        report = asyncio.run(SimulatedDay(Path(folder) / "day").run())
    path.write_text(day_table(report, zones), encoding="utf-8")


if __name__ == "__main__":
    _write(Path(sys.argv[1]))
