"""Reports against the ledger, on SQLite and on PostgreSQL: whose they are, what counts, who is suppressed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from digest.model.delivery import DeliveryState
from digest.model.subscriber import SubscriptionState
from digest.outbox.tokens import DeliveryTokens
from digest.pipeline.bounces import BounceDesk, Outcome
from digest.store import Store, audiences, bounces
from digest.store.deliveries import AttemptRow, add_attempts
from digest.store.subscribers import erase_address, load_subscriptions
from digest.store.suppressions import find_suppression
from digest.store.tables import subscribers
from digest.store.tables_delivery import deliveries
from digest.testing.deliveries import subscribe
from digest.testing.mails import complaint_report, plain_report, status_report

START = datetime(2030, 1, 2, 12, tzinfo=UTC)
READER = "reader0@example.org"
OTHER = "reader1@example.org"
TOKENS = DeliveryTokens([b"test"])


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Give a clock that stands still."""
    return Clock()


@pytest.fixture
def desk(store: Store, clock: Clock) -> BounceDesk:
    """Give a desk over two confirmed readers."""
    subscribe(store, [READER, OTHER], "denver")
    return BounceDesk(store, TOKENS, clock=clock)


@pytest.fixture
def send(store: Store) -> Callable[[str, datetime], Sequence[int]]:
    """Send an edition to both readers, both accepted; gives the ids of the deliveries."""

    def send_edition(edition: str, at: datetime) -> Sequence[int]:
        with store.begin() as connection:
            audience = audiences.add_audience(
                connection, edition, "denver", uncertain="resend", useful_until=at + timedelta(hours=9), now=at
            )
            audiences.add_subscribers(connection, audience, "denver", due=audiences.Due(at), chosen=audiences.Chosen())
            mine = deliveries.c.audience_id == audience
            values = {"state": DeliveryState.SENT.value, "finished_at": at, "next_try_at": None}
            connection.execute(update(deliveries).where(mine).values(**values))
            query = select(deliveries.c.id).where(mine).order_by(deliveries.c.subscriber_id)
            return list(connection.scalars(query))

    return send_edition


def _return_path(delivery_id: int) -> str:
    return f"bounce+{TOKENS.make(delivery_id)}@news.example.com"


def _reason(store: Store, key: str) -> str:
    with store.read() as connection:
        found = find_suppression(connection, key)
    return found.reason if found else ""


def test_one_hard_bounce_suppresses_by_token(store: Store, desk: BounceDesk, send) -> None:
    """The token says whose it is, whatever address the report names; nobody else is touched."""
    first, _ = send("e1", START)
    raw = status_report("somewhere-else@example.net", to=_return_path(first))
    assert desk.handle(raw).outcome is Outcome.SUPPRESSED
    assert (_reason(store, READER), _reason(store, OTHER)) == ("hard bounce", "")
    assert desk.handle(raw).outcome is Outcome.REPEATED


def test_a_complaint_suppresses(store: Store, desk: BounceDesk, send) -> None:
    """A complaint is attributed by our Message-ID in the message that was complained about."""
    _, second = send("e1", START)
    returned = f"Message-ID: <{TOKENS.make(second)}@news.example.com>\r\nSubject: News\r\n\r\nHello"
    assert desk.handle(complaint_report(returned=returned)).outcome is Outcome.SUPPRESSED
    assert _reason(store, OTHER) == "complaint"


def test_a_report_without_token_is_attributed_by_address(store: Store, desk: BounceDesk, send, clock: Clock) -> None:
    """Without a token the address counts, if it was mailed in the last two weeks."""
    send("e1", START)
    clock.now = START + timedelta(days=20)
    raw = status_report(READER.upper(), to="postmaster@news.example.com")
    assert desk.handle(raw).outcome is Outcome.UNKNOWN
    clock.now = START + timedelta(days=2)
    assert desk.handle(raw).outcome is Outcome.SUPPRESSED
    assert _reason(store, READER) == "hard bounce"


