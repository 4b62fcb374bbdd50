"""Redirects: followed by hand, each hop as suspect as the first."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import pytest
from raw_site import fetch_from, kind_of, redirect, reply, run, site, talker


def followed(answers: dict[str, Any], path: str = "/", **more: Any) -> tuple[Any, list[str], str]:
    """The result, the paths asked for, and the site's own address without its last slash."""

    async def story() -> tuple[Any, list[str], str]:
        async with site(answers) as it:
            return await fetch_from(it, path, **more), it.asked(), it.url("")

    return run(story())


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_leads_to_the_page_behind_it(status: str) -> None:
    answers = {"/": redirect("/a", status), "/a": redirect("b?c#d", status), "/b": reply(b"here")}
    got, asked, base = followed(answers)
    assert (got.status, got.body) == (200, b"here")
    assert asked == ["/", "/a", "/b?c"]
    assert (got.requested_url, got.url) == (f"{base}/", f"{base}/b?c")
    assert got.redirects == (f"{base}/", f"{base}/a")


@pytest.mark.parametrize(
    "location", ["/a", "./a", "?/../a", "http://{host}/a", "//{host}/a", " /a ", "/%61", "/한"]
)
def test_the_forms_of_location_that_real_sites_use_are_followed(location: str) -> None:
    async def story() -> Any:
        async with site({}) as it:
            place = location.format(host=f"127.0.0.1:{it.port}").encode()
            head = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + place + b"\r\n\r\n"
            it.answers["/"] = [head, reply(b"x")]
            return await fetch_from(it)

    assert kind_of(run(story())) in ("page 404", "page 200")


@pytest.mark.parametrize(
    "location",
    [
        b"/\xe9t\xe9",
        b"\\\\127.0.0.1\\a",
        b"/\\127.0.0.1/",
        b"http:\\\\127.0.0.1/",
        b"/a\tb",
        b"/a\x1b[2J",
        b"javascript:alert(1)",
        b"data:text/html,x",
        b"file:///etc/passwd",
        b"ftp://127.0.0.1/",
        b"http://user@127.0.0.1/",
        b"http://user:word@127.0.0.1/",
        b"http://[::1",
        b"http://a b/",
        b"http://127.0.0.1:99999/",
        b"http:///",
        b"/" + b"a" * 3000,
    ],
)
def test_a_hostile_location_is_a_failure(location: bytes) -> None:
    head = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location + b"\r\n\r\n"
    got, asked, _ = followed({"/": head})
    assert kind_of(got) in ("bad response", "refused address")
    assert asked == ["/"]


def test_a_redirect_without_a_location_is_a_page() -> None:
    assert kind_of(followed({"/": reply(b"", "302 Found")})[0]) == "page 302"


@pytest.mark.parametrize("loop", [{"/": "/"}, {"/": "/a", "/a": "/"}, {"/": "/a", "/a": "/b", "/b": "/a#x"}])
def test_a_loop_is_noticed_when_it_closes(loop: dict[str, str]) -> None:
    got, asked, _ = followed({path: redirect(to) for path, to in loop.items()})
    assert kind_of(got) == "redirect loop"
    assert asked == list(loop)


def test_ten_redirects_are_followed_and_the_eleventh_is_not() -> None:
    chain = {f"/{n}": redirect(f"/{n + 1}") for n in range(30)} | {"/30": reply(b"end")}
    assert kind_of(followed(chain, "/20")[0]) == "page 200"
    got, asked, _ = followed(chain, "/19")
    assert got.reason == "redirect loop: more than 10 redirects"
    assert len(asked) == 11


def test_the_body_of_a_redirect_is_never_read() -> None:
    sent = 0

    async def heavy(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        size = 64 * 1024 * 1024
        writer.write(f"HTTP/1.1 302 Found\r\nLocation: /a\r\nContent-Length: {size}\r\n\r\n".encode())
        while sent < size:
            writer.write(bytes(65536))
            await writer.drain()
            sent += 65536

    got, _, _ = followed({"/": heavy, "/a": reply(b"here")}, limit_bytes=1000)
    assert kind_of(got) == "page 200"
    assert sent < 16 * 1024 * 1024  # what sockets hold


def test_validators_go_to_the_first_address_only() -> None:
    async def story() -> list[bool]:
        async with site({"/": redirect("/a"), "/a": reply(b"x")}) as it:
            await fetch_from(it, known={"etag": '"1"', "last_modified": "Sun, 01 Mar 2026 09:00:00 GMT"})
            return ["if-none-match" in r.headers for r in it.log if r.path != "/robots.txt"]

    assert run(story()) == [True, False]


def test_every_hop_asks_the_robots_txt_of_its_own_origin() -> None:
    async def story() -> tuple[Any, list[str]]:
        rules = {"/robots.txt": reply(b"User-agent: *\nDisallow: /secret")}
        async with site(rules) as there, site({"/": redirect(there.url("/secret"))}) as here:
            return await fetch_from(here), there.asked(robots=True)

    got, asked = run(story())
    assert (got.outcome, asked) == ("disallowed", ["/robots.txt"])


def test_every_hop_waits_its_turn() -> None:
    async def story() -> list[float]:
        async with site({"/": redirect("/a"), "/a": redirect("/b"), "/b": reply(b"x")}) as it:
            await fetch_from(it, delay_seconds=0.1)
            return [request.at for request in it.log]

    starts = run(story())
    assert len(starts) == 4
    assert all(b - a >= 0.095 for a, b in itertools.pairwise(starts))


def test_waiting_for_a_turn_is_not_counted_against_the_deadline() -> None:
    async def story() -> Any:
        async with site({"/": redirect("/a"), "/a": redirect("/b"), "/b": reply(b"x")}) as it:
            return await fetch_from(it, delay_seconds=0.2, total_seconds=0.3)

    assert kind_of(run(story())) == "page 200"


def test_a_new_scheme_is_followed_and_guarded_alike() -> None:
    async def story() -> Any:
        async with talker() as url, site({"/": redirect(url)}) as it:
            return await fetch_from(it)

    assert "TLS" in run(story()).reason
