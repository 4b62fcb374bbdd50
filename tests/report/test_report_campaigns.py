"""The campaigns alone, in every format, and what is said where there is none."""

from __future__ import annotations

import csv
import json
import re

import pytest
from report_samples import campaign, campaigning, change, hostile_report, report
from rich.cells import cell_len
from selectolax.lexbor import LexborHTMLParser

from crawler.report import FORMATS, Entry, render, render_campaigns
from crawler.report.campaigns import COLUMNS
from crawler.report.meaning import NOTHING_STANDS_OUT, campaign_name
from crawler.report.view import CampaignEntry
from storage.records import ChangeKind


def _drawn(format_: str, *campaigns: CampaignEntry, width: int = 80) -> str:
    return "".join(render_campaigns(report(campaigns=campaigns), format_, width=width))


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({}, "“Olm Varga” removed"),
        ({"kind": "added"}, "“Olm Varga” added"),
        ({"kind": "replaced", "replacement": "an aide"}, "“Olm Varga” replaced by “an aide”"),
        ({"kind": "removals", "term": None}, "many removals"),
        ({"kind": "removals"}, "many removals, of what holds “Olm Varga”"),
    ],
)
def test_a_campaign_is_called_by_what_was_done(said: dict[str, str], name: str) -> None:
    assert campaign_name(campaign(**said)) == name


def test_the_terminal_shows_the_test_and_every_change() -> None:
    gone = change(ChangeKind.CHANGED, id="3f2a9c0d11223355", headline="Harbour fund grows")
    assert _drawn(
        "terminal", campaigning(change(ChangeKind.CHANGED), gone, also=("Varga",))
    ).splitlines() == [
        "Change log",
        "everything on record · times in Asia/Seoul",
        "1 campaign",
        "",
        "“Olm Varga” removed",
        "─" * 80,
        "   id        cafe000011112222",
        "   source    Harbour Gazette",
        "   touched   2 items, 3 changes",
        "   when      between 2026-03-03 12:00 and 2026-03-04 12:00",
        "   expected  0.21 items at the source's own rate",
        "   chance    p = 3.1e-40, q = 2e-38",
        "   test      1-day scan, negative binomial tail (clumping 0.25)",
        "   also      “Varga”",
        "",
        "   New footbridge opens",
        "   changed between 2026-03-03 12:00 and 2026-03-04 12:00",
        "   3f2a9c0d11223344  https://gazette.example/newst…1772586000-100200/footbridge/",
        "   Harbour fund grows",
        "   changed between 2026-03-03 12:00 and 2026-03-04 12:00",
        "   3f2a9c0d11223355  https://gazette.example/newst…1772586000-100200/footbridge/",
        "",
    ]


def test_a_line_holds_the_keys_of_the_contract_in_their_order() -> None:
    (line,) = [json.loads(line) for line in _drawn("jsonl", campaigning()).splitlines()]
    assert list(line.items()) == [
        ("id", "cafe000011112222"),
        ("source", "Harbour Gazette"),
        ("kind", "removed"),
        ("term", "Olm Varga"),
        ("replacement", None),
        ("first_at", "2026-03-03T03:00:00Z"),
        ("last_at", "2026-03-04T03:00:00Z"),
        ("items", ["1111222233334444", "1111222233335555"]),
        ("expected", 0.21),
        ("p_value", 3.1e-40),
        ("q_value", 2e-38),
        ("test", "1-day scan, negative binomial tail (clumping 0.25)"),
        ("changes", ["3f2a9c0d11223344", "3f2a9c0d11223355", "3f2a9c0d11223366"]),
    ]


def test_the_table_has_the_same_keys() -> None:
    head, row = csv.reader(_drawn("csv", campaigning()).splitlines())
    said = dict(zip(head, row, strict=True))
    assert (tuple(head), said["items"], said["replacement"]) == (
        COLUMNS,
        "1111222233334444 1111222233335555",
        "",
    )


def test_the_page_lists_the_changes_of_each() -> None:
    page = LexborHTMLParser(_drawn("html", campaigning()))
    assert page.css_first("section.campaign h2").text() == "“Olm Varga” removed"
    assert [item.text() for item in page.css("section.campaign li")] == [
        "New footbridge opens changed between 2026-03-03 12:00 and 2026-03-04 12:00 · 3f2a9c0d11223344"
    ]


def test_markdown_has_a_heading_for_each() -> None:
    lines = _drawn("markdown", campaigning()).splitlines()
    assert lines[6] == "## “Olm Varga” removed"
    assert lines[-1].endswith("changed between 2026-03-03 12:00 and 2026-03-04 12:00 · `3f2a9c0d11223344`")


@pytest.mark.parametrize("format_", ["terminal", "html", "markdown"])
def test_where_nothing_stands_out_it_is_said_and_what_that_means(format_: str) -> None:
    assert NOTHING_STANDS_OUT in " ".join(_drawn(format_).split())


def test_an_empty_list_is_no_lines_and_a_head() -> None:
    assert (_drawn("jsonl"), _drawn("csv")) == ("", ",".join(COLUMNS) + "\r\n")


@pytest.mark.parametrize("format_", FORMATS)
def test_entries_are_not_read(format_: str) -> None:
    def entries() -> object:
        raise AssertionError("read")
        yield Entry(change())

    made = report(campaigns=(campaigning(),))
    unread = "".join(render_campaigns(report(entries=entries(), campaigns=(campaigning(),)), format_))
    assert unread == "".join(render_campaigns(made, format_))


def test_a_chance_too_small_for_a_number_is_not_called_none() -> None:
    assert "chance    p < 1e-300, q = 0.005" in _drawn("terminal", campaigning(p_value=0.0, q_value=0.005))


@pytest.mark.parametrize("format_", ["terminal", "html", "markdown", "jsonl", "csv"])
def test_nothing_a_page_says_acts_anywhere(format_: str) -> None:
    text = "".join(render_campaigns(hostile_report(), format_))
    acts = re.findall("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text)
    assert acts == []
    assert "<script" not in text or format_ in ("terminal", "jsonl", "csv")


def test_no_cell_of_the_table_is_a_formula() -> None:
    rows = list(csv.reader("".join(render_campaigns(hostile_report(), "csv")).split("\r\n")[:-1]))
    assert [c for row in rows for c in row if c and c[0] in "=+-@"] == []


@pytest.mark.parametrize("width", [40, 80])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    text = "".join(render_campaigns(hostile_report(), "terminal", width=width))
    assert max(cell_len(line) for line in text.splitlines()) <= width


def test_a_report_sums_its_campaigns_up_at_the_top() -> None:
    lines = "".join(render(report(campaigns=(campaigning(),)), "terminal")).splitlines()
    assert lines[4:11] == [
        "1 campaign",
        "─" * 80,
        "   “Olm Varga” removed",
        "   Harbour Gazette: 2 items, 3 changes between 2026-03-03 12:00 and 2026-03-04",
        "   12:00",
        "   0.21 items expected at the source's own rate; p = 3.1e-40, q = 2e-38",
        "   presswatch report --campaigns shows their changes",
    ]
