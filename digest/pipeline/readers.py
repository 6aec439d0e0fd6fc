"""Subscribers by hand and from files: the use cases behind `digest subscribers`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from digest.errors import NotFoundError, UsageError
from digest.model.subscriber import Subscriber, SubscriptionState
from digest.pipeline.kept_reports import forget_mail
from digest.pipeline.workspace import Workspace
from digest.store import subscribers
from digest.subscriptions.addresses import normalise_address
from digest.subscriptions.exporting import export_csv
from digest.subscriptions.importing import ImportReport, import_csv
from digest.subscriptions.records import erase, show
from digest.subscriptions.signup import Consent, subscribe, unsubscribe


def import_subscribers(
    workspace: Workspace,
    file: Path,
    newsletter_id: str,
    *,
    consent: str,
    pending: bool = False,
    progress: Callable[[int], None] = lambda bytes_read: None,
) -> ImportReport:
    """Subscribe everyone in a CSV file; refused rows are told with their line. Twice is the same as once."""
    newsletter = workspace.project.get_newsletter(newsletter_id)
    return import_csv(
        file,
        workspace.store,
        newsletter=newsletter.id,
        consent=consent,
        consent_source=f"import of {file.name}",
        mode="pending" if pending else "confirmed",
        now=workspace.clock(),
        progress=progress,
    )


def export_subscribers(workspace: Workspace, out: TextIO, *, newsletter: str | None = None) -> int:
    """Write subscribers as CSV; return how many lines. Raises NotFoundError for an unknown newsletter."""
    if newsletter is not None:
        workspace.project.get_newsletter(newsletter)
    with workspace.store.read() as connection:
        return export_csv(connection, out, newsletter=newsletter)


def add_subscriber(workspace: Workspace, address: str, newsletter_id: str, *, name: str = "", consent: str) -> None:
    """Subscribe one address, confirmed by the operator's word.

    Raises UsageError for an address that cannot be used or that is suppressed.
    """
    newsletter = workspace.project.get_newsletter(newsletter_id)
    with _told(address), workspace.store.begin() as connection:
        done = subscribe(
            connection,
            address,
            newsletter.id,
            consent=Consent(consent, "by hand"),
            now=workspace.clock(),
            state=SubscriptionState.CONFIRMED,
            name=name,
        )
    if done.refused:
        raise UsageError(f"{address}: {done.refused}")


def remove_subscriber(workspace: Workspace, address: str, newsletter_id: str | None) -> None:
    """Unsubscribe one address from a newsletter, or from all with None; raises NotFoundError for a stranger."""
    subscriber = _get(workspace, address)
    with workspace.store.begin() as connection:
        unsubscribe(connection, subscriber.id, newsletter_id, workspace.clock(), detail="by hand")


def _get(workspace: Workspace, address: str) -> Subscriber:
    with _told(address):
        _, key = normalise_address(address)
    with workspace.store.read() as connection:
        found = subscribers.find_subscriber(connection, key)
    if found is None:
        raise NotFoundError("subscriber", address)
    return found


def show_subscriber(workspace: Workspace, address: str) -> dict[str, Any]:
    """Return all that is kept about an address; raises NotFoundError where nothing is."""
    with _told(address), workspace.store.read() as connection:
        return show(connection, address)


def erase_subscriber(workspace: Workspace, address: str) -> None:
    """Erase an address everywhere; raises NotFoundError for a stranger."""
    with _told(address), workspace.store.begin() as connection:
        known = erase(connection, address, workspace.clock())
    forget_mail(workspace, address)
    if not known:
        raise NotFoundError("subscriber", address)


@contextmanager
def _told(address: str) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise UsageError(f"{address}: {error}") from error
