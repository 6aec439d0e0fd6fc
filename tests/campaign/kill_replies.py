"""100,000 sends with faults, three times: `python -m tests.campaign.kill_replies [READERS]`.

First ten per cent of the dialogues are broken before the message is out: nobody may get it twice. Then five per cent of
the final replies are lost: with `hold` exactly those are uncertain and nobody gets it twice, with `resend` exactly
those get it twice, with the same Message-ID.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Literal

from digest.delivery.connect import Timeouts
from digest.delivery.loop import run_loop
from digest.delivery.pool import SmtpPool
from digest.model.delivery import DeliverySums, Stage
from digest.outbox import SendProgress
from digest.outbox.bench import make_reader
from digest.store import Store
from digest.testing.deliveries import SmallMailing, local_route
from digest.testing.smtp import ScriptedServer

_SHARE_BROKEN, _SHARE_LOST = 0.10, 0.05
_FAULTS = ("drop", "421 4.3.2 going down", "450 4.2.0 later")
_STAGES = (Stage.MAIL, Stage.RCPT, Stage.DATA)
_MINUTES = 30

Policy = Literal["hold", "resend"]
Check = Callable[[SmallMailing, random.Random, Policy], Coroutine[None, None, bool]]


async def _broken_before_data(mailing: SmallMailing, chance: random.Random, policy: Policy) -> bool:
    each = _SHARE_BROKEN / len(_FAULTS) / len(_STAGES)
    broken = 0

    def strikes(_: str) -> bool:
        nonlocal broken
        is_struck = chance.random() < each
        broken += is_struck
        return is_struck

    async with ScriptedServer(keeps_bodies=False) as server:
        for fault in _FAULTS:
            for stage in _STAGES:
                server.fail(stage, fault, times=-1, matches=strikes)
        sums = await _run(mailing, server)
    counts = Counter(server.recipients())
    repeats, lost = len(server.accepted) - len(counts), len(mailing.emails) - len(counts)
    share = broken / (broken + len(server.accepted))
    print(f"  {broken} dialogues broken ({share:.1%}): {repeats} repeats, {lost} lost; {sums}", flush=True)
    return (repeats, lost, sums.sent) == (0, 0, len(mailing.emails)) and share > 0.9 * _SHARE_BROKEN


async def _lost_replies(mailing: SmallMailing, chance: random.Random, policy: Policy) -> bool:
    unlucky = {email for email in mailing.emails if chance.random() < _SHARE_LOST}
    waiting = set(unlucky)
    async with ScriptedServer(keeps_bodies=False) as server:
        # Each of them loses its reply once: a second message to one of them would be seen.
        server.fail(Stage.BODY, "drop", times=-1, matches=lambda to: to in waiting and not waiting.discard(to))
        sums = await _run(mailing, server)
    counts = Counter(server.recipients())
    ids = defaultdict(set)
    for message in server.accepted:
        ids[message.envelope_to].add(message.message_id)
    twice = {email for email, count in counts.items() if count == 2}
    changed = sum(len(known) != 1 for known in ids.values())
    print(f"  {len(unlucky)} replies lost: {len(twice)} sent again, {changed} Message-IDs changed; {sums}", flush=True)
    if changed or set(counts) != set(mailing.emails) or max(counts.values()) > 2:
        return False
    if policy == "hold":
        uncertain = {email for email, (state, _) in mailing.states().items() if state.value == "uncertain"}
        return uncertain == unlucky and not twice and sums.sent == len(mailing.emails) - len(unlucky)
    return twice == unlucky and sums.sent == len(mailing.emails)


async def _run(mailing: SmallMailing, server: ScriptedServer) -> DeliverySums:
    told_at = time.monotonic()

    def tell(moment: SendProgress) -> None:
        nonlocal told_at
        if time.monotonic() - told_at > 20:
            told_at = time.monotonic()
            print(f"  {moment.sums.sent} sent, {moment.sums.deferred} deferred", flush=True)

    route = local_route(server.port, connections=8)
    async with asyncio.timeout(60 * _MINUTES), SmtpPool([route], timeouts=Timeouts(), back_off_s=0.001) as pool:
        while True:
            sums = await mailing.outbox.run(
                mailing.edition,
                mailing.template,
                make_reader,
                pool,
                progress=tell,
                server_patience=timedelta(minutes=5),
            )
            if not sums.deferred:
                return sums
            mailing.outbox.retry_now(mailing.edition)


def main(readers: int = 100_000) -> int:
    """Run all three; return 1 where one of them went wrong."""
    emails = [f"reader{number}@example.com" for number in range(readers)]
    checks: list[tuple[Policy, Check]] = [
        ("resend", _broken_before_data),
        ("hold", _lost_replies),
        ("resend", _lost_replies),
    ]
    good = []
    for policy, check in checks:
        print(f"{check.__name__.strip('_').replace('_', ' ')}, {policy}", flush=True)
        good.append(_passes(emails, policy, check))
        print("  as it must be" if good[-1] else "  WRONG", flush=True)
    return 0 if all(good) else 1


def _passes(emails: list[str], policy: Policy, check: Check) -> bool:
    with tempfile.TemporaryDirectory() as folder, Store.open("sqlite:///c.db", root=Path(folder)) as store:
        mailing = SmallMailing.open(store, emails, uncertain=policy, folder=Path(folder) / "journal")
        try:
            return run_loop(check(mailing, random.Random(5), policy))
        finally:
            mailing.outbox.close()


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
