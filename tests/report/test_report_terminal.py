"""What a reader sees at the terminal, and what no page can make the terminal do."""

from __future__ import annotations

import re

import pytest
from report_samples import (
    DAY,
    NOON,
    article,
    change,
    drawn,
    duplicate,
    edit,
    failed,
    hostile_entries,
    hostile_report,
    move,
    report,
    snapshot,
)
from rich.cells import cell_len

from crawler.report import Entry, render, render_change
from storage.records import ChangeKind, Outcome, Subject

_ACTS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def _widest(text: str) -> int:
    return max(cell_len(line) for line in text.splitlines())


def _in_full(entry: Entry, *, colour: bool = False) -> str:
    return "".join(render_change(entry, zone="Asia/Seoul", width=80, colour=colour))


def test_a_new_article_is_one_compact_block() -> None:
    text = drawn("terminal", Entry(change()))
    assert text.splitlines()[4:10] == [
        "Wednesday 4 March 2026",
        "─" * 80,
        " + new       article  Harbour Gazette                                      12:00",
        "   New footbridge opens",
        "   appeared between 2026-03-03 12:00 and 2026-03-04 12:00",
        "   3f2a9c0d11223344  https://gazette.example/newst…1772586000-100200/footbridge/",
    ]


def test_the_head_gives_title_period_zone_and_counts() -> None:
    text = drawn("terminal", Entry(change()), duplicate(), Entry(change()), since=NOON - DAY, until=NOON)
    assert text.splitlines()[:3] == [
        "Change log",
        "2026-03-03 12:00 to 2026-03-04 12:00 · times in Asia/Seoul",
        "3 changes: 2 new, 1 duplicate",
    ]


def test_days_are_those_of_the_reader_s_zone() -> None:
    late = Entry(change(detected_at=NOON.replace(hour=20)))
    days = {zone: drawn("terminal", late, zone=zone).splitlines()[4] for zone in ("UTC", "Asia/Seoul")}
    assert days == {"UTC": "Wednesday 4 March 2026", "Asia/Seoul": "Thursday 5 March 2026"}


def test_only_the_changed_phrases_of_an_edit_are_shown() -> None:
    tail = "and then there follow a great many words that nobody touched since the first day at all"
    before = article(f"The bridge cost 12 million crowns, {tail}.", "Ferries keep their times.")
    after = article(f"The bridge cost 14 million crowns, {tail}.", "Ferries keep their times.")
    lines = drawn("terminal", edit(before, after, "paragraphs")).splitlines()
    assert lines[8:10] == [
        "   text      − The bridge cost [-12-] million crowns, and then there …",
        "             + The bridge cost {+14+} million crowns, and then there …",
    ]


def test_a_field_that_became_unknown_shows_only_what_went() -> None:
    entry = edit(article("a", published="2026-03-04"), article("a"), "published")
    lines = drawn("terminal", entry).splitlines()
    assert lines[8:10] == [
        "   published − [-2026-03-04-]",
        "   changed between 2026-03-03 12:00 and 2026-03-04 12:00",
    ]


def test_a_moved_paragraph_is_told_once() -> None:
    first, second, third = (
        "The council met on Monday and spoke of the lamp.",
        "Gulls were counted at the northern pier by pupils.",
        "Ferries keep their old times until the month ends.",
    )
    entry = edit(article(first, second, third), article(third, first, second), "paragraphs")
    text = drawn("terminal", entry)
    assert (text.count("moved from paragraph 3"), text.count("moved to")) == (1, 0)


def test_a_long_rewrite_is_cut_and_says_so() -> None:
    words = " ".join(f"word{i}" for i in range(4000))
    entry = edit(article("short"), article("short", *[f"{i} {words}" for i in range(40)]), "paragraphs")
    text = " ".join(drawn("terminal", entry).split())
    assert (text.count("… and 34 more changes"), text.count("more words)")) == (1, 6)
    assert len(text) < 5000


def test_a_revert_names_the_snapshot_it_returns_to() -> None:
    entry = edit(article("b"), article("a"), "paragraphs", reverts_to="5a0f00000000aa00")
    assert "   reverts   reads again as in snapshot 5a0f00000000aa00\n" in drawn("terminal", entry)


@pytest.mark.parametrize(
    ("similarity", "words"),
    [(1.0, "the same text"), (0.99999, "99.9 % alike"), (0.9634, "96.3 % alike")],
)
def test_a_duplicate_says_of_what_and_how_alike(similarity: float, words: str) -> None:
    flat = " ".join(drawn("terminal", duplicate(similarity)).split())
    assert f"copy of “Footbridge handed over” in Coast Telegraph, {words}" in flat


def test_a_duplicate_of_an_item_without_headline_names_its_id() -> None:
    entry = Entry(change(ChangeKind.DUPLICATE, of="9999888877776666"))
    assert "copy of   item 9999888877776666, similarity unknown" in drawn("terminal", entry)


def test_a_move_shows_both_addresses_and_why() -> None:
    lines = drawn("terminal", move()).splitlines()
    assert lines[8:12] == [
        "   from      https://gazette.example/old",
        "   to        https://gazette.example/new",
        "   because   the old address redirects here",
        "   moved between 2026-03-03 12:00 and 2026-03-04 12:00",
    ]


def test_removal_and_return_say_why_and_between_when() -> None:
    gone = Entry(change(ChangeKind.REMOVED, reason="its address answers 404"))
    back = Entry(change(ChangeKind.RESTORED, reason="seen again"))
    text = drawn("terminal", gone, back)
    assert "because   its address answers 404\n   disappeared between 2026-03-03" in text
    assert "because   seen again\n   came back between 2026-03-03" in text


