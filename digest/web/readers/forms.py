"""Forms of our own pages: the key that only our pages hold, reading what was sent; acts on nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fastapi import Request
from starlette.datastructures import FormData, UploadFile

from digest.errors import DigestError, TokenError
from digest.pipeline.workspace import Workspace
from digest.subscriptions.tokens import Purpose

KEY_FIELD = "key"
_GOOD_FOR = timedelta(days=7)
_MAX_FIELDS = 2000  # an installation may have 500 newsletters


class FormError(DigestError):
    """A form that does not come from our pages, or from a page that was open for too long."""

    status = 403


def make_key(workspace: Workspace, subscriber_id: int = 0) -> str:
    """Return the value of the hidden field: no page of another site can know it, and it is good for a week.

    Pages of one reader bind it to the reader; those for everybody to 0.
    """
    expires_at = workspace.clock() + _GOOD_FOR
    return workspace.tokens.make(Purpose.FORM, "", subscriber_id, expires_at=expires_at)


def check_key(workspace: Workspace, form: FormData, subscriber_id: int = 0) -> None:
    """Raise FormError unless the form came from our page for this reader."""
    try:
        facts = workspace.tokens.read(text_of(form, KEY_FIELD), Purpose.FORM, now=workspace.clock())
    except TokenError as error:
        raise FormError("The page had been open for too long. Go back, reload it, and send it again.") from error
    if facts.subscriber_id != subscriber_id:
        raise FormError("The form belongs to another page. Go back, reload it, and send it again.")


async def read_form(request: Request) -> FormData:
    """Return the fields of a form, urlencoded or multipart; what is neither has none."""
    return await request.form(max_files=0, max_fields=_MAX_FIELDS)


def text_of(form: FormData, name: str, *, longest: int = 320) -> str:
    """Return the text of a field; empty where it is missing, a file, or longer than any of our fields."""
    value = form.get(name, "")
    return "" if isinstance(value, UploadFile) or len(value) > longest else value


def texts_of(form: FormData, name: str) -> list[str]:
    """Return the texts of all fields of that name, each once."""
    return list(dict.fromkeys(value for value in form.getlist(name) if isinstance(value, str)))


def describe_form(*single: str, several: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return how the OpenAPI description tells of a form: its fields, and those that may stand there several times."""
    text = {"type": "string"}
    fields = dict.fromkeys(single, text) | {name: {"type": "array", "items": text} for name in several}
    schema = {"schema": {"type": "object", "properties": fields}}
    return {"requestBody": {"content": {"application/x-www-form-urlencoded": schema, "multipart/form-data": schema}}}
