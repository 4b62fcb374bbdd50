"""The two outputs for programs: JSON lines, which are a contract, and the table for spreadsheets."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Literal

import pytest
from report_samples import (
    HOSTILE,
    NOON,
    assessed,
    campaign,
    change,
    drawn,
    hostile_entries,
    hostile_report,
    meant,
    report,
    ruled,
    stealthy,
)

from crawler.compare.groups import Group, GroupKind
from crawler.report import Entry, render
from crawler.report.inert import cell
from storage.records import ChangeKind

KEYS = [
    *["id", "kind", "subject", "source", "url", "headline", "detected_at", "changed_after", "changed_before"],
    *["before", "after", "fields", "similarity", "of", "reverts_to", "reason", "item", "cite"],
]
LINE_KEYS = [
    *KEYS,
    *["edits", "weight", "stealth", "edit_id", "group", "cluster", "relation", "campaign"],
    *["compared_with", "annotations"],
]
COLUMNS = [
    *KEYS,
    *["weight", "stealth", "kinds", "edit_id", "group", "cluster", "relation", "campaign"],
    *["compared_with", "ruling"],
]


def _objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_line_holds_the_keys_of_the_contract_in_their_order() -> None:
    (line,) = _objects(drawn("jsonl", Entry(change())))
    assert list(line) == LINE_KEYS


def test_a_line_says_everything_the_change_does() -> None:
    said = change(
        ChangeKind.CHANGED,
        before="5a01",
        after="5a02",
        fields=("headline", "paragraphs"),
        similarity=0.875,
        of="9999",
        reverts_to="5a00",
        reason="headline differs",
        changed_before=NOON + timedelta(microseconds=5),
    )
    assert _objects(drawn("jsonl", Entry(said))) == [
        {
            "id": "3f2a9c0d11223344",
            "kind": "changed",
            "subject": "article",
            "source": "Harbour Gazette",
            "url": "https://gazette.example/newstream/1772586000-100200/footbridge/",
            "headline": "New footbridge opens",
            "detected_at": "2026-03-04T03:00:00Z",
            "changed_after": "2026-03-03T03:00:00Z",
            "changed_before": "2026-03-04T03:00:00.000005Z",
            "before": "5a01",
            "after": "5a02",
            "fields": ["headline", "paragraphs"],
            "similarity": 0.875,
            "of": "9999",
            "reverts_to": "5a00",
            "reason": "headline differs",
            "item": "1111222233334444",
            "cite": "presswatch change 3f2a9c0d11223344 · Harbour Gazette · “New footbridge opens” · "
            "changed between 2026-03-03T03:00:00Z and 2026-03-04T03:00:00.000005Z",
            "edits": [],
            "weight": 0,
            "stealth": False,
            "edit_id": None,
            "group": None,
            "cluster": None,
            "relation": None,
            "campaign": None,
            "compared_with": "original",
            "annotations": [],
        }
    ]


def test_a_line_says_what_the_change_means() -> None:
    entry = meant(
        stealthy(),
        **ruled(),
        weight=72,
        is_stealth=True,
        edits=(assessed("lead", "a", "b"),),
        edit_id="e1",
        group=Group("g1", GroupKind.SAME_EDIT, ("a", "b")),
        cluster="c1",
        relation="syndicated",
        campaigns=(campaign(), campaign(id="weaker")),
    )
    (line,) = _objects(drawn("jsonl", entry))
    assert {key: line[key] for key in LINE_KEYS[len(KEYS) :]} == {
        "edits": [{"where": "lead", "kinds": ["number"], "old": "a", "new": "b", "evidence": []}],
        "weight": 72,
        "stealth": True,
        "edit_id": "e1",
        "group": "g1",
        "cluster": "c1",
        "relation": "syndicated",
        "campaign": "cafe000011112222",
        "compared_with": None,
        "annotations": [
            {
                "ruling": "false-alarm",
                "by": "A. Reviewer",
                "at": "2026-03-04T03:00:00Z",
                "note": "another year's harvest",
            }
        ],
    }


def test_what_is_not_known_is_null() -> None:
    (line,) = _objects(drawn("jsonl", Entry(change(url=None, headline=None, changed_after=None))))
    nulls = [key for key, value in line.items() if value is None]
    assert " ".join(nulls) == (
        "url headline changed_after before after similarity of reverts_to "
        "edit_id group cluster relation campaign compared_with"
    )


def test_a_citation_without_headline_names_the_address() -> None:
    (line,) = _objects(drawn("jsonl", Entry(change(headline=None, changed_after=None))))
    assert line["cite"] == (
        "presswatch change 3f2a9c0d11223344 · Harbour Gazette · "
        "https://gazette.example/newstream/1772586000-100200/footbridge/ · "
        "appeared, first seen 2026-03-04T03:00:00Z"
    )


def test_a_citation_does_not_depend_on_the_reader_s_zone() -> None:
    lines = {drawn("jsonl", Entry(change()), zone=zone) for zone in ("UTC", "Asia/Seoul")}
    assert len(lines) == 1


def test_text_is_written_as_it_is_read() -> None:
    assert '"headline":"橋が開いた – “été”"' in drawn("jsonl", Entry(change(headline="橋が開いた – “été”")))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_comes_back_unchanged_from_one_harmless_line(text: str) -> None:
    written = drawn("jsonl", Entry(change(headline=text)))
    (line,) = _objects(written)
    assert line["headline"] == text.replace("\ud800", "\ufffd")
    assert written[:-1].isprintable()


def test_an_empty_report_is_no_lines() -> None:
    assert drawn("jsonl") == ""


def test_the_table_has_the_keys_as_columns() -> None:
    rows = list(csv.reader(drawn("csv", Entry(change(fields=("headline", "byline")))).splitlines()))
    assert rows[0] == COLUMNS
    assert dict(zip(*rows, strict=True))["fields"] == "headline byline"


def test_the_table_says_what_the_change_means() -> None:
    entry = meant(stealthy(), **ruled(), weight=72, is_stealth=True, kinds=("lead", "number"), is_folded=True)
    head, row = csv.reader(drawn("csv", entry).splitlines())
    said = dict(zip(head, row, strict=True))
    assert [said[key] for key in ("weight", "stealth", "kinds", "ruling", "group")] == [
        *("72", "true", "lead number", "false-alarm", "")
    ]


def test_an_empty_table_is_its_head() -> None:
    assert drawn("csv") == ",".join(COLUMNS) + "\r\n"


@pytest.mark.parametrize("start", [*"=+-@＝＋－＠\t\r", " =", "\u200b=", "\n+", "\x1b=", "\u202e@", "−"])
def test_no_cell_can_be_taken_for_a_formula(start: str) -> None:
    assert cell(f"{start}cmd|' /C calc'!A0")[0] == "'"


def test_every_cell_of_a_hostile_table_is_harmless_and_on_its_row() -> None:
    text = "".join(render(hostile_report(), "csv"))
    rows = list(csv.reader(text.split("\r\n")[:-1]))
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert len(rows) == len(hostile_entries()) + 1
    assert [c for row in rows for c in row if c and (c[0] in "=+-@＝＋－＠" or not c.isprintable())] == []


@pytest.mark.parametrize("format", ["jsonl", "csv"])
def test_entries_are_taken_one_by_one(format: Literal["jsonl", "csv"]) -> None:  # noqa: A002
    taken = 0

    def endless() -> Iterator[Entry]:
        nonlocal taken
        while True:
            taken += 1
            yield Entry(change())

    chunks = render(report(entries=endless(), counts={}), format)
    for _ in range(5):
        next(chunks)
    assert taken <= 5
