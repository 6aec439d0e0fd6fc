"""What keeps a story out whatever the sections say: window, embargo, bans, what was told before; ranks nothing."""

from __future__ import annotations

from datetime import datetime

from digest.config.newsletter import Newsletter
from digest.model.candidate import Candidate
from digest.model.choice import Reason
from digest.selection.index import CandidateIndex
from digest.selection.situation import LATEST_ARRIVAL, Situation, ordinary_start
from digest.selection.wording import span_text
from digest.selection.words import compile_words


class Screen:
    """The gates of one newsletter at one slot, with a window that starts at `oldest_at`.

    `span` holds all positions that can be in the window, late arrivals included.
    """

    def __init__(
        self, newsletter: Newsletter, situation: Situation, index: CandidateIndex, *, oldest_at: datetime
    ) -> None:
        self._situation = situation
        self._index = index
        self._banned_names = newsletter.banned
        self._oldest_at = oldest_at
        self._last_edition_at = ordinary_start(newsletter, situation)
        self._ordinary = index.span(oldest_at, situation.end_at)
        self.span = index.span(late_arrivals_from(newsletter, situation, oldest_at), situation.end_at)
        # A source's id is that, and not also a word of headlines; an address is no word at all.
        words = [name for name in newsletter.banned if name not in situation.source_weights and "://" not in name]
        self._banned_words = compile_words(tuple(words)) if words else None
        self._barred = self._find_barred()

    def verdict(self, position: int, *, any_age: bool = False) -> str:
        """Return the gate that keeps the story out: window, embargo, banned, used or told; "" when none does."""
        if position not in self._ordinary and not self._is_in_window(position, any_age=any_age):
            return "window"
        if self._banned_words and self._banned_words.search(self._index.candidates[position].headline.lower()):
            return "banned"
        return self._barred.get(position, "")

    def reason(self, position: int, gate: str) -> Reason:
        """Return in words what the gate says of the story; `gate` may be "window" for one that passed, too."""
        candidate = self._index.candidates[position]
        if gate == "window":
            return self._window_reason(position)
        texts = {
            "embargo": f"under embargo until {_clock(candidate.embargo_until)}",
            "banned": f"banned: {self._banned_by(candidate)}",
            "used": "told in an earlier edition of this newsletter",
            "told": "told in a newsletter whose stories are not repeated here (avoid_repeats_of)",
        }
        return Reason(gate, False, texts[gate])

    def _find_barred(self) -> dict[int, str]:
        """Return the gate of each story kept out by name or memory, the strongest gate last."""
        index, situation = self._index, self._situation
        barred = dict.fromkeys(self._positions_of(situation.told, situation.told), "told")
        barred |= dict.fromkeys(self._positions_of(situation.used, situation.used_clusters), "used")
        for name in self._banned_names:
            barred |= dict.fromkeys((*index.find_named(name), *index.find_of_source(name)), "banned")
        for position in index.embargoed:
            until = index.candidates[position].embargo_until
            if until is not None and until > situation.slot_at:
                barred[position] = "embargo"
        return barred

    def _positions_of(self, story_ids: frozenset[str], clusters: frozenset[str]) -> list[int]:
        """Return every version of the events that have one of the stories or clusters."""
        if not story_ids and not clusters:
            return []
        index = self._index
        events = {index.events[index.position_of[name]] for name in story_ids if name in index.position_of}
        events |= {index.event_of_cluster[name] for name in clusters if name in index.event_of_cluster}
        return [position for event in events for position in index.find_versions(event)]

    def _is_in_window(self, position: int, *, any_age: bool = False) -> bool:
        if position < self.span.start:
            return False
        if any_age or position in self._ordinary:
            return True
        return position in self.span and self._index.candidates[position].fetched_at >= self._last_edition_at

    def _window_reason(self, position: int) -> Reason:
        slot_at, published_at = self._situation.slot_at, self._index.candidates[position].published_at
        if position < self.span.start:
            return Reason("window", False, f"published after the window, at {_clock(published_at)}")
        age = span_text(slot_at - published_at)
        if position in self._ordinary:
            return Reason("window", True, f"published {age} before the slot, within the window")
        if self._is_in_window(position):
            return Reason(
                "window", True, f"published {age} before the slot, but new to the pool since the last edition"
            )
        start = span_text(slot_at - self._oldest_at)
        return Reason("window", False, f"published {age} before the slot; the window starts {start} before it")

    def _banned_by(self, candidate: Candidate) -> str:
        for kind, name in (("id", candidate.id), ("GUID", candidate.guid), ("source", candidate.source)):
            if name and name in self._banned_names:
                return f"{kind} {name}"
        found = self._banned_words.search(candidate.headline.lower()) if self._banned_words else None
        return f'"{found[0]}" in the headline' if found else f"address {candidate.canonical_url}"


def late_arrivals_from(newsletter: Newsletter, situation: Situation, oldest_at: datetime) -> datetime:
    """Return from when on a story may have been published that entered the pool only after the last edition.

    A feed that was down, or lags behind, would otherwise lose its stories for good: too late for one edition, too
    old for the next. With a fixed window, or before the first edition, there is no such gap.
    """
    is_first = situation.since_at == situation.slot_at - newsletter.window.length
    if newsletter.window.since == "fixed" or is_first:
        return oldest_at
    return oldest_at - LATEST_ARRIVAL


def _clock(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M %Z") if moment else "never"
