"""Which network addresses may be connected to, checked where the connection is made; knows no HTTP."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import httpcore
import httpx

from digest.errors import SourceError

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
_PORTS = frozenset({80, 443})
_NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
_IPV4_COMPATIBLE = ipaddress.ip_network("::/96")
_SHARED = ipaddress.ip_network("100.64.0.0/10")
_MOST_ADDRESSES = 4


class RefusedAddressError(SourceError):
    """An address that must not be connected to; nothing was sent to it."""

    def __init__(self, host: str, address: str, reason: str) -> None:
        self.host = host
        self.address = address
        super().__init__(
            "",
            f"{host} leads to {address}, {reason}: refused",
            action="for a feed in your own network set allow_private: true on the source",
            is_temporary=False,
        )


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """What may be connected to. `networks` and `hosts` are allowed although they are private."""

    allow_private: bool = False
    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()
    hosts: frozenset[str] = frozenset()

    @classmethod
    def from_names(cls, names: Iterable[str], *, allow_private: bool = False) -> AddressPolicy:
        """Make a policy from `192.168.1.0/24` and `feeds.lan` alike."""
        networks, hosts = [], []
        for name in names:
            try:
                networks.append(ipaddress.ip_network(name, strict=False))
            except ValueError:
                hosts.append(name.lower())
        return cls(allow_private, tuple(networks), frozenset(hosts))

    def check_host(self, host: str, port: int) -> None:
        """Refuse what needs no look-up: a literal address, or a port that no feed should live on."""
        try:
            address = str(ipaddress.ip_address(host.strip("[]")))
        except ValueError:
            if port not in _PORTS and not (self.allow_private or self.networks or host.lower() in self.hosts):
                raise RefusedAddressError(host, f"port {port}", "which is neither 80 nor 443") from None
        else:
            self.check(host, address, port)

    def check(self, host: str, address: str, port: int) -> None:
        """Raise RefusedAddressError where this address may not be connected to."""
        try:
            ip = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            raise RefusedAddressError(host, address, "which is no address") from None
        ip = _embedded(ip)
        if (
            any(ip in network for network in self.networks if network.version == ip.version)
            or host.lower() in self.hosts
        ):
            return
        if reason := _never(ip):
            raise RefusedAddressError(host, address, reason)
        if self.allow_private:
            return
        if ip in _SHARED if ip.version == 4 else False:
            raise RefusedAddressError(host, address, "a carrier's shared address")
        if not ip.is_global:
            raise RefusedAddressError(host, address, "a loopback address" if ip.is_loopback else "a private address")
        if port not in _PORTS:
            raise RefusedAddressError(host, f"port {port}", "which is neither 80 nor 443")


def _embedded(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Return the IPv4 address that an IPv6 one carries (mapped, compatible, NAT64, 6to4, Teredo)."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if any(ip in network for network in _NAT64) or (ip in _IPV4_COMPATIBLE and int(ip) > 0xFFFF):
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None) or ip


def _never(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    """Why an address is refused even in the operator's own network; "" where it is not."""
    if ip.is_link_local:
        return "a link-local address (cloud metadata lives there)"
    if ip.is_multicast:
        return "a multicast address"
    if ip.is_unspecified or (ip.version == 4 and ip in ipaddress.ip_network("0.0.0.0/8")):
        return "no host's address"
    return "a reserved address" if ip.version == 4 and ip.is_reserved else ""


async def resolve(host: str, port: int) -> Sequence[str]:
    """Ask the system's resolver for all addresses of a host.

    Raises httpcore.ConnectError where there is none.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(f"no such host: {host}") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Resolves a name once, checks every address of it, and connects to the checked address itself.

    So no second look-up can lead elsewhere (DNS rebinding). One bad address refuses the host.
    """

    def __init__(
        self, policy: AddressPolicy, *, resolver: Resolver = resolve, inner: httpcore.AsyncNetworkBackend | None = None
    ) -> None:
        self._policy = policy
        self._resolver = resolver
        self._inner = inner or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first of the host's addresses that answers."""
        addresses = await asyncio.wait_for(self._addresses(host, port), timeout)
        for address in addresses:
            self._policy.check(host, address, port)
        failure: Exception = httpcore.ConnectError(f"no such host: {host}")
        for address in addresses[:_MOST_ADDRESSES]:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def _addresses(self, host: str, port: int) -> Sequence[str]:
        try:
            return [str(ipaddress.ip_address(host.strip("[]")))]
        except ValueError:
            return await self._resolver(host, port)

    async def sleep(self, seconds: float) -> None:
        """Wait, as httpcore's retries ask for."""
        await asyncio.sleep(seconds)


class GuardedTransport(httpx.AsyncBaseTransport):
    """An httpx transport over HTTP/1.1 and HTTP/2 whose every connection goes through the guard."""

    def __init__(self, backend: GuardedBackend, *, connections: int = 100) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            max_connections=connections,
            max_keepalive_connections=20,
            keepalive_expiry=5.0,
            http2=True,
            network_backend=backend,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; the errors are httpcore's own."""
        url = request.url
        response = await self._pool.handle_async_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            response.status, headers=response.headers, stream=_Stream(response), extensions=response.extensions
        )

    async def aclose(self) -> None:
        """Close all connections."""
        await self._pool.aclose()


class _Stream(httpx.AsyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._response.aiter_stream():
            yield chunk

    async def aclose(self) -> None:
        await self._response.aclose()
