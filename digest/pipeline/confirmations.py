"""Sign-ups and the mail that asks to confirm them: kept in the store, mailed in the background; shows no page."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from digest.config.newsletter import Newsletter
from digest.delivery.dkim import DkimSigner
from digest.delivery.message import EnvelopeFacts, Message
from digest.delivery.template import MessageTemplate
from digest.errors import NotFoundError
from digest.model.edition import Edition, RenderedEdition
from digest.model.slots import make_marker, slot_mark
from digest.model.subscriber import Reader, Subscriber, SubscriptionState
from digest.pipeline.letters import RETRY_AFTER_S, Letters
from digest.pipeline.workspace import Workspace
from digest.rendering.environment import template_environment, template_errors
from digest.store import subscribers
from digest.subscriptions.signup import Consent, claim_confirmation, subscribe

GOOD_FOR = timedelta(days=7)
"""How long the link in a confirmation works."""


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

    def __init__(
        self,
        workspace: Workspace,
        letters: Letters | None = None,
        *,
        retry_after_s: Sequence[float] = RETRY_AFTER_S,
    ) -> None:
        self._workspace = workspace
        self._letters = letters or Letters(workspace, retry_after_s=retry_after_s)

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
        self._letters.mail_soon(("confirmation", subscriber_id), lambda: self._claim(subscriber_id))

    async def finish(self, *, with_retries: bool = False) -> None:
        """Wait until no confirmation waits; those that the server put off only `with_retries`."""
        await self._letters.finish(with_retries=with_retries)

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
