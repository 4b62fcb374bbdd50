"""The daemon as a process: it begins at once, is alone, ends in time, reads its settings again."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.contract.conftest import COMMAND, command
from tests.flow.site import FRONT, Answer, Site, story

pytestmark = pytest.mark.contract

PATIENCE = 30.0  # seconds until a test gives up; nothing is asserted about less


@pytest.fixture
def site() -> Iterator[Site]:
    """A press site in a thread of its own."""
    one = Site(story(1), story(2), shape="plain")
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(one.__aenter__(), loop).result(10)
    yield one
    asyncio.run_coroutine_threadsafe(one.__aexit__(None, None, None), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


def settings(folder: Path, site: Site, every: str = "1s", more: str = "") -> None:
    (folder / "config.toml").write_text(
        "[fetch]\nallow_private_addresses = true\ndelay_seconds = 0.0\n"
        f'[[sources]]\nname = "Gazette"\nlistings = ["{site.url(FRONT)}"]\nevery = "{every}"\n{more}'
    )


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    running: list[subprocess.Popen[bytes]] = []

    def begin() -> subprocess.Popen[bytes]:
        log = (tmp_path / f"daemon-{len(running)}.log").open("wb")
        one = subprocess.Popen([COMMAND, "daemon"], cwd=tmp_path, stdout=log, stderr=log, env={**os.environ})
        log.close()
        running.append(one)
        return one

    yield begin
    for one in running:
        with contextlib.suppress(ProcessLookupError):
            one.kill()
        one.wait(10)


def until(is_so: Callable[[], bool]) -> None:
    """Waits until it is so; fails when it never is."""
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.05)


def status(folder: Path) -> dict[str, object]:
    return json.loads(command("status", "--jsonl", cwd=folder).stdout)


def test_the_first_beat_is_at_the_start_and_others_follow(
    tmp_path: Path, site: Site, start: Callable[[], subprocess.Popen[bytes]]
) -> None:
    settings(tmp_path, site)
    start()
    until(lambda: site.asked.count(FRONT) >= 3)
    assert {one.path for one in site.stories} <= set(site.asked)
    assert status(tmp_path)["daemon"] is not None


def test_a_second_daemon_says_so_and_leaves(
    tmp_path: Path, site: Site, start: Callable[[], subprocess.Popen[bytes]]
) -> None:
    settings(tmp_path, site)
    start()
    until(lambda: site.asked.count(FRONT) >= 1)
    second = command("daemon", cwd=tmp_path)
    assert second.returncode == 1
    assert b"a daemon watches this store already" in second.stderr


def test_the_watch_of_a_daemon_that_was_killed_is_taken_over_at_once(
    tmp_path: Path, site: Site, start: Callable[[], subprocess.Popen[bytes]]
) -> None:
    settings(tmp_path, site)
    first = start()
    until(lambda: site.asked.count(FRONT) >= 1)
    first.kill()
    first.wait(10)
    seen = site.asked.count(FRONT)
    start()
    until(lambda: site.asked.count(FRONT) > seen)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_in_time_and_lets_go_of_a_page_that_takes_too_long(
    tmp_path: Path, site: Site, start: Callable[[], subprocess.Popen[bytes]], number: signal.Signals
) -> None:
    settings(tmp_path, site, every="1h")
    site.answers[site.stories[0].path] = Answer(200, "late", wait_seconds=60.0)
    running = start()
    until(lambda: site.stories[0].path in site.asked and site.stories[1].path in site.asked)
    running.send_signal(number)
    assert running.wait(10) == 0
    assert status(tmp_path)["daemon"] is None
    outcomes = [
        json.loads(line)["attempts"]
        for line in command("coverage", "--jsonl", cwd=tmp_path).stdout.splitlines()
    ]
    assert outcomes == [1, 1]  # the listing, and the page that came
    due = status(tmp_path)["sources"][0]["articles_due"]  # type: ignore[index]
    assert due == 1  # the other is for the next daemon


def test_it_reads_good_settings_again_and_keeps_the_old_ones_where_they_are_bad(
    tmp_path: Path, site: Site, start: Callable[[], subprocess.Popen[bytes]]
) -> None:
    settings(tmp_path, site)
    running = start()
    until(lambda: site.asked.count(FRONT) >= 1)
    (tmp_path / "config.toml").write_text("[[sources]]\nnme = 1\n")
    running.send_signal(signal.SIGHUP)
    until(lambda: "the old settings stay in force" in (tmp_path / "daemon-0.log").read_text())
    seen = site.asked.count(FRONT)
    until(lambda: site.asked.count(FRONT) > seen + 1)
    settings(tmp_path, site, more=f'[[sources]]\nname = "Other"\nlistings = ["{site.url("/other/")}"]\n')
    running.send_signal(signal.SIGHUP)
    until(lambda: "/other/" in site.asked)
    assert running.poll() is None


def test_a_crawl_by_hand_beside_it_is_safe(
    tmp_path: Path, site: Site, start: Callable[[], subprocess.Popen[bytes]]
) -> None:
    settings(tmp_path, site)
    start()
    until(lambda: site.asked.count(FRONT) >= 1)
    crawls = [command("crawl", "--all", cwd=tmp_path).returncode for _ in range(3)]
    assert crawls == [0, 0, 0]
    kinds = [
        json.loads(line)["kind"]
        for line in command("report", "--format", "jsonl", cwd=tmp_path).stdout.splitlines()
    ]
    assert sorted(kinds) == ["new"] * 4
