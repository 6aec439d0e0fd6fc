"""From facts to alarms; pure. Which of them are new, `changes` says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from digest.alarms.facts import EditionFact, Facts, ProcessFacts, RateFact, SourceFact
from digest.config.alarms import Alarms
from digest.model.alarm import Alarm, AlarmKind
from digest.model.edition import EditionState

_UNDER_WAY = (None, EditionState.PLANNED, EditionState.BUILDING, EditionState.BUILT)
_TOO_FEW_STORIES = re.compile(r"^\d+ stor(y|ies) .*\b\d+ needed$")
_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:@]+@[^\s<>()\[\]\"',;:]+")
_LEAST_REPORTS = 2  # one report is one reader, however few there are
_LONGEST_DETAIL = 300


def find_alarms(facts: Facts, limits: Alarms) -> list[Alarm]:
    """Return everything that is wrong now, editions first; no detail holds an address."""
    found: list[Alarm | None] = [_of_edition(fact, facts.now, limits) for fact in facts.editions]
    found += [_of_source(fact, limits) for fact in facts.sources]
    found += [alarm for fact in facts.rates for alarm in _of_rates(fact, limits)]
    found += _of_process(facts.process)
    return [Alarm(one.kind, one.subject, _clean(one.detail)) for one in found if one is not None]


def _of_edition(fact: EditionFact, now: datetime, limits: Alarms) -> Alarm | None:
    late = now - fact.slot_at
    if fact.state is EditionState.FAILED:
        return Alarm(AlarmKind.EDITION_FAILED, fact.id, f"{fact.newsletter} failed: {fact.reason}")
    if fact.state is EditionState.SKIPPED:
        kind = AlarmKind.THIN_EDITION if _TOO_FEW_STORIES.match(fact.reason) else AlarmKind.EDITION_MISSING
        return Alarm(kind, fact.id, f"{fact.newsletter} was skipped: {fact.reason}")
    if fact.state in _UNDER_WAY and late >= limits.missing_after:
        stands = f"it is {fact.state}" if fact.state else "nothing was begun"
        return Alarm(AlarmKind.EDITION_MISSING, fact.id, f"{fact.newsletter} is {_span(late)} late: {stands}")
    if fact.state is EditionState.HELD and late >= limits.missing_after:
        return Alarm(AlarmKind.EDITION_HELD, fact.id, f"{fact.newsletter} waits for a person: {fact.reason}")
    deadline = limits.send_within + fact.allowed
    if fact.state is EditionState.SENDING and late >= deadline:
        text = f"{fact.newsletter} is still being sent {_span(late)} after its slot, {fact.left} readers wait"
        return Alarm(AlarmKind.SEND_SLOW, fact.id, text)
    if fact.stories and fact.usual_stories and fact.stories < limits.thin_share * fact.usual_stories:
        text = f"{fact.newsletter} has {fact.stories} stories, usually it has {fact.usual_stories:g}"
        return Alarm(AlarmKind.THIN_EDITION, fact.id, text)
    return None


def _of_source(fact: SourceFact, limits: Alarms) -> Alarm | None:
    if fact.is_gone:
        return Alarm(AlarmKind.SOURCE_FAILING, fact.id, "the site says that the feed is gone for good; it is not read")
    if fact.failures >= limits.source_failures:
        return Alarm(AlarmKind.SOURCE_FAILING, fact.id, f"{fact.failures} readings in a row failed: {fact.error}")
    if fact.silent_after is not None and fact.silent_for >= fact.silent_after:
        return Alarm(AlarmKind.SOURCE_SILENT, fact.id, f"nothing new for {_span(fact.silent_for)}")
    return None


def _of_rates(fact: RateFact, limits: Alarms) -> Iterator[Alarm]:
    if fact.messages < limits.least_messages:
        return
    rates = (
        (AlarmKind.BOUNCE_RATE, fact.hard_bounces, limits.bounce_rate, "addresses that do not exist"),
        (AlarmKind.COMPLAINT_RATE, fact.complaints, limits.complaint_rate, "complaints"),
    )
    for kind, count, limit, what in rates:
        if count >= _LEAST_REPORTS and count > limit * fact.messages:
            text = (
                f"{count} {what} in {fact.messages} messages of a day ({count / fact.messages:.2%}, limit {limit:.2%})"
            )
            yield Alarm(kind, fact.newsletter, text)


def _of_process(fact: ProcessFacts) -> list[Alarm]:
    def subject(name: str) -> str:
        return f"{name}@{fact.host}"

    found = [Alarm(AlarmKind.ROUTE_PAUSED, subject(name), text) for name, text in fact.paused_routes.items()]
    if fact.problems:
        more = f" (and {len(fact.problems) - 1} more)" if len(fact.problems) > 1 else ""
        text = f"the files before hold until this is mended: {fact.problems[0]}{more}"
        found.append(Alarm(AlarmKind.CONFIGURATION_REFUSED, subject("configuration"), text))
    if fact.waiting_settings:
        text = f"these settings count after a restart: {', '.join(fact.waiting_settings)}"
        found.append(Alarm(AlarmKind.RESTART_NEEDED, subject("configuration"), text))
    found += [Alarm(AlarmKind.DUTY_FAILING, subject(name), text) for name, text in fact.failing_duties.items()]
    return found


def _clean(detail: str) -> str:
    """Return one line without addresses: replies of servers like to repeat them."""
    line = _ADDRESS.sub("(address)", " ".join(detail.split()))
    return line if len(line) <= _LONGEST_DETAIL else f"{line[: _LONGEST_DETAIL - 1]}…"


def _span(length: timedelta) -> str:
    minutes = int(length.total_seconds()) // 60
    for size, word in ((1440, "day"), (60, "hour")):
        if minutes >= 2 * size:
            return f"{minutes // size} {word}s"
    return f"{minutes} minute{'' if minutes == 1 else 's'}"
