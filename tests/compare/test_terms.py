"""Which terms an edit took out of a text or brought into it, and one term through many versions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.compare.terms import (
    LONGEST,
    MOST_TERMS,
    TermChanges,
    Version,
    folded,
    occurrences,
    term_changes,
    trace,
)

# ---------------------------------------------------------------- what an edit did, by language


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("The weir was opened by Orlo Venn on Monday.", "The weir was opened on Monday.", "Orlo Venn"),
        ("Orlo Venn's aides cheered the dredger.", "Aides cheered the dredger.", "Orlo Venn"),
        ("Venn, Pim and Orr sat in the first row.", "Venn and Orr sat in the first row.", "Pim"),
        ("항구 사무소는 문도현의 편지를 받았다.", "항구 사무소는 편지를 받았다.", "문도현"),
        ("새 등대를 문도현 소장이 둘러보았다.", "새 등대를 소장이 둘러보았다.", "문도현"),
        ("Новый маяк открыл Орест Вьюгин вчера.", "Новый маяк открыли вчера.", "Орест Вьюгин"),
        ("新灯塔由港务局局长罗文海揭幕。", "新灯塔由港务局局长揭幕。", "罗文海"),
        ("罗文海和渔民在码头等待。", "渔民在码头等待。", "罗文海"),
    ],
)
def test_a_name_that_was_struck_is_removed_and_one_that_was_put_in_is_added(
    old: str, new: str, name: str
) -> None:
    struck, put_in = term_changes(old, new), term_changes(new, old)
    assert (name in struck.removed, name in struck.added) == (True, False)
    assert (name in put_in.added, name in put_in.removed) == (True, False)


@pytest.mark.parametrize(
    ("old", "new", "pair"),
    [
        ("The weir was opened by Orlo Venn.", "The weir was opened by Ada Pim.", ("Orlo Venn", "Ada Pim")),
        ("Kim Orla Il came.", "Kim Orla Un came.", ("Kim Orla Il", "Kim Orla Un")),
        ("Kim Orla Il came.", "Kim Orla Un came.", ("Il", "Un")),
        ("Orlo Venn cut the ribbon.", "A senior clerk cut the ribbon.", ("Orlo Venn", "senior clerk")),
        (
            "새 등대를 문도현 소장이 둘러보았다.",
            "새 등대를 서가람 소장이 둘러보았다.",
            ("문도현", "서가람"),
        ),
        (
            "Новый маяк открыл Орест Вьюгин вчера.",
            "Новый маяк открыл Лука Снегов вчера.",
            ("Орест Вьюгин", "Лука Снегов"),
        ),
        ("新灯塔由局长罗文海揭幕。", "新灯塔由局长钱小渔揭幕。", ("罗文海", "钱小渔")),
        ("他们在白石港等待。", "他们在黑石港等待。", ("白石港", "黑石港")),
    ],
)
def test_what_stands_at_the_spot_of_another_replaced_it(old: str, new: str, pair: tuple[str, str]) -> None:
    assert pair in term_changes(old, new).replaced


def test_a_name_is_told_first_as_a_whole_then_by_its_parts() -> None:
    assert term_changes("They asked Orlo Venn about it.", "They asked about it.").removed == (
        "Orlo Venn",
        "Orlo",
        "Venn",
    )


def test_a_title_put_before_a_name_is_added_together_with_the_name_it_stands_before() -> None:
    added = term_changes("Marshal Venn spoke.", "Beloved Marshal Venn spoke.").added
    assert added[:3] == ("Beloved Marshal Venn", "Beloved Marshal", "Beloved")


def test_what_stands_elsewhere_in_the_text_was_neither_removed_nor_added() -> None:
    old = "The mayor spoke. Orlo Venn clapped.\nOrlo Venn went home."
    new = "The mayor spoke.\nOrlo Venn went home."
    assert "Orlo Venn" not in term_changes(old, new).removed
    assert term_changes(old, old.replace("Venn's", "Venn")) == TermChanges()


def test_blanks_between_chinese_words_make_no_terms() -> None:
    old, new = "罗文海 罗文海 罗文海", "罗文海 罗文海"
    assert (term_changes(old, new), term_changes(new, old)) == (TermChanges(), TermChanges())


def test_moved_paragraphs_change_no_terms() -> None:
    lines = ["Eels are dear.", "Orlo Venn sells rope.", "The ferry sleeps."]
    assert term_changes("\n".join(lines), "\n".join(lines[::-1])) == TermChanges()


# ---------------------------------------------------------------- what a term is


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("The dredger came on 3 May.", "The dredger came on 4 June."),
        ("It cost 300 crowns.", "It cost 310 crowns."),
        ("The eels which the cook fried", "The eels that a cook fried"),
        ("She said: eels.", "She said eels!"),
        ("Новость вышла в среду", "Новость вышла в пятницу"),
        ("", ""),
    ],
)
def test_numbers_dates_signs_and_stop_words_are_no_terms(old: str, new: str) -> None:
    assert term_changes(old, new) == TermChanges()


def test_a_number_may_end_a_term_after_a_capital_letter() -> None:
    removed = term_changes("He works in Room 39 of 12 rooms.", "He works in one of 12 rooms.").removed
    assert removed == ("Room", "Room 39")


def test_a_letter_alone_is_no_term_but_makes_one_with_the_word_beside_it() -> None:
    found = term_changes("Eels are rich in vitamin B and salt.", "Eels are rich in vitamin D and salt.")
    told = "vitamin B" in found.removed, "vitamin D" in found.added, "B" in found.removed
    assert told == (True, True, False)


def test_no_sign_and_no_end_of_a_line_lies_within_a_term() -> None:
    found = term_changes("Eels\nOrlo, Venn (Pim)\nRope", "Eels\nRope").removed
    assert set(found) == {"Orlo", "Venn", "Pim"}


def test_a_possessive_and_a_particle_belong_to_no_term() -> None:
    assert term_changes("We read Venn’s letter.", "We read a letter.").removed == ("Venn",)
    assert "장보고산" in term_changes("새 배를 장보고산에서 보았다.", "새 배를 보았다.").removed


@pytest.mark.parametrize("name", ["An Sung Pak", "No Kwang Hun", "So Min Ho", "In Ho Jin"])
def test_a_family_whose_name_is_a_stop_word_elsewhere_is_part_of_the_name(name: str) -> None:
    removed = term_changes(f"The mill was opened by {name}.", "The mill was opened.").removed
    assert (removed[0], name.split()[0] in removed) == (name, False)


def test_a_stop_word_that_only_starts_a_sentence_is_no_name() -> None:
    removed = term_changes("Eels. No Harvest came. An Official wept.", "Eels.").removed
    assert [term for term in removed if {"No", "An"} & set(term.split())] == []


def test_a_family_that_was_replaced_is_told_with_the_rest_of_the_name() -> None:
    found = term_changes("We asked So Min Ho about it.", "We asked Pak Min Ho about it.")
    assert found.replaced == (("So Min Ho", "Pak Min Ho"),)
    assert found.removed == ("So Min Ho", "So Min")


@pytest.mark.parametrize(
    ("term", "form"),
    [
        ("Kim  Jong‑un’s", "kim jong-un"),
        ("ОРЕСТ Вьюгин", "орест вьюгин"),
        ("장보고산에서", "장보고산"),
        ("국제회의", "국제회의"),
        ("罗文海", "罗 文 海"),
        ("", ""),
    ],
)
def test_terms_are_compared_without_case_possessive_and_particle(term: str, form: str) -> None:
    assert folded(term) == form


@pytest.mark.parametrize(
    ("text", "term", "count"),
    [
        ("The Song  dynasty. A song, songs, SONG’s.", "song", 3),
        ("Орест Вьюгин, орест\tвьюгин, Ореста Вьюгина", "Орест Вьюгин", 2),
        ("문도현은 왔고 문도현이 갔다. 문도현", "문도현", 3),
        ("罗文海与罗文海的船", "罗文海", 2),
        ("罗文与海", "罗文海", 0),
        ("Orlo, Venn", "Orlo Venn", 0),
        ("asked Orlo\nVenn came. Orlo  Venn", "Orlo Venn", 1),
        ("eels", " ", 0),
        ("", "eels", 0),
    ],
)
def test_a_term_is_found_as_whole_words_and_in_chinese_as_characters(
    text: str, term: str, count: int
) -> None:
    assert occurrences(text, term) == count


# ---------------------------------------------------------------- properties

WORDS = [
    "eels",
    "rope",
    "Orlo",
    "Venn",
    "An",
    "the",
    "of",
    "39",
    "Room",
    ",",
    ".",
    "\n",
    "문도현은",
    "罗文海",
]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)


@given(TEXTS, TEXTS)
@settings(max_examples=300, deadline=None)
def test_what_was_removed_stood_in_the_old_text_and_stands_nowhere_in_the_new_one(old: str, new: str) -> None:
    found = term_changes(old, new)
    assert [t for t in found.removed if not occurrences(old, t) or occurrences(new, t)] == []
    assert [t for t in found.added if occurrences(old, t) or not occurrences(new, t)] == []
    assert [p for p in found.replaced if not occurrences(old, p[0]) or not occurrences(new, p[1])] == []


@given(TEXTS, TEXTS)
@settings(max_examples=100, deadline=None)
def test_no_term_is_longer_than_it_may_be_and_none_is_told_twice(old: str, new: str) -> None:
    found = term_changes(old, new)
    assert [t for t in (*found.removed, *found.added) if len(folded(t).split()) > LONGEST] == []
    assert [s for pair in found.replaced for s in pair if len(folded(s).split()) > 4 * LONGEST] == []
    assert [len(set(of)) for of in (found.removed, found.added, found.replaced)] == [
        len(found.removed),
        len(found.added),
        len(found.replaced),
    ]


@pytest.mark.parametrize(
    "hostile",
    [
        " ".join(f"Name{n}" for n in range(40_000)),
        "a " * 200_000,
        "-" * 300_000,
        "a-" * 150_000,
        "罗" * 300_000,
        "x" * 400_000,
        "가나다라 " * 60_000,
    ],
    ids=["names", "letters", "hyphens", "joined", "one character", "one word", "korean"],
)
def test_of_a_text_without_end_a_bounded_number_of_terms_is_told_names_first(hostile: str) -> None:
    found = term_changes(hostile + " Orlo Venn", "Eels are dear. " + hostile[: len(hostile) // 2])
    assert max(len(found.removed), len(found.added), len(found.replaced)) <= MOST_TERMS


# ---------------------------------------------------------------- a term through time

START = datetime(2026, 3, 1, tzinfo=UTC)


def versions(item: str, *texts: str, start: int = 0) -> list[Version]:
    """The versions of an item, each seen first on a day and last twelve hours later."""
    return [
        Version(
            item,
            "Gazette",
            f"https://gazette.example/{item}",
            item.title(),
            f"{item}-{number}",
            day(start + number),
            text,
            day(start + number) + timedelta(hours=12),
        )
        for number, text in enumerate(texts)
    ]


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def test_a_trace_tells_between_which_sightings_a_term_appeared_and_vanished() -> None:
    found = trace(
        "Orlo Venn", versions("weir", "Eels.", "Orlo Venn came.", "Orlo Venn left. Orlo Venn!", "Eels.")
    )
    (presence,) = found.items[0].presences
    assert (presence.appeared_after, presence.appeared_before) == (day(0) + timedelta(hours=12), day(1))
    assert (presence.held_until, presence.vanished_before) == (day(2) + timedelta(hours=12), day(3))
    assert (presence.appeared_in, presence.vanished_in, presence.most) == ("weir-1", "weir-3", 2)
    assert found.items[0].is_there is False


def test_what_was_there_at_first_sight_appeared_nobody_knows_when() -> None:
    (presence,) = trace("venn", versions("weir", "Venn came.")).items[0].presences
    assert (presence.appeared_after, presence.appeared_before, presence.vanished_before) == (
        None,
        day(0),
        None,
    )


def test_a_term_that_came_back_is_present_twice() -> None:
    (item,) = trace("Venn", versions("weir", "Venn", "Eels", "Venn", "Venn")).items
    assert [(p.appeared_before, p.vanished_before) for p in item.presences] == [
        (day(0), day(1)),
        (day(2), None),
    ]
    assert item.is_there is True


def test_items_come_in_the_order_in_which_the_term_appeared_and_totals_by_time() -> None:
    stream = [
        *versions("late", "Eels", "Venn", start=1),
        *versions("early", "Venn", "Venn", "Eels"),
        *versions("never", "Eels", "Rope"),
    ]
    found = trace("Venn", stream)
    assert [item.item_id for item in found.items] == ["early", "late"]
    assert found.first is found.items[0]
    assert [(t.at, t.items, t.appeared, t.vanished) for t in found.totals] == [
        (day(0), 1, 1, 0),
        (day(2), 1, 1, 1),
    ]


@pytest.mark.parametrize("term", ["Venn", "", " ", "!"])
def test_a_term_that_stands_nowhere_has_an_empty_trace(term: str) -> None:
    found = trace(term, versions("weir", "Eels are dear."))
    assert (found.items, found.totals, found.first) == ((), (), None)
    assert trace(term, []).items == ()
