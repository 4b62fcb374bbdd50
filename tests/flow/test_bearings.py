"""What changes mean beside all others, read through the report: weights, edits, groups, copies, campaigns.

Where the store has a part in it, every store is asked; where only a rule is, the one in memory.
"""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler import desk, pipeline
from crawler.bearings import Bearings
from crawler.compare.fingerprint import sight
from crawler.report import Entry, Report, render
from storage.memory import MemoryStore
from storage.records import (
    Annotation,
    Article,
    Assessment,
    Change,
    ChangeKind,
    Gone,
    Listing,
    Observation,
    Origin,
    Ruling,
    Teaser,
)
from storage.store import Filter, Store
from tests.flow.test_elsewhere import AS_TOLD, copy
from tests.flow.test_properties import CALM, STORES, opened
from tests.flow.test_watching import BRIDGE, ORCHARD, article, day, edited, key_of, listing, row, watch

URL = "https://gazette.example/bridge"
NEW_URL = "https://gazette.example/2026/bridge"
DEARER = edited(BRIDGE, "240 thousand", "310 thousand")
NOTICE = "Correction: an earlier version of this report named the wrong quay."
ROPEWALK = (
    "Carpenters have raised the roof of the old ropewalk, where the town library is to move in the autumn.",
    "Its nine long tables were planed from the beams that the storm of last winter brought down.",
    "Readers may bring back what they borrowed to the fish market until the shelves have arrived.",
)
ADDRESS = "Write to the desk at 4 Eel Lane, Port Linnet."
NEW_ADDRESS = "Write to the desk at 9 Mole Road, Port Linnet."


def report(store: Store, *, folds: bool = True, **wanted: Any) -> Report:
    return desk.report(
        store, Filter(**wanted), title="What changed", made_at=day(200), zone="UTC", folds=folds
    )


def read(store: Store, **wanted: Any) -> list[Entry]:
    return list(report(store, **wanted).entries)


def lines(store: Store) -> list[dict[str, Any]]:
    return [json.loads(line) for line in "".join(render(report(store, folds=False), "jsonl")).splitlines()]


def drawn(store: Store) -> str:
    return "".join(render(report(store), "terminal", width=100))


def edit_of(store: Store) -> Entry:
    """The one `changed` entry."""
    (entry,) = [entry for entry in read(store) if entry.change.kind is ChangeKind.CHANGED]
    return entry


def relations(store: Store) -> dict[str | None, str | None]:
    """How each item is related to its cluster's first, by address."""
    return {entry.change.url: entry.bearing.relation for entry in read(store)}


def together(store: Store) -> set[frozenset[str]]:
    """The addresses of each cluster."""
    clusters: dict[str, set[str]] = {}
    for entry in read(store):
        if entry.bearing.cluster:
            clusters.setdefault(entry.bearing.cluster, set()).add(entry.change.url or "")
    return {frozenset(urls) for urls in clusters.values()}


def take(store: Store, seen: Iterable[Observation]) -> None:
    """Record it all in one batch."""
    pipeline.take(store, [sight(one, Origin.IMPORT) for one in seen], key_of)


def says(store: Store, change: Change, ruling: Ruling, note: str = "") -> None:
    desk.overrule(store, Annotation(change.id, ruling, "A. Reviewer", day(60), note))


# ---------------------------------------------------------------- one change


def test_each_kind_of_change_has_a_weight_of_its_own(store: Store) -> None:
    moved = "https://gazette.example/2026/pear"
    pear = replace(article(0, ORCHARD), url="https://gazette.example/pear", headline="A hardy pear")
    watch(
        store,
        article(0),
        pear,
        article(1, url="https://gazette.example/copy"),
        article(2, DEARER),
        replace(pear, captured_at=day(3), url=moved, redirected_from=pear.url),
        Gone("Gazette", URL, day(4)),
        Gone("Gazette", URL, day(5)),
        article(6, DEARER),
    )
    weights = {f"{e.change.kind} {e.change.url}": e.bearing.weight for e in read(store)}
    assert weights == {
        f"new {URL}": 10,
        f"new {pear.url}": 10,
        "duplicate https://gazette.example/copy": 5,
        f"changed {URL}": 50,
        f"moved {moved}": 10,
        f"removed {URL}": 70,
        f"restored {URL}": 50,
    }


