"""The ledger of deliveries on SQLite and on PostgreSQL: the same calls, the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from digest.model.audience import parse_audience
from digest.model.delivery import DeliveryState
from digest.model.subscriber import Frequency
from digest.outbox import Outbox
from digest.outbox.fence import SILENT_AFTER
from digest.outbox.journal import Journal
from digest.outbox.recovery import Recovered, recover
from digest.outbox.turn import Results, Turn, take_turn
from digest.store import Store, audiences, deliveries, senders
from digest.store.audiences import Chosen
from digest.store.quotas import reserve_quota
from digest.store.suppressions import add_suppression
from digest.store.tables import subscribers, subscriptions
from digest.testing.deliveries import subscribe

NOW = datetime(2030, 1, 2, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=12)
EMAILS = [f"reader{number}@{'gmail.example' if number % 2 else 'mail.example'}" for number in range(10)]
S = DeliveryState


@pytest.fixture
def outbox(store: Store) -> Iterator[Outbox]:
    """Give an outbox over ten confirmed readers, without a journal."""
    subscribe(store, EMAILS, "denver")
    with Outbox(store, token_keys=[b"test"], clock=lambda: NOW) as outbox:
        yield outbox


def _audience(outbox: Outbox) -> audiences.Audience:
    with outbox.store.read() as connection:
        found = audiences.find_audience(connection, "e1")
    assert found is not None
    return found


def _claim(outbox: Outbox, sender: str, limit: int, *, skip: tuple[str, ...] = (), now: datetime = NOW) -> list[int]:
    audience = _audience(outbox)
    with outbox.store.begin() as connection:
        rows = deliveries.claim(connection, audience, sender, now=now, limit=limit, skip=skip)
    return [row.id for row in rows]


def _set_subscription(outbox: Outbox, email: str, **values: object) -> None:
    with outbox.store.begin() as connection:
        who = subscribers.c.email == email
        ids = [row.id for row in connection.execute(subscribers.select().where(who))]
        connection.execute(update(subscriptions).where(subscriptions.c.subscriber_id.in_(ids)).values(**values))


def test_audience_is_fixed_once(outbox: Outbox) -> None:
    """Who subscribes after the start gets the next edition; a second enqueue changes nothing."""
    assert outbox.enqueue("e1", "denver", useful_until=LATER) == 10
    subscribe(outbox.store, ["late@mail.example"], "denver")
    assert outbox.enqueue("e1", "denver", useful_until=LATER) == 10
    assert outbox.sums("e1").queued == 10


def test_audience_records_the_suppressed(outbox: Outbox) -> None:
    """A suppressed reader has a row that says so, and is never claimed."""
    with outbox.store.begin() as connection:
        add_suppression(connection, EMAILS[0], reason="complaint", now=NOW)
    assert outbox.enqueue("e1", "denver", useful_until=LATER) == 10
    sums = outbox.sums("e1")
    assert (sums.suppressed, sums.queued) == (1, 9)
    assert outbox.reasons("e1") == [(S.SUPPRESSED, "complaint", 1)]
    assert len(_claim(outbox, "a", 20)) == 9


def test_audience_leaves_out_who_did_not_ask(outbox: Outbox) -> None:
    """Pending, unsubscribed, paused and weekly readers are not selected; a pause that is over does not count."""
    _set_subscription(outbox, EMAILS[0], state="pending")
    _set_subscription(outbox, EMAILS[1], state="unsubscribed")
    _set_subscription(outbox, EMAILS[2], state="paused", paused_until=LATER)
    _set_subscription(outbox, EMAILS[3], state="paused", paused_until=NOW - timedelta(hours=1))
    _set_subscription(outbox, EMAILS[4], frequency="weekly")
    assert outbox.enqueue("e1", "denver", useful_until=LATER) == 6
    assert outbox.enqueue("w1", "denver", useful_until=LATER, chosen=Chosen(frequency=Frequency.WEEKLY)) == 1


def test_audience_by_condition(outbox: Outbox) -> None:
    """An audience expression chooses among the subscribers."""
    chosen = Chosen(parse_audience('domain == "gmail.example"'))
    assert outbox.enqueue("e1", "denver", useful_until=LATER, chosen=chosen) == 5


def test_named_addresses_need_no_subscription(outbox: Outbox) -> None:
    """Named addresses are mailed whatever they subscribed to, once each, unless they are suppressed."""
    with outbox.store.begin() as connection:
        add_suppression(connection, "no@mail.example", reason="complaint", now=NOW)
    _set_subscription(outbox, EMAILS[0], state="unsubscribed")
    named = [EMAILS[0], "New@mail.example", "new@mail.example", "no@mail.example"]
    assert outbox.enqueue_addresses("e1", named, useful_until=LATER) == 3
    audience = _audience(outbox)
    with outbox.store.begin() as connection:
        rows = deliveries.claim(connection, audience, "a", now=NOW, limit=10)
    assert sorted(row.email for row in rows) == ["new@mail.example", EMAILS[0]]
    assert outbox.sums("e1").suppressed == 1


def test_claims_never_overlap(outbox: Outbox) -> None:
    """Two senders that claim get different rows, and together all."""
    outbox.enqueue("e1", "denver", useful_until=LATER)
    first, second, third = _claim(outbox, "a", 6), _claim(outbox, "b", 6), _claim(outbox, "c", 6)
    assert (len(first), len(second), third) == (6, 4, [])
    assert not set(first) & set(second)


def test_claims_in_two_open_transactions_never_overlap(outbox: Outbox) -> None:
    """On PostgreSQL a second sender passes by rows that a first one is claiming; on SQLite it waits its turn."""
    if not outbox.store.is_postgresql:
        pytest.skip("SQLite has one writer at a time; PostgreSQL is asked here")
    outbox.enqueue("e1", "denver", useful_until=LATER)
    audience = _audience(outbox)
    with outbox.store.begin() as one, outbox.store.begin() as two:
        first = deliveries.claim(one, audience, "a", now=NOW, limit=6)
        second = deliveries.claim(two, audience, "b", now=NOW, limit=6)
    assert (len(first), len(second)) == (6, 4)


def test_claims_nobody_knows_of_are_given_back(outbox: Outbox) -> None:
    """What the ledger says a sender holds beyond what it knows of is queued again; others keep theirs."""
    outbox.enqueue("e1", "denver", useful_until=LATER)
    known, *unknown = _claim(outbox, "a", 4)
    others = _claim(outbox, "b", 2)
    audience = _audience(outbox)
    with outbox.store.begin() as connection:
        assert deliveries.give_back_unknown(connection, audience, "a", [known], now=NOW) == 3
    outbox.store.sync()
    assert set(_claim(outbox, "c", 10)) >= set(unknown)
    with outbox.store.read() as connection:
        assert [held.delivery_id for held in senders.held_by(connection, "a")] == [known]
        assert {held.delivery_id for held in senders.held_by(connection, "b")} == set(others)


def test_claims_skip_crowded_domains(outbox: Outbox) -> None:
    """Domains that wait for their limit are left for later, also those that stand between claimed ones."""
    outbox.enqueue("e1", "denver", useful_until=LATER)
    ids = _claim(outbox, "a", 4, skip=("gmail.example",))
    assert max(ids) - min(ids) > 3
    with outbox.store.read() as connection:
        assert [held.delivery_id for held in senders.held_by(connection, "a")] == sorted(ids)
    assert len(_claim(outbox, "b", 10, skip=("gmail.example",))) == 1
    assert len(_claim(outbox, "c", 10)) == 5


def test_claims_bring_what_a_message_needs(outbox: Outbox) -> None:
    """A claimed row has the reader's values, the begin of the subscription, and where it was before."""
    with outbox.store.begin() as connection:
        who = subscribers.c.email == EMAILS[3]
        values = {"name": 'Ann "A" Dår', "language": "da", "timezone": "Europe/Copenhagen", "attributes": {"a": "b"}}
        connection.execute(update(subscribers).where(who).values(**values))
    began_at = NOW - timedelta(days=3, microseconds=1)
    _set_subscription(outbox, EMAILS[3], since_at=began_at)
    outbox.enqueue("e1", "denver", useful_until=LATER)
    audience = _audience(outbox)
    with outbox.store.begin() as connection:
        rows = deliveries.claim(connection, audience, "a", now=NOW, limit=10)
    (row,) = [row for row in rows if row.email == EMAILS[3]]
    assert row == deliveries.ClaimedRow(
        id=row.id,
        subscriber_id=row.subscriber_id,
        email=EMAILS[3],
        domain="gmail.example",
        name='Ann "A" Dår',
        language="da",
        timezone="Europe/Copenhagen",
        attributes='{"a":"b"}',
        attempts=0,
        refused="",
        since_at=began_at,
        state=S.QUEUED,
    )


