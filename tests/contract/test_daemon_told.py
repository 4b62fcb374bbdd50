"""What the daemon tells of itself: logs, metrics, health; over a real socket."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from crawler import log
from crawler.daemon.told import Answers, Told
from crawler.metrics import Metrics
from crawler.status import Status
from storage.errors import StoreError
from storage.records import Lease, Outcome, TargetKind, Visit

NOW = datetime(2026, 3, 4, tzinfo=UTC)


def visit(outcome: Outcome, reason: str = "") -> Visit:
    return Visit(
        "https://g.example/a", "Gazette", TargetKind.ARTICLE, NOW, outcome, reason, 200, seconds=0.25
    )


def asked(
    path: str, *, told: Told, holder: str = "me", fails: bool = False, **headers: str
) -> httpx.Response:
    def status() -> Status:
        if fails:
            raise StoreError("the disk is full")
        return Status(NOW, Lease("daemon", "me", NOW, NOW), None, (), {"g.example": NOW}, 4096)

    def is_held() -> bool:
        lease = status().daemon
        return lease is not None and lease.holder == holder

    async def run() -> httpx.Response:
        answers = Answers(told, status=status, is_held=is_held, now=lambda: NOW)
        runner = await answers.serve("127.0.0.1", 0, ["watch.internal"])
        host, port = runner.addresses[0][:2]
        try:
            async with httpx.AsyncClient() as client:
                return await client.get(f"http://{host}:{port}{path}", headers=headers)
        finally:
            await runner.cleanup()

    return asyncio.run(run())


@pytest.fixture
def told() -> Told:
    one = Told(Metrics())
    one.beaten(NOW)
    return one


def test_metrics_count_visits_by_how_they_ended(told: Told) -> None:
    told.visited(visit(Outcome.OK))
    told.visited(visit(Outcome.FAILED, "time-out"))
    text = asked("/metrics", told=told).text
    assert 'presswatch_visits_total{kind="article",outcome="failed",source="Gazette"} 1.0' in text
    assert "presswatch_store_bytes 4096.0" in text
    assert "presswatch_back_offs 1.0" in text


def test_what_was_counted_is_told_while_the_store_is_down(told: Told) -> None:
    told.visited(visit(Outcome.OK))
    answer = asked("/metrics", told=told, fails=True)
    assert (answer.status_code, "presswatch_visits_total{" in answer.text) == (200, True)


def test_who_lives_and_holds_the_watch_is_ready(told: Told) -> None:
    assert [asked(path, told=told).status_code for path in ("/healthz", "/readyz")] == [200, 200]


@pytest.mark.parametrize(
    ("said", "why"),
    [({"holder": "another"}, "does not hold the watch"), ({"fails": True}, "the disk is full")],
)
def test_who_cannot_watch_is_not_ready_and_says_why(told: Told, said: dict[str, Any], why: str) -> None:
    answer = asked("/readyz", told=told, **said)
    assert (answer.status_code, why in answer.json()["store"]) == (503, True)


def test_an_old_pulse_is_no_health(told: Told) -> None:
    told.beaten(NOW - timedelta(minutes=5))
    assert asked("/healthz", told=told).status_code == 503


@pytest.mark.parametrize(
    ("host", "status"),
    [("evil.example", 421), ("watch.internal", 200), ("localhost:9477", 200), ("10.0.0.7", 200)],
)
def test_a_web_page_cannot_ask_by_a_name_of_its_own(told: Told, host: str, status: int) -> None:
    assert asked("/healthz", told=told, Host=host).status_code == status


def test_a_log_line_is_json_and_a_visit_that_failed_a_warning(told: Told) -> None:
    stream = io.StringIO()
    log.configure(stream)
    told.visited(visit(Outcome.BLOCKED, "challenge\nby \x1b[2Jsomebody"))
    (line,) = stream.getvalue().splitlines()
    found = json.loads(line)
    assert (found["level"], found["outcome"], found["source"]) == ("warning", "blocked", "Gazette")
    logging.getLogger(log.NAME).handlers.clear()


def test_on_a_terminal_text_of_strangers_does_nothing(told: Told) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    log.configure(stream)
    told.visited(visit(Outcome.FAILED, "a\x1b[2J\nb"))
    assert "\x1b" not in stream.getvalue()
    assert stream.getvalue().count("\n") == 1
    logging.getLogger(log.NAME).handlers.clear()
