"""`presswatch notify` as its owner uses it: over a real socket, with what it says and its exit status."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.contract.conftest import Run, article

pytestmark = pytest.mark.network_loopback


class Hook(ThreadingHTTPServer):
    """A webhook's receiver: answers `status` to everything, and keeps what came."""

    status = 200

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Receiver)
        self.taken: list[dict[str, Any]] = []


class Receiver(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append(json.loads(body))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Says nothing."""


@pytest.fixture
def hook(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    """A receiver, and a configuration with the channel `desk` that leads there."""
    with Hook() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        (folder / "config.toml").write_text(
            "[fetch]\nallow_private_addresses = true\n[[notify]]\n"
            f'name = "desk"\nurl = "http://127.0.0.1:{server.server_port}/hook"\nsecret_env = "DESK_SECRET"\n'
        )
        monkeypatch.setenv("DESK_SECRET", "herring")
        yield server
        server.shutdown()


def seed(run: Run, folder: Path, **said: Any) -> None:
    (folder / "a.jsonl").write_text(article(**said))
    assert run("seed", "a.jsonl").status == 0


def test_a_channel_is_told_of_what_came_in_since_its_first_pass(run: Run, folder: Path, hook: Hook) -> None:
    seed(run, folder)
    assert run("notify").out == "desk: told of 0 changes\n"
    seed(run, folder, headline="Otters return", text="Two otters have been seen below the weir.")
    answer = run("notify")
    assert (answer.status, answer.out) == (0, "desk: told of 1 change\n")
    assert [change["headline"] for change in hook.taken[0]["changes"]] == ["Otters return"]


def test_a_channel_that_fails_is_named_with_the_reason_and_the_next_attempt(
    run: Run, folder: Path, hook: Hook
) -> None:
    hook.status = 503
    seed(run, folder)
    answer = run("notify", "--from-start")
    assert (answer.status, answer.out) == (1, "")
    assert answer.err.startswith("presswatch: desk: status 503; again at 20")


def test_a_test_is_marked_as_one_and_leaves_the_channels_place_alone(
    run: Run, folder: Path, hook: Hook
) -> None:
    answer = run("notify", "--test", "desk")
    assert (answer.status, answer.out) == (0, "desk: took the test\n")
    assert hook.taken[0]["test"] is True
    standing = run("notify", "--status").out
    assert standing == "desk: never told yet: it begins with what comes in after its first pass\n"


def test_a_test_that_fails_ends_with_status_1(run: Run, hook: Hook) -> None:
    hook.status = 410
    answer = run("notify", "--test")
    assert (answer.status, answer.err) == (
        1,
        "presswatch: desk: status 410 Gone: its receiver wants no more\n",
    )


def test_status_says_how_far_each_channel_was_told_and_sends_nothing(
    run: Run, folder: Path, hook: Hook
) -> None:
    run("notify")
    seed(run, folder)
    assert run("notify", "--status").out == "desk: nothing sent yet; 1 change not looked through yet\n"
    hook.status = 500
    run("notify")
    sent = len(hook.taken)
    assert "failed at 1 attempt, again at 20" in run("notify", "--status").out
    assert len(hook.taken) == sent


def test_status_says_that_a_receiver_wants_no_more(run: Run, folder: Path, hook: Hook) -> None:
    run("notify")
    seed(run, folder)
    hook.status = 410
    said = "switched off: `presswatch notify desk` tries it again"
    answer = run("notify")
    assert (answer.status, said in answer.err) == (1, True)
    assert "; switched off: status 410 Gone" in run("notify", "--status").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["desc"], "presswatch: no channel is named 'desc'; there are: desk\n"),
        (["--test", "--status"], "presswatch: give one of --test, --status and --from-start\n"),
    ],
)
def test_what_cannot_be_meant_is_told(run: Run, hook: Hook, words: list[str], said: str) -> None:
    answer = run("notify", *words)
    assert (answer.status, answer.err) == (2, said)


def test_without_a_channel_it_says_where_one_is_written(run: Run, folder: Path) -> None:
    answer = run("notify")
    assert answer.status == 2
    assert answer.err == "presswatch: no channel is configured: see [[notify]] in config.toml\n"


def test_check_says_who_is_told_what_and_when(run: Run, folder: Path) -> None:
    (folder / "config.toml").write_text(
        '[[notify]]\nname = "desk"\nurl_env = "DESK_URL"\nkinds = ["removed"]\nmin_weight = 30\n'
        'sources = ["Gazette"]\ndigest = "daily 08:00"\ntime_zone = "Asia/Seoul"\n'
    )
    said = run("check").out
    wanted = "desk is told daily 08:00, in Asia/Seoul: kinds removed; sources Gazette; weight 30 and more.\n"
    assert wanted in said
    assert "Warning: [[notify]] desk waits for Gazette, which is no configured source.\n" in said