def test_turns_say_that_the_sender_lives_when_asked(outbox: Outbox) -> None:
    """Not every transaction writes it: one that does not leaves what an earlier one said."""
    outbox.enqueue("e1", "denver", useful_until=LATER)
    audience = _audience(outbox)
    for minutes, touches in ((0, True), (1, False), (2, True)):
        ids = _claim(outbox, "a", 1)
        now = NOW + timedelta(minutes=minutes)
        take_turn(outbox.store, audience, Turn(Results(ids)), sender="a", now=now, touches=touches)
        with outbox.store.read() as connection:
            seen_at = dict(senders.other_senders(connection, "here"))["a"]
        assert seen_at == (now if touches else NOW)
    assert outbox.sums("e1").sent == 3


def test_claim_tells_who_left_since(outbox: Outbox) -> None:
    """A reader who left, was suppressed or erased after the start is claimed with the reason not to mail."""
    outbox.enqueue("e1", "denver", useful_until=LATER)
    _set_subscription(outbox, EMAILS[0], state="unsubscribed")
    with outbox.store.begin() as connection:
        add_suppression(connection, EMAILS[1], reason="complaint", now=NOW)
        connection.execute(update(subscribers).where(subscribers.c.email == EMAILS[2]).values(erased=True, email=""))
    audience = _audience(outbox)
    with outbox.store.begin() as connection:
        rows = deliveries.claim(connection, audience, "a", now=NOW, limit=10)
        again = deliveries.refused_among(connection, audience, [row.id for row in rows], now=NOW)
    refused = sorted(row.refused for row in rows if row.refused)
    assert refused == sorted(again.values()) == ["complaint", "erased", "unsubscribed"]


