"""The parser in processes of its own, which can be killed: a hostile page costs a process, not the crawl.

What lives here: those processes, both ends of the pipe. What must not: parsing; that is `crawler.parse`.

    crawl                                     child, `python -m crawler.isolate`
    {page's head, source, kind} + body  --->  parse.read(page, source, kind)
    Reading | Broken                    <---  {article, listing} in the interchange format, or {obstacle}; …

A page that takes too long, or too much memory, ends with its process; another takes its place. What comes
back is read as what a stranger wrote: never unpickled, checked like any import, of limited size. A child
has no environment to tell, cannot outlive the pipe to its parent, and gives up its place after some thousand
pages.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import struct
import sys
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from selectolax.lexbor import SelectolaxError

from crawler.parse import Reading, own, read, sites
from storage.jsonl import format_time, from_json, parse_time, to_json
from storage.records import Article, DateOrder, Listing, Observation, Page, Source, TargetKind

_START_SECONDS = 30.0  # a child has to import the parser; not counted against any page
_REPLY_LIMIT = 64 * 1024 * 1024  # bytes
_HEAD = struct.Struct(">II")  # length of the JSON, length of the body


@dataclass(frozen=True, slots=True)
class Broken:
    """The parser gave no answer for this page. `reason` says how it ended."""

    reason: str


class Parsers:
    """`count` parser processes: `async with Parsers() as parsers: await parsers.read(page, source, kind)`.

    They start when they are first needed. `seconds` and `memory_bytes` are what one page may cost;
    a process that has read `pages_each` pages is replaced.
    """

    def __init__(
        self,
        count: int = 2,
        seconds: float = 2.0,
        memory_bytes: int = 1024**3,
        pages_each: int = 5_000,
        recipes: Path | None = None,
    ) -> None:
        self.seconds = seconds
        self.memory_bytes = memory_bytes
        self.pages_each = pages_each
        self.recipes = recipes  # the folder of a user's own
        self._children = [_Child(self) for _ in range(count)]
        self._idle: asyncio.LifoQueue[_Child] = asyncio.LifoQueue()
        for child in self._children:
            self._idle.put_nowait(child)

    async def __aenter__(self) -> Parsers:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in self._children:
            await child.end()

    async def read(self, page: Page, source: Source, kind: TargetKind | None = None) -> Reading | Broken:
        """What `crawler.parse.read` says of `page`; `Broken` where it came to no answer."""
        async with self._lent() as child:
            return await child.read(page, source, kind)

    @contextlib.asynccontextmanager
    async def _lent(self) -> AsyncIterator[_Child]:
        child = await self._idle.get()
        try:
            yield child
        finally:
            self._idle.put_nowait(child)


# ---------------------------------------------------------------- our end


class _Child:
    """The place of one process: there is one behind it, or there will be when it is needed."""

    def __init__(self, limits: Parsers) -> None:
        self.limits = limits
        self.process: asyncio.subprocess.Process | None = None
        self.pages = 0

    async def read(self, page: Page, source: Source, kind: TargetKind | None) -> Reading | Broken:
        is_whole = False
        try:
            trouble = await self._start()
            if trouble is not None:
                return trouble
            async with asyncio.timeout(self.limits.seconds):
                answer = await self._ask(_request(page, source, kind), page.body)
            is_whole = isinstance(answer, Reading)
            return answer
        except TimeoutError:
            return Broken(f"parser: no answer within {self.limits.seconds:g} s")
        except (ConnectionError, asyncio.IncompleteReadError):
            return Broken(await self._how_it_ended())
        finally:
            # Also when we are cancelled: an answer that nobody waited for must not be the next page's.
            if not is_whole or self.pages >= self.limits.pages_each:
                await self.end()

    async def end(self) -> None:
        """Kill the process, if there is one."""
        process, self.process = self.process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()

    async def _start(self) -> Broken | None:
        if self.process is not None and self.process.returncode is None:
            return None
        self.pages = 0
        arguments = [str(self.limits.memory_bytes), str(self.limits.seconds), str(self.limits.recipes or "")]
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "crawler.isolate", *arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,  # Ctrl-C is for the crawl, which finishes the page in hand
        )
        try:
            async with asyncio.timeout(_START_SECONDS):
                await self._receive()
        except TimeoutError:
            return Broken(f"parser: did not start within {_START_SECONDS:g} s")
        return None

    async def _ask(self, request: dict[str, Any], body: bytes) -> Reading | Broken:
        assert self.process is not None and self.process.stdin is not None
        head = json.dumps(request).encode()
        self.process.stdin.write(_HEAD.pack(len(head), len(body)) + head)
        self.process.stdin.write(body)
        await self.process.stdin.drain()
        answer = await self._receive()
        self.pages += 1
        return _reading(answer)

    async def _receive(self) -> bytes:
        assert self.process is not None and self.process.stdout is not None
        length, _ = _HEAD.unpack(await self.process.stdout.readexactly(_HEAD.size))
        return await self.process.stdout.readexactly(length) if length <= _REPLY_LIMIT else b""

    async def _how_it_ended(self) -> str:
        assert self.process is not None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await self.process.wait()
        code = self.process.returncode
        if code == _OUT_OF_MEMORY:
            return "parser: out of memory"
        if code is not None and code < 0:
            return f"parser: crashed with signal {-code}"
        return "parser: broke off its answer" if code is None else f"parser: ended with status {code}"


def _environment() -> dict[str, str]:
    """What a child needs of our environment, and what keeps glibc from giving memory back after each page."""
    kept = (
        "PATH",
        "PYTHONPATH",
        "PYTHONHOME",
        "VIRTUAL_ENV",
        "SYSTEMROOT",
        "TZDIR",
        "LD_LIBRARY_PATH",
        "TMPDIR",
    )
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        "PYTHONUTF8": "1",
        "MALLOC_TRIM_THRESHOLD_": "268435456",
        "MALLOC_TOP_PAD_": "16777216",
        "MALLOC_MMAP_THRESHOLD_": "268435456",
        "MALLOC_ARENA_MAX": "1",
    }


def _request(page: Page, source: Source, kind: TargetKind | None) -> dict[str, Any]:
    return {
        "page": {
            "requested_url": page.requested_url,
            "url": page.url,
            "status": page.status,
            "headers": page.headers,
            "fetched_at": format_time(page.fetched_at),
        },
        "source": asdict(source),
        "kind": kind,
    }


def _reading(answer: bytes) -> Reading | Broken:
    """The reading in a child's answer, which may be anything."""
    try:
        said = json.loads(answer)
        if "broken" in said:
            return Broken(f"parser: {str(said['broken'])[:300]}")
        article, listing = _observation(said.get("article")), _observation(said.get("listing"))
        head = _observation(said.get("head"))
        stamps = tuple((str(url), str(stamp)) for url, stamp in said.get("stamps", ()))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Broken("parser: its answer is none")
    obstacle = said.get("obstacle")
    if not isinstance(article, Article | None) or not isinstance(head, Article | None):
        return Broken("parser: its answer is none")
    if not isinstance(listing, Listing | None):
        return Broken("parser: its answer is none")
    found, missed = (_names(said.get(name)) for name in ("found", "missed"))
    reader = str(said.get("reader", ""))[:64]
    next_page = said.get("next_page")
    next_page = next_page if isinstance(next_page, str) else None
    reason = obstacle[:1_000] if isinstance(obstacle, str) else None
    return Reading(article, listing, reason, stamps, found, missed, head, next_page, reader)


