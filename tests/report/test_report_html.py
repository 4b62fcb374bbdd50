"""The page: what it shows, that it needs nothing else, and that no text of a stranger becomes markup."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from report_samples import (
    DAY,
    HOSTILE,
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
from selectolax.lexbor import LexborHTMLParser

from crawler.report import Entry, render
from crawler.report.inert import inert
from storage.records import ChangeKind, Teaser

_VOID = {"meta", "input", "br"}


class _Strict(HTMLParser):
    """Collects every tag and attribute, and complains about one that is not closed where it should be."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)


def _strict(page: str) -> _Strict:
    parser = _Strict()
    parser.feed(page)
    parser.close()
    return parser


@pytest.fixture(scope="module")
def hostile_page() -> str:
    return "".join(render(hostile_report(), "html"))


def test_every_tag_is_ours_and_closed(hostile_page: str) -> None:
    parsed = _strict(hostile_page)
    ours = (
        "html head meta title style body input header h1 p a b span label main section h2 time article h3 "
        "bdi dl div dt dd details summary table thead tr th tbody td del ins footer ul ol li"
    )
    assert parsed.tags - set(ours.split()) == set()
    assert (parsed.faults, parsed.open) == ([], [])


def test_no_attribute_runs_or_loads_anything(hostile_page: str) -> None:
    parsed = _strict(hostile_page)
    names = {name for _, name, _ in parsed.attributes}
    assert {name for name in names if name.startswith("on") or name in ("src", "style", "srcset")} == set()
    links = {value for _, name, value in parsed.attributes if name == "href"}
    assert {url for url in links if not url.startswith(("https://", "http://", "#"))} == set()
    assert re.findall(r"url\(|@import", hostile_page) == []


def test_a_javascript_address_is_text_and_no_link() -> None:
    urls = (
        "javascript:alert(1)",
        " javascript:alert(1)",
        "JaVa\tScript:alert(1)",
        "data:text/html,x",
        "//evil",
    )
    page = LexborHTMLParser(drawn("html", *(Entry(change(url=url)) for url in urls)))
    assert [link.attributes["href"] for link in page.css("h3 a")] == []


def test_a_quote_in_an_address_stays_inside_it() -> None:
    page = LexborHTMLParser(drawn("html", Entry(change(url='https://gazette.example/"onclick=alert(1)>'))))
    (link,) = page.css("h3 a")
    assert link.attributes == {
        "href": "https://gazette.example/%22onclick=alert(1)%3E",
        "rel": "noopener noreferrer nofollow",
    }


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_text(text: str) -> None:
    page = LexborHTMLParser(drawn("html", Entry(change(headline=text), after=snapshot(article(text)))))
    shown = [page.css_first(place).text() for place in ("h3", ".text p")]
    assert shown == [" ".join(inert(text).split()), inert(text)]


def test_no_control_or_direction_sign_is_left(hostile_page: str) -> None:
    found = re.findall(
        "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", hostile_page
    )
    assert found == []


def test_the_policy_allows_exactly_the_style_sheet_in_the_page(hostile_page: str) -> None:
    page = LexborHTMLParser(hostile_page)
    (style,) = page.css("style")
    digest = base64.b64encode(hashlib.sha256(style.text().encode()).digest()).decode()
    policy = page.css_first('meta[http-equiv="Content-Security-Policy"]').attributes["content"]
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_an_edit_stands_side_by_side_word_for_word() -> None:
    before = article("Same.", "The bridge cost 12 million crowns.")
    after = article("Same.", "The bridge cost 14 million crowns.")
    page = LexborHTMLParser(drawn("html", edit(before, after, "paragraphs")))
    assert [cell.html for cell in page.css("table.diff td.old, table.diff td.new")] == [
        '<td class="old" dir="auto">The bridge cost <del>12</del> million crowns.</td>',
        '<td class="new" dir="auto">The bridge cost <ins>14</ins> million crowns.</td>',
    ]


