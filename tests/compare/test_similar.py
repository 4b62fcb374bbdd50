"""What counts as the same story, in texts made up here: copies of every kind, and strangers alike."""

from __future__ import annotations

import random
import subprocess
import sys
import time

import pytest

from crawler.compare.similar import (
    BANDS,
    Likeness,
    bands,
    cluster,
    compare_readings,
    compare_teasers,
    compare_texts,
    copy_likeness,
    read,
    similarity,
)
from crawler.errors import UsageError

_SYLLABLES = (
    "ba",
    "den",
    "fo",
    "gri",
    "hal",
    "jun",
    "ka",
    "lor",
    "mi",
    "nes",
    "pol",
    "ra",
    "sto",
    "tur",
    "wen",
    "zo",
)


def _story(seed: int, sentences: int = 24) -> str:
    """A made-up story: sentences of made-up words, a name or a figure in each."""
    rng = random.Random(seed)

    def word() -> str:
        return "".join(rng.choices(_SYLLABLES, k=rng.randint(1, 4)))

    def sentence() -> str:
        plain = [word() for _ in range(rng.randint(9, 18))]
        name, figure = word().title(), rng.randint(2, 990)
        return f"The {' '.join(plain[:5])} {name} {' '.join(plain[5:])} {figure} {word()}."

    return " ".join(sentence() for _ in range(sentences))


def _sentences(text: str) -> list[str]:
    return [part.strip() + "." for part in text.split(".") if part.strip()]


def _retyped(text: str, share: float, seed: int = 5) -> str:
    """`text` with `share` of its letters lost or wrong."""
    rng = random.Random(seed)
    typed = (
        letter if letter == " " or rng.random() >= share else rng.choice(["", "x", letter * 2])
        for letter in text
    )
    return "".join(typed)


def _reworded(text: str, share: float, seed: int = 5) -> str:
    """`text` with `share` of its words replaced by those of another story."""
    rng = random.Random(seed)
    others = _story(999).split()
    return " ".join(rng.choice(others) if rng.random() < share else word for word in text.split())


STORY, STRANGER = _story(1), _story(2)
_HALF = " ".join(_sentences(STORY)[:12])
_MOVED = " ".join(_sentences(STORY)[12:] + _sentences(STORY)[:12])
_UPDATED = " ".join(_sentences(STORY)[:10] + _sentences(STRANGER)[3:7] + _sentences(STORY)[12:])
_FRAMED = (
    f"By our reporter in town. GREENHARBOUR (Coast News) -- {STORY} Do not print this without asking us."
)

COPIES = {
    "with other blanks and quotes": STORY.replace(" ", "  "),
    "under another dateline": f"GREENHARBOUR, March 3 (Coast News) -- {STORY}",
    "in a frame": _FRAMED,
    "cut to its first half": _HALF,
    "cut to its first sixth": " ".join(_sentences(STORY)[:4]),
    "with paragraphs moved": _MOVED,
    "updated": _UPDATED,
    "retyped badly": _retyped(STORY, 0.05),
    "with a fifth of its words replaced": _reworded(STORY, 0.2),
    "with one figure corrected": STORY.replace(STORY.split()[-2], "991", 1),
}


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES.keys())
def test_a_copy_is_the_same_story(copy: str) -> None:
    assert compare_texts(STORY, copy).is_same


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES.keys())
def test_a_copy_shares_a_band_with_the_original(copy: str) -> None:
    assert set(bands(STORY)) & set(bands(copy))


RELATED = {
    "another story": STRANGER,
    "one that quotes three sentences": " ".join(_sentences(STORY)[:3] + _sentences(STRANGER)[3:]),
    "one that quotes a fifth throughout": " ".join(
        _sentences(STORY if number % 5 == 0 else STRANGER)[number] for number in range(20)
    ),
    "one with every other word in common": _reworded(STORY, 0.55),
}


@pytest.mark.parametrize("other", RELATED.values(), ids=RELATED.keys())
def test_a_related_story_is_another_story(other: str) -> None:
    assert not compare_texts(STORY, other).is_same


def test_a_passage_from_the_middle_of_a_long_text_is_not_that_text() -> None:
    long = _story(3, 80)
    passage = " ".join(_sentences(long)[40:46])
    assert not compare_texts(passage, long).is_same