def _names(said: object) -> tuple[str, ...]:
    return tuple(name for name in said[:20] if isinstance(name, str)) if isinstance(said, list) else ()


def _observation(said: object) -> Observation | None:
    return from_json(said, needs_time=False) if said else None


# ---------------------------------------------------------------- the child's end

_OUT_OF_MEMORY = 77  # exit status


def main() -> None:
    """Answer requests on standard input until it ends."""
    memory_bytes, seconds = int(sys.argv[1]), float(sys.argv[2])
    requests, answers = _pipes()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.excepthook = _report_to(answers)
    if folder := sys.argv[3]:
        sites.add(own.read_folder(Path(folder)))
    _limit_memory(memory_bytes)
    _send(answers, {})  # ready
    while (head := requests.read(_HEAD.size)) and len(head) == _HEAD.size:
        lengths = _HEAD.unpack(head)
        request, body = (requests.read(length) for length in lengths)
        if len(body) < lengths[1]:
            return
        _limit_processor(seconds)
        _send(answers, _answer(json.loads(request), body))


def _answer(request: dict[str, Any], body: bytes) -> dict[str, Any]:
    head, source = request["page"], request["source"]
    page = Page(
        requested_url=head["requested_url"],
        url=head["url"],
        status=head["status"],
        headers=tuple((name, value) for name, value in head["headers"]),
        body=body,
        fetched_at=parse_time(head["fetched_at"]) if head["fetched_at"] else None,
    )
    for name in ("listings", "feeds", "sitemaps", "articles", "hosts", "articles_like"):
        source[name] = tuple(source[name])
    source["date_order"] = DateOrder(source["date_order"]) if source["date_order"] else None
    reading = read(page, Source(**source), TargetKind(request["kind"]) if request["kind"] else None)
    return {
        "article": to_json(reading.article) if reading.article else None,
        "listing": to_json(reading.listing) if reading.listing else None,
        "head": to_json(reading.head) if reading.head else None,
        "obstacle": reading.obstacle,
        "stamps": reading.stamps,
        "found": reading.found,
        "missed": reading.missed,
        "reader": reading.reader,
        "next_page": reading.next_page,
    }


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """Our two pipes, put away where no library that prints or prompts finds them."""
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):
        os.dup2(nowhere, stream)
    return requests, answers


def _send(answers: BinaryIO, answer: dict[str, Any]) -> None:
    data = json.dumps(answer).encode()
    answers.write(_HEAD.pack(len(data), 0) + data)
    answers.flush()


def _report_to(answers: BinaryIO) -> Any:
    """An excepthook: the parent is told of a fault in the parser, then this process ends."""

    def report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        # Lexbor, which reads any markup, fails only where it is given no memory.
        if issubclass(kind, MemoryError | SelectolaxError):
            os._exit(_OUT_OF_MEMORY)
        _send(answers, {"broken": f"{kind.__name__}: {error}"})

    return report


def _limit_memory(limit_bytes: int) -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    _lower(resource.RLIMIT_AS, limit_bytes)
    _lower(resource.RLIMIT_CORE, 0)


def _limit_processor(seconds: float) -> None:
    """Let the system end this process if it goes on and on after its parent has died."""
    try:
        import resource
    except ImportError:  # Windows
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _lower(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + 2 * seconds) + 2)


def _lower(limit: int, value: int) -> None:
    """Set the soft limit; a hard one that is lower already stays."""
    import resource

    _, hard = resource.getrlimit(limit)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(limit, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


if __name__ == "__main__":
    main()
