"""A year of wakes for 12 zones × 24 hours × daily, weekly, monthly: `python -m tests.campaign.simulated_year`."""

from __future__ import annotations

import random
import sys
from collections import Counter

from digest.testing.years import RHYTHMS, ZONES, live_a_year


def main() -> int:
    """Print how many due days there were in all; return 1 where one had no edition, or two."""
    wrong, due = [], 0
    for name in ZONES:
        for rhythm in RHYTHMS:
            for hour in range(24):
                year = live_a_year(name, rhythm, hour, chance=random.Random(f"{name} {rhythm} {hour}"))
                due += len(year.due)
                if year.sent != Counter(year.due) or year.skipped:
                    wrong.append((name, rhythm, hour))
    print(f"{len(ZONES) * len(RHYTHMS) * 24} schedules, {due} due days, wrong: {wrong or 'none'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
