"""`presswatch report`, `diff`, `items`, `show`, `export`: the change log and what it is about, read back."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from tests.contract.conftest import Answer, Run, article

CONTRACT = [
    *("id", "kind", "subject", "source", "url", "headline", "detected_at", "changed_after"),
    *("changed_before", "before", "after", "fields", "similarity", "of", "reverts_to", "reason"),
]


@pytest.fixture
def week(run: Run, folder: Path) -> Run:
    """Four changes of one article in Seoul's first week of March, one of another source today."""
    texts = {
        "2026-03-01T20:00:00Z": "Fares rise by a crown.",  # already the second in Seoul
        "2026-03-03T09:00:00Z": "Fares rise by two crowns.",
        "2026-03-05T09:00:00Z": "Fares rise by a crown.",
    }
    lines = [
        article(text=text, captured_at=at, url="https://gazette.example/fares") for at, text in texts.items()
    ]
    now = (datetime.now(UTC) - timedelta(hours=3)).isoformat()
    other = article("Otters seen", "Two of them, below the weir.", source="Courier", captured_at=now)
    (folder / "week.jsonl").write_text("".join(lines) + other)
    assert run("seed", "week.jsonl").status == 0
    return run


def days(answer: Answer) -> list[int]:
    return [int(line["detected_at"][8:10]) for line in answer.lines if line["source"] == "Gazette"]


@pytest.mark.parametrize(
    ("period", "found"),
    [
        (["--since", "2026-03-03"], [3, 5]),
        (["--until", "2026-03-03"], [1, 3]),
        (["--since", "2026-03-02", "--until", "2026-03-04"], [3]),
        (["--until", "2026-03-03T09:00:00Z"], [1]),
        (["--since", "2026-03-03T18:00:00+09:00"], [3, 5]),
        (["--since", "2026-03-03T09:00:01Z", "--until", "2026-03-05"], [5]),
        (["--since", "2026-03-02", "--until", "2026-03-02"], []),
        (["--since", "2026-03-02", "--until", "2026-03-02", "--zone", "Asia/Seoul"], [1]),
        (["--since", "2026-03-03T18:00", "--zone", "Asia/Seoul"], [3, 5]),
    ],
    ids=lambda words: " ".join(map(str, words)),
)
def test_a_period_is_of_dates_or_times_and_a_date_is_a_whole_day_where_times_are_shown(
    week: Run, period: list[str], found: list[int]
) -> None:
    assert days(week("report", "--source", "Gazette", "--format", "jsonl", *period)) == found


@pytest.mark.parametrize(("stretch", "count"), [("24h", 1), ("7d", 1), ("1h", 0), ("90000d", 4)])
def test_a_period_may_be_a_stretch_up_to_now(week: Run, stretch: str, count: int) -> None:
    assert len(week("report", "--since", stretch, "--format", "jsonl").lines) == count


def test_kinds_and_sources_narrow_the_log(week: Run) -> None:
    def log(*words: str) -> list[tuple[str, str]]:
        return [(c["kind"], c["source"]) for c in week("report", "--format", "jsonl", *words).lines]

    assert log("--kind", "changed") == [("changed", "Gazette")] * 2
    assert log("--kind", "new", "--kind", "changed", "--source", "Courier") == [("new", "Courier")]
    assert log("--kind", "new,removed") == [("new", "Gazette"), ("new", "Courier")]


def test_a_line_of_the_log_keeps_the_contract(week: Run) -> None:
    new, first, second, other = week("report", "--format", "jsonl").lines
    assert [key for key in CONTRACT if key not in new] == []
    assert (new["kind"], new["before"], new["after"] is None, new["changed_after"]) == (
        "new",
        None,
        False,
        None,
    )
    assert (first["before"], first["fields"], first["subject"]) == (new["after"], ["paragraphs"], "article")
    assert (first["changed_after"], first["changed_before"]) == (new["detected_at"], first["detected_at"])
    assert 0 < first["similarity"] < 1
    assert (second["reverts_to"], second["of"]) == (new["after"], None)
    assert (other["url"], other["source"]) == (None, "Courier")


