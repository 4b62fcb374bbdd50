"""One exchange over a real socket: what comes back, and what a hostile server can do to us."""

from __future__ import annotations

import asyncio
import gc
import gzip
import os
import shutil
import socket
import ssl
import struct
import subprocess
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import brotli
import httpx
import pytest
from raw_site import LIMITS, NOON, Clock, fetch_from, fetched, kind_of, reply, run, site, talker, target

from crawler.fetch import Failure, Fetcher
from crawler.fetch.decoding import zstd
from crawler.fetch.limits import MIB
from storage.records import Outcome, Page

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def page(answer: Any, **more: Any) -> Page:
    result = fetched(answer, **more)
    assert isinstance(result, Page), result
    return result


def failure(answer: Any, **more: Any) -> Failure:
    result = fetched(answer, **more)
    assert isinstance(result, Failure), result
    return result


def test_a_page_has_status_headers_body_address_and_time() -> None:
    async def story() -> tuple[str, Any]:
        async with site({"/a": reply(b"<p>text</p>", content_type="text/html", etag='"1"')}) as it:
            return it.url("/a"), await fetch_from(it, "/a")

    url, got = run(story())
    assert (got.requested_url, got.url, got.status, got.body) == (url, url, 200, b"<p>text</p>")
    assert (got.header("etag"), got.header("Content-Type")) == ('"1"', "text/html")
    assert (got.fetched_at, got.redirects) == (NOON, ())
    assert 0 <= got.seconds < 2


@pytest.mark.parametrize("status", [200, 203, 206, 400, 401, 403, 404, 410, 418, 451, 500, 502, 599, 999])
def test_any_status_is_a_page(status: int) -> None:
    got = page(reply(b"said", f"{status} Odd"))
    assert (got.status, got.body) == (status, b"said")


@pytest.mark.parametrize("status", ["204 No Content", "300 Choices", "305 Proxy", "302 Found"])
def test_a_status_without_a_body_of_ours_is_a_page_without_body(status: str) -> None:
    assert page(f"HTTP/1.1 {status}\r\n\r\n".encode()).body == b""


def test_a_request_says_who_we_are_and_nothing_else() -> None:
    async def story() -> dict[str, str]:
        async with site({"/": reply(b"x", set_cookie="a=b; Path=/")}) as it:
            limits = {"user_agent": "presswatch/0.1", "contact": "https://example.org/bot"}
            await fetch_from(it, **limits)
            await fetch_from(it, **limits)
            return it.log[-1].headers | {"host": it.log[-1].headers["host"].replace(str(it.port), "PORT")}

    assert run(story()) == {
        "host": "127.0.0.1:PORT",
        "user-agent": "presswatch/0.1 (+https://example.org/bot)",
        "accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "accept-encoding": "gzip, br, zstd, deflate",
    }


def test_no_cookie_comes_back_to_the_site_that_set_it() -> None:
    async def story() -> list[bool]:
        answer = reply(b"x", set_cookie="session=1; Path=/")
        async with site({"/": answer, "/2": answer}) as it, Fetcher(LIMITS, now=Clock()) as fetcher:
            for path in ("/", "/2", "/"):
                await fetcher.fetch(target(it.url(path)))
            return ["cookie" in request.headers for request in it.log]

    assert not any(run(story()))


@pytest.mark.parametrize(
    "path", ["/a%7Eb%2fc%2Fd", "/a|b'c", "/?q=%zz&r=a+b%20c", "/x?u=http://y/%3F", "/;p=1//2/", "/%ED%95%9C"]
)
def test_an_address_is_asked_for_exactly_as_it_was_checked(path: str) -> None:
    async def story() -> list[str]:
        async with site({}) as it:
            await fetch_from(it, path)
            return it.asked()

    assert run(story()) == [path]


# ---------------------------------------------------------------- conditional requests


