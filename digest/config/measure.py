"""The part `measure` of a newsletter: what of its editions is counted, and which UTM parameters links carry."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

from digest.config.base import ConfigModel, Line

PLACES = ("newsletter", "edition", "date")
"""What may stand in braces in a UTM parameter."""

_BRACES = re.compile(r"[{}]")
_PLACE = re.compile(r"\{(" + "|".join(PLACES) + r")\}")


def _known_places(value: str) -> str:
    if _BRACES.search(_PLACE.sub("", value)):
        known = ", ".join(f"{{{name}}}" for name in PLACES)
        raise ValueError(f"{value!r} has braces around something else than {known}")
    return value


Pattern = Annotated[Line, AfterValidator(_known_places)]


class Utm(ConfigModel):
    """UTM parameters for the site's own statistics; links to the readers' pages never carry them."""

    source: Pattern = ""
    """Value of `utm_source`, as `{newsletter}`; empty leaves all of them out."""
    medium: Pattern = "email"
    """Value of `utm_medium`."""
    campaign: Pattern = "{newsletter}-{date}"
    """Value of `utm_campaign`; `{newsletter}`, `{edition}` and `{date}` are filled in."""

    def fill(self, **values: str) -> dict[str, str]:
        """Return the parameters with their places filled; none where `source` is empty."""
        if not self.source:
            return {}
        parts = {"utm_source": self.source, "utm_medium": self.medium, "utm_campaign": self.campaign}
        return {name: _PLACE.sub(lambda at: values[at[1]], text) for name, text in parts.items() if text}


class Measure(ConfigModel):
    """What of a newsletter's editions is counted. Off unless said; the counts belong to nobody."""

    opens: bool = False
    """Whether openings are counted, by a picture of one pixel that is the same for all readers."""
    clicks: bool = False
    """Whether clicks are counted, by links that lead over the readers' pages and are the same for all readers."""
    utm: Utm = Utm()
    """UTM parameters of links to other sites."""
