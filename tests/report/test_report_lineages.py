"""A story's copies: who had it first, how alike they are, what each of them changed."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from report_samples import DAY, HOSTILE, NOON, URL, article, snapshot
from rich.cells import cell_len

from crawler.compare.kinds import Edit, Kind
from crawler.compare.lineage import Cluster, Member, Relation
from crawler.report import render_lineage
from storage.records import Item, Origin, Subject

BUILT = "The bridge cost 12 million crowns."


def _member(
    id_: str,
    relation: Relation,
    *paragraphs: str,
    source: str = "Harbour Gazette",
    headline: str = "New footbridge opens",
    days: int = 0,
    similarity: float = 1.0,
) -> Member:
    item = Item(id_, Subject.ARTICLE, source, NOON + days * DAY, "", Origin.CRAWL)
    content = article(*(paragraphs or (BUILT,)), headline=headline)
    return Member(item, snapshot(content), relation, similarity == 1.0, similarity)


def _drawn(members: Sequence[Member], told: dict[str, tuple[Edit, ...]], width: int = 80) -> str:
    urls = {member.item.id: URL for member in members}
    cluster = Cluster(tuple(members))
    return "".join(render_lineage(cluster, urls, told, zone="Asia/Seoul", width=width))


def test_the_first_stands_first_and_each_copy_says_what_it_changed() -> None:
    new = "The bridge cost 14 million crowns."
    members = (
        _member("1111222233334444", Relation.FIRST),
        _member("1111222233335555", Relation.REPRINTED, days=1),
        _member(
            "1111222233336666", Relation.SYNDICATED, new, source="Coast Telegraph", days=2, similarity=0.9
        ),
    )
    told = {
        "1111222233336666": (
            Edit("lead", BUILT, new, (Kind.LEAD, Kind.NUMBER)),
            Edit("body", None, "Gulls were counted.", (Kind.CLAIM_ADDED,)),
        )
    }
    assert _drawn(members, told).splitlines() == [
        "New footbridge opens",
        "2 copies in 2 sources: 1 word for word, 1 edited",
        "times in Asia/Seoul · cluster 1111222233334444",
        "",
        " * first      Harbour Gazette                                   2026-03-04 12:00",
        "   New footbridge opens",
        "   1111222233334444  https://gazette.example/newst…1772586000-100200/footbridge/",
        "",
        " = reprinted  Harbour Gazette                                   2026-03-05 12:00",
        "   New footbridge opens",
        "   alike     the same text",
        "   1111222233335555  https://gazette.example/newst…1772586000-100200/footbridge/",
        "",
        " = syndicated Coast Telegraph                                   2026-03-06 12:00",
        "   New footbridge opens",
        "   alike     90 % alike",
        "   lead      The bridge cost [-12-] million crowns. → The bridge cost {+14+}",
        "             million crowns.  (number, lead)",
        "   body      {+Gulls were counted.+}  (claim added)",
        "   1111222233336666  https://gazette.example/newst…1772586000-100200/footbridge/",
        "",
    ]


def test_a_copy_that_is_not_exact_is_never_called_the_same_text() -> None:
    rounded = Member(
        _member("b", Relation.SYNDICATED).item, snapshot(article("x")), Relation.SYNDICATED, False, 1.0
    )
    assert "99.9 % alike" in _drawn((_member("a", Relation.FIRST), rounded), {})


def test_more_edits_than_can_be_read_are_counted() -> None:
    edits = tuple(Edit("body", f"Gull {n}.", f"Tern {n}.", (Kind.WORDING,)) for n in range(20))
    members = (_member("a", Relation.FIRST), _member("b", Relation.SYNDICATED, similarity=0.6))
    assert "… and 8 more edits" in _drawn(members, {"b": edits})


def test_a_sentence_that_only_moved_is_named_by_its_start() -> None:
    members = (_member("a", Relation.FIRST), _member("b", Relation.SYNDICATED, similarity=0.6))
    text = _drawn(members, {"b": (Edit("body", "Gulls came.", "Gulls came.", (Kind.ORDER,)),)})
    assert "   body      Gulls came.  (order)\n" in text


@pytest.mark.parametrize("width", [40, 80])
def test_nothing_hostile_is_wider_than_the_terminal_or_acts_on_it(width: int) -> None:
    members = [
        _member(str(n), Relation.SYNDICATED, text, source=text, headline=text, similarity=0.5)
        for n, text in enumerate(HOSTILE)
    ]
    told = {str(n): (Edit(text, text, "x " + text, (Kind.NUMBER,)),) for n, text in enumerate(HOSTILE)}
    text = _drawn(members, told, width)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    assert [sign for sign in text if sign != "\n" and not sign.isprintable()] == []