def test_validators_are_sent_and_a_304_is_a_page_without_body() -> None:
    async def story() -> tuple[Any, dict[str, str]]:
        async with site({"/": b'HTTP/1.1 304 Not Modified\r\nETag: W/"7"\r\n\r\n'}) as it:
            known = {"etag": 'W/"7"', "last_modified": "Sun, 01 Mar 2026 09:00:00 GMT"}
            return await fetch_from(it, known=known), it.log[-1].headers

    got, headers = run(story())
    assert (got.status, got.body, got.header("etag")) == (304, b"", 'W/"7"')
    assert headers["if-none-match"] == 'W/"7"'
    assert headers["if-modified-since"] == "Sun, 01 Mar 2026 09:00:00 GMT"


@pytest.mark.parametrize(
    "etag", ["", " ", '"a"\r\nX: y', '"a\x00"', '"' + "a" * 1100 + '"', '"é"', '"한"', "\n"]
)
def test_a_validator_that_cannot_be_sent_is_left_out(etag: str) -> None:
    async def story() -> dict[str, str]:
        async with site({"/": reply(b"x")}) as it:
            await fetch_from(it, known={"etag": etag, "last_modified": etag})
            return it.log[-1].headers

    assert not {"if-none-match", "if-modified-since", "x"} & set(run(story()))


def test_a_304_that_nobody_asked_for_is_no_page() -> None:
    got = failure(b"HTTP/1.1 304 Not Modified\r\n\r\n")
    assert (kind_of(got), got.status) == ("bad response", 304)


def test_a_304_with_a_body_never_gives_that_body() -> None:
    answer = b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nhello"
    got = fetched(answer, known={"etag": '"1"'})
    assert kind_of(got) in ("page 304", "bad response")  # by whether the body came along in one piece
    assert getattr(got, "body", b"") == b""


# ---------------------------------------------------------------- bodies


@pytest.mark.parametrize(
    ("coding", "pack"),
    [("gzip", gzip.compress), ("br", brotli.compress), ("zstd", zstd.compress), ("deflate", zlib.compress)],
)
def test_a_compressed_page_arrives_decoded_and_a_bomb_does_not(
    coding: str, pack: Callable[..., bytes]
) -> None:
    assert page(reply(pack(b"text" * 999), content_encoding=coding)).body == b"text" * 999
    bomb = reply(pack(bytes(30 * MIB)), content_encoding=coding)
    assert kind_of(failure(bomb, limit_bytes=MIB)) == "too large"


@pytest.mark.parametrize(
    ("coding", "kind"),
    [("gzip, br", "page 200"), ("gzip, br, gzip", "bad response"), ("compress", "bad response")],
)
def test_two_codings_are_the_most(coding: str, kind: str) -> None:
    packed = brotli.compress(gzip.compress(b"x", mtime=0))
    assert kind_of(fetched(reply(packed, content_encoding=coding))) == kind


async def _endless(writer: asyncio.StreamWriter) -> None:
    writer.write(OK + b"\r\n")
    while True:
        writer.write(bytes(65536))
        await writer.drain()


async def _endless_chunks(writer: asyncio.StreamWriter) -> None:
    writer.write(CHUNKED)
    while True:
        writer.write(b"10000\r\n" + bytes(65536) + b"\r\n")
        await writer.drain()


async def _endless_trailer(writer: asyncio.StreamWriter) -> None:
    writer.write(CHUNKED + b"1\r\nx\r\n0\r\n")
    while True:
        writer.write(b"X-More: " + b"a" * 3000 + b"\r\n")
        await writer.drain()


@pytest.mark.parametrize("script", [_endless, _endless_chunks, _endless_trailer])
def test_an_endless_answer_comes_to_an_end(script: Callable[..., Awaitable[None]]) -> None:
    assert kind_of(failure(script, limit_bytes=2 * MIB)) in ("too large", "truncated")


def test_an_announced_length_over_the_limit_is_not_even_read() -> None:
    answer = OK + b"Content-Length: 3000000\r\n\r\n"
    assert (
        failure(answer, limit_bytes=MIB).reason == "too large: the body is more than 1,048,576 bytes as sent"
    )