def test_unchanged_paragraphs_are_kept_folded() -> None:
    before, after = article("One.", "Two.", "Now 12."), article("One.", "Two.", "Now 14.")
    page = LexborHTMLParser(drawn("html", edit(before, after, "paragraphs")))
    (folded,) = page.css("tr.same details")
    assert folded.css_first("summary").text() == "2 unchanged paragraphs"
    assert [p.text() for p in folded.css("p")] == ["One.", "Two."]


def test_a_side_that_is_missing_is_marked_as_such() -> None:
    entry = edit(Teaser(None, "a", None, "2026-03-04"), Teaser(None, "a", None, None), "date")
    page = LexborHTMLParser(drawn("html", entry))
    assert [cell.attributes["class"] for cell in page.css("table.diff td")] == ["old", "new none"]


def test_every_change_has_its_anchor_and_its_line_to_cite() -> None:
    page = LexborHTMLParser(drawn("html", Entry(change())))
    assert page.css_first("article.change").attributes["id"] == "change-3f2a9c0d11223344"
    assert page.css_first(".cite").text() == (
        "¶ presswatch change 3f2a9c0d11223344 · Harbour Gazette · “New footbridge opens” · "
        "appeared between 2026-03-03T03:00:00Z and 2026-03-04T03:00:00Z"
    )


def test_there_is_a_filter_for_each_kind_that_occurs() -> None:
    page = LexborHTMLParser(drawn("html", Entry(change()), move(), duplicate()))
    labels = [label.attributes["for"] for label in page.css("label")]
    assert labels == ["kind-new", "kind-duplicate", "kind-moved", "subject-article", "subject-teaser"]
    assert [box.attributes["id"] for box in page.css("input.filter")] == labels


def test_the_style_sheet_knows_every_kind() -> None:
    page = drawn("html")
    missing = [k for k in ChangeKind if f"#kind-{k}:not(:checked) ~ main .change.{k}" not in page]
    assert missing == []


def test_a_move_links_both_addresses() -> None:
    page = LexborHTMLParser(drawn("html", move()))
    assert [(d.css_first("dt").text(), d.css_first("dd").text()) for d in page.css("dl div")] == [
        ("from", "https://gazette.example/old"),
        ("to", "https://gazette.example/new"),
        ("because", "the old address redirects here"),
    ]


def test_a_duplicate_links_what_it_copies() -> None:
    (link,) = LexborHTMLParser(drawn("html", duplicate())).css("dd a")
    assert (link.attributes["href"], link.text()) == (
        "https://coast.example/5",
        "“Footbridge handed over” in Coast Telegraph, 96.3 % alike",
    )


def test_a_revert_is_noted() -> None:
    entry = edit(article("b"), article("a"), "paragraphs", reverts_to="5a0f00000000aa00")
    assert "reads again as in snapshot 5a0f00000000aa00" in drawn("html", entry)


def test_what_was_not_looked_at_is_listed_in_full() -> None:
    visits = tuple(failed(url=f"https://gazette.example/{i}") for i in range(30))
    page = LexborHTMLParser(drawn("html", visits_failed=visits))
    assert page.css_first("#not-looked-at summary").text() == "Harbour Gazette: no answer within 60 s 30"
    assert len(page.css("#not-looked-at li a")) == 30


def test_an_empty_report_is_a_whole_page() -> None:
    page = drawn("html")
    assert _strict(page).faults == []
    assert "Nothing changed in this period." in page
    assert "No visit failed in this period." in page


def test_the_page_is_made_while_entries_come() -> None:
    taken = []

    def entries() -> object:
        for entry in hostile_entries() * 5:
            taken.append(entry)
            yield entry

    next(iter(render(report(entries=entries(), counts={}, made_at=NOON), "html")))
    assert len(taken) < 20


def test_a_day_that_comes_back_has_its_anchor_once() -> None:
    later = Entry(change(detected_at=NOON + DAY))
    page = LexborHTMLParser(drawn("html", Entry(change()), later, Entry(change())))
    assert [day.attributes.get("id") for day in page.css("section.day")] == [
        "day-2026-03-04",
        "day-2026-03-05",
        None,
    ]
