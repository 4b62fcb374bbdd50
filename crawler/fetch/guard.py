"""Where we may connect. Two gates: the address as written (`check_url`, pure) and the IP address as
connected (`guarded_connector`), so that no name can mean one address when checked and another when used.

    as written     http or https, port 80 or 443, no user or password, a host, no odd characters.
                   Parsed once, by WHATWG rules; the parsed form is what everybody after us is given.
    as resolved    looked up once a connection; ONE address that is not public refuses the whole name.
    as connected   looked at again, by the code that makes the socket.

Not public is what the IANA special-purpose registries list, what `ipaddress` calls not global, and all of
IPv6 outside 2000::/3. IPv4 addresses inside IPv6 ones (mapped, NAT64) are taken out and judged themselves.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

import ada_url
import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from crawler.fetch.limits import NAME_SECONDS, URL_LIMIT_CHARACTERS

AddressInfo = tuple[Any, ...]  # as socket.getaddrinfo gives them: family, type, proto, name, address
Lookup = Callable[[str, int], list[AddressInfo]]


@dataclass(frozen=True, slots=True)
class Refused:
    """An address as written that we do not go to."""

    reason: str


class RefusedAddress(OSError):
    """A name led to an IP address that we do not connect to. An OSError: connectors pass those through."""


def check_url(url: str, *, allow_private: bool = False) -> str | Refused:
    """`url` as it is to be fetched, without its fragment; or why we do not go there.

    >>> check_url("HTTP://Example.org:80/a/../b#top")
    'http://example.org/b'
    >>> check_url("http://0x7f.1/")
    Refused(reason='127.0.0.1 is not public: loopback')
    """
    url = url.strip(" \t\r\n\f")
    reason = _odd_shape(url)
    if reason is not None:
        return Refused(reason)
    try:
        parsed = ada_url.parse_url(url, attributes=("href", "hostname", "port", "host_type"))
    except ValueError:
        return Refused("not a valid address")
    host, port = parsed["hostname"], parsed["port"]
    if port and not allow_private and port not in ("80", "443"):
        return Refused(f"port {port} is not spoken to, only 80 and 443")
    is_literal = parsed["host_type"] is not ada_url.HostType.DEFAULT
    reason = _literal_refusal(host, allow_private) if is_literal else _name_refusal(host, allow_private)
    return Refused(reason) if reason is not None else str(parsed["href"]).partition("#")[0]


def refusal(address: str) -> str | None:
    """Why we do not connect to IP `address` ("127.0.0.1", "::1"), in words; None where it is public."""
    try:
        ip = ip_address(address)
    except ValueError:
        return f"{address!r} is not an IP address"
    if isinstance(ip, IPv6Address):
        if ip.scope_id is not None:
            return f"{ip} is not public: it names a network interface"
        inner = _embedded(ip)
        if inner is not None:
            reason = refusal(str(inner))
            return None if reason is None else f"{ip} stands for {inner}: {reason}"
    name = next((name for network, name in _SPECIAL if ip in network), None)
    if name is None and (not ip.is_global or ip.is_multicast or ip.is_reserved):
        name = "reserved"
    return None if name is None else f"{ip} is not public: {name}"


def host_of(href: str) -> str:
    """The host of a checked address, with its port where it is not the scheme's own: the unit of pacing."""
    host = str(ada_url.parse_url(href, attributes=("host",))["host"])
    name, colon, port = host.rpartition(":")
    if colon and not port.endswith("]"):
        return f"{name.rstrip('.')}:{port}"
    return host.rstrip(".")


def origin_of(href: str) -> str:
    """Scheme, host and port of a checked address: the unit of robots.txt."""
    return str(ada_url.parse_url(href, attributes=("origin",))["origin"])


def guarded_connector(
    tls: ssl.SSLContext, *, allow_private: bool, lookup: Lookup | None = None
) -> aiohttp.TCPConnector:
    """A connector that reaches public addresses only. How many connections at once is not its business."""
    return aiohttp.TCPConnector(
        resolver=GuardedResolver(allow_private=allow_private, lookup=lookup),
        socket_factory=_any_socket if allow_private else _public_socket,
        use_dns_cache=False,
        ssl=tls,
        limit=0,
        keepalive_timeout=30,
    )


