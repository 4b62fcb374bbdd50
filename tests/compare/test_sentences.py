"""Where sentences end, and which one became which."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.compare.sentences import Tag, align, equal_in_order, heaviest_chain, spans, split

RIVER = "The river rose overnight and flooded the lower market."
MAYOR = "Mayor Ilse Brandt asked residents to stay at home."
SCHOOL = "All four schools will remain closed until Thursday."
TRAIN = "Trains to the coast are running on the upper line only."
STORE = "A warehouse full of grain was lost near the old bridge."


def tags(marks: tuple[Tag, ...]) -> str:
    return "".join(marks)


def pairs(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    return [(pair.old, pair.new) for pair in align(old, new).pairs]


# ---------------------------------------------------------------- splitting


@pytest.mark.parametrize(
    "sentences",
    [
        ["The U.S. envoy met Mr. Tan on Jan. 5.", "Talks went on."],
        ["He said no.", "Then he left."],
        ["Gate No. 12 is shut.", "Use gate 3."],
        ["The session closed at 5 p.m.", "The guests stayed."],
        ["It happened in the U.S.", "The court agreed."],
        ["Shares of U.S. Copper fell.", "Others rose."],
        ["J. K. Marlow wrote it.", "A. Becker read it."],
        ["It cost $1.5 million.", "That is 3.2 percent more."],
        ["“Why?” he asked.", "“Nobody knows!” she said."],
        ["“Leave at once.”", "He did."],
        ['"Stop!"', "They stopped."],
        ["(The hall was empty.)", "Rain fell."],
        ["Wait... what was that?", "Nothing… or so it seemed."],
        ["Am 12. Mai kam Dr. Weiss an.", "Es regnete."],
        ["Он родился в 1950 г. в порту.", "Потом уехал."],
        ["김 위원장은 공장을 찾았다.", "그는 만족을 표시했다."],
        ["Plan B.", "The council liked it."],
    ],
)
def test_a_sentence_ends_where_a_reader_ends_it(sentences: list[str]) -> None:
    assert split(" ".join(sentences)) == sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (
            "河水上涨了。市长说：“请留在家里。”学校关了！",
            ["河水上涨了。", "市长说：“请留在家里。”", "学校关了！"],
        ),
        ("川が増水した。「家にいて」と市長は言った。", ["川が増水した。", "「家にいて」と市長は言った。"]),
        ("नदी बढ़ गई। लोग घर में रहे।", ["नदी बढ़ गई।", "लोग घर में रहे।"]),
        ("", []),
        (" \n ", []),
        ("no end", ["no end"]),
        ("one.\n\n  Two.", ["one.", "Two."]),
    ],
)
def test_scripts_without_blanks_and_odd_texts_are_split(text: str, sentences: list[str]) -> None:
    assert split(text) == sentences


@given(st.text(alphabet='aB1.!?。 \n"”)Mr', max_size=60))
def test_splitting_loses_nothing_but_blanks(text: str) -> None:
    assert "".join("".join(split(text)).split()) == "".join(text.split())


@given(st.text(max_size=60))
def test_spans_are_in_order_and_do_not_overlap(text: str) -> None:
    edges = [edge for span in spans(text) for edge in span]
    assert edges == sorted(edges)


@pytest.mark.parametrize(
    "text", ["." * 100_000, ". " * 50_000, '."' * 50_000, "a." * 50_000, '. ("(' * 30_000]
)
def test_hostile_punctuation_is_split_in_linear_time(text: str) -> None:
    started = time.perf_counter()
    split(text)
    assert time.perf_counter() - started < 5


# ---------------------------------------------------------------- aligning


def test_equal_versions_are_unchanged() -> None:
    aligned = align([RIVER, MAYOR], [RIVER, MAYOR])
    assert tags(aligned.old_tags) + tags(aligned.new_tags) == "UUUU"


def test_quotes_dashes_and_blanks_of_another_shape_are_no_edit() -> None:
    aligned = align(["“Stay” – he  said…"], ['"Stay" - he said...'])
    assert tags(aligned.new_tags) == "U"


def test_one_changed_word_is_an_edit() -> None:
    aligned = align([RIVER, MAYOR], [RIVER, MAYOR.replace("asked", "ordered")])
    assert (tags(aligned.old_tags), tags(aligned.new_tags)) == ("UE", "UE")


def test_similarity_counts_words() -> None:
    aligned = align(["One two three four"], ["One two three five"])
    assert aligned.pairs[0].similarity == 0.75


def test_added_and_deleted_sentences_have_no_partner() -> None:
    aligned = align([RIVER, MAYOR, SCHOOL], [RIVER, SCHOOL, TRAIN])
    assert (tags(aligned.old_tags), tags(aligned.new_tags)) == ("UDU", "UUA")


def test_a_moved_sentence_is_moved_on_both_sides() -> None:
    aligned = align([RIVER, MAYOR, SCHOOL, TRAIN], [TRAIN, RIVER, MAYOR, SCHOOL])
    assert (tags(aligned.old_tags), tags(aligned.new_tags)) == ("UUUM", "MUUU")
    assert [(pair.old, pair.new) for pair in aligned.pairs if pair.is_moved] == [(3, 0)]


def test_a_sentence_moved_and_edited_is_moved() -> None:
    aligned = align([RIVER, MAYOR, SCHOOL, TRAIN], [TRAIN.replace("upper", "lower"), RIVER, MAYOR, SCHOOL])
    assert tags(aligned.new_tags) == "MUUU"


def test_of_two_that_swapped_the_shorter_one_moved() -> None:
    aligned = align(["It rained.", RIVER], [RIVER, "It rained."])
    assert tags(aligned.old_tags) == "MU"


def test_merged_sentences_are_both_paired_with_the_one_they_became() -> None:
    merged = RIVER[:-1] + ", and " + MAYOR
    assert pairs([SCHOOL, RIVER, MAYOR, TRAIN], [SCHOOL, merged, TRAIN]) == [(0, 0), (1, 1), (2, 1), (3, 2)]


def test_a_split_sentence_is_paired_with_both_its_parts() -> None:
    whole = RIVER[:-1] + ", and " + MAYOR
    assert pairs([SCHOOL, whole, TRAIN], [SCHOOL, RIVER, MAYOR, TRAIN]) == [(0, 0), (1, 1), (1, 2), (2, 3)]


def test_a_sentence_rewritten_in_its_place_is_an_edit() -> None:
    rewritten = "Mayor Brandt, meanwhile, told everybody that leaving home was dangerous."
    assert tags(align([RIVER, MAYOR, SCHOOL], [RIVER, rewritten, SCHOOL]).new_tags) == "UEU"


def test_sentences_with_nothing_in_common_are_deleted_and_added() -> None:
    aligned = align([RIVER, "Nobody was hurt", SCHOOL], [RIVER, "Мост закрыт до утра", SCHOOL])
    assert (tags(aligned.old_tags), tags(aligned.new_tags)) == ("UDU", "UAU")


def test_chinese_is_compared_by_characters() -> None:
    aligned = align(["河水夜间上涨淹没了市场。"], ["河水清晨上涨淹没了市场。"])
    assert (tags(aligned.new_tags), round(aligned.pairs[0].similarity, 2)) == ("E", 0.83)


SENTENCES = st.lists(
    st.sampled_from([RIVER, MAYOR, SCHOOL, TRAIN, STORE, "a", "b", "", RIVER + " a b"]), max_size=9
)


@given(SENTENCES, SENTENCES)
def test_every_tag_agrees_with_the_pairs(old: list[str], new: list[str]) -> None:
    aligned = align(old, new)
    assert {i for i, tag in enumerate(aligned.old_tags) if tag is not Tag.DELETED} == {
        p.old for p in aligned.pairs
    }
    assert {j for j, tag in enumerate(aligned.new_tags) if tag is not Tag.ADDED} == {
        p.new for p in aligned.pairs
    }


@given(SENTENCES, SENTENCES)
def test_pairs_that_did_not_move_keep_the_order(old: list[str], new: list[str]) -> None:
    kept = [(pair.old, pair.new) for pair in align(old, new).pairs if not pair.is_moved]
    assert [new for _, new in kept] == sorted(new for _, new in kept)


@given(SENTENCES)
def test_a_version_is_unchanged_against_itself(sentences: list[str]) -> None:
    assert set(align(sentences, sentences).new_tags) <= {Tag.UNCHANGED}


# ---------------------------------------------------------------- the parts


def test_equal_texts_are_found_in_order() -> None:
    assert equal_in_order(list("axbyc"), list("abzc")) == [(0, 0), (2, 1), (4, 3)]


def test_past_the_budget_unique_texts_divide_the_work() -> None:
    old = [f"o{n}" if n % 2 else f"same{n}" for n in range(11_000)]
    new = [f"n{n}" if n % 2 else f"same{n}" for n in range(11_001)]
    assert len(equal_in_order(["x", *old, "y"], ["z", *new, "w"])) == 5_500


@given(st.permutations(range(7)))
def test_the_heaviest_chain_is_the_best_of_all_chains(places: list[int]) -> None:
    weights = [1.0 + place % 3 for place in places]
    chosen = heaviest_chain(places, weights)
    best = [0.0] * len(places)
    for position, place in enumerate(places):
        before = [best[other] for other in range(position) if places[other] < place]
        best[position] = weights[position] + max(before, default=0.0)
    assert sum(weights[position] for position in chosen) == max(best)
    assert [places[position] for position in sorted(chosen)] == sorted(
        places[position] for position in chosen
    )


@settings(deadline=None)
@given(st.randoms(use_true_random=False))
def test_aligning_is_deterministic(random: object) -> None:
    old = [random.choice([RIVER, MAYOR, SCHOOL, TRAIN]) for _ in range(8)]  # type: ignore[attr-defined]
    new = old[::-1]
    assert align(old, new) == align(list(old), list(new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (["a b"] * 8_000, ["a c"] * 8_000),
        ([f"u{n} x y" for n in range(8_000)], [f"v{n} x y" for n in range(8_000)]),
        ([f"a{n} b{n} c" for n in range(3_000)], [" ".join(f"a{n} b{n} c" for n in range(3_000))]),
        (["p q " * 20_000] * 12, ["q r " * 20_000] * 12),
    ],
    ids=["all alike", "all different", "one long merge", "long sentences"],
)
def test_hostile_versions_are_aligned_within_seconds(old: list[str], new: list[str]) -> None:
    started = time.perf_counter()
    align(old, new)
    assert time.perf_counter() - started < 10
