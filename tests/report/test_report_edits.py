"""What of an edit is worth a reader's time, and the words around it."""

from __future__ import annotations

from zoneinfo import ZoneInfoNotFoundError

import pytest
from report_samples import article, change, drawn, edit, report, snapshot

from crawler.compare.diff import Piece
from crawler.report import FORMATS, Entry, render
from crawler.report.edits import edits, phrases
from crawler.report.inert import inert, link, one_line
from storage.records import Teaser


def test_edits_follow_the_fields_of_the_change() -> None:
    before = article("a", byline="x", published="2026-03-04")
    after = article("b", byline="y", published="2026-03-05")
    found = edits(edit(before, after, "url", "byline", "published", "paragraphs"))
    assert [(e.field, e.label) for e in found] == [
        ("byline", "byline"),
        ("published", "published"),
        ("paragraphs", "text"),
    ]


def test_a_teaser_is_held_against_what_the_article_has_of_it() -> None:
    told = Teaser(
        None, "Footbridge opens on Monday", "The bridge cost 12 million crowns and took four years…"
    )
    start = "The bridge cost 14 million crowns and took four years to build."
    full = article(start, "Ferries keep their times.", headline="Footbridge opens on Tuesday")
    found = edits(edit(told, full, "headline", "paragraphs"))
    texts = [(row.old, row.new) for one in found for row in one.rows]
    assert texts == [
        ("Footbridge opens on Monday", "Footbridge opens on Tuesday"),
        (
            "The bridge cost 12 million crowns and took four years",
            "The bridge cost 14 million crowns and took four years",
        ),
    ]


def test_without_both_texts_there_is_no_edit() -> None:
    assert edits(Entry(change(fields=("headline",)), after=snapshot(article("a")))) == ()


def test_a_field_this_version_does_not_know_is_left_out() -> None:
    assert edits(edit(article("a"), article("b"), "mood")) == ()


def test_a_rewritten_headline_stands_on_one_row() -> None:
    before, after = article(headline="Ferries run again"), article(headline="Storm lamp found on beach")
    (found,) = edits(edit(before, after, "headline"))
    assert [(row.old, row.new) for row in found.rows] == [("Ferries run again", "Storm lamp found on beach")]


def test_a_date_is_replaced_whole() -> None:
    before, after = article(published="2026-03-04"), article(published="2026-03-05")
    ((row,),) = (e.rows for e in edits(edit(before, after, "published")))
    assert (row.old_pieces, row.new_pieces) == (
        (Piece("delete", "2026-03-04"),),
        (Piece("insert", "2026-03-05"),),
    )


def test_phrases_keep_some_words_on_either_side() -> None:
    many = "one two three four five six seven eight nine ten"
    pieces = (
        Piece("equal", many + " "),
        Piece("delete", "X"),
        Piece("equal", " " + many),
        Piece("delete", "Y"),
    )
    assert [p.text for p in phrases(pieces, 12)] == ["… nine ten ", "X", " one two … nine ten", "Y"]


def test_phrases_of_an_untouched_side_are_none() -> None:
    assert phrases((Piece("equal", "as it was"),), 12) == ()


def test_phrases_of_a_script_without_blanks_are_cut_at_the_sign() -> None:
    pieces = (Piece("equal", "港" * 50), Piece("insert", "橋"), Piece("equal", "町" * 50))
    assert [p.text for p in phrases(pieces, 5)] == ["… 港港港港港", "橋", "町町町町町 …"]


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://gazette.example/a?b=c#d", "https://gazette.example/a?b=c#d"),
        ("HTTP://gazette.example", "HTTP://gazette.example"),
        ("https://[2001:db8::1]/", "https://[2001:db8::1]/"),
        ("https://例え.example/橋_(町)", "https://例え.example/橋_(町)"),
        ('https://a.example/<>"`{}|\\^ x', "https://a.example/%3C%3E%22%60%7B%7D%7C%5C%5E%20x"),
        ("https://a.example/\r\n\x1b[0m", "https://a.example/%20%20[0m"),
        ("https:///a.example", None),
        ("https:a.example", None),
        ("javascript://a.example/%0aalert(1)", None),
        ("\x01javascript:alert(1)", None),
        ("vbscript:x", None),
        ("ftp://a.example", None),
        ("/relative", None),
        ("", None),
        (None, None),
        ("https://a.example/" + "a" * 5000, None),
    ],
)
def test_only_web_addresses_become_links(url: str | None, target: str | None) -> None:
    assert link(url) == target


def test_a_pile_of_combining_marks_is_cut_and_real_ones_stay() -> None:
    assert inert("e" + "\u0301" * 400 + " é ệ ក្រុម ہے") == "e" + "\u0301" * 4 + " é ệ ក្រុម ہے"


def test_a_long_line_is_cut_before_it_is_cleaned() -> None:
    assert one_line("a b " * 1_000_000, 9) == "a b a b…"


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_draws_a_report(format: str) -> None:  # noqa: A002
    text = drawn(format, edit(article("a"), article("b"), "paragraphs"))
    assert ("3f2a9c0d11223344" in text, text.endswith("\n")) == (True, True)


@pytest.mark.parametrize("format", ["terminal", "html", "markdown"])
def test_an_unknown_time_zone_is_refused(format: str) -> None:  # noqa: A002
    with pytest.raises(ZoneInfoNotFoundError):
        list(render(report(zone="Harbour/Pier"), format))  # type: ignore[arg-type]
