"""Who had a story first, and how each copy is related to it."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.compare import lineage
from crawler.compare.fingerprint import exact
from crawler.compare.lineage import Cluster, Relation, clusters
from storage.records import Article, Change, ChangeKind, Content, Item, Origin, Snapshot, Subject, Teaser

START = datetime(2026, 3, 4, tzinfo=UTC)
SALT = (
    "The last salt pan on the spit was raked by hand on Tuesday, and its forty heaps stand under straw.",
    "Two brothers who learned the trade from an aunt sell what is left to the bakers of the old quarter.",
    "From next spring the pans will be let run full, and the town hopes for avocets on the dykes.",
)
CLOCK = (
    "The clock of the weigh house has run eleven minutes fast since a heron built its nest on the hands.",
    "Ferrymen set their watches by it all the same, since every boat leaves by that clock and no other.",
    "The bird is to be moved when its young have flown, says the keeper, who brings it sprats at noon.",
)
CHANGED = (SALT[0], SALT[1].replace("an aunt", "an uncle"), SALT[2])
GATES = "Hikers are asked to keep the yellow gates on the ridge path shut until the bees have swarmed."

Known = dict[str, tuple[Item, Snapshot]]


def held(
    name: str,
    hours: float = 0,
    content: Content | tuple[str, ...] = SALT,
    *,
    source: str = "Gazette",
    order: str = "",
) -> tuple[str, tuple[Item, Snapshot]]:
    at = START + timedelta(hours=hours)
    if isinstance(content, tuple):
        content = Article(source, f"https://x.example/{name}", at, "A headline", paragraphs=content)
    subject = Subject.ARTICLE if isinstance(content, Article) else Subject.TEASER
    item = Item(name, subject, source, at, order or f"2||{source}|{name}|d", Origin.CRAWL)
    return name, (item, Snapshot(f"{name}-1", name, 1, at, exact(content), 1, content))


def tie(item: str, of: str | None, kind: ChangeKind = ChangeKind.DUPLICATE) -> Change:
    return Change(
        f"{item}>{of}", kind, Subject.ARTICLE, item, "Gazette", None, None, START, None, START, of=of
    )


def relations(found: Mapping[str, Cluster], name: str) -> dict[str, str]:
    return {member.item.id: member.relation.value for member in found[name].members}


def groups(found: Mapping[str, Cluster]) -> set[tuple[str, ...]]:
    return {tuple(member.item.id for member in cluster.members) for cluster in found.values()}


def test_what_nothing_ties_to_another_has_no_cluster() -> None:
    assert clusters(dict([held("a"), held("b", 1)]), []) == {}


def test_a_cluster_is_named_after_its_oldest_and_the_same_for_all_in_it() -> None:
    found = clusters(dict([held("z"), held("b", 1), held("a", 2)]), [tie("b", "z"), tie("a", "z")])
    assert {name: cluster.id for name, cluster in found.items()} == dict.fromkeys("zba", "z")
    assert groups(found) == {("z", "b", "a")}


@pytest.mark.parametrize(
    ("copy", "kind", "relation"),
    [
        (held("b", 2), ChangeKind.DUPLICATE, Relation.REPRINTED),
        (held("b", 2, source="Mirror"), ChangeKind.DUPLICATE, Relation.SYNDICATED),
        (held("b", 0, source="Mirror"), ChangeKind.DUPLICATE, Relation.SYNDICATED),
        (held("b", 2), ChangeKind.MOVED, Relation.MOVED),
        (held("b", 2, source="Mirror"), ChangeKind.MOVED, Relation.MOVED),
        (held("b", 0, order="2||Gazette|z|d"), ChangeKind.DUPLICATE, Relation.REPRINTED),
    ],
)
def test_a_copy_is_related_to_the_first(
    copy: tuple[str, tuple[Item, Snapshot]], kind: ChangeKind, relation: Relation
) -> None:
    found = clusters(dict([held("a"), copy]), [tie("b", "a", kind)])
    assert relations(found, "b") == {"a": "first", "b": relation.value}


@pytest.mark.parametrize(
    ("hours", "order", "relation"),
    [
        (0, "3||Gazette|https://x.example/|d|2", "repeated"),
        (0, "3||Gazette|https://x.example/~other|d|2", "reprinted"),
        (1, "3||Gazette|https://x.example/|d|2", "reprinted"),
    ],
)
def test_a_teaser_is_repeated_where_one_listing_shows_it_twice_at_one_time(
    hours: float, order: str, relation: str
) -> None:
    teaser = Teaser("https://x.example/gates", "Keep the gates shut", GATES)
    one = held("a", 0, teaser, order="3||Gazette|https://x.example/|d|1")
    found = clusters(dict([one, held("b", hours, teaser, order=order)]), [tie("b", "a")])
    assert relations(found, "b") == {"a": "first", "b": relation}


def test_a_copy_word_for_word_is_exact_and_another_tells_how_like_it_is() -> None:
    known = dict([held("a"), held("b", 1, (" ".join(SALT),)), held("c", 2, CHANGED)])
    members = clusters(known, [tie("b", "a"), tie("c", "a")])["a"].members
    assert [member.is_exact for member in members] == [True, True, False]
    assert [member.similarity for member in members[:2]] == [1.0, 1.0]
    assert 0.9 < members[2].similarity < 1


def test_a_chain_of_copies_whose_ends_are_strangers_is_parted() -> None:
    known = dict([held("a"), held("b", 1, (*SALT, *CLOCK)), held("c", 2, CLOCK)])
    (found,) = groups(clusters(known, [tie("b", "a"), tie("c", "b")]))
    assert "b" in found and len(found) == 2


def test_two_that_the_log_ties_stay_together_whatever_they_read_like() -> None:
    known = dict([held("a"), held("b", 1, CLOCK)])
    assert groups(clusters(known, [tie("b", "a")])) == {("a", "b")}


def test_a_story_rewritten_as_it_moved_stays_with_its_old_address() -> None:
    known = dict([held("a"), held("b", 1), held("c", 2, CLOCK)])
    found = clusters(known, [tie("b", "a"), tie("c", "a", ChangeKind.MOVED)])
    assert relations(found, "c") == {"a": "first", "b": "reprinted", "c": "moved"}


def test_a_story_that_moved_twice_is_one() -> None:
    known = dict([held("a"), held("b", 1, CLOCK), held("c", 2, CHANGED), held("d", 3)])
    ties = [tie("b", "a", ChangeKind.MOVED), tie("c", "b", ChangeKind.MOVED), tie("d", "a")]
    assert groups(clusters(known, ties)) == {("a", "b", "c", "d")}


def test_items_that_a_reviewer_holds_apart_are_not_tied() -> None:
    known, ties = dict([held("a"), held("b", 1), held("c", 2)]), [tie("b", "a"), tie("c", "a")]
    assert groups(clusters(known, ties, [("b", "a")])) == {("a", "c")}
    assert groups(clusters(known, ties, [("a", "b")])) == {("a", "c")}  # either way round
    assert clusters(known, ties, [("b", "a"), ("c", "a")]) == {}


def test_copies_of_what_a_reviewer_holds_apart_go_with_it() -> None:
    known = dict([held("a"), held("b", 1, CHANGED), held("c", 2, CHANGED)])
    assert groups(clusters(known, [tie("b", "a"), tie("c", "b")], [("b", "a")])) == {("b", "c")}


def test_a_tie_to_an_item_that_is_not_at_hand_is_passed_over() -> None:
    known = dict([held("a"), held("b", 1)])
    assert groups(clusters(known, [tie("b", "a"), tie("a", "gone"), tie("b", None)])) == {("a", "b")}


def test_teasers_of_two_years_are_not_one_through_a_third_without_a_date() -> None:
    dated = [Teaser(None, "Keep the gates shut", GATES, date) for date in ("2025-04-01", None, "2026-04-01")]
    known = dict([held(name, n, one) for n, (name, one) in enumerate(zip("abc", dated, strict=True))])
    assert groups(clusters(known, [tie("b", "a"), tie("c", "b")])) == {("a", "b")}


def test_a_teaser_tied_to_the_oldest_stays_with_it_though_it_read_otherwise_at_first() -> None:
    other = Teaser(None, "Herons on the weigh house", CLOCK[0], "2026-03-04")
    same = Teaser(None, "Keep the gates shut", GATES, "2026-03-04")
    known = dict([held("a", 0, same), held("b", 1, same), held("c", 2, other)])
    assert groups(clusters(known, [tie("b", "a"), tie("c", "a")])) == {("a", "b", "c")}


def test_more_items_than_are_compared_are_one_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lineage, "MOST_MEMBERS", 3)
    known = dict([held("a"), held("b", 1), held("c", 2, CLOCK), held("d", 3, CLOCK)])
    ties = [tie("b", "a"), tie("c", "b"), tie("d", "c")]
    assert groups(clusters(known, ties)) == {("a", "b", "c", "d")}


MANY: Known = dict(
    [
        held("a"),
        held("b", 1, CHANGED),
        held("c", 1, source="Mirror"),
        held("d", 2, (*SALT, *CLOCK), source="Courier"),
        held("e", 3, CLOCK),
        held("f", 4, CLOCK, source="Mirror"),
        held("g", 5, CHANGED),
    ]
)
TIES = (
    tie("b", "a"),
    tie("c", "a"),
    tie("d", "a"),
    tie("e", "d"),
    tie("f", "e"),
    tie("g", "b", ChangeKind.MOVED),
)


@settings(deadline=None, derandomize=True, max_examples=15)
@given(order=st.permutations(sorted(MANY)), ties=st.permutations(TIES))
def test_clusters_are_the_same_in_whatever_order_items_and_ties_come(
    order: list[str], ties: Iterable[Change]
) -> None:
    shuffled = clusters({name: MANY[name] for name in order}, ties)
    assert shuffled == clusters(MANY, TIES)
    assert all({"a", "b", "c"} <= set(group) or {"e", "f"} <= set(group) for group in groups(shuffled))


def test_every_item_is_in_one_cluster_at_most() -> None:
    names = [name for group in groups(clusters(MANY, TIES)) for name in group]
    assert len(names) == len(set(names))


def test_many_items_in_many_clusters_are_parted_in_one_go() -> None:
    known: Known = {}
    ties = []
    chosen = random.Random(5)
    for n in range(400):
        text = (" ".join("".join(chosen.choices("abdeiklmnorstu", k=6)) for _ in range(40)),)
        known |= dict([held(f"{n}", 0, text), held(f"{n}-copy", 1, text, source="Mirror")])
        ties.append(tie(f"{n}-copy", f"{n}"))
    assert groups(clusters(known, ties)) == {(f"{n}", f"{n}-copy") for n in range(400)}
