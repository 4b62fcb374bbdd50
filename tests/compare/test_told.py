"""Whether a teaser tells what its article says: the table of rules, row by row, in two scripts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.compare.told import Told, told_otherwise
from storage.records import Article, Teaser

LEAD = (
    "The lighthouse on Gull Rock was lit again on Friday after eleven dark years, and three hundred people "
    "watched from the mole."
)
REST = "Its lamp was turned by hand for the first hour, since the new motor had got wet on the way over."
HEADLINE = "Lighthouse on Gull Rock lit again after eleven years"
ENGLISH = Article(
    "Gazette",
    "https://gazette.example/lamp",
    datetime(2026, 3, 4, tzinfo=UTC),
    HEADLINE,
    "By the harbour desk",
    "2026-03-04",
    None,
    (LEAD, REST),
)
CHINESE_LEAD = "海鸥岩上的灯塔星期五重新点亮，结束了十一年的黑暗，三百名市民在防波堤上观看。"
CHINESE = replace(
    ENGLISH,
    headline="海鸥岩灯塔十一年后重新点亮",
    paragraphs=(CHINESE_LEAD, "第一个小时里灯由人工转动，因为新的电机在运输途中受潮。"),
)


def told(headline: str | None, excerpt: str | None, article: Article = ENGLISH) -> Told | None:
    return told_otherwise(Teaser(article.url, headline, excerpt, "2026-03-04"), article)


def fields(headline: str | None, excerpt: str | None, article: Article = ENGLISH) -> tuple[str, ...]:
    found = told(headline, excerpt, article)
    return found.fields if found else ()


# ---------------------------------------------------------------- the table


SAME_EXCERPTS = [
    pytest.param(LEAD, id="the same"),
    pytest.param(f"{LEAD[:60]}...", id="cut"),
    pytest.param(f"{LEAD[:60]}…", id="cut, as one sign"),
    pytest.param(f"{LEAD[:60]}[...]", id="cut, in brackets"),
    pytest.param(LEAD[:58], id="cut within a word without a sign"),
    pytest.param(f"{LEAD} {REST}"[:180], id="running on into the next paragraph"),
    pytest.param(LEAD.replace(" ", "  "), id="with other blanks"),
]


@pytest.mark.parametrize("excerpt", SAME_EXCERPTS)
def test_the_same_excerpt_under_the_same_headline_is_as_told(excerpt: str) -> None:
    assert fields(HEADLINE, excerpt) == ()


@pytest.mark.parametrize("front", ["Lighthouses: ", "G+ (for members); Lighthouses: ", "G+ ", "Coast | "])
def test_a_kicker_or_label_in_front_of_the_headline_is_no_edit(front: str) -> None:
    assert (fields(front + HEADLINE, LEAD), fields(front + HEADLINE, None)) == ((), ())


def test_words_in_front_of_the_headline_that_no_sign_sets_off_are_an_edit() -> None:
    assert fields(f"Mayor says {HEADLINE}", LEAD) == ("headline",)


@pytest.mark.parametrize("excerpt", SAME_EXCERPTS)
@pytest.mark.parametrize("headline", [HEADLINE.replace("eleven", "nine"), "Gulls have to find another home"])
def test_the_same_excerpt_under_another_headline_is_an_edited_headline(excerpt: str, headline: str) -> None:
    assert fields(headline, excerpt) == ("headline",)


EDITED = LEAD.replace("eleven", "nine").replace("three hundred", "forty")


@pytest.mark.parametrize(
    ("headline", "wanted"),
    [
        (HEADLINE, ("paragraphs",)),
        (HEADLINE.replace("eleven", "nine"), ("headline", "paragraphs")),
        ("Gulls have to find another home", ("headline", "paragraphs")),
        (None, ("paragraphs",)),
    ],
)
@pytest.mark.parametrize("excerpt", [EDITED, f"{EDITED[:90]}…"])
def test_an_excerpt_in_most_of_the_same_words_is_an_edited_text(
    headline: str | None, wanted: tuple[str, ...], excerpt: str
) -> None:
    assert fields(headline, excerpt) == wanted


OWN_WORDS = "What the keepers did all the while, and why the mole was so crowded that night."


@pytest.mark.parametrize("excerpt", [OWN_WORDS, "", None, "..."])
@pytest.mark.parametrize(
    ("headline", "wanted"),
    [
        (HEADLINE.replace("eleven", "nine"), ("headline",)),
        (HEADLINE.replace("after", "following"), ("headline",)),
        (HEADLINE, ()),
        (HEADLINE.upper(), ()),
        ("Gulls have to find another home", ()),
        ("Lighthouse lit again", ()),
        (f"{HEADLINE}, and the gulls do not like it", ()),
        (f"{HEADLINE[:25]}…", ()),
        (None, ()),
    ],
)
def test_beside_an_excerpt_in_its_own_words_only_an_edited_headline_tells(
    excerpt: str | None, headline: str | None, wanted: tuple[str, ...]
) -> None:
    assert fields(headline, excerpt) == wanted


# ---------------------------------------------------------------- the same in Chinese


@pytest.mark.parametrize(
    ("headline", "excerpt", "wanted"),
    [
        pytest.param(CHINESE.headline, CHINESE_LEAD, (), id="as told"),
        pytest.param(CHINESE.headline, f"{CHINESE_LEAD[:20]}…", (), id="cut"),
        pytest.param(CHINESE.headline, f"{CHINESE_LEAD[:20]}……", (), id="cut, with the Chinese sign"),
        pytest.param("海鸥岩灯塔九年后重新点亮", CHINESE_LEAD, ("headline",), id="headline edited"),
        pytest.param(
            CHINESE.headline, CHINESE_LEAD.replace("三百名", "四十名"), ("paragraphs",), id="figure edited"
        ),
        pytest.param(
            CHINESE.headline,
            f"{CHINESE_LEAD.replace('星期五', '星期一')[:24]}…",
            ("paragraphs",),
            id="day edited, cut",
        ),
        pytest.param("海鸥岩灯塔九年后重新点亮", None, ("headline",), id="headline edited, no excerpt"),
        pytest.param(
            "海鸥为何要搬家", "守塔人当晚做了什么，防波堤为何挤满了人。", (), id="worded on its own"
        ),
        pytest.param("灯塔重新点亮", None, (), id="shortened"),
    ],
)
def test_the_table_holds_for_a_script_without_blanks(
    headline: str, excerpt: str | None, wanted: tuple[str, ...]
) -> None:
    assert fields(headline, excerpt, CHINESE) == wanted


# ---------------------------------------------------------------- what is compared


def test_what_is_held_against_each_other_is_what_was_told_and_as_much_of_the_body() -> None:
    found = told(HEADLINE.replace("eleven", "nine"), f"{EDITED}…")
    assert found is not None
    assert (found.before.headline, found.after.headline) == (HEADLINE.replace("eleven", "nine"), HEADLINE)
    assert found.before.paragraphs == (EDITED,)
    assert LEAD.startswith(found.after.paragraphs[0]) and len(found.after.paragraphs[0]) > len(LEAD) - 3
    assert found.before.byline == found.after.byline == ENGLISH.byline
    assert found.before.modified == found.after.modified


def test_a_cut_excerpt_is_held_against_no_more_than_it_told() -> None:
    found = told(HEADLINE, f"{EDITED[:90]}…")
    assert found is not None
    assert LEAD.startswith(found.after.paragraphs[0])
    assert len(found.after.paragraphs[0]) < len(LEAD) - 10


def test_a_chinese_excerpt_is_held_against_no_more_than_it_told() -> None:
    excerpt = CHINESE_LEAD.replace("星期五", "星期一")[:24]
    found = told(CHINESE.headline, f"{excerpt}…", CHINESE)
    assert found is not None
    assert (found.before.paragraphs, found.after.paragraphs) == ((excerpt,), (CHINESE_LEAD[:24],))


def test_an_edited_headline_alone_is_held_against_no_body() -> None:
    found = told(HEADLINE.replace("eleven", "nine"), OWN_WORDS)
    assert found is not None
    assert (found.before.paragraphs, found.after.paragraphs) == ((), ())


def test_a_dateline_that_the_excerpt_leaves_out_is_no_edit() -> None:
    dated = replace(ENGLISH, paragraphs=(f"PORT LINNET, March 4 (Gazette) -- {LEAD}", REST))
    assert fields(HEADLINE, LEAD[:80], dated) == ()


def test_words_put_in_front_of_the_last_that_was_told_are_an_edit() -> None:
    longer = replace(ENGLISH, paragraphs=(LEAD.replace("Gull Rock", "the restored Gull Rock"), REST))
    assert fields(HEADLINE, LEAD, longer) == ("paragraphs",)


def test_an_excerpt_of_few_words_says_nothing_about_the_body() -> None:
    assert fields(HEADLINE, "Lit again on Thursday.") == ()


@pytest.mark.parametrize("body", [(), ("",), ("  ",)])
def test_against_no_body_only_the_headline_tells(body: tuple[str, ...]) -> None:
    bare = replace(ENGLISH, paragraphs=body)
    assert fields(HEADLINE, EDITED, bare) == ()
    assert fields(HEADLINE.replace("eleven", "nine"), EDITED, bare) == ("headline",)


def test_an_article_without_a_headline_is_told_by_its_text() -> None:
    bare = replace(ENGLISH, headline=None)
    assert (fields(HEADLINE, LEAD, bare), fields(HEADLINE, EDITED, bare)) == ((), ("paragraphs",))


# ---------------------------------------------------------------- whatever comes


pieces = st.sampled_from((*LEAD.split(), *REST.split(), *CHINESE_LEAD, "…", "...", "", "\u200b", "—", "!"))
texts = st.lists(pieces, max_size=40).map(" ".join)


@settings(deadline=None, derandomize=True, max_examples=150)
@given(headline=st.none() | texts, excerpt=st.none() | texts, own=st.none() | texts, body=st.lists(texts))
def test_whatever_is_told_what_differs_is_named_and_what_does_not_is_not(
    headline: str | None, excerpt: str | None, own: str | None, body: list[str]
) -> None:
    article = replace(ENGLISH, headline=own, paragraphs=tuple(body))
    found = told(headline, excerpt, article)
    if found is not None:
        assert found.fields in (("headline",), ("paragraphs",), ("headline", "paragraphs"))
        assert ("headline" in found.fields) <= (found.before.headline != found.after.headline)
        assert ("paragraphs" in found.fields) <= (found.before.paragraphs != found.after.paragraphs)


@settings(deadline=None, derandomize=True, max_examples=100)
@given(cut=st.integers(1, len(LEAD)), article=st.sampled_from((ENGLISH, CHINESE)))
def test_a_text_cut_anywhere_is_as_told(cut: int, article: Article) -> None:
    excerpt = " ".join(article.paragraphs)[:cut]
    assert fields(article.headline, excerpt, article) == ()
    assert fields(article.headline, f"{excerpt}…", article) == ()


def test_a_text_without_end_is_read_no_further_than_it_must() -> None:
    endless = replace(ENGLISH, paragraphs=("lamp rock mole " * 200_000,))
    assert fields(HEADLINE, "rock lamp mole " * 100_000, endless) in ((), ("paragraphs",))
