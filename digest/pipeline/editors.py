"""Editors: who may decide about an edition, as its newsletter's `draft.to` names them; decides nothing."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from digest.config.newsletter import Newsletter
from digest.errors import TokenError
from digest.pipeline.workspace import Workspace
from digest.store import editions
from digest.store.editions import EditionRow
from digest.subscriptions.tokens import Purpose

LINK_LIVES = timedelta(days=7)
"""How long after its slot an edition's links work: a held one may still be let go."""


def editor_number(address: str) -> int:
    """Return the number that stands for an editor in their links; it tells nobody the address."""
    return int.from_bytes(hashlib.sha256(address.strip().casefold().encode()).digest()[:4], "big")


def editor_link(workspace: Workspace, edition_id: str, slot_at: datetime, address: str) -> str:
    """Return the link to an editor's page of one edition."""
    return workspace.links.draft(edition_id, editor_number(address), slot_at + LINK_LIVES)


def read_editor_link(workspace: Workspace, token: str) -> tuple[EditionRow, Newsletter, str]:
    """Return the edition, its newsletter and the editor's address that a link stands for.

    Raises TokenError for a link that is forged or expired, or of somebody who is an editor no longer, and NotFoundError
    where edition or newsletter are gone.
    """
    facts = workspace.tokens.read(token, Purpose.EDITOR, now=workspace.clock())
    with workspace.store.read() as connection:
        row = editions.get_edition(connection, facts.newsletter)
    newsletter = workspace.project.get_newsletter(row.newsletter)
    addresses = newsletter.draft.to if newsletter.draft else ()
    for address in addresses:
        if editor_number(address) == facts.subscriber_id:
            return row, newsletter, address
    raise TokenError("this link is of somebody who is no longer an editor here")
