"""Pages written by script, in a real Chromium: what is read, what the browser may ask for, and how it ends.

Needs Chromium; where there is none these are left out, but never where CI=true.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "fetch"))
from raw_site import LIMITS, Answer, Clock, Site, kind_of, redirect, reply, run, site, target

from crawler import config, wiring
from crawler.fetch import BrowserSettings, Failure, Fetcher, rendering
from crawler.fetch.http import open_transport
from storage.evidence import EvidenceInMemory
from storage.memory import MemoryStore
from storage.records import Change, ChangeKind, Page, Subject
from storage.store import Filter

SETTINGS = BrowserSettings(sandbox=hasattr(os, "geteuid") and os.geteuid() != 0, settle_seconds=3)
PATIENT = replace(LIMITS, total_seconds=20, read_seconds=5)
HTML = {"content_type": "text/html"}
SCRIPT = {"content_type": "text/javascript"}

pytestmark = [
    pytest.mark.contract,
    pytest.mark.network_loopback,
    pytest.mark.skipif(
        rendering.missing(SETTINGS) is not None and os.environ.get("CI") != "true", reason="no Chromium here"
    ),
]

SHELL = reply(
    b"<!DOCTYPE html><html><head><title>Harbour Post</title><script src='/app.js'></script></head>"
    b"<body><div id='story'></div><noscript>Switch on your scripts.</noscript></body></html>",
    **HTML,
    etag='"shell"',
)
APP = reply(
    b"""addEventListener("DOMContentLoaded", async () => {
      const story = await (await fetch("/api/story.json")).json();
      document.title = story.headline;
      document.getElementById("story").innerHTML =
        "<h1>" + story.headline + "</h1>" + story.text.map(line => "<p>" + line + "</p>").join("");
    });""",
    **SCRIPT,
)
STORY = reply(
    b'{"headline": "Ferry returns after repairs", "text": ["The ferry left on Monday.", "It was full."]}',
    content_type="application/json",
)
PAGES: Mapping[str, Answer] = {"/": SHELL, "/app.js": APP, "/api/story.json": STORY}


async def shown(it: Site, path: str = "/", *, times: int = 1, **limits: float) -> list[Page | Failure]:
    """So many fetches of one page of a source that is rendered, by one fetcher."""
    async with Fetcher(
        replace(PATIENT, **limits), now=Clock(), rendered=["Test"], browser=SETTINGS
    ) as fetcher:
        return [await fetcher.fetch(target(it.url(path))) for _ in range(times)]


def looked(
    answers: Mapping[str, Answer], *, times: int = 1, **limits: float
) -> tuple[list[Page | Failure], Site]:
    async def story() -> tuple[list[Page | Failure], Site]:
        async with site(answers) as it:
            return await shown(it, times=times, **limits), it

    return run(story())


def page(answers: Mapping[str, Answer]) -> Page:
    (got,), _ = looked(answers)
    assert isinstance(got, Page), got
    return got


def test_a_text_that_a_script_writes_is_read() -> None:
    got = page(PAGES)
    assert got.body.startswith(b"<!DOCTYPE html>")
    assert b"<h1>Ferry returns after repairs</h1><p>The ferry left on Monday.</p>" in got.body
    assert b"Switch on your scripts" not in got.body


def test_the_page_says_what_made_its_body_and_keeps_nothing_that_was_true_of_the_shell_alone() -> None:
    got = page(PAGES)
    assert str(got.header(rendering.RENDERED)).startswith("Chromium/")
    assert got.header("content-type") == "text/html; charset=utf-8"
    assert got.header("etag") is None


def test_scripts_are_fetched_once_for_all_pages_and_their_answers_each_time() -> None:
    _, it = looked(PAGES, times=3)
    assert it.asked().count("/app.js") == 1
    assert it.asked().count("/api/story.json") == 3


def test_every_request_names_us() -> None:
    _, it = looked(PAGES)
    assert {request.headers["user-agent"] for request in it.log} == {PATIENT.agent_header}


def test_a_cookie_is_never_sent_back() -> None:
    setting = reply(b"<script src='/app.js'></script><div id='story'></div>", set_cookie="id=1", **HTML)
    _, it = looked({**PAGES, "/": setting}, times=2)
    assert [request.path for request in it.log if "cookie" in request.headers] == []


def test_a_source_that_is_not_rendered_is_read_as_it_is_sent() -> None:
    async def story() -> Page | Failure:
        async with site(PAGES) as it, Fetcher(PATIENT, now=Clock(), rendered=["Other"]) as fetcher:
            return await fetcher.fetch(target(it.url()))

    got = run(story())
    assert isinstance(got, Page)
    assert b"Switch on your scripts" in got.body


@pytest.mark.parametrize("status", ["404 Not Found", "503 Service Unavailable"])
def test_an_error_page_is_not_rendered(status: str) -> None:
    got = page({**PAGES, "/": reply(b"<p>no</p><script src='/app.js'></script>", status, **HTML)})
    assert (got.status, got.body[:9], got.header(rendering.RENDERED)) == (int(status[:3]), b"<p>no</p>", None)


def test_what_is_no_html_is_not_rendered() -> None:
    got = page({"/": reply(b"{}", content_type="application/json")})
    assert (got.body, got.header(rendering.RENDERED)) == (b"{}", None)


def test_a_redirect_is_followed_before_the_page_is_shown() -> None:
    got = page({**PAGES, "/": redirect("/story"), "/story": SHELL})
    assert got.url.endswith("/story")
    assert b"It was full." in got.body


def test_robots_txt_holds_for_what_a_script_asks_for() -> None:
    robots = reply(b"User-agent: *\nDisallow: /api/\n", content_type="text/plain")
    (got,), it = looked({**PAGES, "/robots.txt": robots})
    assert isinstance(got, Page)
    assert "/api/story.json" not in it.asked()


def test_pictures_frames_and_posts_are_not_fetched() -> None:
    body = (
        b"<p>Text.</p><img src='/a.png'><iframe src='/frame'></iframe>"
        b"<script>fetch('/count', {method: 'POST', body: '1'}); new Image().src = '/b.png'</script>"
    )
    (got,), it = looked({"/": reply(body, **HTML)})
    assert isinstance(got, Page)
    assert it.asked() == ["/"]


def test_a_script_that_leads_elsewhere_is_not_followed_and_the_page_is_none() -> None:
    body = b"<p>Here.</p><script>location.href = '/elsewhere'</script>"
    (got,), it = looked({"/": reply(body, **HTML), "/elsewhere": reply(b"<p>There.</p>", **HTML)})
    assert isinstance(got, Failure)
    assert got.reason.endswith("a script leads on to " + it.url("/elsewhere"))
    assert it.asked() == ["/"]


def test_a_script_does_not_reach_the_machines_of_this_network() -> None:
    limits = replace(PATIENT, allow_private_addresses=False)

    async def story() -> tuple[Page | Failure, Site]:
        async with site(PAGES) as inside:
            body = f"<p>Text.</p><script>fetch('{inside.url('/api/story.json')}')</script>".encode()
            async with Fetcher(
                limits, now=Clock(), transport=_Public(body), rendered=["Test"], browser=SETTINGS
            ) as fetcher:
                return await fetcher.fetch(target("https://news.example/")), inside

    got, inside = run(story())
    assert isinstance(got, Page), got
    assert b"Text." in got.body
    assert [request.path for request in inside.log] == []


def test_a_page_whose_site_leaves_its_text_out_is_no_page() -> None:
    (got,), _ = looked({**PAGES, "/api/story.json": reply(b"", "503 Service Unavailable")})
    assert isinstance(got, Failure)
    assert got.reason.startswith("browser: the page is not shown whole: http://127.0.0.1:")
    assert got.reason.endswith("/api/story.json: status 503")


def test_a_page_that_still_waits_for_its_site_is_no_page() -> None:
    async def never(_: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    (got,), _ = looked({**PAGES, "/api/story.json": never}, total_seconds=5)
    assert kind_of(got) in ("time-out", "browser")


def test_a_script_that_never_ends_is_cut_off_and_the_next_page_is_shown() -> None:
    async def story() -> list[Page | Failure]:
        spinning = reply(b"<p>Text.</p><script>setTimeout(() => { for (;;) ; }, 50)</script>", **HTML)
        async with (
            site({**PAGES, "/spin": spinning}) as it,
            Fetcher(
                replace(PATIENT, total_seconds=4), now=Clock(), rendered=["Test"], browser=SETTINGS
            ) as fetcher,
        ):
            return [await fetcher.fetch(target(it.url(path))) for path in ("/spin", "/")]

    spun, after = run(story())
    assert kind_of(spun) == "time-out"
    assert isinstance(after, Page), after
    assert b"It was full." in after.body


def test_a_page_that_moves_for_ever_is_taken_as_it_stands() -> None:
    ticking = reply(
        b"<p>Text.</p><p id='t'></p><script>setInterval(() => t.append('x'), 50)</script>", **HTML
    )
    assert b"<p>Text.</p>" in page({"/": ticking}).body


def test_dialogs_and_popups_hold_nothing_up() -> None:
    body = reply(b"<p>Text.</p><script>alert(1); confirm(2); open('/popup')</script>", **HTML)
    (got,), it = looked({"/": body})
    assert isinstance(got, Page), got
    assert it.asked() == ["/"]


def test_a_browser_that_does_not_start_is_a_failed_fetch_that_says_so() -> None:
    async def story() -> Page | Failure:
        broken = replace(SETTINGS, executable="/bin/false")
        async with (
            site(PAGES) as it,
            Fetcher(PATIENT, now=Clock(), rendered=["Test"], browser=broken) as fetcher,
        ):
            return await fetcher.fetch(target(it.url()))

    got = run(story())
    assert isinstance(got, Failure)
    assert got.reason.startswith("browser: Chromium does not start")


def test_an_edit_of_a_text_that_scripts_bring_is_a_change_of_its_article(tmp_path: Path) -> None:
    """The whole way, twice: a listing and its article, both written by script, and both parsed and recorded."""
    front = reply(
        b"<html><body><main id='m'></main><script>fetch('/list.json').then(r => r.json()).then(list => {"
        b"m.innerHTML = list.map(a => `<article><h2><a href='${a.url}'>${a.headline}</a></h2>"
        b"<p>${a.lead}</p></article>`).join('') })</script></body></html>",
        **HTML,
    )
    teasers = [
        {"url": f"/2026/03/01/story-{n}", "headline": f"Story number {n} of the day", "lead": "A lead."}
        for n in range(6)
    ]
    text = [
        "The ferry left the harbour on Monday morning for the first time since the storm in January broke its "
        "rudder and tore open a part of its bow on the breakwater.",
        "It carried forty passengers and two lorries to the island, where the mayor and the whole of the school "
        "were waiting for it on the quay with flags and a band.",
        "The company says that it will sail three times a day from now on, and four times a day in the summer, "
        "for as long as the weather and the tides allow it.",
    ]
    answers: dict[str, Answer] = {"/": front, "/app.js": APP, "/list.json": _json(teasers)}
    answers |= {teaser["url"]: SHELL for teaser in teasers}
    answers["/api/story.json"] = _json({"headline": "Ferry returns after repairs", "text": text})

    async def story() -> list[Change]:
        store = MemoryStore()
        async with site(answers) as it:
            file = tmp_path / "config.toml"
            file.write_text(
                "[fetch]\nallow_private_addresses = true\ndelay_seconds = 0.0\n"
                f"[browser]\nsandbox = {str(SETTINGS.sandbox).lower()}\n"
                f"[[sources]]\nname = 'Post'\nrender = true\narticles = ['{it.url('/2026/03/01/story-0')}']\n"
                f"[[sources]]\nname = 'Front'\nrender = true\nlistings = ['{it.url('/')}']\n"
            )
            settings = config.load(file)
            await wiring.crawl(settings, store, EvidenceInMemory(), names=["Post"])
            await wiring.crawl(settings, store, EvidenceInMemory(), names=["Front"])
            text[1] = text[1].replace("forty", "thirty")
            it.answers["/api/story.json"] = _json({"headline": "Ferry returns after repairs", "text": text})
            await wiring.crawl(settings, store, EvidenceInMemory(), names=["Post"], is_all=True)
        return list(store.changes(Filter()))

    changes = asyncio.run(asyncio.wait_for(story(), 90))
    edited = [change for change in changes if change.kind is ChangeKind.CHANGED]
    assert [(change.source, change.headline, change.fields) for change in edited] == [
        ("Post", "Ferry returns after repairs", ("paragraphs",))
    ]
    told = {
        change.headline for change in changes if change.source == "Front" and change.subject is Subject.TEASER
    }
    assert told == {teaser["headline"] for teaser in teasers}


def _json(value: object) -> bytes:
    return reply(json.dumps(value).encode(), content_type="application/json")


class _Public(httpx.AsyncBaseTransport):
    """news.example has one page and no robots.txt; every other address is reached for real, whatever it is."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._rest = open_transport(PATIENT)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host != "news.example":
            return await self._rest.handle_async_request(request)
        is_page = request.url.path == "/"
        stream = httpx.ByteStream(self._body if is_page else b"")
        headers = {"content-type": "text/html"}
        return httpx.Response(200 if is_page else 404, headers=headers, stream=stream, request=request)

    async def aclose(self) -> None:
        await self._rest.aclose()


@pytest.mark.skipif(SETTINGS.sandbox, reason="the user root alone cannot have it everywhere")
def test_where_there_can_be_no_sandbox_the_key_is_named() -> None:
    async def story() -> Page | Failure:
        async with (
            site(PAGES) as it,
            Fetcher(
                PATIENT, now=Clock(), rendered=["Test"], browser=replace(SETTINGS, sandbox=True)
            ) as fetcher,
        ):
            return await fetcher.fetch(target(it.url()))

    got = run(story())
    assert isinstance(got, Failure)
    assert got.reason.endswith("see [browser] sandbox")