def test_two_stories_that_print_one_table_are_two_stories() -> None:
    table = " ".join(
        f"{day} May Northfield {day % 7} Eastport {day % 5} Att. {day * 311}" for day in range(1, 31)
    )
    one, other = (f"{_story(seed, 8)} {table}" for seed in (4, 5))
    assert not compare_texts(one, other).is_same


# ---------------------------------------------------------------- stock texts

_STOCK_BODY = """Families moved into the new homes at the {farm} Orchard in {county} County on {day}. Present
were {chief}, head of the county council, and the builders. Speakers said that the homes were finished within
{months} months, whatever the weather, and that every family had a garden. Keys were handed out one after
another, and a band from the province played. Neighbours danced in the yard until it was dark. The guests
looked into the kitchens of {family} and others and wished them luck. {worker}, who has picked apples there
for {years} years, said that she had hardly slept for joy."""
_STOCK_A = _STOCK_BODY.format(
    farm="Redhill", county="Aldermark", day="May 14", chief="Otto Brenn", months=7, family="the Larsons",
    worker="Ida Holm", years=31,
)  # fmt: skip
_STOCK_B = _STOCK_BODY.format(
    farm="Stillwater", county="Brookham", day="March 2", chief="Tom Vane", months=5, family="the Okoros",
    worker="Una Marsh", years=12,
)  # fmt: skip

_MOVED_IN = "Residents of {} County moved into new houses on Monday, cheered by a band and by many neighbours"
_CLINIC = "A ceremony to open a new clinic took place in Aldermark County on {}, with officials and residents"
_RIVER = "The river at the old bridge will stand at {} centimetres in the morning and fall by noon"
_RESCUE = (
    "The lifeboat crew brought {} sailors ashore in the night after their boat had lost its rudder at sea"
)
_KOREAN = "{} 주민들이 월요일 새로 지은 살림집에 들어섰으며 이웃들이 꽃과 북으로 축하하였다고 기자가 전하였다"
_CHINESE = (
    "{}的居民星期一搬进了新建的住宅，邻居们敲锣打鼓送来鲜花表示祝贺，当地干部也参加了仪式，场面十分热烈"
)
_RUSSIAN = "Жители посёлка {} района въехали в новые дома в понедельник под музыку и поздравления"

APART = {
    "counties": (_MOVED_IN.format("Aldermark"), _MOVED_IN.format("Brookham")),
    "dates": (_CLINIC.format("May 3"), _CLINIC.format("June 9")),
    "figures": (_RIVER.format(312), _RIVER.format(275)),
    "figures in words": (_RESCUE.format("three"), _RESCUE.format("seven")),
    "Korean provinces": (_KOREAN.format("강원남도 붉은리의"), _KOREAN.format("강원북도 붉은리의")),
    "Chinese counties": (_CHINESE.format("河口县"), _CHINESE.format("南山县")),
    "Russian villages": (_RUSSIAN.format("Речной Заводского"), _RUSSIAN.format("Лесной Горного")),
    "everything of a whole report": (_STOCK_A, _STOCK_B),
}


@pytest.mark.parametrize("pair", APART.values(), ids=APART.keys())
def test_stock_sentences_with_other(pair: tuple[str, str]) -> None:
    assert not compare_texts(*pair).is_same


def test_stock_texts_do_not_meet_in_a_cluster() -> None:
    texts = [(f"{kind}-{side}", text) for kind, pair in APART.items() for side, text in enumerate(pair)]
    assert cluster(texts) == {name: name for name, _ in texts}


_TEASER = f"{_CLINIC.format('May 3')} standing in the rain"


@pytest.mark.parametrize(
    "other",
    [
        _TEASER[:74],
        f"{_TEASER}. The first patient was a cat.",
        f"HARBOURTON, May 4 (Coast News) -- {_TEASER}",
        _TEASER.replace("A ceremony", "A short ceremony"),
    ],
    ids=["cut inside a word", "with more to follow", "under a dateline", "reworded"],
)
def test_a_short_text_is_the_same(other: str) -> None:
    assert compare_texts(_TEASER, other).is_same


def test_a_name_replaced_in_a_long_story_leaves_it_the_same_story() -> None:
    edited = _STOCK_A.replace("Otto Brenn", "Tom Vane")
    assert compare_texts(_STOCK_A, edited).is_same