def test_times_within_one_minute_are_told_apart() -> None:
    entry = Entry(change(changed_after=NOON.replace(second=3), changed_before=NOON.replace(second=9)))
    assert "between 2026-03-04 12:00:03 and 2026-03-04 12:00:09" in drawn("terminal", entry)


def test_years_at_the_ends_of_the_calendar_do_not_break_a_report() -> None:
    first = change(detected_at=NOON.replace(year=1, month=1, day=1, hour=0), changed_after=None)
    last = change(detected_at=NOON.replace(year=9999, month=12, day=31, hour=23))
    assert "2 changes" in drawn("terminal", Entry(first), Entry(last), zone="America/New_York")
    assert "2 changes" in drawn("terminal", Entry(first), Entry(last), zone="Asia/Seoul")


def test_what_was_not_looked_at_is_grouped_by_source_and_reason() -> None:
    visits = [failed(url=f"https://gazette.example/{i}") for i in range(5)]
    visits.append(failed("", outcome=Outcome.DISALLOWED, url="https://gazette.example/members"))
    text = drawn("terminal", visits_failed=tuple(visits))
    assert text[text.index("Not looked at") :].splitlines() == [
        "Not looked at",
        "─" * 80,
        "   Harbour Gazette: no answer within 60 s (5 addresses)",
        "   2026-03-04 12:00  https://gazette.example/0",
        "   2026-03-04 12:00  https://gazette.example/1",
        "   2026-03-04 12:00  https://gazette.example/2",
        "   … and 2 more",
        "   Harbour Gazette: robots.txt disallows it (1 address)",
        "   2026-03-04 12:00  https://gazette.example/members",
        "",
        "0 changes, 6 visits without a look",
    ]


def test_an_empty_report_says_that_nothing_changed_and_nothing_failed() -> None:
    assert drawn("terminal").splitlines() == [
        "Change log",
        "everything on record · times in Asia/Seoul",
        "no changes",
        "",
        "Not looked at",
        "─" * 80,
        "   No visit failed in this period.",
        "",
        "0 changes, 0 visits without a look",
    ]


@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    wide = edit(article("港務局は橋を開いた。" * 40), article("港務局は橋を閉じた。" * 40), "paragraphs")
    text = "".join(render(hostile_report(), "terminal", width=width)) + "".join(
        render(
            report(wide, move(), Entry(change(url="https://例え.example/" + "橋" * 500))),
            "terminal",
            width=width,
        )
    )
    assert _widest(text) <= width


def test_no_line_of_one_change_in_full_is_wider_than_80_columns() -> None:
    assert max(_widest(_in_full(entry)) for entry in hostile_entries()) <= 80


def test_nothing_a_page_says_acts_on_the_terminal() -> None:
    overview = "".join(render(hostile_report(), "terminal"))
    in_full = "".join(_in_full(entry) for entry in hostile_entries())
    assert _ACTS.findall(overview + in_full) == []


def test_with_colour_the_only_escapes_are_colours_of_ours() -> None:
    text = "".join(render(hostile_report(), "terminal", colour=True))
    without_colours = re.sub(r"\x1b\[[\d;]*m", "", text)
    assert "\x1b[" in text
    assert _ACTS.findall(without_colours) == []


def test_rich_markup_in_a_headline_is_text() -> None:
    entry = Entry(change(headline="[bold red]loud[/] [/nonsense] :smile:"))
    assert "\n   [bold red]loud[/] [/nonsense] :smile:\n" in drawn("terminal", entry)


def test_the_environment_does_not_decide_about_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" in "".join(render(report(Entry(change())), "terminal", colour=True))
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" not in drawn("terminal", Entry(change()))


def test_one_change_in_full_shows_every_word_that_differs() -> None:
    before = article("Same.", "The bridge cost 12 million crowns.", headline="Bridge opens late")
    after = article("Same.", "The bridge cost 14 million crowns.", headline="Bridge opens too late")
    assert _in_full(edit(before, after, "headline", "paragraphs")).splitlines() == [
        " ± changed   article  Harbour Gazette",
        "   New footbridge opens",
        "",
        "   id        3f2a9c0d11223344",
        "   when      changed between 2026-03-03 12:00 and 2026-03-04 12:00 (Asia/Seoul)",
        "   address   https://gazette.example/newstream/1772586000-100200/footbridge/",
        "   texts     90 % alike",
        "   before    snapshot 1, seen 2026-03-04 12:00 (5a0f00000000aa01)",
        "   after     snapshot 2, seen 2026-03-04 12:00 (5a0f00000000aa02)",
        "",
        "   headline",
        "   − Bridge opens late",
        "   + Bridge opens {+too+} late",
        "",
        "   text",
        "     … 1 paragraph unchanged …",
        "   − The bridge cost [-12-] million crowns.",
        "   + The bridge cost {+14+} million crowns.",
        "",
        "   presswatch change 3f2a9c0d11223344 · Harbour Gazette · “New footbridge opens”",
        "   · changed between 2026-03-03T03:00:00Z and 2026-03-04T03:00:00Z",
    ]


def test_one_new_change_in_full_shows_its_text() -> None:
    entry = Entry(change(subject=Subject.ARTICLE), after=snapshot(article("First.", "Second.")))
    assert "\n   First.\n\n   Second.\n" in _in_full(entry)
