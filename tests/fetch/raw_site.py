"""A web server on loopback that sends exactly the bytes a test tells it to, and logs what it was asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from crawler.fetch import Failure, Fetcher, FetchLimits
from storage.records import Page, Target, TargetKind

T = TypeVar("T")
Script = Callable[[asyncio.StreamWriter], Awaitable[None]]
Answer = bytes | Script
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LIMITS = FetchLimits(
    allow_private_addresses=True, delay_seconds=0, connect_seconds=2, read_seconds=1, total_seconds=2
)


def run(story: Coroutine[Any, Any, T]) -> T:
    """Plays `story` in an event loop of its own; a hang fails the test."""
    return asyncio.run(asyncio.wait_for(story, 30))


def reply(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    """A complete response; `content_encoding="br"` becomes a header."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-').title()}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def redirect(location: str, status: str = "302 Found") -> bytes:
    return reply(b"", status, location=location)


@dataclass(slots=True)
class Request:
    path: str
    headers: dict[str, str]
    at: float


@dataclass(slots=True)
class Site:
    """Answers by path; what it does not know, robots.txt included, is 404."""

    answers: dict[str, Answer | list[Answer]]
    port: int = 0
    log: list[Request] = field(default_factory=list)
    under_way: int = 0
    most_under_way: int = 0

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def asked(self, *, robots: bool = False) -> list[str]:
        return [request.path for request in self.log if robots or request.path != "/robots.txt"]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                await self._answer(_parsed(head), writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> None:
        self.log.append(request)
        answer = self.answers.get(request.path.partition("?")[0], reply(b"nothing", "404 Not Found"))
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            if isinstance(answer, bytes):
                writer.write(answer)
                await writer.drain()
                if b"Content-Length" not in answer and b"chunked" not in answer:
                    raise ConnectionError("the end of the body is the end of the connection")
            else:
                await answer(writer)
                raise ConnectionError("a script speaks once")
        finally:
            self.under_way -= 1


@asynccontextmanager
async def site(answers: Mapping[str, Answer | list[Answer]]) -> AsyncIterator[Site]:
    it = Site(dict(answers))
    server = await asyncio.start_server(it.serve, "127.0.0.1", 0)
    it.port = server.sockets[0].getsockname()[1]
    try:
        yield it
    finally:
        server.close()


@asynccontextmanager
async def talker() -> AsyncIterator[str]:
    """A server that speaks plain HTTP before it is asked anything. Gives its https address."""

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    finally:
        server.close()


class Clock:
    """A `now` that moves only when told to."""

    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> datetime:
        return self.time

    def pass_by(self, **span: float) -> None:
        self.time += timedelta(**span)


def target(url: str, **known: Any) -> Target:
    return Target(key=url, url=url, source="Test", kind=TargetKind.ARTICLE, **known)


async def fetch_from(
    it: Site, path: str = "/", *, known: Mapping[str, Any] | None = None, **limits: Any
) -> Page | Failure:
    """One fetch by a fetcher of its own."""
    async with Fetcher(replace(LIMITS, **limits), now=Clock()) as fetcher:
        return await fetcher.fetch(target(it.url(path), **(known or {})))


def fetched(answer: Answer, *, known: Mapping[str, Any] | None = None, **limits: Any) -> Page | Failure:
    """What comes of fetching one page that is answered with `answer`."""

    async def story() -> Page | Failure:
        async with site({"/": answer}) as it:
            return await fetch_from(it, known=known, **limits)

    return run(story())


def kind_of(result: Page | Failure) -> str:
    """The kind of a failure; a page says its status."""
    return result.reason.partition(":")[0] if isinstance(result, Failure) else f"page {result.status}"


def _parsed(head: bytes) -> Request:
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Request(first.split()[1], headers, asyncio.get_running_loop().time())