def test_a_forged_token_changes_nothing(store: Store, desk: BounceDesk, send) -> None:
    """A token that was not made here discredits the report, also where it names a reader of ours."""
    send("e1", START)
    forged = DeliveryTokens([b"not ours"]).make(1)
    for to in (f"bounce+{forged}@news.example.com", f"bounce+{'0' * 32}@news.example.com"):
        assert desk.handle(status_report(READER, to=to)).outcome is Outcome.UNKNOWN
    assert _reason(store, READER) == ""


def test_a_token_of_a_delivery_that_never_went_out_changes_nothing(store: Store, desk: BounceDesk) -> None:
    """An old key may have signed for another ledger: a delivery that is unknown is nobody's."""
    assert desk.handle(status_report(READER, to=_return_path(4711))).outcome is Outcome.UNKNOWN


def test_what_is_about_us_suppresses_nobody(store: Store, desk: BounceDesk, send, clock: Clock) -> None:
    """Twenty refusals for spam over a month are noted, and no reader is charged."""
    for day in range(0, 40, 2):
        clock.now = START + timedelta(days=day)
        first, _ = send(f"e{day}", clock.now)
        raw = status_report(READER, status="5.7.1", diagnostic="smtp; 550 5.7.1 spam", to=_return_path(first))
        assert desk.handle(raw).outcome is Outcome.NOTED
    assert _reason(store, READER) == ""


def _soft(desk: BounceDesk, delivery_id: int) -> Outcome:
    full = status_report(READER, status="5.2.2", diagnostic="smtp; 552 5.2.2 full", to=_return_path(delivery_id))
    return desk.handle(full).outcome


def test_soft_bounces_of_five_editions_over_two_weeks(store: Store, desk: BounceDesk, send, clock: Clock) -> None:
    """The fifth in a row suppresses, once the streak is fourteen days long; copies of a report do not count."""
    outcomes = []
    for day in (0, 4, 8, 12, 16):
        clock.now = START + timedelta(days=day)
        first, _ = send(f"e{day}", clock.now)
        outcomes.append(_soft(desk, first))
        again = plain_report(f"Could not be delivered to {READER}: mailbox full, day {day}").replace(
            b"To: bounce+0123456789abcdef0123456789abcdef@", f"To: bounce+{TOKENS.make(first)}@".encode()
        )
        if day < 16:
            assert desk.handle(again).outcome is Outcome.REPEATED
    assert outcomes == [Outcome.COUNTED] * 4 + [Outcome.SUPPRESSED]
    assert (_reason(store, READER), _reason(store, OTHER)) == ("soft bounces", "")


def test_an_edition_that_arrived_resets_the_count(store: Store, desk: BounceDesk, send, clock: Clock) -> None:
    """With one success in the middle, five soft bounces are not in a row."""
    for day in (0, 4, 8, 12, 16, 20):
        clock.now = START + timedelta(days=day)
        first, _ = send(f"e{day}", clock.now)
        if day != 8:
            assert _soft(desk, first) is Outcome.COUNTED
    assert _reason(store, READER) == ""


def test_refusals_while_sending_count_too(store: Store, desk: BounceDesk, send) -> None:
    """A delivery that failed at RCPT for an unknown user is charged as if a report had come, once."""
    first, second = send("e1", START)
    with store.begin() as connection:
        values = {"state": DeliveryState.FAILED.value}
        connection.execute(update(deliveries).where(deliveries.c.id.in_([first, second])).values(**values))
        rows = [(first, "rcpt", "550 5.1.1 user unknown"), (second, "data", "550 5.1.1 user unknown")]
        attempts = [AttemptRow(one, START, "fail", stage, "main", 550, reply) for one, stage, reply in rows]
        add_attempts(connection, attempts)
    assert desk.charge_refusals() == 1
    assert desk.charge_refusals() == 0
    assert (_reason(store, READER), _reason(store, OTHER)) == ("hard bounce", "")


