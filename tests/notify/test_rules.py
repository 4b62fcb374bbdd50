"""Which changes a channel wants, and when it is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from crawler.compare.kinds import Kind
from crawler.config import NotifySettings
from crawler.config.keys import EditKind
from crawler.notify import rules
from crawler.notify.notices import as_html, as_text, notice
from crawler.report.view import Bearing, Entry
from storage.records import Article, Change, ChangeKind, Snapshot, Subject

NOW = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)


def entry(
    *paragraphs: str, kind: str = "changed", source: str = "Gazette", weight: int = 40, headline: str = "Nets"
) -> Entry:
    change = Change(
        id=f"{abs(hash(paragraphs)):016x}"[:16],
        kind=ChangeKind(kind),
        subject=Subject.ARTICLE,
        item_id="i",
        source=source,
        url="https://gazette.example/a",
        headline=headline,
        detected_at=NOW,
        changed_after=None,
        changed_before=NOW,
    )
    text = Article(source, None, None, headline, paragraphs=paragraphs)
    after = Snapshot("s", "i", 1, NOW, "e", 1, text)
    return Entry(change, after=after, bearing=Bearing(weight=weight, kinds=("number",)))


def channel(**rules_: object) -> NotifySettings:
    return NotifySettings(name="desk", url_env="X", **rules_)


@pytest.mark.parametrize(
    ("wants", "expected"),
    [
        ({}, True),
        ({"sources": ("Gazette",)}, True),
        ({"sources": ("Telegraph",)}, False),
        ({"kinds": ("new", "removed")}, False),
        ({"edits": ("person", "number")}, True),
        ({"edits": ("person",)}, False),
        ({"min_weight": 40}, True),
        ({"min_weight": 41}, False),
        ({"keywords": ("harvest",)}, True),
        ({"keywords": ("HARVEST moon",)}, False),
        ({"keywords": ("harves",)}, False),
        ({"keywords": ("nets",)}, True),
        ({"keywords": ("수확",)}, True),
    ],
)
def test_every_rule_must_let_a_change_pass(wants: dict[str, object], expected: bool) -> None:
    told = entry("The Harvest was late this year.", "올해수확은 늦었다.")
    assert rules.is_wanted(told, channel(**wants)) is expected


@pytest.mark.parametrize(
    ("digest", "expected"),
    [
        ("", None),
        ("every 6h", NOW + timedelta(hours=6)),
        ("daily 10:00", datetime(2026, 3, 5, 1, tzinfo=UTC)),
        ("daily 20:00", datetime(2026, 3, 4, 11, tzinfo=UTC)),
    ],
)
def test_a_digest_is_due_at_its_local_time(digest: str, expected: datetime | None) -> None:
    assert rules.next_digest(digest, NOW, "Asia/Seoul") == expected


def test_a_failing_channel_is_left_alone_for_ever_longer_and_never_given_up() -> None:
    waits = [rules.wait(attempts) for attempts in (1, 2, 5, 100)]
    assert waits == [timedelta(seconds=s) for s in (30, 60, 480, 21_600)]


def test_a_notice_tells_the_heaviest_and_counts_the_others() -> None:
    entries = [entry(str(n), weight=n) for n in range(10)]
    told = notice("desk", entries, 3)
    assert [one.bearing.weight for one in told.entries] == [9, 8, 7]
    assert "… and 7 changes more" in as_text(told)


def test_the_key_is_of_the_changes_and_the_channel() -> None:
    some = [entry("a"), entry("b")]
    assert notice("desk", some, 9).key == notice("desk", some[::-1], 1).key
    assert notice("desk", some, 9).key != notice("other", some, 9).key
    assert notice("desk", some, 9).key != notice("desk", some[:1], 9).key


def test_text_of_strangers_is_no_markup_and_breaks_no_line() -> None:
    hostile = entry("x", headline="<script>alert(1)</script>\r\nBcc: all@example.org\x1b[2J")
    told = notice("desk", [hostile], 9)
    assert "\n" not in told.title
    assert "\x1b" not in told.title + as_text(told)
    assert "<script>" not in as_html(told)


def test_text_of_strangers_calls_nobody_in_a_chat_and_links_nowhere() -> None:
    hostile = entry(
        "x", headline="@everyone <!channel> <@U1> [here](https://evil.example) <https://e.example|a>"
    )
    told = notice(
        "desk", [replace(hostile, change=replace(hostile.change, url="https://a.example/@everyone"))], 9
    )
    for said in (told.title, as_text(told), as_html(told)):
        for command in ("@everyone", "<!channel", "<@U1", "](", "<https://e.example"):
            assert command not in said


def test_edits_are_named_as_assessments_name_them() -> None:
    assert get_args(EditKind) == tuple(kind.value for kind in Kind)
