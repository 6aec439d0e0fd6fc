"""How a send is going: sums, rate, time left; a value made for progress bars and logs."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from digest.model.delivery import DeliveryState, DeliverySums

_SPAN_S = 5.0


@dataclass(frozen=True, slots=True)
class SendProgress:
    """A moment of a send. `per_second` counts messages ended in the last five seconds, `ended` those of this run.

    `change` is what this run changed in `sums`.
    """

    sums: DeliverySums
    per_second: float
    seconds_left: float | None
    ended: int = 0
    edition: str = ""
    change: DeliverySums = field(default_factory=DeliverySums)

    def as_json(self) -> dict[str, object]:
        """Return what a log event of a send in progress says."""
        sums = self.sums
        return {
            "edition": self.edition,
            "selected": sums.selected,
            "sent": sums.sent,
            "deferred": sums.deferred,
            "failed": sums.failed,
            "per_second": round(self.per_second, 1),
            "seconds_left": None if self.seconds_left is None else round(self.seconds_left),
        }


def sums_from(selected: int, counts: Mapping[str, int]) -> DeliverySums:
    """Return the sums for counts by state."""
    return DeliverySums(selected=selected, **{state.value: counts.get(state.value, 0) for state in DeliveryState})


class Tally:
    """Keeps the sums of a running send without asking the store."""

    def __init__(self, selected: int, counts: Mapping[str, int], edition: str = "") -> None:
        self._edition = edition
        self._selected = selected
        self._counts = Counter(counts)
        self._changes: Counter[str] = Counter()
        self._marks: deque[tuple[float, int]] = deque()
        self._ended = 0

    def move(self, old: DeliveryState, new: DeliveryState, count: int = 1) -> None:
        """Count deliveries that went from one state to another."""
        for counts in (self._counts, self._changes):
            counts[old.value] -= count
            counts[new.value] += count
        if old is DeliveryState.SENDING and new is not DeliveryState.QUEUED:
            self._ended += count

    def progress(self, now: float) -> SendProgress:
        """Return the moment; `now` is a monotonic time in seconds."""
        self._marks.append((now, self._ended))
        while now - self._marks[0][0] > _SPAN_S and len(self._marks) > 2:
            self._marks.popleft()
        begun_at, begun = self._marks[0]
        per_second = (self._ended - begun) / (now - begun_at) if now > begun_at else 0.0
        sums = sums_from(self._selected, self._counts)
        left = sums.queued + sums.sending
        seconds_left = left / per_second if per_second else None
        change = sums_from(0, self._changes)
        return SendProgress(sums, per_second, seconds_left, self._ended, self._edition, change)
