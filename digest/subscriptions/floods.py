"""The flood gate: how many sign-ups one network may ask for in an hour, and for one address; kept in memory."""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict, deque
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from digest.errors import UsageError

Network = IPv4Network | IPv6Network

MOST_AN_HOUR = 30
"""Sign-ups taken from one network in an hour: an office or a classroom behind one address may sign up together."""

MOST_FOR_AN_ADDRESS = 20
"""Sign-ups looked at for one address in an hour; what comes after them gets the same answer and costs nothing."""

_REMEMBERED = 20_000
_UNKNOWN = "unknown"


class FloodGate:
    """Admits at most `most` requests with one key within `period`; the longest quiet keys are forgotten.

    A restart forgets all, which is no harm: one address is never mailed more than the store's own count allows.
    """

    def __init__(self, most: int = MOST_AN_HOUR, period: timedelta = timedelta(hours=1)) -> None:
        self._most = most
        self._period = period
        self._salt = secrets.token_bytes(16)
        self._seen: OrderedDict[bytes, deque[datetime]] = OrderedDict()

    def admits(self, key: str, now: datetime) -> bool:
        """Say whether a request with this key may go on, and if so, count it. Refused requests do not count.

        Only a hash of the key is remembered, so that no address stays in memory.
        """
        hashed = hashlib.blake2b(key.encode(), digest_size=16, key=self._salt).digest()
        times = self._seen.setdefault(hashed, deque())
        self._seen.move_to_end(hashed)
        while times and times[0] <= now - self._period:
            times.popleft()
        if len(times) >= self._most:
            return False
        times.append(now)
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return True


def network_of(address: str) -> str:
    """Return the network that one visitor commands: /24 for IPv4, /48 for IPv6."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return _UNKNOWN
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(ip_network((found, 24 if found.version == 4 else 48), strict=False))


def trusted_networks(entries: Iterable[str]) -> tuple[Network, ...]:
    """Return the networks of trusted proxies; raises UsageError for what is neither an address nor a network."""
    try:
        return tuple(ip_network(entry, strict=False) for entry in entries)
    except ValueError as error:
        raise UsageError(f"web.trusted_proxies: {error}; write addresses or networks, as 10.0.0.0/8") from error


def visitor_address(peer: str, forwarded: Sequence[str], trusted: Sequence[Network]) -> str:
    """Return who asks: the last address in `forwarded` (X-Forwarded-For) that no trusted proxy has.

    The header is believed only from a trusted peer: anybody else may write into it what he likes.
    """
    address = peer
    for hop in reversed(forwarded):
        if not _is_inside(address, trusted):
            break
        address = hop.strip().removeprefix("[").partition("]")[0]
    return address


def _is_inside(address: str, networks: Sequence[Network]) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return any(found in network for network in networks)