@pytest.mark.parametrize("form", ["terminal", "html", "jsonl", "csv", "markdown"])
def test_every_format_names_every_change_by_its_id(week: Run, form: str) -> None:
    ids = [line["id"] for line in week("report", "--format", "jsonl").lines]
    answer = week("report", "--format", form)
    assert (answer.status, [id_ for id_ in ids if id_ not in answer.out]) == (0, [])


def test_the_formats_for_machines_are_read_by_machines(week: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(week("report", "--format", "csv").out)))
    assert [row["kind"] for row in rows] == ["new", "changed", "changed", "new"]
    html = week("report", "--format", "html").out
    assert (html.startswith("<!doctype html>"), "http-equiv" in html or "<style" in html) == (True, True)
    assert [word for word in ('src="http', "<link rel", "@import") if word in html] == []


def test_the_terminal_report_keeps_to_80_columns(week: Run) -> None:
    assert max(len(line) for line in week("report").out.splitlines()) <= 80


@pytest.mark.parametrize("form", ["terminal", "html", "jsonl", "csv", "markdown"])
def test_a_report_can_be_written_to_a_file(week: Run, folder: Path, form: str) -> None:
    answer = week("report", "--format", form, "-o", "out.file")
    assert (answer.status, answer.out, answer.err) == (0, "", "Wrote out.file\n")
    assert len((folder / "out.file").read_text("utf-8")) > 100


# ---------------------------------------------------------------- one change, one item


def test_a_change_is_shown_by_id_by_the_beginning_of_it_and_by_its_snapshots(week: Run) -> None:
    change = week("report", "--kind", "changed", "--format", "jsonl").lines[0]
    full = week("diff", change["id"])
    assert (full.status, "[-a crown-]" in full.out, "{+two crowns+}" in full.out) == (0, True, True)
    assert f"presswatch change {change['id']}" in " ".join(full.out.split())
    others = [
        week("diff", change["id"][:9]),
        week("diff", f"{change['before']}..{change['after']}"),
        week("diff", f"{change['before'][:9]}..{change['after'][:9]}"),
    ]
    assert [other.out for other in others] == [full.out] * 3
    assert week("diff", change["id"], "--jsonl").lines == [change]


def test_the_first_change_of_an_item_has_nothing_before(week: Run) -> None:
    new = week("report", "--kind", "new", "--format", "jsonl").lines[0]
    assert week("diff", f"..{new['after']}", "--jsonl").lines == [new]


@pytest.mark.parametrize("words", [["diff", "zzz"], ["diff", ".."], ["diff", ""], ["show", "zzz"]])
def test_an_unknown_id_says_where_the_ids_are(week: Run, words: list[str]) -> None:
    answer = week(*words)
    command = "report" if words[0] == "diff" else "items"
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.endswith(f"`presswatch {command}` shows the ids\n")


def test_an_unknown_address_is_called_an_address(week: Run) -> None:
    answer = week("show", "https://gazette.example/none")
    assert answer.err == (
        "presswatch: no item has the address 'https://gazette.example/none': "
        "`presswatch items` shows the ids\n"
    )


def test_an_ambiguous_beginning_names_what_it_may_mean(run: Run, folder: Path) -> None:
    lines = [article(f"Story {n}", f"Text number {n} is of its own. " * 3) for n in range(20)]
    (folder / "a.jsonl").write_text("".join(lines))
    run("seed", "a.jsonl")
    ids = sorted(line["id"] for line in run("report", "--format", "jsonl").lines)
    shared = next(one[0] for one, other in pairwise(ids) if one[0] == other[0])
    answer = run("diff", shared)
    assert (answer.status, f"changes begin with '{shared}'" in answer.err, ids[0] in answer.err) == (
        2,
        True,
        shared == ids[0][0],
    )


