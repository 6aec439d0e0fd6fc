"""100,000 sends with faults: `python -m tests.campaign.kill_replies [READERS]`.

Ten per cent of the dialogues are broken before the message is out: nobody may get it twice. Then five per cent of the
final replies are lost: exactly those may be uncertain.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Literal

from digest.delivery.connect import Timeouts
from digest.delivery.pool import SmtpPool
from digest.model.delivery import DeliverySums, Stage
from digest.outbox.bench import make_reader
from digest.store import Store
from digest.testing.deliveries import SmallMailing, local_route
from digest.testing.smtp import ScriptedServer


async def _broken_before_data(mailing: SmallMailing, chance: random.Random) -> bool:
    faults = ["drop", "421 4.3.2 going down", "450 4.2.0 later"]
    async with ScriptedServer() as server:
        for fault in faults:
            for stage in (Stage.MAIL, Stage.RCPT, Stage.DATA):
                server.fail(stage, fault, times=-1, matches=lambda _: chance.random() < 0.1 / 9)
        async with mailing.pool(local_route(server.port, connections=8), back_off_s=0.001, timeouts=Timeouts()) as pool:
            sums = await _run(mailing, pool)
            print("faults before DATA:", sums)
        counts = Counter(server.recipients())
        print("repeats", len(server.accepted) - len(counts), "lost", len(mailing.emails) - len(counts))
        return len(counts) == len(server.accepted) == len(mailing.emails) == sums.sent


async def _lost_replies(mailing: SmallMailing, chance: random.Random) -> bool:
    unlucky = {email for email in mailing.emails if chance.random() < 0.05}
    async with ScriptedServer() as server:
        server.fail(Stage.BODY, "drop", times=-1, matches=lambda to: to in unlucky)
        async with mailing.pool(local_route(server.port, connections=8), back_off_s=0.001, timeouts=Timeouts()) as pool:
            sums = await _run(mailing, pool)
        print("final replies lost:", len(unlucky), sums)
        return sums.uncertain == len(unlucky) and len(server.accepted) == len(mailing.emails)


async def _run(mailing: SmallMailing, pool: SmtpPool) -> DeliverySums:
    while True:
        sums = await mailing.outbox.run(
            mailing.edition, mailing.template, make_reader, pool, server_patience=timedelta(minutes=5)
        )
        if not sums.deferred:
            return sums
        mailing.outbox.retry_now(mailing.edition)


def main(readers: int = 100_000) -> int:
    """Run both; return 1 where one of them went wrong."""
    emails = [f"reader{number}@example.com" for number in range(readers)]
    good = [_check(emails, "resend", _broken_before_data), _check(emails, "hold", _lost_replies)]
    return 0 if all(good) else 1


def _check(
    emails: list[str],
    policy: Literal["resend", "hold"],
    check: Callable[[SmallMailing, random.Random], Coroutine[None, None, bool]],
) -> bool:
    with tempfile.TemporaryDirectory() as folder, Store.open("sqlite:///c.db", root=Path(folder)) as store:
        mailing = SmallMailing.open(store, emails, uncertain=policy, folder=Path(folder) / "journal")
        try:
            return asyncio.run(check(mailing, random.Random(5)))
        finally:
            mailing.outbox.close()


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