def test_a_report_after_an_erase_stores_no_address(store: Store, desk: BounceDesk, send) -> None:
    """A bounce for somebody who was erased is kept without an address and suppresses nothing."""
    first, _ = send("e1", START)
    with store.begin() as connection:
        who = connection.scalar(select(subscribers.c.id).where(subscribers.c.key == READER))
        erase_address(connection, READER, who)
    assert desk.handle(status_report(READER, to=_return_path(first))).outcome is Outcome.COUNTED
    assert _reason(store, READER) == ""
    with store.read() as connection:
        assert bounces.count_reports(connection, since=START) == {("hard", "unknown-user"): 1}


def test_notes_and_ordinary_mail_change_nothing(desk: BounceDesk) -> None:
    """What is no report leaves no trace in the ledger."""
    assert desk.handle(b"From: a@example.org\r\nSubject: Hello\r\n\r\nHi").outcome is Outcome.NOTHING
    assert desk.handle(b"From: a@example.org\r\nSubject: Automatic reply: x\r\n\r\nHi").outcome is Outcome.NOTHING


def _asking_to_leave(token: str, **headers: str) -> bytes:
    lines = {
        "From": "somebody@example.net",
        "To": "leave@news.example.com",
        "Subject": f"unsubscribe {token}",
    } | headers
    return "".join(f"{name}: {value}\r\n" for name, value in lines.items()).encode() + b"\r\nPlease.\r\n"


def test_mail_to_leave_ends_one_subscription(store: Store, desk: BounceDesk, send) -> None:
    """The token in the subject says whose it is, whoever wrote the mail; twice is fine; nobody else is touched."""
    subscribe(store, [READER], "am")
    first, _ = send("e1", START)
    token = TOKENS.make(first)
    assert (
        desk.handle(_asking_to_leave(token.upper(), Subject=f"Unsubscribe  {token.upper()} ")).outcome is Outcome.LEFT
    )
    assert desk.handle(_asking_to_leave(token)).outcome is Outcome.REPEATED
    with store.read() as connection:
        people = dict(connection.execute(select(subscribers.c.key, subscribers.c.id)).all())
        states = {
            (key, one.newsletter): one.state.value
            for key, reader in people.items()
            for one in load_subscriptions(connection, reader)
        }
    assert states == {
        (READER, "denver"): "unsubscribed",
        (READER, "am"): "confirmed",
        (OTHER, "denver"): "confirmed",
    }
    assert not _reason(store, READER)


def test_forged_mail_to_leave_changes_nothing(store: Store, desk: BounceDesk, send) -> None:
    """A made-up token, none, one for a delivery that never was, one that is only quoted: nobody leaves."""
    first, _ = send("e1", START)
    token = TOKENS.make(first)
    assert desk.handle(_asking_to_leave("0" * 32)).outcome is Outcome.UNKNOWN
    assert desk.handle(_asking_to_leave(DeliveryTokens([b"other"]).make(first))).outcome is Outcome.UNKNOWN
    assert desk.handle(_asking_to_leave(TOKENS.make(4711))).outcome is Outcome.UNKNOWN
    for subject in ("unsubscribe", f"Fwd: unsubscribe {token}", f"not unsubscribe {token}", f"unsubscribe {token} now"):
        assert desk.handle(_asking_to_leave(token, Subject=subject)).outcome is Outcome.NOTHING
    quoted = f"List-Unsubscribe: <mailto:leave@news.example.com?subject=unsubscribe%20{token}>"
    returned = f"Subject: unsubscribe {token}\r\n{quoted}"
    assert desk.handle(complaint_report(returned=returned)).outcome is not Outcome.LEFT
    with store.read() as connection:
        reader = connection.scalar(select(subscribers.c.id).where(subscribers.c.key == READER))
        (link,) = load_subscriptions(connection, int(reader or 0))
    assert link.state is SubscriptionState.CONFIRMED
