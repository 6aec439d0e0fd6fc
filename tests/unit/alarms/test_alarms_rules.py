"""What is an alarm, when it begins and ends, and what it never tells."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.alarms import EditionFact, Facts, ProcessFacts, RateFact, SourceFact, decide_changes, find_alarms
from digest.alarms.changes import LOOK_BACK, Standing
from digest.config.alarms import Alarms
from digest.model.alarm import OF_THE_PROCESS, Alarm, AlarmKind
from digest.model.edition import EditionState

SLOT = datetime(2026, 11, 23, 13, 30, tzinfo=UTC)
LIMITS = Alarms()
ALARMS = st.builds(
    Alarm, st.sampled_from(AlarmKind), st.sampled_from(["denver", "a@here", "a@there"]), st.sampled_from(["x", "y"])
)


def kinds(minutes: float, **changes: object) -> list[str]:
    """Return the alarms about one edition so many minutes after its slot."""
    fact = EditionFact("denver-1", "denver", SLOT, **({"state": None} | changes))  # type: ignore[arg-type]
    found = find_alarms(Facts(SLOT + timedelta(minutes=minutes), editions=(fact,)), LIMITS)
    return [alarm.kind.value for alarm in found]


@pytest.mark.parametrize("state", [None, EditionState.PLANNED, EditionState.BUILDING, EditionState.BUILT])
def test_an_edition_is_missing_ten_minutes_after_its_slot(state: EditionState | None) -> None:
    """Nobody is told at nine minutes, somebody is at ten, whatever keeps it from being sent."""
    assert kinds(9.9, state=state) == []
    assert kinds(10, state=state) == ["edition-missing"]


@pytest.mark.parametrize("state", [EditionState.SENDING, EditionState.DONE, EditionState.CANCELLED])
def test_an_edition_that_goes_out_or_was_stopped_is_not_missing(state: EditionState) -> None:
    """Being sent, sent, or cancelled by a person is no alarm at ten minutes."""
    assert kinds(11, state=state) == []


def test_what_did_not_go_out_says_why() -> None:
    """Failed and skipped editions are told at once, held ones after ten minutes; too few stories are a thin edition."""
    assert kinds(0, state=EditionState.FAILED, reason="template") == ["edition-failed"]
    assert kinds(0, state=EditionState.SKIPPED, reason="3 h late, more than 2 h: skipped") == ["edition-missing"]
    assert kinds(0, state=EditionState.SKIPPED, reason="1 story found, 3 needed") == ["thin-edition"]
    left = "2 stories left after caps and limits (9 found), 3 needed"
    assert kinds(0, state=EditionState.SKIPPED, reason=left) == ["thin-edition"]
    assert (kinds(9, state=EditionState.HELD), kinds(10, state=EditionState.HELD)) == ([], ["edition-held"])


def test_a_thin_edition_is_measured_by_what_is_usual() -> None:
    """Less than half of the usual stories is thin; without editions before, nothing is."""
    assert kinds(1, state=EditionState.DONE, stories=4, usual_stories=9) == ["thin-edition"]
    assert kinds(1, state=EditionState.DONE, stories=5, usual_stories=9) == []
    assert kinds(1, state=EditionState.DONE, stories=1, usual_stories=0) == []


def test_a_send_is_slow_after_its_deadline() -> None:
    """Readers who still wait an hour after the slot are told of; where readers have their own morning, a day later."""
    assert (kinds(59, state=EditionState.SENDING), kinds(60, state=EditionState.SENDING)) == ([], ["send-slow"])
    assert kinds(60 * 24, state=EditionState.SENDING, allowed=timedelta(days=1)) == []
    assert kinds(60 * 25, state=EditionState.SENDING, allowed=timedelta(days=1)) == ["send-slow"]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (SourceFact("desk", failures=2, error="x"), []),
        (SourceFact("desk", failures=3, error="x"), ["source-failing"]),
        (SourceFact("desk", is_gone=True), ["source-failing"]),
        (SourceFact("desk", silent_for=timedelta(days=9)), []),
        (SourceFact("desk", silent_for=timedelta(days=2), silent_after=timedelta(days=3)), []),
        (SourceFact("desk", silent_for=timedelta(days=3), silent_after=timedelta(days=3)), ["source-silent"]),
    ],
)
def test_a_source_fails_or_is_silent(source: SourceFact, told: list[str]) -> None:
    """A source is told of after three failures, when it is gone, or when it is silent longer than it says."""
    assert [alarm.kind.value for alarm in find_alarms(Facts(SLOT, sources=(source,)), LIMITS)] == told


@pytest.mark.parametrize(
    ("rate", "told"),
    [
        (RateFact("denver", 199, 100, 100), []),
        (RateFact("denver", 200, 10, 0), []),
        (RateFact("denver", 200, 11, 0), ["bounce-rate"]),
        (RateFact("denver", 200, 0, 1), []),
        (RateFact("denver", 2000, 0, 2), []),
        (RateFact("denver", 1999, 0, 2), ["complaint-rate"]),
    ],
)
def test_rates_are_told_above_their_limit(rate: RateFact, told: list[str]) -> None:
    """More than 5 % of bounces or 0.1 % of complaints, with enough messages and not only one report."""
    assert [alarm.kind.value for alarm in find_alarms(Facts(SLOT, rates=(rate,)), LIMITS)] == told


def test_a_process_tells_of_itself_with_its_machine() -> None:
    """Paused routes, refused files, settings that wait and failing duties are told with the machine's name."""
    process = ProcessFacts("here", {"main": "535 no"}, ("a.yaml:1:1: bad", "b"), ("smtp",), {"sources": "OSError: x"})
    found = find_alarms(Facts(SLOT, process=process), LIMITS)
    assert [(alarm.kind.value, alarm.subject) for alarm in found] == [
        ("route-paused", "main@here"),
        ("configuration-refused", "configuration@here"),
        ("restart-needed", "configuration@here"),
        ("duty-failing", "sources@here"),
    ]
    assert "a.yaml:1:1: bad (and 1 more)" in found[1].detail


