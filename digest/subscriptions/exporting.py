"""Export of subscribers as CSV that an import reads back and no spreadsheet takes for formulas; changes nothing."""

from __future__ import annotations

import csv
from collections.abc import Collection
from functools import partial
from typing import TextIO

from sqlalchemy import Connection

from digest.model.subscriber import SubscriptionState
from digest.store import subscribers
from digest.subscriptions.csv_table import SKIPPED_PREFIX, guard_formula

_RECORD = ("newsletter", "state", "since", "consent", "consent_source")


def export_csv(
    connection: Connection, out: TextIO, *, newsletter: str | None = None, states: Collection[SubscriptionState] = ()
) -> int:
    """Write the subscribers of a newsletter (None: of any) as CSV that `import_csv` reads; return how many lines."""
    everyone = partial(subscribers.iter_subscribed, connection, newsletter, states)
    names = sorted({name for one, _ in everyone() for name in one.attributes})
    writer = csv.writer(out, lineterminator="\n")
    titles = [*(f"attributes.{name}" for name in names), *(SKIPPED_PREFIX + name for name in _RECORD)]
    writer.writerow(["email", "name", "language", "timezone", *titles])
    count = 0
    for one, link in everyone():
        values = [one.name, one.language, one.timezone, *(one.attributes.get(name, "") for name in names)]
        record = [link.newsletter, link.state.value, link.since_at.isoformat(), link.consent, link.consent_source]
        writer.writerow([one.email, *(guard_formula(value) for value in [*values, *record])])
        count += 1
    return count
