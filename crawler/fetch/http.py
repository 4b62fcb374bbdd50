"""One exchange: a GET and its answer, or a POST, bounded in time and size. Redirects are the caller's business.

Time: a request carries its own deadline down to the connection (`SessionTransport`), where a trickle of
header bytes or of interim answers is cut off as well; the read loop looks at the clock too. Nothing outside
ever cancels a request.
Size: header section, body as sent, body decoded. The body of a 3xx is never read.
Nothing is kept between two exchanges but open connections: no cookies, no credentials, no proxies.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from types import MappingProxyType
from typing import Any, cast

import aiohttp
import httpx
from aiohttp.http_exceptions import HttpProcessingError, LineTooLong
from httpx_aiohttp import AiohttpTransport
from httpx_aiohttp.transport import AiohttpResponseStream, map_aiohttp_exceptions
from yarl import URL

from crawler.fetch.decoding import ACCEPT_ENCODING, Body
from crawler.fetch.guard import RefusedAddress, guarded_connector
from crawler.fetch.limits import HEADER_LIMIT_BYTES, WIRE_LIMIT_BYTES, FetchLimits, Trouble

ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

_HEADER_FIELD_BYTES = 32 * 1024  # one name and value; content security policies do get long
_HEADER_FIELDS = 256
_VALIDATOR_LIMIT = 1024  # characters of an ETag or date that we send back

Headers = tuple[tuple[str, str], ...]


class Answer:
    """What one exchange gave: `location` is the raw Location of a 3xx, None of anything else."""

    __slots__ = ("body", "headers", "location", "status")

    def __init__(self, status: int, headers: Headers, body: bytes, location: bytes | None) -> None:
        self.status = status
        self.headers = headers
        self.body = body
        self.location = location

    def header(self, name: str) -> str | None:
        """The first value of header `name` (lower case)."""
        return next((value for key, value in self.headers if key.lower() == name), None)


class Stopwatch:
    """The time that the exchanges of one chain may take together; waiting for a turn is not in it."""

    def __init__(self, total_seconds: float) -> None:
        self.total_seconds = total_seconds
        self.spent = 0.0

    @contextmanager
    def running(self) -> Iterator[float]:
        """Counts the time of the block. Gives the deadline on the loop's clock."""
        clock = asyncio.get_running_loop().time
        start = clock()
        if self.spent >= self.total_seconds:
            raise _out_of_time(self.total_seconds)
        try:
            yield start + self.total_seconds - self.spent
        finally:
            self.spent += clock() - start