def test_the_reason_names_what_was_replaced() -> None:
    reason = compare_texts(*APART["figures"]).reason
    assert reason == "the same sentence about '312', not '275'"


# ---------------------------------------------------------------- the measured number


def test_only_equal_texts_are_wholly_alike() -> None:
    assert similarity("One  plan.", "One plan.") == 1.0
    assert similarity("One plan.", "One plan .") < 1.0


def test_similarity_counts_words_in_order() -> None:
    assert similarity("one two three four", "one two three five") == 0.75


def test_texts_without_words_are_too_short_to_tell() -> None:
    assert compare_texts("!!!", "???") == Likeness(0.0, False, "too short to tell")


@pytest.mark.parametrize("other", [*COPIES.values(), *RELATED.values()])
def test_the_order_of_two_texts_does_not_matter(other: str) -> None:
    assert compare_texts(STORY, other) == compare_texts(other, STORY)


def test_texts_taken_apart_once_give_the_same_verdict() -> None:
    assert compare_readings(read(STORY), read(_UPDATED)) == compare_texts(STORY, _UPDATED)


@pytest.mark.parametrize("other", [*COPIES.values(), *RELATED.values()])
def test_of_a_copy_the_likeness_is_the_measured_one_and_of_another_story_none(other: str) -> None:
    measured = compare_texts(STORY, other)
    assert copy_likeness(read(STORY), read(other)) == (measured if measured.is_same else None)


# ---------------------------------------------------------------- bands


def test_a_text_has_a_bounded_number_of_bands_that_fit_a_signed_column() -> None:
    found = bands(STORY)
    assert len(found) == BANDS
    assert all(-(2**63) <= value < 2**63 for value in found)


def test_a_very_short_text_has_no_bands() -> None:
    assert bands("Rain today") == ()


def test_bands_are_the_same_in_another_process() -> None:
    script = "import sys; from crawler.compare.similar import bands; print(bands(sys.argv[1]))"
    run = subprocess.run(
        [sys.executable, "-c", script, _TEASER], capture_output=True, text=True, check=True, encoding="utf-8"
    )
    assert run.stdout.strip() == str(bands(_TEASER))


def test_bands_do_not_change_unnoticed() -> None:
    assert bands("The ferry to Stillwater sails again on Monday") == (
        -1960326806076248104,
        -757516593411169189,
        4447706386964445647,
    )


def test_strangers_share_no_band() -> None:
    assert not set(bands(STORY)) & set(bands(STRANGER))


# ---------------------------------------------------------------- teasers

_HEADLINE = "New clinic opens in Aldermark"
_LONG_HEADLINE = "New clinic with forty beds opens in the hills of Aldermark"
_DAY = "2024-05-04"

SAME_TEASERS = {
    "headline and cut excerpt": ((_HEADLINE, _TEASER, _DAY), (_HEADLINE, _TEASER[:90], _DAY)),
    "excerpt with an ellipsis": ((_HEADLINE, _TEASER, _DAY), (_HEADLINE, _TEASER[:90] + "…", _DAY)),
    "a day apart by time zone": ((_HEADLINE, _TEASER, _DAY), (_HEADLINE, _TEASER, "2024-05-05")),
    "precise and plain date": ((_HEADLINE, _TEASER, _DAY), (_HEADLINE, _TEASER, f"{_DAY}T08:00:00Z")),
    "excerpt without headline": ((None, _TEASER, _DAY), (_HEADLINE, _TEASER, _DAY)),
    "excerpt without date": ((None, _TEASER, None), (None, _TEASER[:60], _DAY)),
    "headline reworded": ((_HEADLINE, _TEASER, _DAY), ("Aldermark clinic opens", _TEASER, _DAY)),
    "long headline of one day": ((_LONG_HEADLINE, None, _DAY), (_LONG_HEADLINE, _TEASER, _DAY)),
}