def test_a_teaser_that_goes_and_comes_weighs_half_of_what_an_article_does(store: Store) -> None:
    full = (row("c"), row("b"), row("a"))
    watch(store, listing(0, *full), listing(1, row("c"), row("a")), listing(2, *full))
    weights = [(e.change.kind.value, e.bearing.weight) for e in read(store)]
    assert weights == [("new", 5), ("new", 5), ("new", 5), ("removed", 35), ("restored", 25)]


def test_an_article_edited_as_it_moved_weighs_what_the_edit_does(store: Store) -> None:
    watch(store, article(0), article(1, DEARER, url=NEW_URL, redirected_from=URL))
    moved = read(store)[-1]
    assert moved.change.kind is ChangeKind.MOVED
    assert (moved.bearing.kinds, moved.bearing.weight, moved.bearing.is_stealth) == (("number",), 50, True)


def test_the_parts_of_a_weight_add_up_to_it() -> None:
    store = MemoryStore()
    both = edited(DEARER, "eleven days", "three weeks")
    watch(store, article(0), article(1, both), article(2))
    for entry in read(store)[1:]:
        points = [float(str(part["points"])) for part in entry.bearing.parts]
        assert abs(sum(points) - entry.bearing.weight) <= 0.5


def test_an_edit_tells_where_it_stands_what_kind_it_is_and_what_shows_that(store: Store) -> None:
    watch(store, article(0), article(1, DEARER))
    bearing = edit_of(store).bearing
    (edit,) = bearing.edits
    assert (edit["where"], edit["kinds"]) == ("body", ["number"])
    assert (edit["old"], edit["new"]) == (BRIDGE[1], DEARER[1])
    assert edit["evidence"] == [{"kind": "number", "old": "240 thousand", "new": "310 thousand"}]
    assert (bearing.kinds, bearing.is_stealth) == (("number",), True)


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(replace(article(1, DEARER), modified="2026-03-05T08:00:00Z"), id="its date moved"),
        pytest.param(article(1, (*DEARER, NOTICE)), id="a correction notice came"),
        pytest.param(article(1, tuple(p.replace("-", "–") for p in BRIDGE)), id="only its form changed"),
    ],
)
def test_an_edit_is_not_silent_when(after: Article) -> None:
    store = MemoryStore()
    watch(store, replace(article(0), modified="2026-03-04T08:00:00Z"), replace(article(0.5), modified=None))
    held = replace(after, modified=after.modified or "2026-03-04T08:00:00Z")
    watch(store, held)
    assert [e.bearing.is_stealth for e in read(store)] == [False] * len(read(store))


def test_an_edit_before_the_first_look_is_silent_when_the_article_tells_of_none() -> None:
    store = MemoryStore()
    teaser = replace(AS_TOLD, headline="Harbour bridge closed to buses")
    watch(store, listing(0, teaser), article(1))
    assert edit_of(store).bearing.is_stealth


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(replace(article(1), modified="2026-03-05T08:00:00Z"), id="a date of its update"),
        pytest.param(article(1, (*BRIDGE, NOTICE)), id="a correction notice"),
    ],
)
def test_an_edit_before_the_first_look_is_not_silent_when_the_article_shows(first: Article) -> None:
    store = MemoryStore()
    teaser = replace(AS_TOLD, headline="Harbour bridge closed to buses")
    watch(store, listing(0, teaser), first)
    assert not edit_of(store).bearing.is_stealth


def test_a_date_of_update_that_is_the_date_of_publication_tells_of_no_edit() -> None:
    store = MemoryStore()
    teaser = replace(AS_TOLD, headline="Harbour bridge closed to buses")
    watch(store, listing(0, teaser), replace(article(1), modified="2026-03-04"))
    assert edit_of(store).bearing.is_stealth


def test_a_near_copy_tells_what_it_edited_and_weighs_no_more_for_it(store: Store) -> None:
    watch(store, article(0), article(1, DEARER, url="https://mirror.example/b", source="Mirror"))
    entry = read(store)[1]
    assert entry.change.kind is ChangeKind.DUPLICATE
    (edit,) = entry.bearing.edits
    assert (edit["kinds"], edit["old"], edit["new"]) == (["number"], BRIDGE[1], DEARER[1])
    assert (entry.bearing.weight, entry.bearing.is_stealth) == (5, False)


