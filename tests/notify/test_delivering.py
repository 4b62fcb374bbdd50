"""Channels over real sockets on loopback: what a webhook and a mail server get, and when again."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiosmtpd.controller import Controller

from crawler import config, pipeline
from crawler.compare.fingerprint import sight
from crawler.config import Settings
from crawler.notify import Told, channels, deliver
from crawler.urls import canonical
from storage import open_store
from storage.memory import MemoryStore
from storage.records import Assessment, ChangeKind, Gone, Origin
from storage.store import Filter, Store
from tests.flow.test_watching import BRIDGE, article, day, edited

SECRET = {"DESK_SECRET": "herring"}


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened = MemoryStore() if request.param == "memory" else open_store(f"sqlite:///{tmp_path}/store.db")
    yield opened
    opened.close()


@dataclass
class Hook:
    """A server that takes webhooks, or does not."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    wait: float = 0.0
    url: str = ""

    async def handle(self, request: web.Request) -> web.Response:
        self.taken.append((dict(request.headers), await request.read()))
        await asyncio.sleep(self.wait)
        return web.Response(status=self.status, headers=self.headers)

    def told(self, place: int = -1) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self.taken[place][1])
        return said


class Desk:
    """A store, a clock, channels, and servers that they lead to."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store = store
        self.folder = folder
        self.now = day(40)
        self.hooks = {"desk": Hook()}
        self.blocks = {"desk": ""}
        self.environ = dict(SECRET)

    def settings(self) -> Settings:
        file = self.folder / "config.toml"
        blocks = "".join(
            f'[[notify]]\nname = "{name}"\nurl = "{self.hooks[name].url}"\nsecret_env = "DESK_SECRET"\n{more}\n'
            for name, more in self.blocks.items()
        )
        file.write_text(f"[fetch]\nallow_private_addresses = true\n{blocks}")
        return config.load(file)

    def tell(self, **said: Any) -> list[Told]:
        async def run() -> list[Told]:
            runners = []
            for hook in self.hooks.values():
                app = web.Application()
                app.router.add_post("/hook", hook.handle)
                runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
                await runner.setup()
                await web.TCPSite(runner, "127.0.0.1", 0).start()
                hook.url = "http://{}:{}/hook".format(*runner.addresses[0][:2])
                runners.append(runner)
            try:
                return await deliver(self.settings(), self.store, lambda: self.now, self.environ, **said)
            finally:
                for runner in runners:
                    await runner.cleanup()

        return asyncio.run(run())

    def sees(self, *seen: object) -> None:
        sightings = [sight(one, Origin.CRAWL) for one in seen]  # type: ignore[arg-type]
        pipeline.take(self.store, sightings, lambda url, source: canonical(url))


@pytest.fixture
def desk(store: Store, tmp_path: Path) -> Desk:
    return Desk(store, tmp_path)


def changed(number: int) -> object:
    return article(number, edited(BRIDGE, "240", str(300 + number)))


def test_a_new_channel_begins_with_what_comes_from_now_on(desk: Desk) -> None:
    desk.sees(article(0))
    assert desk.tell() == [Told("desk")]
    desk.sees(changed(1))
    assert desk.tell() == [Told("desk", 1)]
    (change,) = desk.hooks["desk"].told()["changes"]
    assert (change["kind"], change["edits"][0]["kinds"]) == ("changed", ["number"])
    assert desk.tell() == [Told("desk")]


def test_from_the_start_it_is_told_of_everything(desk: Desk) -> None:
    desk.sees(article(0), changed(1))
    assert desk.tell(from_start=True) == [Told("desk", 2)]
    assert desk.hooks["desk"].told()["total"] == 2


def test_a_webhook_is_signed_over_its_time_and_body(desk: Desk) -> None:
    desk.sees(article(0))
    desk.tell(from_start=True)
    headers, body = desk.hooks["desk"].taken[0]
    signed = headers["X-Presswatch-Timestamp"].encode() + b"." + body
    wanted = hmac.new(b"herring", signed, hashlib.sha256).hexdigest()
    assert headers["X-Presswatch-Signature"] == f"sha256={wanted}"
    assert headers["Idempotency-Key"] == json.loads(body)["key"]
    assert int(headers["X-Presswatch-Timestamp"]) == int(desk.now.timestamp())


def test_what_was_not_taken_is_sent_again_the_same_after_a_while(desk: Desk) -> None:
    hook = desk.hooks["desk"]
    desk.tell()
    desk.sees(article(0))
    hook.status = 500
    (told,) = desk.tell()
    assert (told.sent, told.error) == (0, "status 500")
    assert told.waits_until is not None
    assert desk.now < told.waits_until <= desk.now + timedelta(seconds=36)
    desk.sees(changed(1))
    assert len(hook.taken) == 1
    desk.tell()
    assert len(hook.taken) == 1  # not yet
    hook.status = 204
    desk.now += timedelta(minutes=1)
    assert desk.tell() == [Told("desk", 2)]
    first, again, after = (hook.told(place) for place in range(3))
    assert first["key"] == again["key"]
    assert first["changes"] == again["changes"]
    assert [one["kind"] for one in after["changes"]] == ["changed"]


def test_a_receiver_that_wants_no_more_is_switched_off_until_it_is_asked_for_by_name(desk: Desk) -> None:
    hook = desk.hooks["desk"]
    desk.tell()
    desk.sees(article(0))
    hook.status = 410
    (told,) = desk.tell()
    assert (told.error.partition(":")[0], told.waits_until) == ("status 410 Gone", None)
    desk.now += timedelta(days=30)
    assert desk.tell() == [told]
    assert len(hook.taken) == 1
    hook.status = 200
    assert desk.tell(names=["desk"]) == [Told("desk", 1)]
    assert hook.told(0)["changes"] == hook.told(1)["changes"]
    desk.sees(changed(1))
    assert desk.tell() == [Told("desk", 1)]


def test_a_crash_after_sending_sends_the_same_again_whatever_came_in_meanwhile(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.tell()
    desk.sees(article(0))
    put = desk.store.put_delivery

    def dies_once_it_is_sent(delivery: object) -> None:
        if desk.hooks["desk"].taken:
            raise KeyboardInterrupt
        put(delivery)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(desk.store, "put_delivery", dies_once_it_is_sent)
        with pytest.raises(KeyboardInterrupt):
            desk.tell()
    desk.sees(changed(1))
    assert desk.tell() == [Told("desk", 2)]
    first, again, after = (desk.hooks["desk"].told(place) for place in range(3))
    assert (first["key"], first["changes"]) == (again["key"], again["changes"])
    assert [one["kind"] for one in after["changes"]] == ["changed"]


def test_what_another_process_assesses_at_that_moment_is_not_passed_over(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.blocks["desk"] = "min_weight = 30"
    desk.tell()
    desk.sees(article(0), changed(1))
    read = desk.store.assessments

    def dropped_meanwhile(ids: Collection[str]) -> dict[str, Assessment]:
        monkeypatch.setattr(desk.store, "assessments", read)
        desk.store.drop_assessments(day(0))
        return read(ids)

    monkeypatch.setattr(desk.store, "assessments", dropped_meanwhile)
    assert desk.tell() == [Told("desk", 1)]


def test_while_another_process_keeps_assessing_nothing_is_told_and_nothing_lost(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.tell()
    desk.sees(article(0), changed(1))
    with monkeypatch.context() as patch:
        patch.setattr(desk.store, "assessments", lambda ids: {})
        (told,) = desk.tell()
    assert told.error.startswith("another process is assessing the changes")
    assert desk.tell() == [Told("desk", 2)]


def test_channels_that_are_told_at_once_are_told_the_same(desk: Desk) -> None:
    for name in "abcde":
        desk.hooks[name], desk.blocks[name] = Hook(), ""
    desk.blocks = dict.fromkeys(desk.hooks, 'min_weight = 20\nkinds = ["changed"]')
    desk.tell()
    desk.sees(article(0), *(changed(number) for number in range(1, 15)))
    assert {told.sent for told in desk.tell()} == {14}


def test_a_change_that_was_superseded_untold_and_stands_again_is_told(desk: Desk) -> None:
    other, gone = "https://gazette.example/other", "https://gazette.example/bridge"
    desk.sees(article(6, url=other))
    desk.sees(article(13.01))
    desk.sees(Gone("Gazette", gone, day(13.02)))
    desk.sees(article(14.03, url=other))
    (copy,) = desk.store.changes(Filter(kinds=frozenset({ChangeKind.DUPLICATE})))
    desk.sees(Gone("Gazette", other, day(8.04)))
    assert desk.store.is_superseded(copy.id)
    desk.tell()
    desk.sees(article(11.05, url=other))
    assert copy.id in desk.store.changes_by_id([copy.id])
    desk.tell()
    assert copy.id in {one["id"] for one in desk.hooks["desk"].told()["changes"]}


def test_a_failing_channel_delays_no_other(desk: Desk) -> None:
    desk.hooks["other"], desk.blocks["other"] = Hook(), ""
    desk.tell()
    desk.hooks["desk"].status = 503
    desk.sees(article(0))
    first, second = desk.tell()
    assert (first.error, second) == ("status 503", Told("other", 1))


def test_retry_after_is_obeyed(desk: Desk) -> None:
    desk.tell()
    desk.hooks["desk"].status, desk.hooks["desk"].headers = 429, {"Retry-After": "7200"}
    desk.sees(article(0))
    (told,) = desk.tell()
    assert told.waits_until == desk.now + timedelta(hours=2)


def test_a_redirect_is_not_followed(desk: Desk) -> None:
    desk.tell()
    desk.hooks["desk"].status, desk.hooks["desk"].headers = 302, {"Location": "/elsewhere"}
    desk.sees(article(0))
    assert desk.tell()[0].error == "status 302"


def test_a_digest_waits_for_its_time_and_tells_all_at_once(desk: Desk) -> None:
    desk.blocks["desk"] = 'digest = "every 6h"'
    desk.tell()
    desk.sees(article(0))
    desk.sees(changed(1))
    (told,) = desk.tell()
    assert told.waits_until == desk.now + timedelta(hours=6)
    desk.now += timedelta(hours=6)
    assert desk.tell() == [Told("desk", 2)]
    assert len(desk.hooks["desk"].taken) == 1


def test_older_evidence_that_comes_in_later_is_told_too(desk: Desk) -> None:
    desk.sees(article(0), changed(9))
    desk.tell()
    desk.sees(changed(4))
    desk.tell()
    told = {change["id"] for one in desk.hooks["desk"].taken for change in json.loads(one[1])["changes"]}
    standing = {change.id for _, change in desk.store.arrivals(2)}
    assert standing
    assert told == standing


def test_what_no_rule_lets_pass_is_never_sent_and_passed_over(desk: Desk) -> None:
    desk.blocks["desk"] = 'kinds = ["removed"]'
    desk.tell()
    desk.sees(article(0))
    assert desk.tell() == [Told("desk")]
    assert desk.hooks["desk"].taken == []
    assert desk.store.deliveries()["desk"].cursor == 1


def test_a_secret_that_is_not_set_is_told(desk: Desk) -> None:
    desk.tell()
    desk.environ.clear()
    desk.sees(article(0))
    assert "the environment variable DESK_SECRET is not set" in desk.tell()[0].error


def test_a_private_address_is_refused_as_for_pages(desk: Desk) -> None:
    desk.tell()
    desk.sees(article(0))
    settings = desk.settings()
    strict = settings.model_copy(
        update={"fetch": settings.fetch.model_copy(update={"allow_private_addresses": False})}
    )
    (told,) = asyncio.run(deliver(strict, desk.store, lambda: desk.now, desk.environ))
    assert told.error.startswith("refused address: ")


GARBAGE = {
    "nothing": b"",
    "no HTTP": b"\x00\x01\x02 herring\r\n\r\n",
    "no status": b"HTTP/1.1 99999 x\r\n\r\n",
    "no length": b"HTTP/1.1 200 OK\r\nContent-Length: zz\r\n\r\n",
    "a long header": b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
    "many headers": b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 3000 + b"\r\n",
}


@pytest.mark.parametrize("answer", GARBAGE.values(), ids=GARBAGE)
def test_an_answer_that_is_none_is_a_failure_of_that_channel_alone(tmp_path: Path, answer: bytes) -> None:
    desk = Desk(MemoryStore(), tmp_path)
    desk.sees(article(0))

    async def run() -> list[Told]:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        desk.hooks["desk"].url = "http://{}:{}/".format(*server.sockets[0].getsockname())
        async with server:
            return await deliver(desk.settings(), desk.store, lambda: desk.now, desk.environ, from_start=True)

    (told,) = asyncio.run(run())
    assert (told.sent, told.waits_until is not None) == (0, True)
    assert told.error.partition(":")[0] in ("connection", "bad response", "too large")


# ---------------------------------------------------------------- e-mail


class Mailbox:
    def __init__(self) -> None:
        self.letters: list[bytes] = []

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
        self.letters.append(envelope.content)
        return "250 taken"


@pytest.fixture
def mail() -> Iterator[tuple[Mailbox, int]]:
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


def test_a_letter_has_a_subject_of_one_line_and_says_what_changed_in_text_and_html(
    desk: Desk, mail: tuple[Mailbox, int]
) -> None:
    box, port = mail
    desk.sees(replace(article(0), headline="The bridge\r\nBcc: all@press.example"))  # type: ignore[type-var]
    assert by_mail(desk, port) == Told("letters", 1)
    letter = message_from_bytes(box.letters[0], policy=default)
    assert letter["Bcc"] is None
    assert str(letter["Subject"]).startswith("new: The bridge")
    parts = {one.get_content_type(): one.get_content() for one in letter.walk() if not one.is_multipart()}
    assert list(parts) == ["text/plain", "text/html"]
    for said in parts.values():
        assert "The bridge" in said
        assert "https://gazette.example/bridge" in said


def test_a_mail_server_that_never_ends_a_line_holds_nobody_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels, "_SECONDS", 0.2)
    ended = threading.Event()

    def drip(listening: socket.socket) -> None:
        talking, _ = listening.accept()
        with talking:
            while not ended.wait(0.05):
                talking.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=drip, args=(listening,)).start()
        desk.sees(article(0))
        try:
            told = by_mail(desk, listening.getsockname()[1])
            desk.now += timedelta(hours=1)
            again = by_mail(desk, listening.getsockname()[1])
        finally:
            ended.set()
    assert (told.error, again.error) == ("no answer within 0 s", "the attempt before has not ended yet")


def by_mail(desk: Desk, port: int) -> Told:
    """One pass over a channel that is a mail server on loopback."""
    file = desk.folder / "config.toml"
    file.write_text('[[notify]]\nname = "letters"\nurl_env = "LETTERS"\n')
    environ = {
        "LETTERS": f"mailto://127.0.0.1:{port}/?from=watch@press.example&to=desk@press.example&mode=insecure"
    }
    passed = deliver(config.load(file), desk.store, lambda: desk.now, environ, from_start=True)
    (told,) = asyncio.run(passed)
    return told
