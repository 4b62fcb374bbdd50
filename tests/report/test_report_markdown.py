"""The Markdown report: what it says, and that a page's own markup in it is dead in any dialect."""

from __future__ import annotations

import re

import pytest
from report_samples import (
    HOSTILE,
    article,
    change,
    drawn,
    duplicate,
    edit,
    failed,
    hostile_report,
    move,
)

from crawler.report import Entry, render
from crawler.report.inert import markdown


def test_a_change_is_a_list_item_with_link_interval_and_id() -> None:
    link = "[New footbridge opens](<https://gazette.example/newstream/1772586000-100200/footbridge/>)"
    assert drawn("markdown", Entry(change())).splitlines()[6:11] == [
        "## Wednesday 4 March 2026",
        "",
        f"- **new** · article · Harbour Gazette · {link}",
        "  - appeared between 2026-03-03 12:00 and 2026-03-04 12:00 · `3f2a9c0d11223344`",
        "",
    ]


def test_changed_words_are_deleted_and_inserted() -> None:
    before, after = article("The bridge cost 12 million."), article("The bridge cost 14 million.")
    assert drawn("markdown", edit(before, after, "paragraphs")).splitlines()[10:12] == [
        "  - text − The bridge cost <del>12</del> million.",
        "  - text + The bridge cost <ins>14</ins> million.",
    ]


def test_copies_moves_and_reverts_are_told() -> None:
    revert = edit(article("b"), article("a"), "paragraphs", reverts_to="5a0f00000000aa00")
    text = drawn("markdown", duplicate(), move(), revert)
    assert (
        "  - copy of: [“Footbridge handed over” in Coast Telegraph, 96.3 % alike](<https://coast.example/5>)\n"
        in text
    )
    assert "  - from: [https&#58;//gazette.example/old](<https://gazette.example/old>)\n" in text
    assert "  - because: the old address redirects here\n" in text
    assert "  - reverts: reads again as in snapshot 5a0f00000000aa00\n" in text


def test_an_empty_report_says_so() -> None:
    text = drawn("markdown")
    assert ("no changes" in text, "No visit failed in this period." in text) == (True, True)


def test_failed_visits_are_listed_with_reason() -> None:
    text = drawn("markdown", visits_failed=(failed("blocked | by `wall`"),))
    assert "- Harbour Gazette: blocked &#124; by \\`wall\\` (1 address)\n" in text


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("<img src=x>", "&lt;img src=x&gt;"),
        ("[a](javascript:x)", "\\[a\\](javascript:x)"),
        ("a | b", "a &#124; b"),
        ("`x`", "\\`x\\`"),
        ("# head", "\\# head"),
        ("- item", "\\- item"),
        ("1. item", "1\\. item"),
        ("2026-03-04", "2026-03-04"),
        ("--- ", "\\--- "),
        ("http://x.example", "http&#58;//x.example"),
        ("www.x.example", "www&#46;x.example"),
        ("@all", "@\u200ball"),
        ("&lt;", "&amp;lt;"),
        ("C:\\new", "C:\\\\new"),
        ("a.b (c) - d!", "a.b (c) - d!"),
    ],
)
def test_markup_of_a_page_is_escaped(text: str, escaped: str) -> None:
    assert markdown(text) == escaped


@pytest.mark.parametrize("text", HOSTILE)
def test_no_hostile_string_leaves_a_live_sign(text: str) -> None:
    bare = re.sub(r"\\[\\`*_\[\]#+.)=-]|&(#\d+|lt|gt|amp);", "", markdown(text))
    assert re.findall(r"[<>`*_\[\]|~&\\\x00-\x1f\x7f-\x9f]|://|@(?!\u200b)", bare) == []


def test_the_only_tags_in_a_hostile_report_are_ours() -> None:
    text = "".join(render(hostile_report(), "markdown"))
    without_links = re.sub(r"\]\(<https?://[^<>\s]*>\)", "]", text)
    assert set(re.findall(r"<[^>]*>?", without_links)) == {"<del>", "</del>", "<ins>", "</ins>"}
    assert "javascript:" not in "".join(re.findall(r"\]\(<([^>]*)>\)", text))


def test_a_hostile_string_opens_no_line_of_its_own() -> None:
    lines = "".join(render(hostile_report(), "markdown")).splitlines()
    ours = ("# ", "## ", "- **", "- ", "  - ", "    - ", "everything on record", "102 changes", "")
    assert [line for line in lines if line and not line.startswith(ours[:-1])] == []