def test_a_near_copy_is_held_against_the_text_of_its_time(store: Store) -> None:
    late = article(2, DEARER, url="https://mirror.example/b", source="Mirror")
    watch(store, article(0), article(1, edited(DEARER, "eleven", "nine")), late)
    (edit,) = read(store)[2].bearing.edits
    assert "nine days" in str(edit["old"]) and "eleven days" in str(edit["new"])


def test_a_copy_word_for_word_edited_nothing() -> None:
    store = MemoryStore()
    watch(store, article(0), article(1, url="https://mirror.example/b", source="Mirror"))
    assert read(store)[1].bearing.edits == ()


def test_a_copy_that_parted_from_its_original_is_never_silent() -> None:
    store = MemoryStore()
    watch(store, article(0), copy(1), article(2, DEARER), copy(3))
    own, parted = read(store)[2:]
    assert (own.bearing.is_stealth, parted.bearing.is_stealth) == (True, False)
    assert 0 < parted.bearing.weight < own.bearing.weight


def test_an_everyday_edit_weighs_less_than_one_that_is_rare_at_its_source() -> None:
    store = MemoryStore()
    figures = [article(n, edited(BRIDGE, "240", str(240 + n))) for n in range(42)]
    take(store, [*figures, article(42, edited(figures[-1].paragraphs, "Monday", "Sunday"))])
    first, *_, last, rare = [e for e in read(store) if e.change.kind is ChangeKind.CHANGED]
    assert last.bearing.weight < first.bearing.weight
    assert "rare at this source" in str(rare.bearing.parts)


# ---------------------------------------------------------------- groups


def three_pages(number: float, address: str) -> list[Article]:
    """Three stories of one paper, each with the same line below."""
    bodies = {"bridge": BRIDGE, "pear": ORCHARD, "ropewalk": ROPEWALK}
    return [
        replace(article(number, (*body, address)), url=f"https://gazette.example/{name}", headline=body[0])
        for name, body in bodies.items()
    ]


def test_the_same_edit_on_three_pages_is_one_group_and_folded(store: Store) -> None:
    watch(store, *three_pages(0, ADDRESS), *three_pages(1, NEW_ADDRESS))
    edited_ = [e for e in read(store) if e.change.kind is ChangeKind.CHANGED]
    assert [e.bearing.is_folded for e in edited_] == [False, True, True]
    group = edited_[0].bearing.group
    assert group is not None and group.change_ids == tuple(e.change.id for e in edited_)
    assert [c.id for c in edited_[0].bearing.others] == [e.change.id for e in edited_[1:]]
    assert [e.bearing.others for e in edited_[1:]] == [(), ()]


def test_a_terminal_shows_the_first_of_a_group_and_how_many_more_there_are(store: Store) -> None:
    watch(store, *three_pages(0, ADDRESS), *three_pages(1, NEW_ADDRESS))
    text = drawn(store)
    assert text.count("changed   article") == 1
    assert "and the same edit on 2 more pages" in text
    assert "2 changes are folded into others of their group" in text
    assert "3 changed" in text  # and counts them all


def test_json_lines_have_every_change_of_a_group(store: Store) -> None:
    watch(store, *three_pages(0, ADDRESS), *three_pages(1, NEW_ADDRESS))
    changed = [line for line in lines(store) if line["kind"] == "changed"]
    assert len(changed) == 3
    assert len({line["group"] for line in changed}) == len({line["edit_id"] for line in changed}) == 1
    assert None not in {line["group"] for line in changed}


def test_a_group_is_shown_by_its_first_change_in_the_period(store: Store) -> None:
    first, second, third = three_pages(1, NEW_ADDRESS)
    watch(store, *three_pages(0, ADDRESS), first, replace(second, captured_at=day(2)))
    watch(store, replace(third, captured_at=day(3)))
    entries = read(store, since=day(1.5))
    assert [e.bearing.is_folded for e in entries] == [False, True]
    assert [len(e.bearing.others) for e in entries] == [2, 0]


