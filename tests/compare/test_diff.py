"""Rows, pieces and changed words: exact, and in phrases."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.compare.diff import Piece, Row, Tag, changed_tokens, diff_paragraphs, diff_words, workbench

HARBOUR = "The harbour council voted on Monday to widen the fishing pier."
COST = "The work will cost two million crowns and take a year."
BOATS = "Some forty boats use the pier in summer."
CRITIC = "Critics said the money should go to the lighthouse first."


def drawn(pieces: tuple[Piece, ...]) -> str:
    marks = {"equal": "{}", "delete": "[-{}-]", "insert": "[+{}+]"}
    return "".join(marks[piece.kind].format(piece.text) for piece in pieces)


def joined(pieces: tuple[Piece, ...], kind: str) -> str:
    return "".join(piece.text for piece in pieces if piece.kind in ("equal", kind))


def letters(rows: tuple[Row, ...]) -> str:
    return "".join(row.tag for row in rows)


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("It may rain.", "It will rain.", "It [-may-][+will+] rain."),
        ("It may well rain.", "It may rain.", "It may[- well-] rain."),
        ("It rains.", "It rains hard.", "It rains[+ hard+]."),
        ("Some forty boats", "forty boats", "[-Some -]forty boats"),
        ("It cost 1,200.50 crowns.", "It cost 1,900.75 crowns.", "It cost [-1,200.50-][+1,900.75+] crowns."),
        ("They don't agree.", "They do agree.", "They [-don't-][+do+] agree."),
        ("", "new", "[+new+]"),
        ("old", "", "[-old-]"),
        ("", "", ""),
        ("a  b", "a b", "a [- -]b"),
        ("“no”", '"no"', '[-“-][+"+]no[-”-][+"+]'),
        ("渔港周一扩建码头。", "渔港周五扩建码头。", "渔港周[-一-][+五+]扩建码头。"),
        ("부두를 확장한다.", "부두는 확장한다.", "[-부두를-][+부두는+] 확장한다."),
        ("नदी बढ़ी", "नदी घटी", "नदी [-बढ़ी-][+घटी+]"),
    ],
)
def test_a_change_is_shown_as_a_reader_would_mark_it(old: str, new: str, expected: str) -> None:
    assert drawn(diff_words(old, new)) == expected


def test_small_equal_words_between_replacements_are_absorbed() -> None:
    old = "Sailors loaded crates of herring onto the ferry before dawn"
    new = "Sailors sold baskets of crabs from the quayside before dawn"
    assert drawn(diff_words(old, new)) == (
        "Sailors [-loaded crates of herring onto the ferry-]"
        "[+sold baskets of crabs from the quayside+] before dawn"
    )


def test_a_shared_word_that_matters_is_not_absorbed() -> None:
    old = "The warden, who was abroad on Friday, resigned."
    new = "The harbour warden resigned on Sunday after a row over fees."
    assert drawn(diff_words(old, new)) == (
        "The[+ harbour+] warden[-, who was abroad on Friday,-] resigned[+ on Sunday after a row over fees+]."
    )


def test_a_deleted_sentence_is_deleted_whole() -> None:
    assert (
        drawn(diff_words(f"{HARBOUR} {COST} {BOATS}", f"{HARBOUR} {BOATS}"))
        == f"{HARBOUR}[- {COST}-] {BOATS}"
    )


TEXT = st.text(alphabet=st.sampled_from("ab .,“\"…'\u200b\u00ad\n中1é"), max_size=40)


@given(TEXT, TEXT)
def test_applying_the_diff_to_before_gives_after(old: str, new: str) -> None:
    pieces = diff_words(old, new)
    assert (joined(pieces, "delete"), joined(pieces, "insert")) == (old, new)


@given(st.text(max_size=40), st.text(max_size=40))
def test_applying_the_diff_is_exact_for_any_characters(old: str, new: str) -> None:
    pieces = diff_words(old, new)
    assert (joined(pieces, "delete"), joined(pieces, "insert")) == (old, new)


@given(TEXT)
def test_the_diff_of_equal_texts_is_all_equal(text: str) -> None:
    assert diff_words(text, text) == ((Piece("equal", text),) if text else ())


@given(TEXT, TEXT)
def test_neighbouring_pieces_differ_in_kind_and_none_is_empty(old: str, new: str) -> None:
    pieces = diff_words(old, new)
    assert all(left.kind != right.kind for left, right in pairwise(pieces))
    assert all(piece.text for piece in pieces)


# ---------------------------------------------------------------- changed words


def test_changed_words_are_given_by_index() -> None:
    assert changed_tokens("It may rain, he said.", "It will rain, she said today.") == ((1, 4), (1, 4, 6))


def test_another_shape_of_quote_is_no_changed_word() -> None:
    assert changed_tokens("“Yes” – no", '"Yes" - no') == ((), ())


@given(TEXT, TEXT)
def test_the_words_that_did_not_change_are_the_same_on_both_sides(old: str, new: str) -> None:
    gone, come = changed_tokens(old, new)
    again = changed_tokens(new, old)
    assert (len(gone), len(come)) == (len(again[1]), len(again[0]))


# ---------------------------------------------------------------- paragraphs


def test_an_edited_paragraph_stands_beside_its_old_self() -> None:
    rows = diff_paragraphs([HARBOUR, COST], [HARBOUR, COST.replace("two", "three")])
    assert letters(rows) == "UE"
    assert drawn(rows[1].old_pieces) == COST.replace("two", "[-two-]")
    assert drawn(rows[1].new_pieces) == COST.replace("two", "[+three+]")


def test_deleted_and_added_paragraphs_have_one_side() -> None:
    rows = diff_paragraphs([HARBOUR, COST, BOATS], [HARBOUR, BOATS, CRITIC])
    assert [(row.tag, row.old, row.new) for row in rows[1:]] == [
        (Tag.DELETED, COST, None),
        (Tag.UNCHANGED, BOATS, BOATS),
        (Tag.ADDED, None, CRITIC),
    ]


def test_a_moved_paragraph_is_shown_at_both_places_with_the_other_ones_number() -> None:
    rows = diff_paragraphs([HARBOUR, COST, CRITIC, BOATS], [BOATS, HARBOUR, COST, CRITIC])
    assert [(row.old, row.new, row.moved_from, row.moved_to) for row in rows if row.tag is Tag.MOVED] == [
        (None, BOATS, 4, None),
        (BOATS, None, None, 1),
    ]


def test_merged_paragraphs_stay_beside_the_one_they_became() -> None:
    rows = diff_paragraphs([HARBOUR, COST, CRITIC], [f"{HARBOUR} {COST}", CRITIC])
    assert [(row.tag, row.old, row.new) for row in rows] == [
        (Tag.EDITED, HARBOUR, f"{HARBOUR} {COST}"),
        (Tag.EDITED, COST, None),
        (Tag.UNCHANGED, CRITIC, CRITIC),
    ]
    assert {piece.kind for row in rows for piece in row.old_pieces + row.new_pieces} == {"equal"}


def test_a_split_paragraph_stays_beside_its_parts() -> None:
    rows = diff_paragraphs([f"{HARBOUR} {COST}", CRITIC], [HARBOUR, COST, CRITIC])
    assert [(row.old, row.new) for row in rows] == [
        (f"{HARBOUR} {COST}", HARBOUR),
        (None, COST),
        (CRITIC, CRITIC),
    ]


def test_another_shape_of_quote_is_no_edit_in_a_row() -> None:
    rows = diff_paragraphs(["“Yes”, he said on the pier."], ['"Yes", he said on the quay.'])
    assert drawn(rows[0].new_pieces) == '"Yes", he said on the [+quay+].'


PARAGRAPHS = st.lists(
    st.sampled_from([HARBOUR, COST, BOATS, f"{HARBOUR} {COST}", f"{CRITIC} {BOATS}", "a", "“b” c", "", " "]),
    max_size=8,
)


@given(PARAGRAPHS, PARAGRAPHS)
def test_the_sides_of_the_rows_rebuild_both_versions(old: list[str], new: list[str]) -> None:
    rows = diff_paragraphs(old, new)
    assert [row.old for row in rows if row.old is not None] == old
    assert [row.new for row in rows if row.new is not None] == new


@given(PARAGRAPHS, PARAGRAPHS)
def test_the_pieces_of_a_side_rebuild_that_side(old: list[str], new: list[str]) -> None:
    for row in diff_paragraphs(old, new):
        assert "".join(piece.text for piece in row.old_pieces) == (row.old or "")
        assert "".join(piece.text for piece in row.new_pieces) == (row.new or "")
        assert "insert" not in {piece.kind for piece in row.old_pieces}
        assert "delete" not in {piece.kind for piece in row.new_pieces}


@given(PARAGRAPHS)
def test_equal_versions_have_only_unchanged_rows(paragraphs: list[str]) -> None:
    assert letters(diff_paragraphs(paragraphs, paragraphs)) == "U" * len(paragraphs)


@given(PARAGRAPHS, PARAGRAPHS)
def test_the_same_versions_always_give_the_same_rows(old: list[str], new: list[str]) -> None:
    assert diff_paragraphs(old, new) == diff_paragraphs(tuple(old), tuple(new))


# ---------------------------------------------------------------- the workbench


def test_the_workbench_gives_pairs_tags_and_changed_words() -> None:
    old = [HARBOUR, "It may rain.", COST, BOATS]
    new = [BOATS, HARBOUR, "It will rain.", "Fog is near."]
    assert workbench(old, new) == {
        "pairs": [[0, 1], [1, 2], [3, 0]],
        "old_tag": ["U", "E", "D", "M"],
        "new_tag": ["M", "U", "E", "A"],
        "tok_old": [[], [1], list(range(12)), []],
        "tok_new": [[], [], [1], [0, 1, 2, 3]],
    }


def test_the_full_stop_at_the_joint_of_a_merge_is_no_changed_word() -> None:
    found = workbench([BOATS, COST], [BOATS[:-1] + ", and " + COST])
    assert (found["tok_old"], found["tok_new"]) == ([[], []], [[8, 9]])


# ---------------------------------------------------------------- hostile texts


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("word " * 20_000, "x " + "word " * 19_000 + "y"),
        ("ab " * 20_000, "ba " * 20_000),
        ("A! " * 20_000, "B! C! " * 10_000),
        ("中国" * 25_000, "国人" * 25_000),
        ("x" * 100_000, "x" * 99_999),
        ("1." * 50_000, "1," * 50_000),
        ("don't'" * 15_000, "'don't" * 15_000),
    ],
    ids=[
        "one word",
        "two words",
        "one-letter sentences",
        "Chinese",
        "one long word",
        "numbers",
        "apostrophes",
    ],
)
def test_hostile_texts_are_compared_within_seconds(old: str, new: str) -> None:
    started = time.perf_counter()
    pieces = diff_words(old, new)
    assert time.perf_counter() - started < 10
    assert (joined(pieces, "delete"), joined(pieces, "insert")) == (old, new)
