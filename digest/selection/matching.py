"""How many sections can be served at once, each with a story of its own (bipartite matching); knows no stories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def count_served(options: Mapping[int, Sequence[int]]) -> int:
    """Return the largest number of sections that can each get one of their events, no event twice."""
    served_by: dict[int, int] = {}

    def serve(section: int, tried: set[int]) -> bool:
        for event in options[section]:
            if event in tried:
                continue
            tried.add(event)
            if event not in served_by or serve(served_by[event], tried):
                served_by[event] = section
                return True
        return False

    return sum(serve(section, set()) for section in options)
