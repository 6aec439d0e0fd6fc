import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

import httpcore
import pytest

from digest.sources.guard import AddressPolicy, GuardedBackend, RefusedAddressError

REFUSED = [
    "127.0.0.1", "127.8.9.1", "::1", "0.0.0.0", "0.1.2.3", "::", "10.0.0.1", "172.16.5.5", "172.31.255.255",
    "192.168.1.1", "169.254.169.254", "fe80::1", "fe80::1%eth0", "100.64.0.1", "100.127.255.255", "224.0.0.1",
    "239.1.1.1", "ff02::1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "198.51.100.1",
    "203.0.113.1", "fc00::1", "fd12:3456::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::ffff:a9fe:a9fe", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "2002:7f00:1::",
    "2002:a00:1::", "2001:0:0:0:0:0:80ff:fffe", "not-an-address",
]  # fmt: skip
PUBLIC = ["93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:8.8.8.8", "64:ff9b::808:808"]
NEVER = ["169.254.169.254", "fe80::1", "224.0.0.1", "0.0.0.0", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"]


class _Wire(httpcore.AsyncNetworkBackend):
    """A network that only writes down who was connected to."""

    def __init__(self, *, deaf: Iterable[str] = ()) -> None:
        self.connected: list[tuple[str, int]] = []
        self._deaf = frozenset(deaf)

    async def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        self.connected.append((host, port))
        if host in self._deaf:
            raise httpcore.ConnectError("no answer")
        return httpcore.AsyncMockStream([])


def _connect(
    policy: AddressPolicy, host: str, addresses: Sequence[str], *, port: int = 443, deaf: Iterable[str] = ()
) -> _Wire:
    wire = _Wire(deaf=deaf)

    async def resolver(_host: str, _port: int) -> Sequence[str]:
        return addresses

    async def connect() -> None:
        await GuardedBackend(policy, resolver=resolver, inner=wire).connect_tcp(host, port)

    try:
        asyncio.run(connect())
    except RefusedAddressError:
        assert wire.connected == []
        raise
    return wire


@pytest.mark.parametrize("address", REFUSED)
def test_refused_addresses_get_no_packet(address: str) -> None:
    """Private, local, reserved and disguised addresses are refused before any connection, by name or literally."""
    with pytest.raises(RefusedAddressError) as caught:
        _connect(AddressPolicy(), "feeds.example.com", [address])
    assert "allow_private" in caught.value.action
    with pytest.raises(RefusedAddressError):
        AddressPolicy().check(address, address, 443)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_connected_to_themselves(address: str) -> None:
    """The checked address is the one connected to, so a second look-up cannot lead elsewhere."""
    assert _connect(AddressPolicy(), "feeds.example.com", [address]).connected == [(address, 443)]


def test_one_bad_address_refuses_the_host() -> None:
    """A name that mixes public and private addresses is not connected to at all."""
    with pytest.raises(RefusedAddressError):
        _connect(AddressPolicy(), "feeds.example.com", ["8.8.8.8", "127.0.0.1"])


def test_the_next_address_is_tried() -> None:
    """When the first address does not answer, the second does."""
    wire = _connect(AddressPolicy(), "feeds.example.com", ["8.8.8.8", "8.8.4.4"], deaf=["8.8.8.8"])
    assert wire.connected == [("8.8.8.8", 443), ("8.8.4.4", 443)]


def test_a_host_without_addresses() -> None:
    """A name that nobody knows is a failed connection."""
    with pytest.raises(httpcore.ConnectError):
        _connect(AddressPolicy(), "feeds.example.com", [])


@pytest.mark.parametrize("port", [22, 25, 6379, 8080])
def test_other_ports_are_refused(port: int) -> None:
    """Feeds live on 80 and 443; nothing else of a public host is talked to."""
    with pytest.raises(RefusedAddressError):
        _connect(AddressPolicy(), "feeds.example.com", ["8.8.8.8"], port=port)


@pytest.mark.parametrize("address", NEVER)
def test_some_addresses_are_never_allowed(address: str) -> None:
    """A cloud's metadata service is out of reach for LAN feeds too."""
    with pytest.raises(RefusedAddressError):
        _connect(AddressPolicy(allow_private=True), "feeds.lan", [address], port=8080)


def test_allowing_private_addresses() -> None:
    """A LAN feed is allowed by its source, by network, or by host name."""
    assert _connect(AddressPolicy(allow_private=True), "feeds.lan", ["192.168.1.5"], port=8080).connected
    by_network = AddressPolicy.from_names(["192.168.1.0/24"])
    assert _connect(by_network, "feeds.lan", ["192.168.1.5"], port=8080).connected
    with pytest.raises(RefusedAddressError):
        _connect(by_network, "feeds.lan", ["192.168.2.5"])
    assert _connect(AddressPolicy.from_names(["feeds.lan"]), "FEEDS.lan", ["10.0.0.1"]).connected


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "127.1", "0177.0.0.1"])
def test_odd_spellings_go_to_the_resolver(host: str) -> None:
    """Numbers that some resolvers take for addresses are judged by what they resolve to."""
    with pytest.raises(RefusedAddressError):
        _connect(AddressPolicy(), host, ["127.0.0.1"])