def test_due_deferred_come_first(outbox: Outbox) -> None:
    """A deferred delivery is claimed when it is due, before queued ones, and not earlier."""
    outbox.enqueue("e1", "denver", useful_until=LATER)
    (row_id,) = _claim(outbox, "a", 1)
    due = NOW + timedelta(minutes=1)
    with outbox.store.begin() as connection:
        deliveries.record_results(connection, [_result(row_id, S.DEFERRED, next_try_at=due)])
    assert row_id not in _claim(outbox, "b", 3)
    assert _claim(outbox, "b", 1, now=due) == [row_id]


def test_results_of_lost_claims_change_nothing(outbox: Outbox) -> None:
    """Who no longer holds a delivery cannot record a result for it."""
    outbox.enqueue("e1", "denver", useful_until=LATER)
    ids = _claim(outbox, "a", 2)
    with outbox.store.begin() as connection:
        assert deliveries.record_sent(connection, ids, "b", at=NOW) == 0
        deliveries.record_results(connection, [_result(ids[0], S.FAILED, held_by="b")])
        assert deliveries.record_sent(connection, ids, "a", at=NOW) == 2
    assert (outbox.sums("e1").sent, outbox.sums("e1").failed) == (2, 0)


def test_sums_and_ends(outbox: Outbox) -> None:
    """The parts add up to what was selected, and the edition is unfinished until nothing is left to do."""
    outbox.enqueue("e1", "denver", useful_until=LATER)
    ids = _claim(outbox, "a", 10)
    with outbox.store.begin() as connection:
        deliveries.record_sent(connection, ids[:7], "a", at=NOW)
        deliveries.record_results(connection, [_result(ids[7], S.FAILED), _result(ids[8], S.UNCERTAIN)])
    sums = outbox.sums("e1")
    assert (sums.selected, sums.sent, sums.failed, sums.uncertain, sums.sending) == (10, 7, 1, 1, 1)
    assert sums.agree and not sums.finished
    assert outbox.unfinished() == ["e1"]
    with outbox.store.begin() as connection:
        deliveries.record_sent(connection, ids[9:], "a", at=NOW)
    assert outbox.sums("e1").finished
    assert outbox.unfinished() == []
    assert (outbox.retry_failed("e1"), outbox.resend_uncertain("e1"), outbox.cancel("e1")) == (1, 1, 2)
    assert outbox.sums("e1").cancelled == 2


