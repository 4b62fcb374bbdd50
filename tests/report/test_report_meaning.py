"""What a change means beside the others, as each output says it."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from report_samples import (
    DAY,
    NOON,
    article,
    assessed,
    campaign,
    campaigning,
    change,
    drawn,
    duplicate,
    edit,
    meant,
    ruled,
    same_edit,
    stealthy,
)
from selectolax.lexbor import LexborHTMLParser

from crawler.compare.groups import Group, GroupKind
from crawler.report import Entry, render_change
from crawler.report.meaning import campaign_time, sentences
from crawler.report.view import Bearing
from storage.records import Annotation, ChangeKind, Ruling

PEOPLE = ["terminal", "html", "markdown"]


def _flat(text: str) -> str:
    return " ".join(text.split())


def _folded(**said: object) -> Entry:
    return meant(Entry(change(**said)), is_folded=True)


def _in_full(entry: Entry) -> list[str]:
    return "".join(render_change(entry, zone="Asia/Seoul", width=80)).splitlines()


def _terms(entry: Entry, **said: object) -> dict[str, str]:
    """The facts on the page, by their label."""
    page = LexborHTMLParser(drawn("html", entry, **said))
    return {d.css_first("dt").text(): d.css_first("dd").text() for d in page.css("article dl div")}


def test_weight_silence_and_kinds_stand_in_the_block() -> None:
    assert drawn("terminal", stealthy()).splitlines()[6:9] == [
        " ± changed   article  Harbour Gazette                                w 72  12:00",
        "   New footbridge opens",
        "   edit      silent · number, person, lead",
    ]


def test_a_change_of_no_weight_shows_none() -> None:
    texts = [drawn(format_, Entry(change())) for format_ in ("terminal", "markdown")]
    assert [" w 0" in text or "weight" in text for text in texts] == [False, False]


def test_the_page_marks_a_silent_edit_and_its_weight() -> None:
    page = LexborHTMLParser(drawn("html", stealthy()))
    marks = [page.css_first(place).text() for place in (".about .silent", ".about .weight.heavy")]
    assert marks == ["silent", "weight 72"]
    assert _terms(stealthy())["edit"] == "number, person, lead"


def test_the_page_keeps_evidence_and_reasons_folded() -> None:
    page = LexborHTMLParser(drawn("html", stealthy()))
    evidence, reasons = page.css("details.proofs")
    assert [one.text() for one in evidence.css("li li")] == ["number 12 million → 14 million"]
    assert [one.text() for one in reasons.css("li")] == ["+40 a number was edited", "+32 in the lead"]
    assert "open" not in {name for one in (evidence, reasons) for name in one.attributes}


def test_markdown_says_weight_silence_and_kinds() -> None:
    lines = drawn("markdown", stealthy()).splitlines()
    assert lines[8].endswith(" · weight 72")
    assert lines[10] == "  - edit: **silent** · number, person, lead"


def test_one_change_in_full_gives_the_reasons_of_its_weight_and_the_evidence() -> None:
    lines = _in_full(stealthy())
    assert lines[9:13] == [
        "   edit      silent · number, person, lead",
        "   weight    72 of 100",
        "                +40  a number was edited",
        "                +32  in the lead",
    ]
    assert "             number: 12 million → 14 million" in lines


@pytest.mark.parametrize("format_", PEOPLE)
def test_a_near_copy_tells_its_relation_and_what_it_changed(format_: str) -> None:
    edits = (assessed("lead", "It cost 12 crowns.", "It cost 14 crowns.", kinds=["number", "lead"]),)
    text = drawn(format_, meant(duplicate(), relation="syndicated", edits=edits))
    assert "syndicated: another source had it first" in text
    assert "number, lead" in text
    assert ("[-12-]" in text) or ("<del>12</del>" in text)


def test_what_a_teaser_told_is_said_to_be_told() -> None:
    entry = edit(article(headline="a"), article(headline="b"), "headline")
    told = replace(entry, before=replace(entry.before, item_id="aaaa"))  # type: ignore[arg-type]
    assert _terms(told)["teaser"] == "told otherwise by its teaser"
    assert "   before    teaser, snapshot 1, seen 2026-03-04 12:00 (5a0f00000000aa01)" in _in_full(told)


def test_a_copy_beside_its_original_names_and_links_it() -> None:
    entry = edit(article("a"), article("b"), "paragraphs", of="9999")
    beside = replace(entry, of_headline="Footbridge handed over", of_url="https://coast.example/5")
    assert _terms(beside)["original"] == "differs from its original, “Footbridge handed over”"
    assert "](<https://coast.example/5>)" in drawn("markdown", beside)


@pytest.mark.parametrize("format_", PEOPLE)
def test_a_ruling_is_told_with_who_said_so_when_and_why(format_: str) -> None:
    text = _flat(drawn(format_, meant(Entry(change()), **ruled())))
    assert "overruled: false alarm, says A. Reviewer, 2026-03-04: another year" in text


def test_a_ruling_that_was_withdrawn_is_history() -> None:
    said = tuple(Annotation("x", one, "A", NOON) for one in (Ruling.FALSE_ALARM, Ruling.WITHDRAWN))
    entry = meant(Entry(change()), annotations=said)
    assert "overruled" not in drawn("terminal", entry)
    assert [line for line in _in_full(entry) if "says A" in line] == [
        "   said      false alarm, says A, 2026-03-04",
        "   said      withdrawn, says A, 2026-03-04",
    ]


@pytest.mark.parametrize("format_", PEOPLE)
def test_a_change_names_its_campaign(format_: str) -> None:
    entry = meant(Entry(change()), campaigns=(campaign(),))
    text = _flat(drawn(format_, entry, campaigns=(campaigning(),)))
    assert text.count("“Olm Varga” removed") == 2


def test_the_page_links_a_change_to_its_campaign_where_that_is_on_it() -> None:
    entry = meant(Entry(change()), campaigns=(campaign(),))
    links = [
        [a.attributes["href"] for a in LexborHTMLParser(drawn("html", entry, campaigns=shown)).css("dd a")]
        for shown in ((campaigning(),), ())
    ]
    assert links == [["#campaign-cafe000011112222"], []]


@pytest.mark.parametrize("format_", PEOPLE)
def test_a_group_is_told_by_its_first_entry_with_some_of_the_others(format_: str) -> None:
    others = [change(ChangeKind.CHANGED, headline=f"Story {n}") for n in range(2)]
    text = _flat(drawn(format_, same_edit(*others, size=9)))
    assert "and the same edit on 8 more pages" in text
    assert ("Story 1" in text, "… and 6 more" in text) == (True, True)


def test_a_group_of_two_has_one_more_page() -> None:
    lines = drawn("terminal", same_edit(change(headline="Story 1"))).splitlines()
    assert lines[12:14] == ["   and the same edit on 1 more page:", "     2026-03-04 12:00  Story 1"]


@pytest.mark.parametrize("format_", PEOPLE)
def test_a_page_that_swings_is_told_since_when(format_: str) -> None:
    earlier = change(ChangeKind.REMOVED, detected_at=NOON - DAY)
    group = Group("aaaa", GroupKind.FLAPPING, ("a", "b", "c", "d"))
    entry = meant(Entry(change(ChangeKind.RESTORED)), group=group, others=(earlier,))
    text = _flat(drawn(format_, entry))
    assert "swings between states: 4 changes since 2026-03-03 12:00" in text
    assert ("removed" in text, "… and 2 more" in text) == (True, True)


@pytest.mark.parametrize("format_", PEOPLE)
def test_a_folded_change_is_counted_but_not_drawn(format_: str) -> None:
    text = _flat(drawn(format_, Entry(change()), _folded(headline="Elsewhere"), _folded(headline="There")))
    assert ("3 changes" in text, "Elsewhere" in text, "There" in text) == (True, False, False)
    assert "2 changes are folded into others of their group" in text


@pytest.mark.parametrize("format_", PEOPLE)
def test_a_day_on_which_all_is_folded_has_no_heading(format_: str) -> None:
    text = drawn(format_, Entry(change()), _folded(detected_at=NOON + DAY))
    assert ("4 March" in text, "5 March" in text) == (True, False)


@pytest.mark.parametrize("format_", PEOPLE)
def test_where_nothing_is_folded_nothing_is_said_of_it(format_: str) -> None:
    assert "folded into" not in drawn(format_, Entry(change()))


def test_edits_as_an_older_version_kept_them_do_no_harm() -> None:
    odd = ({}, {"where": 7, "kinds": "number", "old": 1, "evidence": {"kind": None}}, {"evidence": ["x", {}]})
    assert [(s.where, s.kinds, s.old, len(s.proofs)) for s in sentences(Bearing(edits=odd))] == [
        ("text", "", None, 0),
        ("text", "", None, 0),
        ("text", "", None, 1),
    ]


def test_a_date_in_a_sentence_list_is_replaced_whole() -> None:
    edits = (assessed("published", "2026-03-06", "2026-03-07", kinds=["date"]),)
    assert "   published [-2026-03-06-] → {+2026-03-07+}" in _in_full(meant(Entry(change()), edits=edits))


def test_evidence_that_is_the_whole_sentence_is_not_said_twice() -> None:
    evidence = [{"kind": "claim_added", "old": None, "new": "Gulls came."}]
    entry = meant(Entry(change()), edits=(assessed("body", None, "Gulls came.", evidence=evidence),))
    lines = _in_full(entry)
    start = lines.index("   body      {+Gulls came.+}")
    assert lines[start + 1] == "             claim added"


def test_a_campaign_noticed_at_one_instant_says_so() -> None:
    assert campaign_time(campaign(first_at=NOON), ZoneInfo("Asia/Seoul")) == "at 2026-03-04 12:00"