async def _reset(writer: asyncio.StreamWriter) -> None:
    writer.write(OK + b"Content-Type: text/html\r\n\r\n<p>half a te")
    await writer.drain()
    await asyncio.sleep(0.05)
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"Content-Length: 20\r\nConnection: close\r\n\r\n0123456789",
        b"HTTP/1.0 200 OK\r\nContent-Length: 20\r\n\r\n0123456789",
        CHUNKED + b"5\r\n01234\r\n",
        CHUNKED + b"5\r\n012",
        OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"text" * 99, mtime=0)[:-9],
        _reset,
    ],
)
def test_a_body_that_ends_too_early_is_truncated_and_no_page(answer: Any) -> None:
    if isinstance(answer, bytes):
        answer = _said_once(answer)
    assert kind_of(failure(answer)) == "truncated"


def _said_once(data: bytes) -> Callable[[asyncio.StreamWriter], Awaitable[None]]:
    async def script(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()

    return script


def test_a_body_that_runs_until_the_connection_closes_is_whole() -> None:
    assert page(b"HTTP/1.0 200 OK\r\n\r\nold but whole").body == b"old but whole"


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: -1",
        b"Content-Length: +5",
        b"Content-Length: 5, 7",
        b"Content-Length: " + b"9" * 5000,
        b"Content-Length: 5\r\nContent-Length: 7",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: gzip, chunked",
        b"Transfer-Encoding: chunked, identity",
        b"Content-Length: \xd9\xa5",
    ],
)
def test_a_length_that_lies_is_a_bad_response(head: bytes) -> None:
    assert kind_of(failure(_said_once(OK + head + b"\r\n\r\nhello"))) in ("bad response", "truncated")


def test_more_than_the_announced_length_is_a_bad_response() -> None:
    assert kind_of(failure(OK + b"Content-Length: 5\r\n\r\nhello and more")) == "bad response"


# ---------------------------------------------------------------- not HTTP, or too much of it


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"<html>HTTP/0.9</html>", "bad response"),
        (b"\x00\xff\x16\x03" * 99, "bad response"),
        (b"HTTP/1.1 000 None\r\nContent-Length: 0\r\n\r\n", "bad response"),
        (b"HTTP/1.1 20 OK\r\n\r\n", "bad response"),
        (b"HTTP/1.1 101 Switch\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", "bad response"),
        (OK + b"X: a\x00b\r\n\r\n", "bad response"),
        (OK + b"X: " + b"a" * 5 * MIB + b"\r\n\r\n", "too large"),
        (OK + b"X: a\r\n" * 100_000 + b"\r\n", "too large"),
        (OK + b"Set-Cookie: a=b\r\n" * 3500 + b"\r\n", "too large"),
        (OK + (b"X: " + b"a" * 1000 + b"\r\n") * 150 + b"\r\n", "too large"),
        (b"", "connection"),
        (b"HTTP/1.1 200", "connection"),
        (b"HTTP/1.1 200 \xe9\xff\r\nX: \xe9\r\nContent-Length: 0\r\n\r\n", "page 200"),
    ],
)
def test_hostile_heads_end_in_a_typed_way(answer: bytes, kind: str) -> None:
    assert kind_of(fetched(_said_once(answer))) == kind


def test_a_reason_never_carries_what_a_server_wrote_to_our_terminal() -> None:
    reason = failure(reply(b"x", content_encoding="\x1b[2J" + "e" * 5000)).reason
    assert reason.isprintable() and len(reason) < 400


# ---------------------------------------------------------------- time


