"""The message template of a built edition: who sends it, what its headers say, which pictures travel inside."""

from __future__ import annotations

from digest.config.newsletter import Newsletter
from digest.delivery.dkim import DkimSigner
from digest.delivery.message import EnvelopeFacts, InlinePicture
from digest.delivery.template import MessageTemplate
from digest.pipeline.measuring import as_mailed
from digest.pipeline.pictures import content_id, find_picture
from digest.pipeline.record import BuiltEdition
from digest.pipeline.workspace import Workspace


def message_template(
    workspace: Workspace,
    newsletter: Newsletter,
    built: BuiltEdition,
    *,
    signer: DkimSigner | None = None,
    is_trial: bool = False,
) -> MessageTemplate:
    """Encode a built edition once, ready for its readers; raises RenderError for what cannot be mailed.

    It is measured where the newsletter asks for it, unless `is_trial`.
    """
    facts = envelope_facts(workspace, newsletter, built)
    rendered = built.rendered if is_trial else as_mailed(workspace, newsletter, built.rendered)
    return MessageTemplate.compile(rendered, facts, pictures=load_pictures(workspace, built.pictures), signer=signer)


def envelope_facts(workspace: Workspace, newsletter: Newsletter, built: BuiltEdition) -> EnvelopeFacts:
    """Return what stands in the headers of the edition's messages."""
    settings = workspace.project.settings
    sender, edition = settings.sender, built.rendered.edition
    domain = sender.email.rpartition("@")[2]
    list_domain = sender.list_domain or domain
    return EnvelopeFacts(
        sender_name=newsletter.sender_name or f"{settings.brand.name} {newsletter.name}",
        sender_email=sender.email,
        bounce_domain=sender.bounce_domain,
        list_id=f"{newsletter.id.replace('_', '-')}.{list_domain}",
        newsletter=newsletter.id,
        newsletter_name=newsletter.name,
        edition=edition.id,
        slot_at=edition.slot_at,
        reply_to=sender.reply_to,
        unsubscribe_mailto=sender.unsubscribe_mailto,
        feedback_id=f"{edition.slot_at:%Y%m%d}:{newsletter.id}:newsletter:{domain}",
    )


def load_pictures(workspace: Workspace, references: tuple[str, ...]) -> list[InlinePicture]:
    """Read the local pictures that travel inside the messages; one that is gone is left out."""
    if workspace.project.settings.pictures != "embedded":
        return []
    project = workspace.project
    found = (find_picture(reference, project.sources, project.folder) for reference in references)
    return [
        InlinePicture(content_id(picture), picture.content_type, picture.file.read_bytes())
        for picture in found
        if picture is not None
    ]