class Exchanges:
    """Makes exchanges over one `transport`. Close it in the loop it was used in."""

    def __init__(self, limits: FetchLimits, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._limits = limits
        self._transport = transport or open_transport(limits)

    async def get(
        self,
        href: str,
        validators: Headers,
        watch: Stopwatch,
        *,
        limit_bytes: int,
        is_cut: bool = False,
        **extensions: Any,
    ) -> Answer:
        """The answer to a GET of `href`, an address that the guard let through.

        `is_cut`: a body over the limit is cut off there; otherwise it is Trouble, as is everything else
        that goes wrong, and a 304 to a request without `validators`. `extensions`: what the transport is told.
        """
        with watch.running() as deadline, _translated(self._limits):
            request = self._request(href, validators, deadline, extensions=extensions)
            response = await self._transport.handle_async_request(request)
            try:
                headers = _checked_headers(response)
                body = await self._body(response, watch, deadline, limit_bytes, is_cut)
            finally:
                await response.aclose()
        if response.status_code == 304 and not validators:
            raise Trouble("bad response", "status 304 to an unconditional request", status=304)
        return Answer(response.status_code, headers, body, _location(response))

    async def post(self, href: str, headers: Headers, content: bytes, watch: Stopwatch) -> Answer:
        """The answer to a POST of `content` to `href`, an address that the guard let through; its body unread.

        Whatever goes wrong is Trouble. A status is none, not even a redirect.
        """
        with watch.running() as deadline, _translated(self._limits):
            request = self._request(href, headers, deadline, "POST", content)
            response = await self._transport.handle_async_request(request)
            try:
                answered = _checked_headers(response)
            finally:
                await response.aclose()
        return Answer(response.status_code, answered, b"", _location(response))

    async def close(self) -> None:
        """Closes every connection."""
        await self._transport.aclose()

    def _request(
        self,
        href: str,
        more: Headers,
        deadline: float,
        method: str = "GET",
        content: bytes | None = None,
        extensions: Mapping[str, Any] = MappingProxyType({}),
    ) -> httpx.Request:
        left = deadline - asyncio.get_running_loop().time()
        timeout = httpx.Timeout(
            min(self._limits.read_seconds, left), connect=min(self._limits.connect_seconds, left)
        )
        headers = [
            ("User-Agent", _header_safe(self._limits.agent_header)),
            ("Accept", ACCEPT),
            ("Accept-Encoding", ACCEPT_ENCODING),
            *more,
        ]
        known = {"timeout": timeout.as_dict(), "total_seconds": left, "href": href}
        return httpx.Request(
            method, href, headers=headers, content=content, extensions={**known, **extensions}
        )

    async def _body(
        self, response: httpx.Response, watch: Stopwatch, deadline: float, limit_bytes: int, is_cut: bool
    ) -> bytes:
        if _is_bodiless(response.status_code):
            return b""
        body = Body(response.headers.get("content-encoding", ""), limit_bytes)
        announced = _announced_length(response)
        wire_limit = min(WIRE_LIMIT_BYTES, limit_bytes)
        try:
            if announced is not None and announced > wire_limit and not is_cut:
                raise _too_long(wire_limit)
            received = await self._read(response, body, watch, deadline, wire_limit)
        except Trouble as trouble:
            if is_cut and trouble.kind == "too large":
                return body.so_far()
            raise
        if announced is not None and received != announced:
            raise Trouble("truncated", f"{received:,} of {announced:,} bytes came")
        return body.finish()

    async def _read(
        self, response: httpx.Response, body: Body, watch: Stopwatch, deadline: float, wire_limit: int
    ) -> int:
        clock = asyncio.get_running_loop().time
        received = 0
        async for chunk in cast(httpx.AsyncByteStream, response.stream):
            if clock() > deadline:
                raise _out_of_time(watch.total_seconds)
            received += len(chunk)
            body.feed(chunk[: max(0, wire_limit - received + len(chunk))])
            if received > wire_limit:
                raise _too_long(wire_limit)
        return received


def validators_for(etag: str | None, last_modified: str | None) -> Headers:
    """The conditional headers of a request; what cannot be sent as a header value is left out."""
    pairs = (("If-None-Match", etag), ("If-Modified-Since", last_modified))
    return tuple((name, value.strip()) for name, value in pairs if value and _is_sendable(value.strip()))


# ---------------------------------------------------------------- the wire


class SessionTransport(AiohttpTransport):
    """aiohttp under httpx's interface, with two things that the plain one lacks: the deadline of the whole
    exchange, and the address sent exactly as it was checked, not parsed and quoted anew."""

    def __init__(self, connector: aiohttp.TCPConnector, tls: ssl.SSLContext) -> None:
        session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            max_line_size=_HEADER_FIELD_BYTES,
            max_field_size=_HEADER_FIELD_BYTES,
            max_headers=_HEADER_FIELDS,
        )
        super().__init__(verify=tls, trust_env=False, client=session)
        self._session = session

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends `request`; the body of the response is still on the wire."""
        timeout = request.extensions["timeout"]
        with map_aiohttp_exceptions():
            response = await self._session.request(
                request.method,
                URL(request.extensions["href"], encoded=True),
                headers=[
                    (name.decode("ascii"), value.decode("ascii")) for name, value in request.headers.raw
                ],
                data=request.content or None,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(
                    total=request.extensions["total_seconds"],
                    sock_connect=timeout["connect"],
                    sock_read=timeout["read"],
                ),
            )
        stream = _Stream(response)
        return httpx.Response(response.status, headers=response.raw_headers, stream=stream, request=request)


class _Stream(AiohttpResponseStream):
    """A body on the wire. One that runs until the connection closes is whole only if it closed in order:
    a reset in the middle would otherwise look like its end."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        super().__init__(response)
        self._closed: asyncio.Future[None] | None = None
        connection = response.connection
        has_own_end = "Content-Length" in response.headers or "Transfer-Encoding" in response.headers
        if not has_own_end and connection is not None and connection.protocol is not None:
            self._closed = connection.protocol.closed
        if self._closed is not None:
            self._closed.add_done_callback(_retrieved)

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        async for chunk in super().__aiter__():
            yield chunk
        if self._closed is not None and self._closed.done() and self._closed.exception() is not None:
            raise httpx.ReadError("connection reset") from aiohttp.ClientPayloadError()


def _retrieved(closed: asyncio.Future[None]) -> None:
    """Looks at the outcome, so that the loop does not report it as an error nobody saw."""
    if not closed.cancelled():
        closed.exception()


def open_transport(limits: FetchLimits) -> SessionTransport:
    """The way to the real network, through the guard. Needs a running loop."""
    tls = _trusted_authorities()
    connector = guarded_connector(tls, allow_private=limits.allow_private_addresses)
    return SessionTransport(connector, tls)


@cache
def _trusted_authorities() -> ssl.SSLContext:
    """The certificate authorities we trust; reading them takes longer than an exchange, so: once."""
    return httpx.create_ssl_context(trust_env=False)


# ---------------------------------------------------------------- headers


