"""Welcome editions: mailed once to a reader who has just confirmed; made of the latest edition, in no ledger."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import replace

from digest.config.newsletter import Newsletter
from digest.config.welcome import Welcome
from digest.delivery.dkim import DkimSigner
from digest.delivery.message import Message
from digest.delivery.template import MessageTemplate
from digest.errors import NotFoundError
from digest.model.edition import Edition, EditionState, Lane
from digest.model.subscriber import Reader
from digest.pipeline.envelope import envelope_facts, load_pictures
from digest.pipeline.letters import Letters
from digest.pipeline.pictures import message_pictures
from digest.pipeline.record import BuiltEdition, built_from_json
from digest.pipeline.workspace import Workspace
from digest.store import editions, subscribers
from digest.store.editions import EditionRow
from digest.subscriptions.links import reader_values
from digest.subscriptions.signup import claim_welcome

_LOOKED_AT = 50
_PUBLIC = frozenset({EditionState.SENDING, EditionState.DONE})


class Welcomes:
    """Mails the welcome editions of newsletters that have one; each reader gets each of them once."""

    def __init__(self, workspace: Workspace, letters: Letters) -> None:
        self._workspace = workspace
        self._letters = letters
        self._built: dict[str, tuple[str, BuiltEdition]] = {}

    def mail_soon(self, subscriber_id: int, newsletters: Iterable[Newsletter]) -> None:
        """Mail what is due of these, in the background of the running event loop."""
        for newsletter in newsletters:
            if newsletter.welcome is not None:
                self._letters.mail_soon(
                    ("welcome", subscriber_id, newsletter.id),
                    lambda newsletter=newsletter: self._claim(subscriber_id, newsletter),  # type: ignore[misc]
                )

    def _claim(self, subscriber_id: int, newsletter: Newsletter) -> Message | None:
        """Return the mail to a subscriber, now counted; None where it was mailed before, or is not wanted any more."""
        built = self._build(newsletter)  # before it is counted: a template that fails must not cost the welcome
        with self._workspace.store.begin() as connection:
            try:
                subscriber = subscribers.get_subscriber(connection, subscriber_id)
            except NotFoundError:  # erased meanwhile
                return None
            link = claim_welcome(connection, subscriber, newsletter.id, self._workspace.clock())
        if link is None:
            return None
        edition = built.rendered.edition
        values = reader_values(subscriber, newsletter, edition, self._workspace.links, since_at=link.since_at)
        reader = Reader(subscriber.id, subscriber.email, values, f"w{secrets.token_hex(12)}")
        return self._template(newsletter, built).message_for(reader)

    def _build(self, newsletter: Newsletter) -> BuiltEdition:
        """Return the welcome edition, rendered once for each edition that it is made of."""
        row = _find_latest(self._workspace, newsletter)
        key = row.id if row else ""
        if self._built.get(newsletter.id, ("-",))[0] != key:
            self._built[newsletter.id] = (key, build_welcome(self._workspace, newsletter, row))
        return self._built[newsletter.id][1]

    def _template(self, newsletter: Newsletter, built: BuiltEdition) -> MessageTemplate:
        """Encode it with the date of this moment: what it is made of may be a day old."""
        settings = self._workspace.project.settings
        facts = envelope_facts(self._workspace, newsletter, built)
        facts = replace(facts, slot_at=self._workspace.clock(), feedback_id="", unsubscribe_mailto="")
        signer = DkimSigner.load(settings.dkim, self._workspace.project.folder) if settings.dkim else None
        return MessageTemplate.compile(
            built.rendered, facts, pictures=load_pictures(self._workspace, built.pictures), signer=signer
        )


def build_welcome(workspace: Workspace, newsletter: Newsletter, latest: EditionRow | None) -> BuiltEdition:
    """Return the newsletter's welcome edition with the stories of `latest`, or its note alone. Raises RenderError."""
    welcome = newsletter.welcome or Welcome()
    edition = Edition(f"{newsletter.id}-welcome", newsletter.id, workspace.clock(), sections=())
    if latest is not None:
        with workspace.store.read() as connection:
            content = editions.find_content(connection, latest.id) or ""
        edition = replace(built_from_json(content).rendered.edition, id=edition.id, figures=(), warnings=())
    edition = replace(edition, subject=welcome.subject.replace("{name}", newsletter.name), note=welcome.note)
    links = message_pictures(workspace.project)
    bare = newsletter.model_copy(update={"note": "", "sponsor": None})
    rendered = workspace.renderer.render(edition, bare, picture_url=links)
    if latest is None:  # there is no page of that day to look at
        page = f"/archive/{newsletter.id}/{edition.slot_at.astimezone(newsletter.zone).date().isoformat()}"
        html, text = (part.replace(page, f"/n/{newsletter.id}") for part in (rendered.html, rendered.text))
        rendered = replace(rendered, html=html, text=text)
    return BuiltEdition(replace(rendered, mjml=""), tuple(links.used))


def _find_latest(workspace: Workspace, newsletter: Newsletter) -> EditionRow | None:
    """Return the latest edition that went out to everyone, where the welcome wants its stories."""
    if newsletter.welcome is None or not newsletter.welcome.latest:
        return None
    with workspace.store.read() as connection:
        rows = editions.list_editions(connection, newsletter=newsletter.id, limit=_LOOKED_AT)
    return next(
        (row for row in rows if row.lane is Lane.LIST and row.state in _PUBLIC and row.content_hash),
        None,
    )