class GuardedResolver(AbstractResolver):
    """Looks a name up, once a connection, and refuses it if any of its addresses is not public.

    Has threads of its own: a name server that does not answer must not hold up anybody else's.
    """

    def __init__(self, *, allow_private: bool, lookup: Lookup | None = None) -> None:
        self._allow_private = allow_private
        self._lookup = lookup or _ask_system
        self._threads = ThreadPoolExecutor(8, thread_name_prefix="fetch-name")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Every address of `host`. Raises OSError where it has none, TimeoutError, RefusedAddress."""
        loop = asyncio.get_running_loop()
        asked = loop.run_in_executor(self._threads, self._lookup, host, port)
        try:
            answers = await asyncio.wait_for(asked, NAME_SECONDS)
        except UnicodeError as error:
            raise OSError(f"{host} is not a name that can be looked up") from error
        if not answers:
            raise OSError(f"{host} has no address")
        return [self._checked(host, port, answer) for answer in answers]

    async def close(self) -> None:
        """Lets go of the threads; lookups not yet begun are dropped."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _checked(self, host: str, port: int, answer: AddressInfo) -> ResolveResult:
        address = str(answer[4][0])
        reason = None if self._allow_private else refusal(address)
        if reason is not None:
            raise RefusedAddress(f"{host} leads to {reason}")
        return ResolveResult(
            hostname=host,
            host=address,
            port=port,
            family=answer[0],
            proto=answer[2],
            flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
        )


def _ask_system(host: str, port: int) -> list[AddressInfo]:
    return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))


def _public_socket(info: AddressInfo) -> socket.socket:
    """The last gate, for whatever came past the others: the address that is about to be connected."""
    reason = refusal(str(info[4][0]))
    if reason is not None:
        raise RefusedAddress(reason)
    return _any_socket(info)


def _any_socket(info: AddressInfo) -> socket.socket:
    family, kind, protocol = info[:3]
    return socket.socket(family, kind, protocol)


# ---------------------------------------------------------------- as written

_HTTP = re.compile(r"https?:", re.IGNORECASE)
_AUTHORITY = re.compile(r"https?://([^/?#]+)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def _odd_shape(url: str) -> str | None:
    """What is wrong with `url` before any parser looks at it: parsers disagree about such addresses."""
    if len(url) > URL_LIMIT_CHARACTERS:
        return f"an address of {len(url)} characters; {URL_LIMIT_CHARACTERS} is the most"
    if _CONTROL.search(url):
        return "a control character in the address"
    if not _HTTP.match(url):
        return f"scheme {url.partition(':')[0][:20]!r} is not http or https"
    if "\\" in re.split("[?#]", url, maxsplit=1)[0]:
        return "a backslash in the address"
    authority = _AUTHORITY.match(url)
    if authority is None:
        return "no host in the address"
    return "a user or password in the address" if "@" in authority[1] else None


def _literal_refusal(host: str, allow_private: bool) -> str | None:
    return None if allow_private else refusal(host.strip("[]"))


def _name_refusal(host: str, allow_private: bool) -> str | None:
    name = host.removesuffix(".")
    if len(name) > 253 or not all(0 < len(label) < 64 for label in name.split(".")):
        return "no valid host in the address"
    if not allow_private and name.rpartition(".")[2] == "localhost":  # RFC 6761 §6.3
        return f"{name} is not public: loopback"
    return None


# ---------------------------------------------------------------- as connected

_MAPPED = ip_network("::ffff:0:0/96")
_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052: how an IPv6-only network reaches the IPv4 world


def _embedded(ip: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that a connection to `ip` would really reach; None where `ip` is what it is."""
    return IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _MAPPED or ip in _NAT64 else None


# https://www.iana.org/assignments/iana-ipv4-special-registry, .../iana-ipv6-special-registry, multicast,
# and two addresses that clouds answer on. 6to4 and Teredo tunnel to an IPv4 address of the sender's choice:
# refused whole, as are the deprecated "compatible" (::/96) and translated (::ffff:0:0:0/96) forms.
_SPECIAL = [
    (ip_network(network), name)
    for network, name in (
        ("127.0.0.0/8", "loopback"),
        ("10.0.0.0/8", "private"),
        ("172.16.0.0/12", "private"),
        ("192.168.0.0/16", "private"),
        ("169.254.0.0/16", "link-local"),
        ("100.64.0.0/10", "shared by a provider's customers"),
        ("0.0.0.0/8", "this network"),
        ("192.0.0.0/24", "protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.31.196.0/24", "AS112"),
        ("192.52.193.0/24", "multicast tunnelling"),
        ("192.88.99.0/24", "6to4 relays"),
        ("192.175.48.0/24", "AS112"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("168.63.129.16/32", "a cloud's platform service"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
        ("::1/128", "loopback"),
        ("::/128", "unspecified"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
        ("2001::/32", "Teredo"),
        ("2001::/23", "protocol assignments"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4"),
        ("2620:4f:8000::/48", "AS112"),
        ("3fff::/20", "documentation"),
        ("::/3", "not global unicast"),
        ("4000::/2", "not global unicast"),
        ("8000::/1", "not global unicast"),
    )
]