def test_no_alarm_names_an_address() -> None:
    """What servers say about a reader is told without the reader, on one line of bounded length."""
    reason = "550 <ada.lovelace+x@mail.example.com> unknown,\r\ntry bo@example.com " + "x" * 500
    fact = EditionFact("denver-1", "denver", SLOT, EditionState.FAILED, reason)
    (alarm,) = find_alarms(Facts(SLOT, editions=(fact,)), LIMITS)
    assert "@" not in alarm.detail and "ada" not in alarm.detail and "\n" not in alarm.detail
    assert len(alarm.detail) <= 300


@given(st.lists(ALARMS, max_size=6), st.lists(ALARMS, max_size=6))
def test_each_alarm_is_raised_once_and_ends_once(before: list[Alarm], found: list[Alarm]) -> None:
    """Carried out, the changes leave exactly what was found, and what only another machine can know."""
    standing = {alarm.key: Standing(alarm, SLOT) for alarm in before}
    changes = decide_changes(found, standing.values(), host="here", now=SLOT)
    raised, cleared = ({alarm.key for alarm in part} for part in (changes.raised, changes.cleared))
    assert not raised & standing.keys() and cleared <= standing.keys() and not changes.forgotten
    left = (standing.keys() | raised) - cleared
    foreign = {
        one.alarm.key
        for one in standing.values()
        if one.alarm.kind in OF_THE_PROCESS and not one.alarm.subject.endswith("@here")
    }
    assert left == {alarm.key for alarm in found} | foreign
    again = decide_changes(found, [Standing(alarm, SLOT) for alarm in found], host="here", now=SLOT)
    assert (again.raised, again.cleared) == ((), ())


def test_old_editions_end_without_a_word() -> None:
    """An edition of yesterday is no alarm any more, but that is not good news to tell."""
    alarm = Alarm(AlarmKind.EDITION_MISSING, "denver-1", "x")
    now = SLOT + LOOK_BACK
    assert decide_changes([], [Standing(alarm, SLOT)], host="here", now=now).forgotten == (alarm,)
    soon = decide_changes([], [Standing(alarm, SLOT)], host="here", now=SLOT + timedelta(hours=1))
    assert (soon.cleared, soon.forgotten) == ((alarm,), ())