def test_items_tell_their_state_and_number_of_snapshots(week: Run) -> None:
    gazette, courier = week("items", "--jsonl").lines
    assert (gazette["subject"], gazette["source"], gazette["state"], gazette["snapshots"]) == (
        "article",
        "Gazette",
        "live",
        3,
    )
    assert (gazette["url"], gazette["headline"]) == ("https://gazette.example/fares", "Ferry fares rise")
    assert (courier["url"], courier["snapshots"]) == (None, 1)
    assert [gazette["id"][:16] in line for line in week("items").out.splitlines()] == [True, False]


def test_an_item_is_shown_with_every_text_it_had(week: Run) -> None:
    item = week("items", "--jsonl").lines[0]
    shown = week("show", item["id"], "--jsonl").lines
    assert [(one["number"], one["paragraphs"]) for one in shown] == [
        (1, ["Fares rise by a crown."]),
        (2, ["Fares rise by two crowns."]),
        (3, ["Fares rise by a crown."]),
    ]
    assert shown[0]["fingerprint"] == shown[2]["fingerprint"] != shown[1]["fingerprint"]
    for same in (item["id"][:8], item["url"], item["url"] + "?utm_source=letter#top"):
        assert week("show", same, "--jsonl").lines == shown
    assert "Fares rise by two crowns." in week("show", item["id"]).out


# ---------------------------------------------------------------- out and in again


def elsewhere(demo_folder: Path, folder: Path) -> Path:
    """The demo's configuration, for a store of our own."""
    text = (demo_folder / "config.toml").read_text().replace("sqlite:///demo.db", "sqlite:///again.db")
    (folder / "again.toml").write_text(text)
    return folder / "again.toml"


def test_what_a_crawl_saw_gives_the_same_log_in_a_fresh_store(
    run: Run, folder: Path, demo_folder: Path
) -> None:
    there, here = demo_folder / "config.toml", elsewhere(demo_folder, folder)
    run("--config", there, "export", "--observations", "-o", "all.jsonl")
    assert run("--config", here, "seed", "all.jsonl").status == 0
    log = sorted(run("--config", there, "report", "--format", "jsonl").out.splitlines())
    assert sorted(run("--config", here, "report", "--format", "jsonl").out.splitlines()) == log
    assert len(log) > 50
    assert run("--config", here, "export", "--observations").out == (folder / "all.jsonl").read_text("utf-8")


def test_and_so_it_does_in_any_order(run: Run, folder: Path, demo_folder: Path) -> None:
    there, here = demo_folder / "config.toml", elsewhere(demo_folder, folder)
    lines = run("--config", there, "export", "--observations").out.splitlines(keepends=True)
    mixed = sorted(lines, key=lambda line: line[::-1])
    halves = [mixed[: len(mixed) // 2], mixed[len(mixed) // 2 :]]
    for number, half in enumerate(halves):
        (folder / f"{number}.jsonl").write_text("".join(half), "utf-8")
        assert run("--config", here, "seed", f"{number}.jsonl").status == 0
    log = [
        sorted(line["id"] for line in run("--config", one, "report", "--format", "jsonl").lines)
        for one in (there, here)
    ]
    assert log[0] == log[1]


def test_an_export_is_in_the_interchange_format(run: Run, demo_folder: Path) -> None:
    lines = run("--config", demo_folder / "config.toml", "export", "--observations").lines
    assert {line["kind"] for line in lines} == {"article", "listing", "gone"}
    assert [line for line in lines if not line["source"] or not line["captured_at"]] == []
    times = [line["captured_at"] for line in lines]
    assert times == sorted(times)


def test_times_are_shown_in_the_zone_asked_for_and_stored_in_utc(week: Run) -> None:
    change = week("report", "--kind", "changed", "--format", "jsonl", "--zone", "Asia/Seoul").lines[0]
    assert change["detected_at"] == "2026-03-03T09:00:00Z"
    assert "2026-03-03 18:00" in week("diff", change["id"], "--zone", "Asia/Seoul").out
    assert "2026-03-03 09:00" in week("diff", change["id"]).out
