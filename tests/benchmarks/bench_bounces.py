"""Measures bounces: classifying reports and ordinary mail, a hostile message of 10 MB, handling reports in a store."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from digest.bounces import Kind, classify
from digest.outbox.tokens import DeliveryTokens
from digest.pipeline.bounces import BounceDesk
from digest.store import audiences
from digest.store.tables_delivery import deliveries
from digest.testing.deliveries import subscribe
from digest.testing.mails import ordinary_mails, plain_report, status_report
from digest.testing.stores import temporary_store

REPORTS = 2000


def run() -> list[tuple[str, str]]:
    """Return the figures as (what, value); CPU time for what waits for nothing, wall time for the store."""
    reports = [status_report(f"reader{number}@example.org") for number in range(REPORTS)]
    prose = [plain_report(f"<reader{number}@example.org>:\n550 5.1.1 unknown user\n") for number in range(REPORTS)]
    ordinary = list(ordinary_mails(1000))
    figures = [
        ("standard reports classified", f"{_rate(reports):,.0f}/s"),
        ("reports in free form classified", f"{_rate(prose):,.0f}/s"),
        ("ordinary mails classified", f"{_rate(ordinary):,.0f}/s"),
    ]
    taken = sum(classify(raw).kind not in (Kind.NONE, Kind.AUTO_REPLY) for raw in ordinary)
    figures.append(("of 1,000 ordinary mails taken for a bounce", f"{taken} (goal 0)"))
    began = time.process_time()
    classify(b"Subject: Undeliverable\r\n\r\n" + b"user mailbox quota exceeds " * 400_000)
    figures.append(("a message of 10 MB of half phrases", f"{time.process_time() - began:.2f} s"))
    figures.append(("reports attributed and applied to a store", f"{_handled_per_second():,.0f}/s"))
    return figures


def _rate(messages: list[bytes]) -> float:
    began = time.process_time()
    for raw in messages:
        classify(raw)
    return len(messages) / (time.process_time() - began)


def _handled_per_second(readers: int = 500) -> float:
    now, tokens = datetime.now(UTC), DeliveryTokens([b"bench"])
    emails = [f"reader{number}@example.org" for number in range(readers)]
    with temporary_store() as store:
        subscribe(store, emails, "denver")
        with store.begin() as connection:
            until = now + timedelta(hours=9)
            audience = audiences.add_audience(
                connection, "e1", "denver", uncertain="resend", useful_until=until, now=now
            )
            audiences.add_subscribers(connection, audience, "denver", due=audiences.Due(now), chosen=audiences.Chosen())
            connection.execute(update(deliveries).values(state="sent", finished_at=now, next_try_at=None))
            ids = list(connection.scalars(select(deliveries.c.id)))
        desk = BounceDesk(store, tokens)
        to = [f"bounce+{tokens.make(one)}@news.example.com" for one in ids]
        reports = [status_report(email, to=path) for email, path in zip(emails, to, strict=True)]
        began = time.perf_counter()
        for raw in reports:
            desk.handle(raw)
        return readers / (time.perf_counter() - began)


def main() -> None:
    """Print the figures."""
    for what, value in run():
        print(f"{what}: {value}")


if __name__ == "__main__":
    main()
