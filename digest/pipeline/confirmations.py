"""Sign-ups and the mail that asks to confirm them: kept in the store, mailed in the background; shows no page."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import structlog

from digest.config.newsletter import Newsletter
from digest.config.settings import Route
from digest.delivery.attempt import Outcome
from digest.delivery.catcher import MailCatcher
from digest.delivery.dkim import DkimSigner
from digest.delivery.message import EnvelopeFacts, Message
from digest.delivery.pool import SmtpPool
from digest.delivery.quota import Quotas
from digest.delivery.replies import Fate
from digest.delivery.route import routes_of
from digest.delivery.template import MessageTemplate
from digest.errors import DigestError, NotFoundError
from digest.model.edition import Edition, RenderedEdition
from digest.model.slots import make_marker, slot_mark
from digest.model.subscriber import Reader, Subscriber, SubscriptionState
from digest.pipeline.workspace import Workspace
from digest.rendering.environment import template_environment, template_errors
from digest.store import subscribers
from digest.subscriptions.signup import Consent, claim_confirmation, subscribe

GOOD_FOR = timedelta(days=7)
"""How long the link in a confirmation works."""

_RETRY_AFTER_S = (60.0, 300.0, 900.0, 3600.0)
_CONNECTIONS = 2  # sign-ups must not wait for a running edition, nor take its connections
_AT_ONCE = 8
_MOST_WAITING = 10_000


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asked for on a form: newsletters by id, each with the wording that was agreed to."""

    address: str
    newsletters: Mapping[str, str]
    source: str
    ip: str = ""


class Confirmations:
    """Takes wishes and mails what asks to confirm them, at most as often as `claim_confirmation` allows.

    Mails wait in memory, and are counted when their turn comes: who lost one in a crash may ask again at once.
    """

    def __init__(self, workspace: Workspace, *, retry_after_s: Sequence[float] = _RETRY_AFTER_S) -> None:
        self._workspace = workspace
        self._retry_after_s = retry_after_s
        self._waiting: dict[int, None] = {}
        self._task: asyncio.Task[None] | None = None
        self._retries: set[asyncio.Task[None]] = set()
        self._retry_slots = asyncio.Semaphore(_AT_ONCE)
        self._log = structlog.get_logger("confirmations")

    def keep(self, wish: Wish) -> int | None:
        """Keep what was asked for as pending; return whom to mail, None for a suppressed address.

        Raises ValueError for text that is no address. Blocks on the store.
        """
        subscriber_id = None
        with self._workspace.store.begin() as connection:
            for newsletter_id, wording in wish.newsletters.items():
                done = subscribe(
                    connection,
                    wish.address,
                    newsletter_id,
                    consent=Consent(wording, wish.source, wish.ip),
                    now=self._workspace.clock(),
                )
                if done.subscriber is not None:
                    subscriber_id = done.subscriber.id
        return subscriber_id

    def mail_soon(self, subscriber_id: int) -> None:
        """Mail the subscriber what is pending, in the background of the running event loop."""
        if len(self._waiting) >= _MOST_WAITING:
            self._log.error("too many confirmations wait", waiting=len(self._waiting))
            return
        self._waiting[subscriber_id] = None
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._mail_waiting())

    async def finish(self, *, with_retries: bool = False) -> None:
        """Wait until no confirmation waits; those that the server put off only `with_retries`."""
        while self._task is not None and not self._task.done():
            await asyncio.wait([self._task])
        while with_retries and self._retries:
            await asyncio.wait(self._retries)

    async def _mail_waiting(self) -> None:
        try:
            async with _open_way_out(self._workspace) as pool:
                while self._waiting:
                    batch = list(self._waiting)[:_AT_ONCE]
                    for subscriber_id in batch:
                        del self._waiting[subscriber_id]
                    await asyncio.gather(*(self._mail(pool, subscriber_id) for subscriber_id in batch))
        except (DigestError, OSError) as error:
            self._log.error("confirmations cannot be mailed", error=str(error))

    async def _mail(self, pool: SmtpPool, subscriber_id: int) -> None:
        message = await asyncio.to_thread(self._claim, subscriber_id)
        if message is None or self._is_settled(await pool.send(message)):
            return
        if len(self._retries) < _MOST_WAITING:
            task = asyncio.get_running_loop().create_task(self._retry(message))
            self._retries.add(task)
            task.add_done_callback(self._retries.discard)

    async def _retry(self, message: Message) -> None:
        """Try again what the server put off, as long as the process lives."""
        for wait_s in self._retry_after_s:
            await asyncio.sleep(wait_s)
            async with self._retry_slots, _open_way_out(self._workspace) as pool:
                if self._is_settled(await pool.send(message)):
                    return
        self._log.warning("confirmation", outcome="given up")

    def _is_settled(self, outcome: Outcome) -> bool:
        """Log what became of a mail; False where it is worth another try."""
        fate = outcome.decision.fate
        if fate in (Fate.SENT, Fate.UNCERTAIN, Fate.FAIL):
            self._log.info("confirmation", outcome=fate.value)
            return True
        return False

    def _claim(self, subscriber_id: int) -> Message | None:
        """Return the mail to a subscriber, now counted; None where none may be sent."""
        now, newsletters = self._workspace.clock(), self._workspace.project.newsletters
        with self._workspace.store.begin() as connection:
            try:
                subscriber = subscribers.get_subscriber(connection, subscriber_id)
            except NotFoundError:  # erased meanwhile
                return None
            if not claim_confirmation(connection, subscriber_id, "", now):
                return None
            links = subscribers.load_subscriptions(connection, subscriber_id)
        asked = [newsletters[one.newsletter] for one in links
                 if one.state is SubscriptionState.PENDING and one.newsletter in newsletters]  # fmt: skip
        return compose_confirmation(self._workspace, subscriber, asked)


