"""An editor's edits of a draft, as the ledger keeps them: an override as JSON and back; lays them over nothing."""

from __future__ import annotations

import json
from dataclasses import asdict

from digest.errors import StoreError
from digest.model.override import Override, StoryEdit
from digest.pipeline.workspace import Workspace
from digest.store import drafts


def load_edits(workspace: Workspace, edition_id: str) -> Override | None:
    """Return what editors changed on the draft's page; None where they changed nothing, and only files count."""
    with workspace.store.read() as connection:
        draft = drafts.find_draft(connection, edition_id)
    return edits_from_json(draft.edits) if draft and draft.edits else None


def edits_to_json(override: Override) -> str:
    """Return the edits as text for the ledger."""
    return json.dumps(asdict(override) | {"places": dict(override.places)}, ensure_ascii=False)


def edits_from_json(text: str) -> Override:
    """Return the edits that `edits_to_json` wrote; raises StoreError for a damaged record."""
    try:
        record = json.loads(text)
        lists = {name: tuple(record[name]) for name in ("pinned", "included", "dropped")}
        places = {title: tuple(ids) for title, ids in record["places"].items()}
        stories = {story_id: StoryEdit(**words) for story_id, words in record["stories"].items()}
        return Override(**record | lists | {"places": places, "stories": stories})
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StoreError(f"the edits of a draft cannot be read: {error}") from error
