"""The part `welcome` of a newsletter: the edition that a new reader gets once, as soon as they have confirmed."""

from __future__ import annotations

from digest.config.base import ConfigModel, Line


class Welcome(ConfigModel):
    """The welcome edition: words of yours, and what the latest edition told."""

    subject: Line = "Welcome to {name}"
    """Subject line; `{name}` is the newsletter's name."""
    note: str = ""
    """What stands above the first story; inline markup is allowed, as in `note`."""
    latest: bool = True
    """Whether the stories of the latest edition follow, so that there is something to read at once."""