def compose_confirmation(workspace: Workspace, subscriber: Subscriber, asked: Sequence[Newsletter]) -> Message:
    """Return the mail that asks to confirm `asked`, or says that all is confirmed already where it is empty.

    Raises RenderError for a template that fails, MessageError for an address that cannot be mailed.
    """
    settings, now = workspace.project.settings, workspace.clock()
    token = f"c{secrets.token_hex(12)}"
    marker = make_marker(token)
    newsletter = asked[0].id if len(asked) == 1 else ""
    values = {
        "brand": settings.brand,
        "newsletters": asked,
        "confirm_url": workspace.links.confirm("", subscriber.id, now + GOOD_FOR),
        "preferences_url": workspace.links.preferences("", subscriber.id),
        "unsubscribe_url": slot_mark(marker, "unsubscribe_url"),
        "days": GOOD_FOR.days,
    }
    parts = _render(workspace, values)
    subject = parts["subject.txt"].strip()
    edition = Edition("confirmation", newsletter, now, sections=(), subject=subject)
    rendered = RenderedEdition(
        edition, subject, "", parts["html"], parts["txt"], "", marker, len(parts["html"].encode())
    )  # fmt: skip
    sender = settings.sender
    domain = sender.email.rpartition("@")[2]
    facts = EnvelopeFacts(
        sender_name=settings.brand.name,
        sender_email=sender.email,
        bounce_domain=sender.bounce_domain,
        list_id=f"confirmations.{sender.list_domain or domain}",
        newsletter=newsletter,
        newsletter_name=settings.brand.name,
        edition=edition.id,
        slot_at=now,
        reply_to=sender.reply_to,
    )
    signer = DkimSigner.load(settings.dkim, workspace.project.folder) if settings.dkim else None
    leave = {"unsubscribe_url": workspace.links.unsubscribe(newsletter, subscriber.id), "name": subscriber.name}
    template = MessageTemplate.compile(rendered, facts, signer=signer)
    return template.message_for(Reader(subscriber.id, subscriber.email, leave, token))


def _render(workspace: Workspace, values: Mapping[str, object]) -> dict[str, str]:
    environment = template_environment(workspace.template_folders, "web/readers/mail")
    with template_errors("confirmation mail"):
        return {
            part: environment.get_template(f"confirmation.{part}.j2").render(values)
            for part in ("subject.txt", "html", "txt")
        }


@asynccontextmanager
async def _open_way_out(workspace: Workspace) -> AsyncIterator[SmtpPool]:
    """Open connections of our own to the configured server, or to a catcher with the same folder."""
    settings = workspace.project.settings
    log = structlog.get_logger("mail")
    async with AsyncExitStack() as stack:
        routes = tuple(
            route.model_copy(update={"connections": min(route.connections, _CONNECTIONS)})
            for route in routes_of(settings.smtp)
        )
        if not routes:
            catcher = await stack.enter_async_context(MailCatcher(workspace.at_root(settings.catcher.folder)))
            routes = (Route(name="catcher", host=catcher.host, port=catcher.port, security="none", connections=2),)
        yield await stack.enter_async_context(
            SmtpPool(
                routes,
                settings.smtp.domains,
                quotas=Quotas(workspace.store, clock=workspace.clock),
                alert=lambda text: log.error("alert", text=text),
            )
        )