def test_an_article_and_its_own_teaser_are_no_group(store: Store) -> None:
    teaser = replace(row("b"), headline="Beekeepers ask for 3 gates")
    story = article(0, ORCHARD, url=teaser.url, headline=teaser.headline)
    watch(store, listing(0, teaser, row("a")), story)
    new = "Beekeepers ask for 5 gates"
    watch(
        store,
        listing(1, replace(teaser, headline=new), row("a")),
        replace(article(1, ORCHARD), url=teaser.url, headline=new),
    )
    changed = [e for e in read(store) if e.change.kind is ChangeKind.CHANGED]
    assert [e.change.subject.value for e in changed] == ["teaser", "article"]
    assert len({e.bearing.edit_id for e in changed}) == 1
    assert [e.bearing.group for e in changed] == [None, None]


def test_a_page_that_swings_is_one_record(store: Store) -> None:
    watch(store, *(article(n, DEARER if n % 2 else BRIDGE) for n in range(5)))
    changed = [e for e in read(store) if e.change.kind is ChangeKind.CHANGED]
    assert [e.bearing.is_folded for e in changed] == [False, True, True, True]
    group = changed[0].bearing.group
    assert group is not None and (group.kind.value, group.size) == ("flapping", 4)
    assert "swings between states: 4 changes" in drawn(store)
    assert drawn(store).count("changed   article") == 1


def test_there_and_back_is_two_changes_in_full() -> None:
    store = MemoryStore()
    watch(store, article(0), article(1, DEARER), article(2))
    assert [e.bearing.is_folded for e in read(store)] == [False, False, False]
    assert [e.bearing.group for e in read(store)] == [None, None, None]


def test_a_page_that_swings_keeps_its_group_as_it_goes_on(store: Store) -> None:
    watch(store, *(article(n, DEARER if n % 2 else BRIDGE) for n in range(4)))
    before = {e.bearing.group.id for e in read(store) if e.bearing.group}
    watch(store, article(4))
    assert {e.bearing.group.id for e in read(store) if e.bearing.group} == before


# ---------------------------------------------------------------- copies


PEAR = replace(article(0, ORCHARD), url="https://gazette.example/pear", headline="A hardy pear")
TWIN = replace(row("b"), url="https://gazette.example/twin")
COPIES: tuple[Observation, ...] = (
    article(0),
    article(1, url="https://mirror.example/b", source="Mirror"),
    article(2, DEARER, url="https://gazette.example/again"),
    PEAR,
    replace(PEAR, captured_at=day(1), url="https://gazette.example/pears", redirected_from=PEAR.url),
    listing(0, row("b"), TWIN),
)
RELATIONS = {
    URL: "first",
    "https://mirror.example/b": "syndicated",
    "https://gazette.example/again": "reprinted",
    "https://gazette.example/pear": "first",
    "https://gazette.example/pears": "moved",
    "https://gazette.example/b": "first",
    "https://gazette.example/twin": "repeated",
}
CLUSTERS = {
    frozenset({URL, "https://mirror.example/b", "https://gazette.example/again"}),
    frozenset({"https://gazette.example/pear", "https://gazette.example/pears"}),
    frozenset({"https://gazette.example/b", "https://gazette.example/twin"}),
}


@pytest.mark.parametrize("kind", STORES)
@settings(CALM, max_examples=4)
@given(seen=st.permutations(COPIES))
def test_copies_are_related_to_the_first_in_whatever_order_they_come(
    kind: str, seen: Sequence[Observation]
) -> None:
    with opened(kind) as store:
        watch(store, *seen)
        assert (relations(store), together(store)) == (RELATIONS, CLUSTERS)


def test_who_had_a_story_first_and_what_each_copy_made_of_it(store: Store) -> None:
    watch(store, *COPIES)
    cluster = Bearings(store).cluster(desk.find_item(store, "https://gazette.example/again"))
    assert cluster is not None
    told = [
        (m.relation.value, m.is_exact, len(desk.edits_to(cluster.members[0], m))) for m in cluster.members
    ]
    assert told == [("first", True, 0), ("syndicated", True, 0), ("reprinted", False, 1)]
    line = desk.cluster_json(cluster.members[2], cluster, "https://gazette.example/again")
    assert (line["cluster"], line["exact"], line["edits"][0]["kinds"]) == (cluster.id, False, ["number"])
    assert 0.9 < line["similarity"] < 1


