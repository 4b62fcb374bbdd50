"""A term through time: the timeline, the items, and the lines for programs."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from report_samples import DAY, HOSTILE, NOON, URL
from rich.cells import cell_len

from crawler.compare.terms import Trace, Version, trace
from crawler.report import render_trace
from crawler.report.tracing import Bar, bars, trace_json

SEOUL = ZoneInfo("Asia/Seoul")


def _version(item: str, day: int, text: str, snapshot: str = "s", **said: object) -> Version:
    values = {
        "item_id": item,
        "source": "Harbour Gazette",
        "url": URL,
        "headline": f"Story {item}",
        "snapshot_id": f"{item}-{snapshot}{day}",
        "seen_at": NOON + day * DAY,
        "text": text,
        "last_seen": NOON + day * DAY + timedelta(hours=1),
    }
    return Version(**(values | said))  # type: ignore[arg-type]


def _purge() -> Trace:
    """Three items name Olm Varga; one loses the name, one goes, one keeps it."""
    return trace(
        "Olm Varga",
        [
            _version("a", 0, "Olm Varga spoke."),
            _version("a", 3, "An aide spoke."),
            _version("b", 1, "No names."),
            _version("b", 2, "Here is Olm Varga, Olm Varga."),
            _version("c", 1, "Olm Varga again."),
            _version("c", 3, "", snapshot_id=""),
        ],
    )


def _drawn(found: Trace, width: int = 80, zone: str = "Asia/Seoul") -> str:
    return "".join(render_trace(found, zone=zone, width=width))


def test_a_trace_says_where_the_term_was_first_and_what_became_of_it() -> None:
    assert _drawn(_purge()).splitlines() == [
        "“Olm Varga”",
        "in 3 items of 1 source; still there in 1, gone from 2",
        "times in Asia/Seoul",
        "",
        "First seen",
        "   2026-03-04 12:00 · Harbour Gazette",
        "   Story a",
        "   a  https://gazette.example/newstream/1772586000-100200/footbridge/",
        "",
        "How many items held it",
        "   2026-03-04 " + "█" * 19 + "▋" + " " * 39 + " 1  +1",
        "   2026-03-05 " + "█" * 39 + "▎" + " " * 19 + " 2  +1",
        "   2026-03-06 " + "█" * 59 + " 3  +1",
        "   2026-03-07 " + "█" * 19 + "▋" + " " * 39 + " 1  −2",
        "",
        "3 items",
        "─" * 80,
        " − Story a",
        "   Harbour Gazette",
        "   there when first seen, 2026-03-04 12:00",
        "   vanished between 2026-03-04 13:00 and 2026-03-07 12:00",
        "   a  https://gazette.example/newstream/1772586000-100200/footbridge/",
        "",
        " − Story c",
        "   Harbour Gazette",
        "   there when first seen, 2026-03-05 12:00",
        "   disappeared with the whole item between 2026-03-05 13:00 and 2026-03-07 12:00",
        "   c  https://gazette.example/newstream/1772586000-100200/footbridge/",
        "",
        " + Story b",
        "   Harbour Gazette",
        "   appeared between 2026-03-05 13:00 and 2026-03-06 12:00, 2 times",
        "   still there, last seen 2026-03-06 13:00",
        "   b  https://gazette.example/newstream/1772586000-100200/footbridge/",
        "",
    ]


def test_a_term_that_nobody_wrote_is_said_to_stand_nowhere() -> None:
    assert _drawn(trace("Olm Varga", [])).splitlines() == [
        "“Olm Varga”",
        "It stands in no text on record.",
    ]


def test_a_term_that_came_back_has_both_its_stretches() -> None:
    found = trace("lamp", [_version("a", day, text) for day, text in enumerate(("lamp", "dark", "lamp"))])
    flat = _drawn(found)
    assert (flat.count("vanished between"), flat.count("appeared between"), flat.count("still there,")) == (
        *(1, 1, 1),
    )


@pytest.mark.parametrize(
    ("days", "labels"),
    [
        (39, ("2026-03-04", "2026-03-05", "2026-04-12")),
        (40, ("2026-03-02", "2026-03-09", "2026-04-13")),
        (300, ("2026-03", "2026-04", "2026-12")),
        (4000, ("2026", "2027", "2037")),
    ],
)
def test_the_timeline_goes_by_what_fits(days: int, labels: tuple[str, str, str]) -> None:
    held = _version("a", 0, "lamp", last_seen=NOON + days * DAY)
    gone = [_version("b", n, "lamp" if n % 2 == 0 else "dark") for n in range(0, days, max(1, days // 8))]
    drawn = bars(trace("lamp", [held, *gone]), SEOUL)
    assert (drawn[0].label, drawn[1].label, drawn[-1].label) == labels
    assert len(drawn) <= 40


def test_a_stretch_in_which_nothing_happened_keeps_the_height() -> None:
    found = trace("lamp", [_version("a", 0, "lamp"), _version("a", 2, "dark")])
    assert bars(found, SEOUL) == (
        Bar("2026-03-04", 1, 1, 0),
        Bar("2026-03-05", 1, 0, 0),
        Bar("2026-03-06", 0, 0, 1),
    )


@pytest.mark.parametrize("zone", ["UTC", "Asia/Seoul", "America/New_York"])
def test_years_at_the_ends_of_the_calendar_do_not_break_a_timeline(zone: str) -> None:
    first, last = (
        NOON.replace(year=1, month=1, day=1, hour=0),
        NOON.replace(year=9999, month=12, day=31, hour=23),
    )
    found = trace("lamp", [_version("a", 0, "lamp", seen_at=at, last_seen=at) for at in (first, last)])
    assert next(bar.label for bar in bars(found, ZoneInfo(zone))) == "0001"
    assert "First seen" in _drawn(found, zone=zone)


@pytest.mark.parametrize("width", [40, 80])
def test_nothing_hostile_is_wider_than_the_terminal_or_acts_on_it(width: int) -> None:
    named = [
        _version(str(n), n, "lamp", headline=text, source=text, url=text) for n, text in enumerate(HOSTILE)
    ]
    found = trace("lamp", named)
    hostile = Trace("".join(HOSTILE), found.items, found.totals)
    text = _drawn(hostile, width)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    assert [sign for sign in text if sign != "\n" and not sign.isprintable()] == []


def test_a_line_for_programs_has_each_stretch_with_its_snapshots() -> None:
    lines = [json.loads(json.dumps(line)) for line in trace_json(_purge())]
    assert [(line["term"], line["item"]) for line in lines] == [
        *(("Olm Varga", item) for item in ("a", "c", "b"))
    ]
    assert lines[0] == {
        "term": "Olm Varga",
        "item": "a",
        "source": "Harbour Gazette",
        "url": URL,
        "headline": "Story a",
        "presences": [
            {
                "appeared_after": None,
                "appeared_before": "2026-03-04T03:00:00Z",
                "held_until": "2026-03-04T04:00:00Z",
                "vanished_before": "2026-03-07T03:00:00Z",
                "snapshot": "a-s0",
                "vanished_in": "a-s3",
                "most": 1,
            }
        ],
    }


def test_an_item_that_disappeared_names_no_snapshot_that_lost_the_term() -> None:
    (gone,) = (line["presences"][0] for line in trace_json(_purge()) if line["item"] == "c")
    assert (gone["vanished_before"], gone["vanished_in"]) == ("2026-03-07T03:00:00Z", None)


def test_instants_are_told_in_the_reader_s_zone() -> None:
    late = datetime.fromisoformat("2026-03-04T20:00:00+00:00")
    found = trace("lamp", [_version("a", 0, "lamp", seen_at=late, last_seen=late)])
    labels = {zone: bars(found, ZoneInfo(zone))[0].label for zone in ("UTC", "Asia/Seoul")}
    assert labels == {"UTC": "2026-03-04", "Asia/Seoul": "2026-03-05"}
