"""Text snapshot documents: an article and its teasers, in every shape in which they were captured."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crawler.errors import SeedError
from crawler.parse.snapshot import is_snapshot, read_snapshot
from storage.records import Article, Listing, Teaser

HEADER = "May 04, 2031May 04, 2031"
BREADCRUMB = "KCNA Sorrel Courier"
HEADLINE = "Kite makers of Sorrel Bay open winter school"
DATE_LINE = "Date: 02/05/2031 | Source: Sorrel Courier | Read original version at source"
PARAGRAPHS = (
    "The kite makers of Sorrel Bay have opened a winter school in the old net loft.",
    "Eighteen pupils enrolled on the first morning; the youngest is nine.",
    "Lessons go on until the March winds.",
)
FERRY = (
    "From June the ferry will leave Sorrel Bay at seven in the morning and at four in the afternoon, as it"
)
BEES = (
    "Three hundred and twelve hives came through the winter, which was a mild one in the valleys of the south"
)
TITLED = [
    *("Ferry to run twice a day", "Ferry to run twice a day", FERRY, "May 03, 2031", FERRY),
    *("Beekeepers count their hives", "Beekeepers count their hives", BEES, "May 02, 2031", BEES),
]
BARE = [FERRY, "May 03, 2031", FERRY, BEES, "May 02, 2031", BEES]
WITH_HEADLINES = (
    Teaser(None, "Ferry to run twice a day", FERRY, "2031-05-03"),
    Teaser(None, "Beekeepers count their hives", BEES, "2031-05-02"),
)
WITHOUT_HEADLINES = tuple(replace(teaser, headline=None) for teaser in WITH_HEADLINES)


def document(
    *,
    top: Iterable[str] = (HEADER, BREADCRUMB, HEADLINE, DATE_LINE),
    body: Iterable[str] = PARAGRAPHS,
    more: Iterable[str] = ("More From Sorrel Courier",),
    teasers: Iterable[str] = TITLED,
    end: Iterable[str] = ("More Articles",),
    between: str = "\n\n",
) -> str:
    return between.join([*top, *body, *more, *teasers, *end]) + "\n"


def seed(text: str) -> tuple[Article, Listing]:
    return read_snapshot(text, file="seed.txt")


def article(text: str) -> Article:
    return seed(text)[0]


def teasers(*lines: str) -> tuple[Teaser, ...]:
    return seed(document(teasers=lines))[1].teasers


def problem(text: str) -> tuple[int, str]:
    with pytest.raises(SeedError) as caught:
        seed(text)
    assert caught.value.file == "seed.txt"
    return caught.value.line, caught.value.reason


AT = datetime(2031, 5, 4, tzinfo=UTC)
WHOLE = Article(
    source="Sorrel Courier",
    url=None,
    captured_at=AT,
    headline=HEADLINE,
    published="2031-05-02",
    paragraphs=PARAGRAPHS,
    source_line="Sorrel Courier",
)

# ---------------------------------------------------------------- the two shapes


def test_a_document_with_header_gives_article_and_listing() -> None:
    expected = (WHOLE, Listing("Sorrel Courier", None, AT, WITH_HEADLINES, "Sorrel Courier"))
    assert seed(document()) == expected


def test_a_document_without_header_was_captured_on_the_day_of_its_newest_teaser() -> None:
    text = document(top=(), teasers=BARE, between="\n")
    at = datetime(2031, 5, 3, tzinfo=UTC)
    expected = (
        replace(WHOLE, headline=None, published=None, captured_at=at),
        Listing("Sorrel Courier", None, at, WITHOUT_HEADLINES, "Sorrel Courier"),
    )
    assert seed(text) == expected


@pytest.mark.parametrize("between", ["\n", "\n\n", "\r\n", "\r\n\r\n", "\r", "\n \t\n"])
def test_line_ends_and_blank_lines_mean_nothing(between: str) -> None:
    assert seed(document(between=between)) == seed(document())


def test_a_byte_order_mark_means_nothing() -> None:
    assert seed("\ufeff" + document()) == seed(document())


def test_the_last_line_needs_no_line_end_and_no_more_articles() -> None:
    assert seed(document(end=()).rstrip()) == seed(document())


def test_what_stands_below_more_articles_is_no_teaser() -> None:
    assert seed(document(end=("More Articles", "Contact us", "May 04, 2031"))) == seed(document())


# ---------------------------------------------------------------- above the text


@pytest.mark.parametrize(
    ("top", "headline", "published"),
    [
        ((HEADER, BREADCRUMB, HEADLINE, DATE_LINE), HEADLINE, "2031-05-02"),
        ((HEADER, HEADLINE, DATE_LINE), HEADLINE, "2031-05-02"),
        ((HEADER, HEADLINE, HEADLINE, DATE_LINE), HEADLINE, "2031-05-02"),
        ((BREADCRUMB, HEADLINE, DATE_LINE), HEADLINE, "2031-05-02"),
        ((HEADER, BREADCRUMB, DATE_LINE), None, "2031-05-02"),
        ((HEADER, DATE_LINE), None, "2031-05-02"),
        ((DATE_LINE,), None, "2031-05-02"),
        ((HEADER, BREADCRUMB, HEADLINE), HEADLINE, None),
        ((BREADCRUMB,), None, None),
        ((HEADER,), None, None),
        ((HEADLINE,), HEADLINE, None),
        (("May 04, 2031", "May 04, 2031", BREADCRUMB, HEADLINE, DATE_LINE), HEADLINE, "2031-05-02"),
        ((HEADER, "KCNA > Sorrel Courier", HEADLINE, DATE_LINE), HEADLINE, "2031-05-02"),
        (
            (
                HEADER,
                HEADLINE,
                "Date: 02/05/2031",
                "Source: Sorrel Courier",
                "Read original version at source",
            ),
            HEADLINE,
            "2031-05-02",
        ),
    ],
)
def test_any_line_above_the_text_may_be_missing(
    top: tuple[str, ...], headline: str | None, published: str | None
) -> None:
    found = article(document(top=top))
    assert (found.headline, found.published, found.paragraphs) == (headline, published, PARAGRAPHS)
    assert found.source == "Sorrel Courier"


def test_dates_are_day_first() -> None:
    top = (HEADER, "Date: 01/08/2030 | Source: Sorrel Courier")
    assert article(document(top=top)).published == "2030-08-01"


@pytest.mark.parametrize("label", ["KCNA.kp (Kr)", "로동신문 (Kr)", "Голос Корсакова", "Uriminzokkiri"])
def test_a_source_may_have_any_name(label: str) -> None:
    top = (HEADER, f"KCNA {label}", HEADLINE, f"Date: 02/05/2031 | Source: {label}")
    found = seed(document(top=top, more=(f"More From {label}",)))
    assert (found[0].source, found[0].headline, found[1].source_line) == (label, HEADLINE, label)


def test_the_breadcrumb_names_the_source_where_nothing_else_does() -> None:
    text = document(top=(HEADER, BREADCRUMB, HEADLINE, "Date: 02/05/2031"), more=(), teasers=(), end=())
    assert article(text).source == "Sorrel Courier"


# ---------------------------------------------------------------- the text


def test_a_paragraph_that_stands_twice_stays_twice() -> None:
    body = (PARAGRAPHS[0], PARAGRAPHS[1], PARAGRAPHS[1], PARAGRAPHS[0])
    assert article(document(body=body)).paragraphs == body


@pytest.mark.parametrize(
    "marks",
    [
        ("-0-",),
        ("-0-", "www.kcna.kp (Juche120.5.2.)"),
        ("-0- www.kcna.kp (Juche120.5.2.)",),
        ("– 0 –",),
        ("(끝)", "www.kcna.kp (주체120.5.2.)"),
    ],
)
def test_end_marks_are_no_text(marks: tuple[str, ...]) -> None:
    assert article(document(body=(*PARAGRAPHS, *marks))).paragraphs == PARAGRAPHS
    behind = (*PARAGRAPHS[:-1], " ".join((PARAGRAPHS[-1], *marks)))
    assert article(document(body=behind)).paragraphs == PARAGRAPHS


def test_the_end_mark_gives_the_day_where_no_date_line_does() -> None:
    body = (*PARAGRAPHS, "-0-", "www.kcna.kp (Juche111.11.26.)")
    assert article(document(top=(HEADER, BREADCRUMB, HEADLINE), body=body)).published == "2022-11-26"


def test_a_score_at_the_end_of_a_sentence_is_no_end_mark() -> None:
    body = ("The home side won by 1-0", "The visitors lost 5-0-", "He wrote to kcna.kp.")
    assert article(document(body=body)).paragraphs == body


def test_a_last_line_that_names_a_source_is_text() -> None:
    body = (*PARAGRAPHS, "Source: the harbour office")
    assert article(document(top=(), body=body, teasers=BARE)).paragraphs == body


def test_the_furniture_of_the_page_is_in_no_text() -> None:
    found = article(document())
    for line in (HEADER, BREADCRUMB, DATE_LINE, "More From Sorrel Courier", "More Articles", FERRY):
        assert line not in found.paragraphs


# ---------------------------------------------------------------- teasers


def test_a_headline_need_not_be_doubled() -> None:
    assert teasers("Ferry to run twice a day", FERRY, "May 03, 2031", FERRY) == WITH_HEADLINES[:1]


def test_an_excerpt_need_not_be_repeated() -> None:
    lines = ("Ferry to run twice a day", "Ferry to run twice a day", FERRY, "May 03, 2031")
    assert teasers(*lines, *TITLED[5:]) == WITH_HEADLINES


def test_excerpts_without_headline_need_not_be_repeated() -> None:
    assert teasers(FERRY, "May 03, 2031", BEES, "May 02, 2031") == WITHOUT_HEADLINES


def test_two_teasers_may_have_one_excerpt() -> None:
    lines = (FERRY, "May 03, 2031", FERRY, FERRY, "May 02, 2031", FERRY)
    assert teasers(*lines) == (WITHOUT_HEADLINES[0], replace(WITHOUT_HEADLINES[0], date="2031-05-02"))
    lines = (FERRY, "May 03, 2031", FERRY, "May 02, 2031")
    assert teasers(*lines) == (WITHOUT_HEADLINES[0], replace(WITHOUT_HEADLINES[0], date="2031-05-02"))


def test_a_repeat_that_is_cut_shorter_is_still_a_repeat() -> None:
    assert teasers(FERRY[:70], "May 03, 2031", FERRY, *BARE[3:])[1] == WITHOUT_HEADLINES[1]
    lines = ("Ferry to run twice a day", FERRY[:70], "May 03, 2031", FERRY, *TITLED[5:])
    assert teasers(*lines) == WITH_HEADLINES


def test_a_teaser_may_lack_its_excerpt() -> None:
    lines = ("Ferry to run twice a day", "Ferry to run twice a day", "May 03, 2031", *TITLED[5:])
    assert teasers(*lines) == (replace(WITH_HEADLINES[0], excerpt=None), WITH_HEADLINES[1])


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans(), st.integers(1, 28)), max_size=12))
def test_no_teaser_is_lost_and_no_line_is_kept_twice(shapes: list[tuple[bool, bool, bool, int]]) -> None:
    # Among titled ones, one single line that is not repeated reads as a headline.
    assume(all(is_titled or is_repeated for is_titled, _, is_repeated, _ in shapes))
    lines: list[str] = []
    expected = []
    for number, (is_titled, is_doubled, is_repeated, day) in enumerate(shapes):
        headline, excerpt = f"Headline of story {number}", f"Story number {number} goes on like this"
        lines += [headline] * (1 + is_doubled) if is_titled else []
        lines += [excerpt, f"May {day:02}, 2031"] + [excerpt] * is_repeated
        expected.append(Teaser(None, headline if is_titled else None, excerpt, f"2031-05-{day:02}"))
    assert list(teasers(*lines)) == expected


# ---------------------------------------------------------------- what is broken


def test_a_document_that_is_none_is_said_to_be_none() -> None:
    line, reason = problem("Dear reader,\nthis is a letter.\n")
    assert (line, reason.startswith("not a snapshot document")) == (1, True)


def test_an_empty_document_is_named() -> None:
    assert problem(" \n\n") == (1, "the document is empty")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (document(top=("February 31, 2031", DATE_LINE), between="\n"), 1, "no day of the calendar"),
        (document(top=(HEADER, "Date: 31/02/2031 | Source: X"), between="\n"), 2, "day first"),
        (document(body=(), between="\n"), 5, "no text"),
        (document(teasers=("A", "B", "C", "May 03, 2031"), between="\n"), 9, "3 lines above a date"),
        (document(teasers=("A", "May 33, 2031"), between="\n"), 10, "no day of the calendar"),
        (document(teasers=("May 03, 2031",), between="\n"), 9, "without a teaser"),
        (document(teasers=("A", "May 03, 2031", "A", "B"), between="\n"), 12, "belongs to no teaser"),
        (document(top=(), teasers=(), between="\n"), 1, "when it was captured"),
    ],
)
def test_a_broken_document_is_named_with_its_line_and_the_reason(text: str, line: int, words: str) -> None:
    found = problem(text)
    assert found[0] == line
    assert words in found[1]


def test_an_error_reads_as_file_line_reason() -> None:
    with pytest.raises(SeedError, match=r"^seed\.txt:1: the document is empty$"):
        seed("")


# ---------------------------------------------------------------- what it is


@pytest.mark.parametrize(
    "text",
    [
        document(),
        document(top=(), teasers=BARE, between="\n"),
        document(more=(), teasers=(), end=()),
        document(top=(HEADER,), more=(), teasers=(), end=()),
        document(top=(HEADER, "Date: 31/02/2031 | Source: X")),
    ],
)
def test_a_document_is_known_by_its_content(text: str) -> None:
    assert is_snapshot(text)


@pytest.mark.parametrize(
    "text",
    ["", "\n", "Dear reader,\nthis is a letter.", "<html>\nMore From X\n</html>", '{"kind":"article"}'],
)
def test_other_files_are_no_documents(text: str) -> None:
    assert not is_snapshot(text)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    is_snapshot(text)
    try:
        seed(text)
    except SeedError as error:
        assert error.line >= 1


# ---------------------------------------------------------------- the real documents, where they are at hand


def corpus() -> list[tuple[Article, Listing]]:
    folder = os.environ.get("PRESSWATCH_SEED_CORPUS")
    if not folder:
        pytest.skip("PRESSWATCH_SEED_CORPUS names no folder of real documents")
    files = sorted(Path(folder).glob("*.txt")) if Path(folder).is_dir() else []
    if not files:
        if os.environ.get("CI") == "true":
            pytest.fail(f"PRESSWATCH_SEED_CORPUS: no documents in {folder}")
        pytest.skip(f"no documents in {folder}")
    return [read_snapshot(file.read_text("utf-8"), file=file.name) for file in files]


def test_the_real_documents_give_what_is_in_them() -> None:
    bare, full = corpus()
    assert (bare[0].headline, bare[0].published, len(bare[0].paragraphs)) == (None, None, 12)
    assert bare[0].captured_at == datetime(2026, 1, 31, tzinfo=UTC)
    assert [teaser.headline for teaser in bare[1].teasers] == [None] * 20
    assert all(teaser.excerpt and teaser.date for teaser in bare[1].teasers)
    assert (full[0].published, len(full[0].paragraphs)) == ("2024-08-01", 13)
    assert full[0].headline is not None
    assert full[0].captured_at == datetime(2026, 1, 20, tzinfo=UTC)
    assert len(full[1].teasers) == 15
    assert all(teaser.headline and teaser.excerpt and teaser.date for teaser in full[1].teasers)
    assert {source for a, b in (bare, full) for source in (a.source, b.source)} == {"Pyongyang Times"}