def test_an_article_like_no_other_has_no_cluster() -> None:
    store = MemoryStore()
    log = watch(store, article(0), PEAR)
    assert Bearings(store).cluster(log[0].item_id) is None


CHAIN = (
    article(0),
    article(
        1, (*BRIDGE, *ORCHARD), url="https://mirror.example/both", source="Mirror", headline="Two at once"
    ),
    article(2, ORCHARD, url="https://courier.example/pear", source="Courier", headline="A hardy pear"),
)


def test_two_stories_that_one_page_holds_are_no_copies_of_each_other() -> None:
    found = set()
    for seen in permutations(CHAIN):
        store = MemoryStore()
        log = watch(store, *seen)
        assert [c.kind.value for c in log] == ["new", "duplicate", "duplicate"]
        (cluster,) = together(store)
        found.add(cluster)
    assert len(found) == 1
    (both,) = {frozenset({"https://mirror.example/both"}) & cluster for cluster in found}
    assert (len(both), len(cluster)) == (1, 2)


def test_a_teaser_of_every_year_and_one_without_a_date_do_not_tie_the_years_together(store: Store) -> None:
    seen = [
        replace(row("b"), url=f"https://gazette.example/{n}", date=n) for n in ("2025-04-01", "2026-04-01")
    ]
    undated = replace(row("b"), url="https://gazette.example/undated")
    pages = [seen[0], undated, seen[1]]
    watch(store, *(listing(n, one, url=f"https://gazette.example/{n}/") for n, one in enumerate(pages)))
    assert together(store) == {frozenset({"https://gazette.example/2025-04-01", undated.url})}


# ---------------------------------------------------------------- what reviewers say


def test_a_copy_that_a_reviewer_calls_none_leaves_the_cluster(store: Store) -> None:
    log = watch(store, *COPIES[:3])
    says(store, log[1], Ruling.NOT_DUPLICATE, "its own reporter was there")
    assert together(store) == {frozenset({URL, "https://gazette.example/again"})}
    entry = read(store)[1]
    assert (entry.bearing.cluster, entry.bearing.relation) == (None, None)
    assert entry.bearing.ruling is Ruling.NOT_DUPLICATE
    assert "not a duplicate, says A. Reviewer, 2026-05-03: its own reporter was there" in " ".join(
        drawn(store).split()
    )


def test_a_ruling_that_is_withdrawn_stands_no_longer_and_is_still_told(store: Store) -> None:
    log = watch(store, *COPIES[:3])
    says(store, log[1], Ruling.NOT_DUPLICATE)
    says(store, log[1], Ruling.WITHDRAWN)
    assert together(store) == {frozenset(list(RELATIONS)[:3])}
    entry = read(store)[1]
    assert (entry.bearing.ruling, entry.bearing.relation) == (None, "syndicated")
    assert [one["ruling"] for one in lines(store)[1]["annotations"]] == ["not-duplicate", "withdrawn"]


def test_a_false_alarm_weighs_nothing_until_that_is_withdrawn() -> None:
    store = MemoryStore()
    log = watch(store, article(0), article(1, DEARER))
    says(store, log[1], Ruling.FALSE_ALARM)
    assert edit_of(store).bearing.weight == 0
    says(store, log[1], Ruling.WITHDRAWN)
    assert edit_of(store).bearing.weight == 50


def test_what_a_reviewer_said_outlasts_older_evidence(store: Store) -> None:
    log = watch(store, article(2), article(4, DEARER), article(5, url="https://gazette.example/copy"))
    says(store, log[1], Ruling.FALSE_ALARM, "a test page")
    says(store, log[2], Ruling.NOT_DUPLICATE)
    watch(store, PEAR, replace(PEAR, captured_at=day(1), paragraphs=ORCHARD[:2]), article(3))
    said = {e.change.id: e.bearing.ruling for e in read(store) if e.bearing.ruling}
    assert said == {log[1].id: Ruling.FALSE_ALARM, log[2].id: Ruling.NOT_DUPLICATE}
    assert together(store) == set()


# ---------------------------------------------------------------- campaigns


NAME = "Tomas Wendelin"
STORIES, PURGED = range(60), range(100, 112)  # by number; those that have the name
MONTHS = 2
PURGE = 30 * MONTHS - 13  # the day
SYLLABLES = ("ba", "dor", "fen", "gil", "hum", "kel", "lor", "mi", "nat", "pol", "ruk", "sev", "tam", "vin")


