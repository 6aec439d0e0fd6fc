"""Readers on both databases: signing up, leaving, pausing, importing, erasing."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from digest.errors import NotFoundError
from digest.model.subscriber import Frequency, SubscriptionState
from digest.store import Store, subscribers, suppressions
from digest.store.metadata import metadata
from digest.store.tables_delivery import audiences, deliveries
from digest.subscriptions import signup
from digest.subscriptions.exporting import export_csv
from digest.subscriptions.importing import ImportReport, import_csv
from digest.subscriptions.records import erase, show
from digest.subscriptions.signup import Consent

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
CONSENT = Consent("Yes, send me news", "sign-up form", "192.0.2.7")
PENDING, CONFIRMED, PAUSED, UNSUBSCRIBED = SubscriptionState


def _subscribe(store: Store, address: str = "Ann@Example.com", newsletter: str = "denver", **more: object) -> int:
    with store.begin() as connection:
        done = signup.subscribe(connection, address, newsletter, consent=CONSENT, now=NOW, **more)  # type: ignore[arg-type]
    assert done.subscriber is not None
    return done.subscriber.id


def _state(store: Store, subscriber_id: int, newsletter: str = "denver") -> SubscriptionState | None:
    with store.read() as connection:
        found = subscribers.find_subscription(connection, subscriber_id, newsletter)
    return found.state if found else None


def _import(store: Store, folder: Path, text: str, **more: object) -> ImportReport:
    file = folder / "list.csv"
    file.write_text(text)
    options: dict[str, object] = {"newsletter": "denver", "consent": "fair 2026", "now": NOW, **more}
    return import_csv(file, store, **options)  # type: ignore[arg-type]


def test_signing_up_waits_for_the_owner_and_confirming_twice_is_fine(store: Store) -> None:
    """A sign-up is pending until its owner confirms; the record of consent is kept."""
    one = _subscribe(store)
    assert _subscribe(store, "ann@example.com ") == one, "the same address in other letters is the same subscriber"
    assert _state(store, one) is PENDING
    for now in (LATER, LATER + timedelta(days=1)):
        with store.begin() as connection:
            assert signup.confirm(connection, one, "denver", now).since_at == LATER
    with store.read() as connection:
        kept = show(connection, "ann@example.com")
    assert kept["subscriptions"][0]["consent"] == "Yes, send me news"
    assert [event["kind"] for event in kept["log"]] == ["pending", "confirmed"]


def test_nobody_is_flooded_with_confirmations(store: Store) -> None:
    """One confirmation a day and three in all are mailed to an address, however often and by whom it is asked."""
    one = _subscribe(store)

    def ask(at: datetime) -> bool:
        with store.begin() as connection:
            return signup.claim_confirmation(connection, one, "denver", at)

    with ThreadPoolExecutor(4) as executor:
        assert sum(executor.map(ask, [NOW] * 12)) == 1
    assert [ask(NOW + timedelta(days=days)) for days in (1, 1, 2, 3, 40)] == [True, False, True, False, False]
    with store.begin() as connection:
        signup.confirm(connection, one, "denver", LATER)
    assert ask(NOW + timedelta(days=41))


def test_leaving_ends_one_newsletter_or_all_and_confirming_does_not_bring_it_back(store: Store) -> None:
    """Unsubscribing works twice, for one or all, and an old confirmation link changes nothing afterwards."""
    one = _subscribe(store, state=CONFIRMED)
    _subscribe(store, newsletter="am", state=CONFIRMED)
    _subscribe(store, newsletter="pm")
    with store.begin() as connection:
        assert signup.unsubscribe(connection, one, "denver", LATER) == ["denver"]
        assert signup.unsubscribe(connection, one, "denver", LATER) == []
        assert signup.confirm(connection, one, "denver", LATER).state is UNSUBSCRIBED
        assert signup.unsubscribe(connection, one, None, LATER) == ["am", "pm"]
        assert signup.unsubscribe(connection, 999, None, LATER) == []
        assert signup.resubscribe(connection, one, "am", LATER).state is CONFIRMED
    assert _state(store, one, "am") is CONFIRMED


def test_a_pause_and_a_frequency_keep_consent_and_begin(store: Store) -> None:
    """Pausing and choosing the roundup change nothing else; a pause needs a confirmed subscription and a future."""
    one = _subscribe(store)
    with store.begin() as connection:
        with pytest.raises(ValueError, match="pending cannot be paused"):
            signup.pause(connection, one, "denver", until_at=LATER, now=NOW)
        signup.confirm(connection, one, "denver", NOW)
        with pytest.raises(ValueError, match="in the future"):
            signup.pause(connection, one, "denver", until_at=NOW, now=NOW)
        signup.pause(connection, one, "denver", until_at=LATER, now=NOW)
        signup.choose_frequency(connection, one, "denver", Frequency.WEEKLY, LATER)
        found = subscribers.find_subscription(connection, one, "denver")
        with pytest.raises(NotFoundError):
            signup.pause(connection, one, "am", until_at=LATER, now=NOW)
    assert found is not None
    assert (found.state, found.paused_until, found.frequency) == (PAUSED, LATER, Frequency.WEEKLY)
    assert (found.since_at, found.consent_at, found.consent) == (NOW, NOW, CONSENT.text)


def test_a_bounced_address_cannot_sign_up(store: Store) -> None:
    """A suppressed address is refused, and stays so until an operator removes the suppression."""
    with store.begin() as connection:
        assert suppressions.add_suppression(connection, "ann@example.com", reason="hard bounce", now=NOW)
        assert not suppressions.add_suppression(connection, "ann@example.com", reason="complaint", now=NOW)
        done = signup.subscribe(connection, "ANN@example.com", "denver", consent=CONSENT, now=NOW)
        assert (done.subscriber, done.refused) == (None, "suppressed: hard bounce")
        assert suppressions.remove_suppression(connection, "ann@example.com")
        assert not suppressions.remove_suppression(connection, "ann@example.com")
        assert signup.subscribe(connection, "ANN@example.com", "denver", consent=CONSENT, now=NOW).state is PENDING


def test_an_import_twice_adds_nothing(store: Store, tmp_path: Path) -> None:
    """The second run of the same file adds and updates nothing; an edited file updates what changed."""
    text = "E-Mail,Full name,Plan,tz\nann@example.com,Ann,pro,America/Denver\nBob@Example.org,,free,Nowhere\n"
    assert _import(store, tmp_path, text) == ImportReport(added=2)
    assert _import(store, tmp_path, text) == ImportReport()
    assert _import(store, tmp_path, text.replace("pro", "basic")) == ImportReport(updated=1)
    assert _import(store, tmp_path, text.replace("pro", ""), newsletter="am") == ImportReport(added=2)
    with store.read() as connection:
        ann = subscribers.find_subscriber(connection, "ann@example.com")
        bob = subscribers.find_subscriber(connection, "bob@example.org")
    assert ann is not None
    assert bob is not None
    assert (ann.name, ann.timezone, ann.attributes) == ("Ann", "America/Denver", {"plan": "basic"})
    assert (bob.email, bob.timezone) == ("Bob@example.org", "")


def test_an_import_tells_each_refused_line(store: Store, tmp_path: Path) -> None:
    """Broken, suppressed and unsubscribed addresses are refused with line and reason; the others enter."""
    gone = _subscribe(store, "gone@example.com", state=CONFIRMED)
    with store.begin() as connection:
        signup.unsubscribe(connection, gone, "denver", NOW)
        suppressions.add_suppression(connection, "bounced@example.com", reason="hard bounce", now=NOW)
    rows = [
        "email",
        "ok@example.com",
        "no address",
        "",
        '"a\nb@example.com"',
        "bounced@example.com",
        "gone@example.com",
    ]
    report = _import(store, tmp_path, "\n".join([*rows, "last@example.com", ""]))
    assert report.added == 2
    lines = dict(report.refused)
    assert sorted(lines) == [3, 5, 7, 8]
    assert lines[7] == "suppressed: hard bounce"
    assert lines[8].startswith("unsubscribed")
    assert _state(store, gone) is UNSUBSCRIBED


def test_an_import_with_consent_confirms_what_was_asked_for_and_never_the_other_way(
    store: Store, tmp_path: Path
) -> None:
    """A confirmed import raises a pending subscription; a pending import lowers none."""
    one = _subscribe(store)
    assert _import(store, tmp_path, "ann@example.com\n").updated == 1
    assert _state(store, one) is CONFIRMED
    assert _import(store, tmp_path, "ann@example.com\nnew@example.com\n", mode="pending") == ImportReport(added=1)
    assert _state(store, one) is CONFIRMED


def test_an_export_comes_back_by_an_import(store: Store, tmp_path: Path) -> None:
    """People, attributes and formula-like texts survive export and import; the record of consent is readable."""
    text = "email,name,score\nann@example.com,=Ann,-1\nbob@example.com,O'Neil,+2\n"
    _import(store, tmp_path, text)
    out = io.StringIO()
    with store.read() as connection:
        assert export_csv(connection, out, newsletter="denver", states=[CONFIRMED]) == 2
        assert export_csv(connection, io.StringIO(), newsletter="am") == 0
    assert "'=Ann" in out.getvalue()
    assert "fair 2026" in out.getvalue()
    assert _import(store, tmp_path, out.getvalue()) == ImportReport()
    assert _import(store, tmp_path, out.getvalue(), newsletter="am") == ImportReport(added=2)


def test_an_erased_address_stands_nowhere_and_stays_suppressed(store: Store, tmp_path: Path) -> None:
    """No table holds the address or the name after an erase, an import does not bring it back, its owner can."""
    one = _subscribe(store, state=CONFIRMED, name="Ann Example", attributes={"plan": "pro"})
    with store.begin() as connection:
        audience = {"edition_id": "e", "newsletter": "", "selected": 1, "uncertain": "", "paused": ""}
        connection.execute(insert(audiences).values(id=1, useful_until=NOW, fixed_at=NOW, **audience))
        row = {"audience_id": 1, "email": "ANN@example.com", "domain": "example.com", "state": "sent"}
        connection.execute(insert(deliveries).values(**row))
        suppressions.add_suppression(connection, "ann@example.com", reason="complaint", now=NOW)
        assert erase(connection, "ann@example.com", LATER)
        assert not erase(connection, "ann@example.com", LATER)
        everything = repr([connection.execute(select(table)).all() for table in metadata.sorted_tables]).lower()
        assert "ann" not in everything.replace("planned", "")
        assert "192.0.2.7" not in everything
        found = suppressions.find_suppression(connection, "ann@example.com")
        assert found is not None
        assert (found.reason, found.created_at, found.is_hashed) == ("complaint", NOW, True)
        with pytest.raises(NotFoundError):
            subscribers.get_subscriber(connection, one)
    assert _import(store, tmp_path, "ann@example.com\n").refused == [(1, "suppressed: complaint")]


def test_the_owner_of_an_erased_address_can_come_back(store: Store, tmp_path: Path) -> None:
    """An import never brings an erased address back, but its owner's own confirmed sign-up does."""
    _subscribe(store, state=CONFIRMED)
    with store.begin() as connection:
        erase(connection, "ann@example.com", NOW)
    assert _import(store, tmp_path, "ann@example.com\n").refused == [(1, "suppressed: erased")]
    back = _subscribe(store)
    with store.begin() as connection:
        assert suppressions.find_suppression(connection, "ann@example.com") is not None, (
            "a pending sign-up proves nothing"
        )
        signup.confirm(connection, back, "denver", LATER)
        assert suppressions.list_suppressions(connection) == []


def test_what_is_kept_is_shown_and_strangers_are_not_found(store: Store) -> None:
    """`show` knows subscribers and suppressed addresses, and nobody else."""
    with store.begin() as connection:
        suppressions.add_suppression(connection, "b@example.com", reason="hard bounce", now=NOW, detail="5.1.1")
        shown = show(connection, "b@example.com")["suppressed"]
        assert shown == {"reason": "hard bounce", "detail": "5.1.1", "since": NOW.isoformat()}
        with pytest.raises(NotFoundError):
            show(connection, "stranger@example.com")
        with pytest.raises(ValueError, match="period"):
            show(connection, "stranger@localhost")
