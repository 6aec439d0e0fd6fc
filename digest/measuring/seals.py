"""The seal of a measured link: only what we put into an edition is counted, or led on to; no page, no count."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

_SEAL_BYTES = 12
_PLAIN = ":/?@,;~!*()"  # may stand in a query as they are (RFC 3986 §3.4), so that a reader sees where a link leads


@dataclass(frozen=True, slots=True)
class MeasuredLinks:
    """Makes and checks the addresses of measured links. `keys`: the first one seals, all of them are believed.

    Nothing in an address belongs to a reader: it names the edition, the number of the link in it, and its target.
    """

    base: str
    keys: Sequence[bytes]

    def click(self, edition: str, number: int, target: str) -> str:
        """Return the address that counts a click on link `number` and leads on to `target`."""
        seal = _seal(self.keys[0], "click", edition, str(number), target)
        return f"{self._root}/go/{quote(edition, safe='')}/{number}/{seal}?to={quote(target, safe=_PLAIN)}"

    def open_stem(self, edition: str) -> str:
        """Return the beginning of the address of the picture that counts an opening; a mark and `.gif` follow."""
        return f"{self._root}/seen/{quote(edition, safe='')}/{_seal(self.keys[0], 'open', edition)}/"

    def is_click(self, seal: str, edition: str, number: int, target: str) -> bool:
        """Say whether this edition holds this link under this number."""
        return self._holds(seal, "click", edition, str(number), target)

    def is_open(self, seal: str, edition: str) -> bool:
        """Say whether the picture is this edition's."""
        return self._holds(seal, "open", edition)

    @property
    def _root(self) -> str:
        return self.base.rstrip("/")

    def _holds(self, seal: str, *facts: str) -> bool:
        return any(hmac.compare_digest(_seal(key, *facts).encode(), seal.encode()) for key in self.keys)


def _seal(key: bytes, *facts: str) -> str:
    tag = hmac.digest(hashlib.sha256(b"digest measured links " + key).digest(), "\0".join(facts).encode(), "sha256")
    return base64.urlsafe_b64encode(tag[:_SEAL_BYTES]).decode("ascii")