def sentence(chosen: random.Random) -> str:
    """Ten words that no language has, so that stories do not resemble each other."""
    said = ["".join(chosen.choices(SYLLABLES, k=3)) for _ in range(10)]
    return f"{' '.join(said).capitalize()}."


def story(number: int, at: float, *, edition: int = 0, clerk: str = f"clerk {NAME}") -> Article:
    """The `number`-th story, like no other. The purge alters its clerk.

    An ordinary edit, its next `edition`, alters a figure and a word, which is another in every two stories.
    """
    chosen = random.Random(number)
    body = [sentence(chosen) for _ in range(3)]
    word = sentence(random.Random(f"{edition} {number // 2}")).split()[0].lower()
    body.insert(1, f"It {word} {20 + 7 * edition} crowns to {sentence(chosen).lower()}")
    if number in PURGED:
        body.insert(2, f"The {clerk} gave {sentence(chosen).lower()}")
    url = f"https://gazette.example/story/{number}"
    return article(at, tuple(body), url=url, headline=sentence(chosen).removesuffix("."))


def tell_the_purge(store: Store) -> set[str]:
    """Months of ordinary edits; amid the last sixty, one name is struck from twelve articles in half a day.

    Gives back the ids of those twelve changes.
    """
    seen = [story(n, 0) for n in (*STORIES, *PURGED)]
    for month in range(MONTHS):
        seen += [story(n, 1 + 30 * month + n // 2 + n % 2 / 10, edition=month + 1) for n in STORIES]
    seen += [story(n, PURGE + (n - 100) / 24, clerk="clerk") for n in PURGED]
    take(store, seen)
    changed = store.changes(Filter(kinds=frozenset({ChangeKind.CHANGED})))
    return {c.id for c in changed if int((c.url or "").rsplit("/")[-1]) in PURGED}


def test_a_name_struck_from_twelve_articles_is_a_campaign_of_exactly_these(store: Store) -> None:
    wanted = tell_the_purge(store)
    made = report(store)
    (found,) = made.campaigns
    assert (found.campaign.source, found.campaign.kind, found.campaign.term) == ("Gazette", "removed", NAME)
    assert {change.id for change in found.changes} == wanted
    assert len(found.changes) == len(found.campaign.items) == 12
    named = {e.change.id for e in made.entries if e.bearing.campaigns}
    assert named == wanted
    assert f"“{NAME}” removed" in drawn(store)


def test_a_false_alarm_leaves_its_campaign_and_too_few_are_none() -> None:
    store = MemoryStore()
    first, *others = sorted(tell_the_purge(store))
    changes = store.changes_by_id([first, *others])
    says(store, changes[first], Ruling.FALSE_ALARM)
    (found,) = report(store).campaigns
    assert {change.id for change in found.changes} == set(others)
    says(store, changes[first], Ruling.WITHDRAWN)
    assert len(report(store).campaigns[0].changes) == 12
    for id_ in others[:9]:
        says(store, changes[id_], Ruling.FALSE_ALARM)
    assert report(store).campaigns == ()


def test_a_report_has_the_campaigns_of_its_period_and_sources() -> None:
    store = MemoryStore()
    tell_the_purge(store)
    assert [len(report(store, since=day(at)).campaigns) for at in (PURGE - 1, PURGE + 0.2, PURGE + 1)] == [
        1,
        1,
        0,
    ]
    assert [len(report(store, until=day(at)).campaigns) for at in (PURGE, PURGE + 1)] == [0, 1]
    assert [len(report(store, sources=frozenset({n})).campaigns) for n in ("Gazette", "Mirror")] == [1, 0]


# ---------------------------------------------------------------- what is kept of it


PASSES = (
    article(0),
    article(1, DEARER),
    article(2, edited(DEARER, "Monday", "Sunday")),
    PEAR,
    replace(article(3, edited(ORCHARD, "nine years", "six years")), url=PEAR.url, headline="A hardy pear"),
    article(2.5, BRIDGE),  # late: the log is taken back to it
    replace(article(1.5, ORCHARD[:2]), url=PEAR.url, headline="A hardy pear"),
    article(5, DEARER),
    article(5, url="https://mirror.example/b", source="Mirror"),
    article(6, edited(BRIDGE, "eleven", "seven"), url="https://mirror.example/b", source="Mirror"),
)


def kept(store: Store) -> list[Assessment]:
    return sorted(store.all_assessments(), key=lambda one: one.change_id)


@settings(CALM, max_examples=8)
@given(seen=st.permutations(PASSES))
def test_what_was_read_after_every_pass_is_what_is_read_once_at_the_end(seen: Sequence[Observation]) -> None:
    often, once = MemoryStore(), MemoryStore()
    for one in seen:
        watch(often, one)
        read(often)
    watch(once, *seen)
    read(once)
    assert kept(often) == kept(once)


def test_every_store_keeps_the_same_assessments(store: Store) -> None:
    for one in PASSES:
        watch(store, one)
        read(store)
    plain = MemoryStore()
    watch(plain, *PASSES)
    read(plain)
    assert kept(store) == kept(plain)
    assert len(kept(store)) > 4


class Sealed:
    """A store that can only be read."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        if name.startswith(("put_", "drop_", "record", "annotate", "start_", "finish_")) and name != (
            "annotations"
        ):
            raise AssertionError(f"{name} was called")
        return getattr(self._store, name)


def test_a_report_that_is_read_again_writes_nothing(store: Store) -> None:
    watch(store, *PASSES)
    first = lines(store)
    assert lines(Sealed(store)) == first  # type: ignore[arg-type]


def test_a_report_that_is_read_again_leaves_the_file_as_it_is(tmp_path: Path) -> None:
    from storage import open_store

    file = tmp_path / "store.db"
    store = open_store(f"sqlite:///{file}")
    watch(store, *PASSES)
    lines(store)
    with sqlite3.connect(file) as other:
        before = other.execute("PRAGMA data_version").fetchone()
        lines(store)
        assert other.execute("PRAGMA data_version").fetchone() == before
    store.close()


# ---------------------------------------------------------------- the heaviest


def test_the_heaviest_come_first_and_of_equals_the_latest(store: Store) -> None:
    watch(store, article(0), article(1, DEARER), replace(PEAR, captured_at=day(2)))
    watch(store, Gone("Gazette", URL, day(3)), Gone("Gazette", URL, day(4)))
    made = desk.heaviest(report(store, folds=False), 3)
    chosen = [(e.change.kind.value, e.change.url, e.bearing.weight) for e in made.entries]
    assert chosen == [("removed", URL, 70), ("changed", URL, 50), ("new", PEAR.url, 10)]
    assert (made.total, made.title) == (3, "What changed: the 3 heaviest")


def test_of_a_group_the_heaviest_stands_for_all_and_is_one_of_so_many(store: Store) -> None:
    watch(store, *three_pages(0, ADDRESS), *three_pages(1, NEW_ADDRESS))
    watch(store, replace(article(2, DEARER), url="https://gazette.example/market"))
    folded, unfolded = (
        [e.change.kind.value for e in desk.heaviest(report(store, folds=False), 3, folds=folds).entries]
        for folds in (True, False)
    )
    assert (folded, unfolded) == (["changed", "new", "new"], ["changed", "changed", "changed"])


def test_an_article_and_its_own_teaser_are_one_page_of_a_group(store: Store) -> None:
    def on_page(name: str, number: float, state: str) -> list[Article | Listing]:
        url, headline = (
            f"https://gazette.example/{name}",
            f"The {name} and the plans for it {state} by the council",
        )
        story = replace(article(number, BRIDGE if name == "bridge" else ORCHARD), url=url, headline=headline)
        place = f"https://gazette.example/list/{name}"
        return [story, Listing("Gazette", place, day(number), (Teaser(url, headline),))]

    for number, state in ((0, "were adopted"), (1, "were put off")):
        watch(store, *on_page("bridge", number, state), *on_page("pier", number, state))
    groups = {e.bearing.group for e in read(store) if e.bearing.group is not None}
    assert {(group.size > group.pages, group.pages) for group in groups if group.size > 2} == {(True, 2)}


def test_of_fewer_changes_than_asked_for_all_are_the_heaviest() -> None:
    store = MemoryStore()
    watch(store, article(0))
    assert len(list(desk.heaviest(report(store, folds=False), 10).entries)) == 1