OTHER_TEASERS = {
    "generic headline alone": (("Weather", None, _DAY), ("Weather", None, _DAY)),
    "long headline, dates unknown": ((_LONG_HEADLINE, None, None), (_LONG_HEADLINE, None, None)),
    "one headline, other excerpts": ((_HEADLINE, _TEASER, _DAY), (_HEADLINE, APART["dates"][1], _DAY)),
    "stock excerpt of another day": ((None, _TEASER, _DAY), (None, _TEASER, "2024-06-09")),
    "everything but the week": ((_HEADLINE, _TEASER, _DAY), (_HEADLINE, _TEASER, "2024-05-12")),
    "headlines about other places": (
        ("New houses in Aldermark", "Families moved into new houses on Monday to the sound", _DAY),
        ("New houses in Brookham", "Families moved into new houses on Monday to the sound", _DAY),
    ),
    "short excerpts": ((None, "Families moved", _DAY), (None, "Families moved", _DAY)),
    "counties": ((None, APART["counties"][0], _DAY), (None, APART["counties"][1], _DAY)),
    "nothing at all": ((None, None, None), (None, None, None)),
}

TeaserPair = tuple[tuple[str | None, str | None, str | None], tuple[str | None, str | None, str | None]]


@pytest.mark.parametrize("pair", SAME_TEASERS.values(), ids=SAME_TEASERS.keys())
def test_teasers_are_the_same_by(pair: TeaserPair) -> None:
    assert compare_teasers(*pair).is_same
    assert compare_teasers(*pair) == compare_teasers(*reversed(pair))


@pytest.mark.parametrize("pair", OTHER_TEASERS.values(), ids=OTHER_TEASERS.keys())
def test_teasers_stay_apart_with(pair: TeaserPair) -> None:
    assert not compare_teasers(*pair).is_same
    assert compare_teasers(*pair) == compare_teasers(*reversed(pair))


def test_a_teaser_date_that_cannot_be_read_is_compared_as_written() -> None:
    assert compare_teasers((None, _TEASER, "soon"), (None, _TEASER, "soon")).is_same
    assert not compare_teasers((None, _TEASER, "soon"), (None, _TEASER, "later")).is_same


# ---------------------------------------------------------------- clusters


def _family(number: int) -> list[tuple[str, str]]:
    story = _story(number)
    kinds = (story, _retyped(story, 0.04), _reworded(story, 0.15), " ".join(_sentences(story)[:10]))
    return [(f"{number}-{kind}", text) for kind, text in enumerate(kinds)]


def test_copies_meet_in_a_cluster_named_after_the_smallest_id() -> None:
    texts = [member for number in range(20, 30) for member in _family(number)]
    assert cluster(texts) == {name: f"{name.split('-')[0]}-0" for name, _ in texts}


def test_clusters_do_not_depend_on_the_order_of_texts() -> None:
    texts = [member for number in range(30, 36) for member in _family(number)]
    shuffled = random.Random(7).sample(texts, len(texts))
    assert cluster(shuffled) == cluster(texts)


def test_a_digest_of_two_stories_does_not_chain_them() -> None:
    first, second = _family(40), _family(41)
    labels = cluster([*first, *second, ("digest", f"{_story(40)} {_story(41)}")])
    assert len({labels[name] for name, _ in first}) == 1
    assert len({labels[name] for name, _ in second}) == 1
    assert labels["40-0"] != labels["41-0"]


def test_equal_texts_meet_however_many_and_however_short() -> None:
    assert cluster([("b", "Rain."), ("a", " Rain. "), ("c", "Sun.")]) == {"a": "a", "b": "a", "c": "c"}


def test_an_id_given_twice_is_refused() -> None:
    with pytest.raises(UsageError):
        cluster([("a", "Rain."), ("a", "Sun.")])


def test_nothing_gives_no_clusters() -> None:
    assert cluster([]) == {}


# ---------------------------------------------------------------- hostile texts

HOSTILE = {
    "one long word": "a" * 2_000_000,
    "one word a million times": "a " * 1_000_000,
    "open brackets": "(" * 500_000,
    "a dateline without end": "A " * 500_000 + "--",
    "Chinese without a stop": "中" * 500_000,
    "dashes": "A" * 40 + "-" * 500_000,
    "dots": "..." * 200_000 + "x",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_costs_no_more_than_a_long_one(text: str) -> None:
    began = time.perf_counter()
    compare_texts(text, text + " b c d")
    compare_teasers((text, text, text), (text, text + "b", text))
    bands(text)
    assert time.perf_counter() - began < 5
