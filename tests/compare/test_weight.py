"""How weighty a change is: what must hold whatever the edits are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.compare.kinds import PLACES, Edit, Kind
from crawler.compare.weight import Part, Weight, rarities, weight

COMMON = dict.fromkeys(Kind, 0.0)
USUAL = dict.fromkeys(Kind, 0.5)
RARE = dict.fromkeys(Kind, 1.0)
TELLING = sorted(set(Kind) - PLACES)

SOME = settings(deadline=None, derandomize=True, max_examples=100)

kinds = st.lists(st.sampled_from(sorted(Kind)), min_size=1, max_size=5, unique=True).map(tuple)
wheres = st.sampled_from(
    ("headline", "lead", "body", "byline", "excerpt", "published", "modified", "date", "text")
)
edits = st.builds(lambda where, found: Edit(where, "old", "new", found), wheres, kinds)
rarity = st.fixed_dictionaries({kind: st.floats(0, 1) for kind in Kind})


def edit(*found: Kind, where: str = "body") -> Edit:
    return Edit(where, "old", "new", found)


@SOME
@given(found=st.lists(edits, max_size=60), rarity=rarity, silent=st.booleans(), reverts=st.booleans())
def test_a_weight_lies_between_0_and_100(
    found: list[Edit], rarity: dict[Kind, float], silent: bool, reverts: bool
) -> None:
    heavy = weight(found, rarity, is_stealth=silent, reverts=reverts)
    assert 0 <= heavy.value <= 100


@SOME
@given(found=st.lists(edits, max_size=30), one=edits, rarity=rarity, silent=st.booleans())
def test_one_edit_more_never_weighs_less(
    found: list[Edit], one: Edit, rarity: dict[Kind, float], silent: bool
) -> None:
    fewer = weight(found, rarity, is_stealth=silent)
    assert weight([*found, one], rarity, is_stealth=silent).value >= fewer.value


@SOME
@given(found=st.lists(edits, max_size=20), rarity=rarity, data=st.data())
def test_the_order_of_edits_does_not_matter(
    found: list[Edit], rarity: dict[Kind, float], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(found))
    assert weight(shuffled, rarity).value == weight(found, rarity).value


@SOME
@given(found=st.lists(edits, min_size=1, max_size=20), rarity=rarity, kind=st.sampled_from(TELLING))
def test_the_rarer_a_kind_the_weightier_never_lighter(
    found: list[Edit], rarity: dict[Kind, float], kind: Kind
) -> None:
    common, rare = ({**rarity, kind: value} for value in (0.0, 1.0))
    assert weight(found, rare).value >= weight(found, common).value


@SOME
@given(found=st.lists(edits, max_size=60), rarity=rarity)
def test_the_parts_add_up_to_the_weight_the_heaviest_first(
    found: list[Edit], rarity: dict[Kind, float]
) -> None:
    heavy = weight(found, rarity)
    points = [part.points for part in heavy.parts]
    assert points == sorted(points, reverse=True)
    assert abs(min(100, sum(points)) - heavy.value) <= 1.5  # what counts less than half a point is not told


@pytest.mark.parametrize("kind", TELLING)
def test_an_edit_of_the_headline_outweighs_the_same_one_in_the_lead_and_that_one_in_the_body(
    kind: Kind,
) -> None:
    headline, lead, body = (
        sum(part.points for part in weight([edit(kind, where=where)], USUAL).parts)
        for where in ("headline", "lead", "body")
    )
    assert headline > lead > body > 0


@pytest.mark.parametrize("kind", TELLING)
def test_what_is_rare_at_its_source_outweighs_what_is_common(kind: Kind) -> None:
    rare, common = (sum(part.points for part in weight([edit(kind)], each).parts) for each in (RARE, COMMON))
    assert rare > common > 0


@pytest.mark.parametrize(
    ("heavier", "lighter"),
    [
        ([Kind.CLAIM_REMOVED], [Kind.CLAIM_ADDED]),
        ([Kind.PERSON], [Kind.WORDING]),
        ([Kind.NUMBER], [Kind.DATE]),
        ([Kind.WORDING], [Kind.ORDER]),
        ([Kind.ORDER], [Kind.FORM]),
        ([Kind.NUMBER, Kind.PERSON], [Kind.NUMBER]),
    ],
)
def test_some_kinds_outweigh_others(heavier: list[Kind], lighter: list[Kind]) -> None:
    assert weight([edit(*heavier)], USUAL).value > weight([edit(*lighter)], USUAL).value


def test_a_name_for_a_place_adds_nothing_to_an_edit() -> None:
    assert weight([edit(Kind.NUMBER, Kind.LEAD)], USUAL) == weight([edit(Kind.NUMBER)], USUAL)


def test_many_misprints_do_not_outweigh_one_struck_claim() -> None:
    misprints = weight([edit(Kind.FORM)] * 500, USUAL)
    assert misprints.value < weight([edit(Kind.CLAIM_REMOVED)], COMMON).value


def test_the_date_of_update_counts_for_little() -> None:
    stamp = weight([edit(Kind.DATE, where="modified")], USUAL)
    assert stamp.value < weight([edit(Kind.DATE, where="published")], USUAL).value / 4


def test_no_edit_weighs_nothing() -> None:
    assert weight([], RARE, is_stealth=True, reverts=True) == Weight(0, ())


def test_silence_adds_to_a_grave_edit_and_says_so() -> None:
    loud, silent = (weight([edit(Kind.NUMBER)], USUAL, is_stealth=said) for said in (False, True))
    assert silent.value > loud.value
    assert "in silence" in silent.parts[-1].reason


def test_silence_adds_nothing_to_a_misprint_mended() -> None:
    misprint = [edit(Kind.FORM)]
    assert weight(misprint, USUAL, is_stealth=True) == weight(misprint, USUAL)


def test_taking_back_an_edit_adds_to_it_and_says_so() -> None:
    once, back = (weight([edit(Kind.NUMBER)], USUAL, reverts=said) for said in (False, True))
    assert back.value > once.value
    assert back.parts[-1].reason == "takes back an earlier edit"


def test_the_reason_names_kinds_place_and_what_is_rare() -> None:
    found = weight([edit(Kind.CLAIM_REMOVED, Kind.PERSON, where="headline")], {**USUAL, Kind.PERSON: 0.95})
    assert [part.reason for part in found.parts] == [
        "claim removed, person in the headline; person is rare at this source"
    ]


def test_of_a_body_the_place_is_not_named() -> None:
    assert weight([edit(Kind.ORDER)], USUAL).parts == (Part(6.0, "order"),)


# ---------------------------------------------------------------- how rare


def test_at_a_source_without_a_past_every_kind_is_neither_rare_nor_common() -> None:
    assert set(rarities({}, 0).values()) == {0.5}


def test_a_kind_grows_rarer_while_others_are_edited_and_common_as_it_comes_again() -> None:
    unseen = [rarities({}, changes)[Kind.NUMBER] for changes in (0, 5, 50, 5000)]
    seen = [rarities({Kind.NUMBER: changes}, changes)[Kind.NUMBER] for changes in (0, 5, 50, 5000)]
    assert unseen == sorted(unseen) and unseen[-1] < 1
    assert seen == sorted(seen, reverse=True) and seen[-1] > 0


@SOME
@given(changes=st.integers(0, 10**6), data=st.data())
def test_a_rarity_lies_between_0_and_1(changes: int, data: st.DataObject) -> None:
    counts = data.draw(st.dictionaries(st.sampled_from(TELLING), st.integers(0, changes)))
    assert all(0 <= value <= 1 for value in rarities(counts, changes).values())