def test_hard_bounce_suppresses(outbox: Outbox) -> None:
    """An address that does not exist is suppressed, with what the server said."""
    outbox.enqueue("e1", "denver", useful_until=LATER)
    ids = _claim(outbox, "a", 1)
    with outbox.store.begin() as connection:
        deliveries.suppress_readers(connection, {ids[0]: "550 5.1.1 unknown"}, reason="hard bounce", at=NOW)
        deliveries.suppress_readers(connection, {ids[0]: "again"}, reason="hard bounce", at=NOW)
    outbox.enqueue("e2", "denver", useful_until=LATER)
    assert outbox.reasons("e2") == [(S.SUPPRESSED, "hard bounce", 1)]


@pytest.mark.parametrize(("policy", "state"), [("resend", S.QUEUED), ("hold", S.UNCERTAIN)])
def test_recovery_without_a_journal(outbox: Outbox, policy: str, state: DeliveryState) -> None:
    """What a silent sender of another machine held is uncertain, as nobody knows how far it came."""
    outbox.enqueue("e1", "denver", useful_until=LATER, uncertain="hold" if policy == "hold" else "resend")
    with outbox.store.begin() as connection:
        senders.touch_sender(connection, "far", now=NOW)
    _claim(outbox, "far", 4)
    assert recover(outbox.store, "here", None, now=NOW).queued == 0
    found = recover(outbox.store, "here", None, now=NOW + SILENT_AFTER)
    assert (found.queued, found.uncertain) == ((4, 0) if state is S.QUEUED else (0, 4))
    assert outbox.sums("e1").sending == 0


def test_recovery_with_a_journal(outbox: Outbox, tmp_path: Path) -> None:
    """What a server took is sent, what was on its way is uncertain, what was only claimed is queued."""
    outbox.enqueue("e1", "denver", useful_until=LATER, uncertain="hold")
    journal = Journal.create(tmp_path, "dead")
    with outbox.store.begin() as connection:
        senders.touch_sender(connection, "dead", now=NOW)
    ids = _claim(outbox, "dead", 6)
    for row_id in ids[:4]:
        journal.note_body(row_id)
    for row_id in ids[:3]:
        journal.note_taken(row_id)
    journal.close()
    assert recover(outbox.store, "here", tmp_path, now=NOW) == Recovered(queued=2, sent=3, uncertain=1)
    sums = outbox.sums("e1")
    assert (sums.sent, sums.uncertain, sums.queued, sums.sending) == (3, 1, 6, 0)
    assert not recover(outbox.store, "here", tmp_path, now=NOW)


def test_parking_after_three_crashes(outbox: Outbox) -> None:
    """A delivery that was in three crashes is parked as failed."""
    outbox.enqueue("e1", "denver", useful_until=LATER)
    for number in range(3):
        with outbox.store.begin() as connection:
            senders.touch_sender(connection, f"far{number}", now=NOW)
        assert len(_claim(outbox, f"far{number}", 1, now=NOW + number * SILENT_AFTER)) == 1
        if number < 2:
            _claim(outbox, "here", 9, now=NOW)
        found = recover(outbox.store, "here", None, now=NOW + (number + 1) * SILENT_AFTER)
    assert found.parked == 1
    assert "parked" in outbox.reasons("e1")[0][1]


def test_quota_slides(store: Store) -> None:
    """An hour's quota is never passed in any hour, and comes back as the hour slides."""
    with store.begin() as connection:
        granted = [reserve_quota(connection, "main", 40, now=NOW, per_hour=100, per_day=None)[0] for _ in range(4)]
        assert granted == [40, 40, 20, 0]
        _, wait_s = reserve_quota(connection, "main", 40, now=NOW, per_hour=100, per_day=None)
        assert wait_s == 61 * 60
        later = NOW + timedelta(seconds=wait_s)
        assert reserve_quota(connection, "main", 40, now=later, per_hour=100, per_day=None) == (40, 0.0)
        assert reserve_quota(connection, "main", 40, now=later, per_hour=100, per_day=150) == (10, 0.0)
        assert reserve_quota(connection, "other", 40, now=later, per_hour=100, per_day=150) == (40, 0.0)


def _result(row_id: int, state: DeliveryState, **values: object) -> dict[str, object]:
    usual = {"held_by": "a", "next_try_at": None, "charge": 1, "finished_at": None, "reason": "said so"}
    return {"row_id": row_id, "state": state} | usual | values