async def _silent(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(5)


async def _trickle(writer: asyncio.StreamWriter, start: bytes, drop: bytes) -> None:
    writer.write(start)
    while True:
        writer.write(drop)
        await writer.drain()
        await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("start", "drop"),
    [
        (OK + b"Content-Length: 9999\r\n\r\n", b"a"),
        (OK + b"X: ", b"a"),
        (OK, b"X: a\r\n"),
        (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
        (CHUNKED + b"5;", b"a"),
    ],
)
def test_a_trickle_ends_at_the_deadline_of_the_whole(start: bytes, drop: bytes) -> None:
    got = failure(lambda writer: _trickle(writer, start, drop), total_seconds=0.4)
    assert got.reason == "time-out: not done within 0.4 s"
    assert 0.3 < got.seconds < 3


def test_silence_is_a_time_out() -> None:
    assert failure(_silent, read_seconds=0.2).reason == "time-out: nothing came for 0.2 s"


def test_the_deadline_spans_the_redirects_together() -> None:
    async def slow(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.25)
        path = f"/{os.urandom(4).hex()}"
        it.answers[path] = slow
        writer.write(f"HTTP/1.1 302 Found\r\nLocation: {path}\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()

    async def story() -> Any:
        nonlocal it
        async with site({"/": slow}) as it:
            return await fetch_from(it, total_seconds=0.6)

    it: Any = None
    got = run(story())
    assert kind_of(got) == "time-out"
    assert len(it.asked()) == 3


def test_nobody_listening_is_a_connection_failure() -> None:
    async def story() -> Any:
        async with site({}) as it:
            pass
        return await fetch_from(it)

    got = run(story())
    assert got.reason.startswith("robots.txt: unavailable (connection: ")
    assert got.outcome == Outcome.FAILED


# ---------------------------------------------------------------- TLS


def test_a_server_that_does_not_speak_tls_is_a_tls_failure() -> None:
    async def story() -> Any:
        async with talker() as url, Fetcher(LIMITS, now=Clock()) as fetcher:
            return await fetcher.fetch(target(url))

    assert run(story()).reason.startswith("robots.txt: unavailable (TLS: ")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes its certificate with openssl")
def test_a_certificate_that_nobody_vouches_for_is_a_tls_failure(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=localhost", "-keyout"]
    subprocess.run([*command, str(key), "-out", str(certificate)], check=True, capture_output=True)

    async def story() -> Any:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        async with server, Fetcher(LIMITS, now=Clock()) as fetcher:
            return await fetcher.fetch(target(f"https://127.0.0.1:{port}/"))

    assert "TLS: self" in run(story()).reason


# ---------------------------------------------------------------- afterwards


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files in /proc")
def test_nothing_is_left_over_after_a_thousand_failures() -> None:
    broken = [
        OK + b"Content-Length: 9\r\nConnection: close\r\n\r\nx",
        b"\x00garbage",
        b"",
        OK + b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nnogzi",
        CHUNKED + b"zz\r\n",
    ]

    async def story() -> tuple[int, int, list[str]]:
        answers = {f"/{number}": _said_once(data) for number, data in enumerate(broken)}
        async with site(answers) as it, Fetcher(LIMITS, now=Clock()) as fetcher:
            await fetcher.fetch(target(it.url("/")))
            before = _open_files()
            tasks = len(asyncio.all_tasks())
            urls = [it.url(f"/{number % len(broken)}") for number in range(1000)]
            kinds = [kind_of(await fetcher.fetch(target(url))) for url in urls]
            it.log.clear()
            await asyncio.sleep(0.05)
            gc.collect()
            left = len(asyncio.all_tasks()) - tasks
            ended = await fetcher.fetch(target(it.url("/")))
            return _open_files() - before, left, [*sorted(set(kinds)), kind_of(ended)]

    files, tasks, kinds = run(story())
    assert kinds == ["bad response", "connection", "truncated", "page 404"]
    assert files <= 2
    assert tasks <= 1


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_another_transport_takes_the_place_of_the_network_and_is_bounded_alike() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        body = {"/": b"kept page", "/huge": bytes(2 * MIB)}.get(request.url.path)
        return httpx.Response(404) if body is None else httpx.Response(200, content=body)

    async def story() -> list[Any]:
        limits = replace(LIMITS, limit_bytes=MIB, allow_private_addresses=False)
        async with Fetcher(limits, now=Clock(), transport=httpx.MockTransport(answer)) as fetcher:
            paths = ("", "huge", "none")
            return [await fetcher.fetch(target(f"https://example.org/{path}")) for path in paths]

    kept, huge, none = run(story())
    assert kept.body == b"kept page"
    assert (kind_of(huge), kind_of(none)) == ("too large", "page 404")


def test_a_cancelled_fetch_leaves_the_fetcher_usable() -> None:
    async def story() -> str:
        async with site({"/": _silent, "/2": reply(b"x")}) as it, Fetcher(LIMITS, now=Clock()) as fetcher:
            under_way = [asyncio.create_task(fetcher.fetch(target(it.url("/")))) for _ in range(4)]
            await asyncio.sleep(0.1)
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)
            return kind_of(await fetcher.fetch(target(it.url("/2"))))

    assert run(story()) == "page 200"