def _checked_headers(response: httpx.Response) -> Headers:
    if sum(len(name) + len(value) for name, value in response.headers.raw) > HEADER_LIMIT_BYTES:
        raise Trouble("too large", f"more than {HEADER_LIMIT_BYTES:,} bytes of headers")
    if not 200 <= response.status_code <= 999:
        raise Trouble("bad response", f"status {response.status_code}", status=response.status_code)
    return tuple((name.decode("latin-1"), _decoded(value)) for name, value in response.headers.raw)


def _decoded(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _location(response: httpx.Response) -> bytes | None:
    if response.status_code not in (301, 302, 303, 307, 308):
        return None
    return next((value for name, value in response.headers.raw if name.lower() == b"location"), None)


def _is_bodiless(status: int) -> bool:
    return 300 <= status <= 399 or status == 204


def _announced_length(response: httpx.Response) -> int | None:
    """The Content-Length; None where there is none, or where chunks tell the length instead."""
    transfer = response.headers.get("transfer-encoding")
    if transfer is not None:
        if transfer.strip().lower() != "chunked":
            raise Trouble("bad response", "a Transfer-Encoding that was not offered")
        return None
    values = {value.strip() for value in response.headers.get_list("content-length", split_commas=True)}
    if not values:
        return None
    value = values.pop()
    if values or not (value.isascii() and value.isdigit()) or len(value) > 18:
        raise Trouble("bad response", "a Content-Length that is no length")
    return int(value)


def _is_sendable(value: str) -> bool:
    return 0 < len(value) <= _VALIDATOR_LIMIT and _header_safe(value) == value


def _header_safe(value: str) -> str:
    """`value` without control characters and all outside ASCII: there is no telling how it would be read."""
    return "".join(sign for sign in value if " " <= sign <= "~")


# ---------------------------------------------------------------- what goes wrong


@contextmanager
def _translated(limits: FetchLimits) -> Iterator[None]:
    """Turns what the libraries below raise into Trouble, once."""
    try:
        yield
    except _FOREIGN as error:
        raise _trouble(error, limits) from error


# ValueError: a part of the exchange that a library cannot express; hostile headers find such ways.
_FOREIGN = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.StreamError,
    aiohttp.ClientError,
    HttpProcessingError,
    OSError,
    EOFError,
    ValueError,
)


def _trouble(error: BaseException, limits: FetchLimits) -> Trouble:
    cause = _cause(error)
    os_error = getattr(cause, "os_error", cause)
    match os_error:
        case RefusedAddress():
            return Trouble("refused address", str(os_error))
        case ssl.SSLError():
            return Trouble("TLS", getattr(os_error, "verify_message", "") or os_error.reason or str(os_error))
    match cause:
        case aiohttp.ClientPayloadError():
            return Trouble("truncated", "the body ended before its announced end")
        case aiohttp.ServerDisconnectedError():
            return Trouble("connection", "closed without an answer")
        case aiohttp.ClientConnectorDNSError():
            return Trouble("connection", f"no address for the name ({_words(os_error)})")
        case TimeoutError() | httpx.TimeoutException():
            return Trouble("time-out", _slow_part(cause, limits))
        case HttpProcessingError() | aiohttp.ClientResponseError():
            return _unreadable(cause)
        case OSError() | httpx.TransportError():
            return Trouble("connection", _words(os_error))
    return Trouble("bad response", f"{type(cause).__name__}: {cause}")


def _cause(error: BaseException) -> BaseException:
    """The error below httpx's: its own kinds are too coarse (a lost connection is a time-out there)."""
    is_wrapped = isinstance(error, httpx.HTTPError) and error.__cause__ is not None
    return error.__cause__ if is_wrapped and error.__cause__ is not None else error


def _slow_part(cause: BaseException, limits: FetchLimits) -> str:
    if isinstance(cause, aiohttp.ConnectionTimeoutError | httpx.ConnectTimeout):
        return f"no connection within {limits.connect_seconds:g} s"
    if isinstance(cause, aiohttp.SocketTimeoutError | httpx.ReadTimeout):
        return f"nothing came for {limits.read_seconds:g} s"
    return f"not done within {limits.total_seconds:g} s"


def _unreadable(cause: BaseException) -> Trouble:
    below = cause.__cause__ or cause
    text = (str(getattr(below, "message", "") or below).splitlines() or [""])[0].rstrip(":")
    if isinstance(below, LineTooLong) or "Got more than" in text or "Too many headers" in text:
        return Trouble("too large", "a header line, or too many of them")
    return Trouble("bad response", f"not HTTP: {text}")


def _words(error: BaseException) -> str:
    text = getattr(error, "strerror", None) or str(error)
    return str(text) or type(error).__name__


def _out_of_time(total_seconds: float) -> Trouble:
    return Trouble("time-out", f"not done within {total_seconds:g} s")


def _too_long(wire_limit: int) -> Trouble:
    return Trouble("too large", f"the body is more than {wire_limit:,} bytes as sent")
