"""A trial: one message of an edition, as bytes to look at or sent to one address; leaves no trace in the ledger."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime

from digest.config.newsletter import Newsletter
from digest.config.settings import Route
from digest.delivery.catcher import MailCatcher
from digest.delivery.dkim import DkimSigner
from digest.delivery.pool import SmtpPool
from digest.delivery.replies import Fate
from digest.delivery.route import routes_of
from digest.delivery.template import MessageTemplate
from digest.errors import UsageError
from digest.model.subscriber import Reader, Subscriber
from digest.pipeline.envelope import message_template
from digest.pipeline.record import BuiltEdition
from digest.pipeline.workspace import Workspace
from digest.subscriptions.addresses import normalise_address
from digest.subscriptions.links import reader_values

MARK = "[Test] "
_PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class TrialReport:
    """What became of a trial: whether the next server accepted it, and in words where it is or why not."""

    ok: bool
    told: str


def reader_message(
    workspace: Workspace,
    newsletter: Newsletter,
    built: BuiltEdition,
    subscriber: Subscriber,
    *,
    since_at: datetime | None,
) -> bytes:
    """Return the message that the subscriber would get, byte for byte but for the token of the delivery.

    Raises RenderError for an edition that cannot be mailed, MessageError for a reader's value that cannot.
    """
    template = _template(workspace, newsletter, built)
    return template.eml_for(_reader(workspace, newsletter, built, subscriber, since_at=since_at, token="preview"))


async def send_trial(
    workspace: Workspace,
    newsletter: Newsletter,
    built: BuiltEdition,
    subscriber: Subscriber,
    *,
    to: str,
    mark: str = MARK,
) -> TrialReport:
    """Send one message the way all go, with a `mark` before its subject, to an address of the editor's own.

    It greets `subscriber`, but its personal links belong to nobody: a click on "unsubscribe" must not end a reader's
    subscription. Quotas of the routes are not charged. Raises UsageError for an address that cannot be used.
    """
    try:
        address = normalise_address(to)[0]
    except ValueError as error:
        raise UsageError(f"{to}: {error}") from error
    rendered = replace(built.rendered, subject=mark + built.rendered.subject)
    marked = replace(built, rendered=rendered)
    nobody = subscriber._replace(id=0, email=address, key=address.lower())
    template = await asyncio.to_thread(_template, workspace, newsletter, marked)
    token = f"test-{secrets.token_hex(8)}"
    reader = _reader(workspace, newsletter, marked, nobody, since_at=rendered.edition.slot_at, token=token)
    async with AsyncExitStack() as stack:
        routes, where = await _ways_out(workspace, stack)
        pool = await stack.enter_async_context(SmtpPool(routes, workspace.project.settings.smtp.domains))
        try:
            outcome = await asyncio.wait_for(pool.send(template.message_for(reader)), _PATIENCE_S)
        except TimeoutError:
            return TrialReport(False, f"{where} did not take the message within {_PATIENCE_S:.0f} seconds")
    if outcome.decision.fate is Fate.SENT:
        return TrialReport(True, f"sent to {address} by {where}")
    return TrialReport(False, f"{where} did not take the message at {outcome.stage}: {outcome.answer}")


async def _ways_out(workspace: Workspace, stack: AsyncExitStack) -> tuple[tuple[Route, ...], str]:
    """Return the routes without their quotas, which the ledger counts, and what to call them."""
    settings = workspace.project.settings
    routes = routes_of(settings.smtp)
    if routes:
        free = tuple(route.model_copy(update={"per_hour": None, "per_day": None}) for route in routes)
        return free, ", ".join(f"{route.host}:{route.port}" for route in routes)
    catcher = MailCatcher(workspace.at_root(settings.catcher.folder))
    await stack.enter_async_context(catcher)
    route = Route(name="catcher", host=catcher.host, port=catcher.port, security="none", connections=1)
    return (route,), "the built-in catcher"


def _template(workspace: Workspace, newsletter: Newsletter, built: BuiltEdition) -> MessageTemplate:
    dkim = workspace.project.settings.dkim
    signer = DkimSigner.load(dkim, workspace.project.folder) if dkim else None
    return message_template(workspace, newsletter, built, signer=signer, is_trial=True)


def _reader(
    workspace: Workspace,
    newsletter: Newsletter,
    built: BuiltEdition,
    subscriber: Subscriber,
    *,
    since_at: datetime | None,
    token: str,
) -> Reader:
    values = reader_values(subscriber, newsletter, built.rendered.edition, workspace.links, since_at=since_at)
    return Reader(subscriber.id, subscriber.email, values, token)
