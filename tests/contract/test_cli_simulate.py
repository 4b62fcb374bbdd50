"""`presswatch simulate` as a person uses it."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.contract.conftest import Run

KEYS = ["policy", "requests_per_article", "seen_within", "median_delay_seconds", "p95_delay_seconds"]


def observations(articles: int = 6, captures: int = 30) -> str:
    """Articles captured every two hours, each changing at every fifth capture."""
    start = datetime(2026, 1, 5, tzinfo=UTC)
    return "".join(
        json.dumps(
            {
                "kind": "article",
                "source": "Gazette",
                "url": f"https://gazette.example/{number}",
                "captured_at": (start + timedelta(hours=2 * capture + number)).isoformat(),
                "headline": f"Ferry {number} sails",
                "paragraphs": [f"It sailed {capture // 5} times."],
            }
        )
        + "\n"
        for number in range(articles)
        for capture in range(captures)
    )


def test_a_line_a_policy_with_ours_first(run: Run, folder: Path) -> None:
    (folder / "history.jsonl").write_text(observations())
    answer = run("simulate", "history.jsonl", "--jsonl")
    assert (answer.status, answer.err) == (0, "")
    assert [line["policy"] for line in answer.lines] == ["ours", "fixed", "tiers", "adaptive"]
    assert {tuple(line)[:5] for line in answer.lines} == {tuple(KEYS)}


def test_the_same_seed_says_the_same(run: Run) -> None:
    said = [run("simulate", "--articles", 40, "--seed", seed, "--jsonl").out for seed in (3, 3, 4)]
    assert (said[0] == said[1], said[0] == said[2]) == (True, False)


def test_people_get_a_table_that_fits_the_screen(run: Run, folder: Path) -> None:
    (folder / "history.jsonl.gz").write_bytes(gzip.compress(observations().encode()))
    answer = run("simulate", "history.jsonl.gz")
    assert answer.status == 0
    assert answer.out.startswith("6 articles, 30 edits in the first week (5.00 an article)\n")
    assert max(map(len, answer.out.splitlines())) <= 80


def test_a_broken_line_is_named_and_the_rest_is_played(run: Run, folder: Path) -> None:
    (folder / "history.jsonl").write_text(observations() + "{broken\n")
    answer = run("simulate", "history.jsonl", "--jsonl")
    assert (answer.status, len(answer.lines)) == (1, 4)
    assert "history.jsonl:181: not an observation" in answer.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--preset", "weekly"], "--preset 'weekly' is unknown; there are: plain, feed, sitemap"),
        (["--notice-within", "soon"], "--notice-within: 'soon' is no duration"),
        (["--notice-within", "1s"], "--notice-within '1s' must be between 1m and 7d"),
        (["once.jsonl"], "no article in it was captured twice"),
        (["text.txt"], "holds no observation in JSON lines"),
    ],
)
def test_what_cannot_be_played_is_told(run: Run, folder: Path, arguments: list[str], said: str) -> None:
    (folder / "once.jsonl").write_text(observations(captures=1))
    (folder / "text.txt").write_text("A letter.\n")
    answer = run("simulate", *arguments)
    assert (answer.status, said in answer.err) == (2, True)


def test_a_file_that_is_not_there_is_named(run: Run) -> None:
    answer = run("simulate", "nowhere.jsonl")
    assert (answer.status, "nowhere.jsonl" in answer.err) == (1, True)
