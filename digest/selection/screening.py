"""What keeps a story out whatever the sections say: window, embargo, bans, what was told before; ranks nothing."""

from __future__ import annotations

from datetime import datetime

from digest.config.newsletter import Newsletter
from digest.model.candidate import Candidate
from digest.model.choice import Reason
from digest.selection.index import CandidateIndex, plain_url
from digest.selection.situation import Situation
from digest.selection.wording import span_text
from digest.selection.words import compile_words


class Screen:
    """The gates of one newsletter at one slot, with a window that starts at `oldest_at`."""

    def __init__(
        self, newsletter: Newsletter, situation: Situation, index: CandidateIndex, *, oldest_at: datetime
    ) -> None:
        self._situation = situation
        self._index = index
        self.oldest_at = oldest_at
        self.newest_at = situation.end_at
        self.late_from_at = late_arrivals_from(newsletter, situation, oldest_at)
        self._banned = frozenset(newsletter.banned)
        self._banned_urls = frozenset(plain_url(name) for name in newsletter.banned)
        headline_words = (n for n in newsletter.banned if n not in situation.source_weights and "://" not in n)
        self._banned_words = compile_words(tuple(headline_words))
        self._used = self._events_of(situation.used, situation.used_clusters)
        self._told = self._events_of(situation.told, situation.told)

    def verdict(self, position: int, *, any_age: bool = False) -> str:
        """Return the gate that keeps the story out: window, embargo, banned, used or told; "" when none does."""
        candidate = self._index.candidates[position]
        if self._is_ahead(candidate) or not (any_age or self._is_in_window(candidate)):
            return "window"
        if candidate.embargo_until is not None and candidate.embargo_until > self._situation.slot_at:
            return "embargo"
        if self._banned and self._banned_by(candidate):
            return "banned"
        event = self._index.events[position]
        if event in self._used:
            return "used"
        return "told" if event in self._told else ""

    def reason(self, position: int, gate: str) -> Reason:
        """Return in words what the gate says of the story; `gate` may be "window" for one that passed, too."""
        candidate = self._index.candidates[position]
        if gate == "window":
            return self._window_reason(candidate)
        texts = {
            "embargo": f"under embargo until {_clock(candidate.embargo_until)}",
            "banned": f"banned: {self._banned_by(candidate)}",
            "used": "told in an earlier edition of this newsletter",
            "told": "told in a newsletter whose stories are not repeated here (avoid_repeats_of)",
        }
        return Reason(gate, False, texts[gate])

    def _events_of(self, story_ids: frozenset[str], clusters: frozenset[str]) -> frozenset[int]:
        index = self._index
        by_story = {index.events[index.position_of[name]] for name in story_ids if name in index.position_of}
        return frozenset(
            by_story | {index.event_of_cluster[name] for name in clusters if name in index.event_of_cluster}
        )

    def _is_ahead(self, candidate: Candidate) -> bool:
        return candidate.published_at > self.newest_at

    def _is_in_window(self, candidate: Candidate) -> bool:
        if candidate.published_at >= self.oldest_at:
            return True
        return candidate.published_at >= self.late_from_at and candidate.fetched_at >= self._situation.since_at

    def _window_reason(self, candidate: Candidate) -> Reason:
        slot_at, published_at = self._situation.slot_at, candidate.published_at
        if self._is_ahead(candidate):
            return Reason("window", False, f"published after the window, at {_clock(published_at)}")
        age = span_text(slot_at - published_at)
        if published_at >= self.oldest_at:
            return Reason("window", True, f"published {age} before the slot, within the window")
        if self._is_in_window(candidate):
            return Reason(
                "window", True, f"published {age} before the slot, but new to the pool since the last edition"
            )
        start = span_text(slot_at - self.oldest_at)
        return Reason("window", False, f"published {age} before the slot; the window starts {start} before it")

    def _banned_by(self, candidate: Candidate) -> str:
        for kind, name in (("id", candidate.id), ("GUID", candidate.guid), ("source", candidate.source)):
            if name and name in self._banned:
                return f"{kind} {name}"
        if candidate.canonical_url and plain_url(candidate.canonical_url) in self._banned_urls:
            return f"address {candidate.canonical_url}"
        found = self._banned_words.search(candidate.headline.lower())
        return f'"{found[0]}" in the headline' if found else ""


def late_arrivals_from(newsletter: Newsletter, situation: Situation, oldest_at: datetime) -> datetime:
    """Return from when on a story may have been published that entered the pool only after the last edition.

    A feed that was down, or lags behind, would otherwise lose its stories for good: too late for one edition, too
    old for the next. With a fixed window there is no such gap.
    """
    if newsletter.window.since == "fixed":
        return oldest_at
    return min(oldest_at, situation.slot_at - newsletter.window.length)


def _clock(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M %Z") if moment else "never"
