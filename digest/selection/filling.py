"""Putting ranked entries into sections: order, limits, caps, variety, look-ahead; matches and scores nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from digest.config.newsletter import Newsletter
from digest.selection.index import CandidateIndex
from digest.selection.matching import count_served
from digest.selection.ranking import Entry


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry in its place. `how` is rank, pinned, must_include or fallback; `penalty` is what variety cost it."""

    entry: Entry
    how: str
    penalty: float = 0.0


class Filling:
    """The places of one edition while they fill: sections by index, and after them the list of further headlines."""

    def __init__(self, newsletter: Newsletter, index: CandidateIndex, ranks: Sequence[Sequence[Entry]]) -> None:
        self._newsletter = newsletter
        self._index = index
        self._live = [list(entries) for entries in ranks]
        self._sources: Counter[str] = Counter()
        self._topics: Counter[str] = Counter()
        self._sources_of: dict[int, set[str]] = {}
        self.more = len(newsletter.sections)
        self.places: list[list[Placed]] = [[] for _ in range(self.more + 1)]
        self.taken: dict[int, int] = {}
        self.capped: dict[int, str] = {}
        # The best overall match is for the lead, wherever it stands in the edition.
        self.order = sorted(range(self.more), key=lambda number: not self.is_lead(number))

    def is_lead(self, number: int) -> bool:
        """Return whether the place is a section that leads the edition."""
        return number < self.more and self._newsletter.sections[number].layout == "lead"

    def limit(self, number: int) -> int:
        """Return how many stories the place takes."""
        if number == self.more:
            return self._newsletter.more_headlines.limit
        return self._newsletter.sections[number].limit

    def title(self, number: int) -> str:
        """Return what readers call the place."""
        if number == self.more:
            return self._newsletter.more_headlines.title
        return self._newsletter.sections[number].title

    def has_room(self, number: int) -> bool:
        """Return whether the place is not full."""
        return len(self.places[number]) < self.limit(number)

    @property
    def stories(self) -> int:
        """How many stories the edition has so far."""
        return sum(len(place) for place in self.places)

    def put(self, number: int, entry: Entry, how: str) -> None:
        """Put an entry into a place, whatever the caps say."""
        candidate = self._index.candidates[entry.position]
        self.places[number].append(Placed(entry, how, self.penalty(entry.position)))
        self.taken[self._index.events[entry.position]] = number
        self._sources[candidate.source] += 1
        self._topics[first_topic(candidate.topics)] += 1

    def fill(self, number: int, how: str = "rank", *, at_most: int | None = None) -> None:
        """Fill a place with its best entries until it is full, nothing is left, or `at_most` stories came."""
        added = 0
        while self.has_room(number) and added != at_most:
            entry = self._best(number)
            if entry is None:
                return
            self.put(number, entry, how)
            added += 1

    def fill_leads(self) -> None:
        """Fill the sections that lead."""
        for number in filter(self.is_lead, self.order):
            self.fill(number)

    def fill_all(self) -> None:
        """Fill the sections, the lead first and then in reading order, and last the further headlines."""
        for number in (*self.order, self.more):
            self.fill(number)

    def replace_rank(self, number: int, entries: Sequence[Entry]) -> None:
        """Let a place be filled from other entries from here on."""
        self._live[number] = list(entries)
        self._sources_of.pop(number, None)

    def find_cap(self, entry: Entry, number: int) -> str:
        """Return in words the cap that keeps the entry out of the place; "" when none does."""
        candidate = self._index.candidates[entry.position]
        for what, name, in_edition in (
            ("source", candidate.source, self._sources),
            ("topic", first_topic(candidate.topics), self._topics),
        ):
            most = getattr(self._newsletter, f"max_per_{what}")
            if name and most is not None and in_edition[name] >= most:
                return f"the edition has {most} of {what} {name}, the most it may have (max_per_{what})"
            most = getattr(self._newsletter.sections[number], f"max_per_{what}") if number < self.more else None
            if name and most is not None and self._count_in(number, what, name) >= most:
                return (
                    f"section {self.title(number)!r} has {most} of {what} {name}, the most it may have (max_per_{what})"
                )
        return ""

    def _count_in(self, number: int, what: str, name: str) -> int:
        inside = (self._index.candidates[placed.entry.position] for placed in self.places[number])
        return sum((c.source if what == "source" else first_topic(c.topics)) == name for c in inside)

    def penalty(self, position: int) -> float:
        """Return what variety takes from the story now: more for each story of its source that has a place."""
        return self._newsletter.weights.variety * self._sources[self._index.candidates[position].source]

    def _best(self, number: int) -> Entry | None:
        """Return the next entry for a place: the best after variety that no later section needs more.

        Entries that can never stand there any more are dropped for good: caps only grow.
        """
        live, least = self._live[number], self._least_penalty(number)
        best: Entry | None = None
        best_order = (0.0, 0)
        claimed: Entry | None = None
        kept: list[Entry] = []
        seen = 0
        for entry in live:
            if best is not None and least + entry.cost > best_order[0]:
                break
            seen += 1
            event = self._index.events[entry.position]
            if event in self.taken:
                continue
            order = (self.penalty(entry.position) + entry.cost, entry.position)
            is_better = best is None or order < best_order
            if is_better and self._is_capped(entry, number):
                continue
            kept.append(entry)
            if is_better and self._is_claimed(entry, number):
                claimed = claimed or entry
            elif is_better:
                best, best_order = entry, order
        live[:seen] = kept
        return claimed if best is None and not self.places[number] else best

    def _is_capped(self, entry: Entry, number: int) -> bool:
        cap = self.find_cap(entry, number)
        if cap:
            self.capped.setdefault(self._index.events[entry.position], cap)
        return bool(cap)

    def _least_penalty(self, number: int) -> float:
        """Return what variety takes at least from every entry of the place."""
        if number not in self._sources_of:
            candidates, live = self._index.candidates, self._live[number]
            if any(candidates[entry.position].source not in self._sources for entry in live):
                return 0.0
            self._sources_of[number] = {candidates[entry.position].source for entry in live}
        fewest = min((self._sources[source] for source in self._sources_of[number]), default=0)
        return self._newsletter.weights.variety * fewest

    def _is_claimed(self, entry: Entry, number: int) -> bool:
        """Return whether a later section with `reserve` would stay empty without it; the lead always takes its best."""
        sections = self._newsletter.sections
        if number == self.more or self.is_lead(number):
            return False
        rest = self.order[self.order.index(number) + 1 :]
        waiting = [later for later in rest if sections[later].reserve and not self.places[later]]
        if not waiting:
            return False
        options = {later: self._first_events(later, len(waiting) + 1) for later in waiting}
        own = self._index.events[entry.position]
        if not any(own in events for events in options.values()):
            return False
        without = {later: [event for event in events if event != own] for later, events in options.items()}
        return count_served(without) < count_served(options)

    def _first_events(self, number: int, count: int) -> list[int]:
        """Return the first free events of a place; with more choices than rivals, a section never goes empty."""
        found: list[int] = []
        for entry in self._live[number]:
            if len(found) == count:
                break
            event = self._index.events[entry.position]
            if event not in self.taken and not self.find_cap(entry, number):
                found.append(event)
        return found


def first_topic(topics: Mapping[str, float]) -> str:
    """Return the topic with the largest share (the first by id where equal); "" for none."""
    return min(topics, key=lambda topic: (-topics[topic], topic), default="")
