"""Sends that are killed with `kill -9` at random moments, and what the server saw of them; judges nothing.

Run as a program it is the sender that gets killed: `python -m digest.testing.crashes FOLDER PORT [HANDS]`.
"""

from __future__ import annotations

import asyncio
import random
import signal
import sys
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from digest.delivery.loop import run_loop
from digest.model.delivery import DeliverySums
from digest.outbox.bench import make_reader, make_template
from digest.outbox.hands import Hands
from digest.testing.deliveries import subscribe
from digest.testing.hands import SharedMailing, lend_hand
from digest.testing.smtp import ScriptedServer

CONNECTIONS = 8
_EDITION, _NEWSLETTER = "crash-1", "crash"
_STORE = "sqlite:///crash.db"


@dataclass(frozen=True, slots=True)
class CrashReport:
    """What came of it: readers that got nothing, messages beyond the first, Message-IDs that changed."""

    kills: int
    sums: DeliverySums
    lost: int
    repeats: int
    most_repeats_a_kill: int
    changed_ids: int


async def kill_while_sending(
    folder: Path,
    readers: int,
    kills: int,
    *,
    seed: int,
    hands: int = 0,
    tell: Callable[[int, int], None] = lambda kills, taken: None,
) -> CrashReport:
    """Send an edition, killing the sender `kills` times, then let it end.

    Each sender has so many `hands`, which are not killed. `tell` hears after each kill how many there were and how many
    messages the server has.
    """
    chance = random.Random(seed)
    emails = [f"reader{number}@example.com" for number in range(readers)]
    _prepare(folder, emails)
    starts: list[int] = []  # how many messages the server had when each sender began
    async with ScriptedServer() as server:
        for _ in range(kills):
            starts.append(len(server.accepted))
            sender = await _start(folder, server, hands)
            if not await _kill_one(sender, server, after=chance.randint(0, readers // (2 * kills)), chance=chance):
                starts.pop()
                break
            tell(len(starts), len(server.accepted))
        killed = len(starts)
        starts.append(len(server.accepted))
        await (await _start(folder, server, hands)).wait()
    return _report(folder, emails, server, kills=killed, most=_most_repeats(server, starts))


async def _kill_one(
    process: asyncio.subprocess.Process, server: ScriptedServer, *, after: int, chance: random.Random
) -> bool:
    """Kill a sender that has just started once the server took `after` more messages; False if it ended before."""
    goal = len(server.accepted) + after
    waiting = asyncio.ensure_future(process.wait())
    while len(server.accepted) < goal or not server.open_now:
        done, _ = await asyncio.wait([waiting], timeout=0.001)
        if done:
            return False
    await asyncio.wait([waiting], timeout=chance.random() * 0.003)
    if waiting.done():
        return False
    process.send_signal(signal.SIGKILL)
    await waiting
    return True


async def _start(folder: Path, server: ScriptedServer, hands: int) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "digest.testing.crashes", str(folder), str(server.port), str(hands)
    )


def _prepare(folder: Path, emails: list[str]) -> None:
    with _mailing(folder).open_outbox() as outbox:
        subscribe(outbox.store, emails, _NEWSLETTER)
        outbox.enqueue(_EDITION, _NEWSLETTER, useful_until=datetime.now(UTC) + timedelta(hours=12))


def _repeats(server: ScriptedServer) -> int:
    return len(server.accepted) - len(set(server.recipients()))


def _most_repeats(server: ScriptedServer, starts: list[int]) -> int:
    """Return how many messages of one sender were sent again by later ones, for the worst of the senders."""
    last: dict[str, int] = {}
    repeats: Counter[int] = Counter()
    for number, recipient in enumerate(server.recipients()):
        if recipient in last:
            repeats[bisect_right(starts, last[recipient])] += 1
        last[recipient] = number
    return max(repeats.values(), default=0)


def _report(folder: Path, emails: list[str], server: ScriptedServer, *, kills: int, most: int) -> CrashReport:
    counts = Counter(server.recipients())
    ids = defaultdict(set)
    for message in server.accepted:
        ids[message.envelope_to].add(message.message_id)
    with _mailing(folder).open_outbox() as outbox:
        sums = outbox.sums(_EDITION)
    return CrashReport(
        kills=kills,
        sums=sums,
        lost=sum(not counts[email] for email in emails),
        repeats=_repeats(server),
        most_repeats_a_kill=most,
        changed_ids=sum(len(known) != 1 for known in ids.values()),
    )


def _mailing(folder: Path, port: int = 0) -> SharedMailing:
    return SharedMailing(folder, port, _STORE, _EDITION, b"crash", 3000, CONNECTIONS)


async def _send(mailing: SharedMailing, count: int) -> None:
    template = make_template(mailing.size, signer=None)
    with mailing.open_outbox() as outbox:
        async with mailing.open_pool() as pool:
            hands = Hands(pool, count, lend_hand, mailing)
            try:
                await hands.start()
                hands.begin()
                await outbox.run(mailing.edition, template, make_reader, pool)
            finally:
                await hands.end()


if __name__ == "__main__":
    run_loop(_send(_mailing(Path(sys.argv[1]), int(sys.argv[2])), int(sys.argv[3])))
