"""Which changes are one campaign: purges amid ordinary editing of a made-up press, and none where there is none."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.compare.campaigns import LEAST_ITEMS, LEVEL, Campaign, Delta, Watch, find_campaigns, log_tail
from tests.benchmarks.campaigns import HOURS, Archive, Plant, is_of, moment

# ---------------------------------------------------------------- a made-up press

ARTICLES, DAYS = 1_200, 300


@dataclass(frozen=True, slots=True)
class Lived:
    """An archive at the end of its days: its changes, the purges planted in it, the campaigns found."""

    deltas: tuple[Delta, ...]
    plants: tuple[Plant, ...]
    found: tuple[Campaign, ...]

    def of(self, plant: Plant) -> list[Campaign]:
        return [campaign for campaign in self.found if is_of(campaign, plant)]


def live(seed: int, *sizes: int) -> Lived:
    archive = Archive(seed, ARTICLES, sizes, DAYS)
    deltas = tuple(delta for _, delta, _ in archive.changes())
    return Lived(deltas, tuple(archive.plants), find_campaigns(deltas))


@pytest.fixture(scope="module")
def twelve() -> list[Lived]:
    return [live(seed, 12) for seed in (1, 2)]


@pytest.fixture(scope="module")
def fifty() -> list[Lived]:
    return [live(seed, 50) for seed in (1, 2)]


def edited(archives: Iterable[Lived]) -> list[tuple[Plant, list[Campaign]]]:
    """The purges that edited articles, each with the campaigns that were found of it."""
    return [(p, lived.of(p)) for lived in archives for p in lived.plants if p.kind != "articles removed"]


@pytest.mark.parametrize("size", ["twelve", "fifty"])
def test_a_planted_purge_is_found_once_with_exactly_its_changes(
    size: str, request: pytest.FixtureRequest
) -> None:
    purges = edited(request.getfixturevalue(size))
    assert len(purges) == 6
    assert [set(c.change_ids) == plant.change_ids for plant, (c,) in purges] == [True] * 6


@pytest.mark.parametrize("size", ["twelve", "fifty"])
def test_it_is_dated_by_its_first_and_last_change(size: str, request: pytest.FixtureRequest) -> None:
    for lived in request.getfixturevalue(size):
        times = {delta.change_id: delta.at for delta in lived.deltas}
        for plant, campaigns in edited([lived]):
            at = sorted(times[id_] for id_ in plant.change_ids)
            assert [(c.first_at, c.last_at) for c in campaigns] == [(at[0], at[-1])]
            assert moment(plant.start) <= at[0] <= at[-1] <= moment(plant.start + HOURS[plant.duration])


def test_it_says_what_happened_to_which_term(fifty: list[Lived]) -> None:
    told = {plant.kind: (campaign.kind, plant, campaign) for plant, (campaign,) in edited(fifty)}
    kind, plant, campaign = told["place renamed"]
    assert (kind, campaign.term, campaign.replacement) == ("replaced", plant.old, plant.new)
    kind, plant, campaign = told["name removed"]
    assert (kind, campaign.term) in (("removed", plant.old), ("replaced", plant.old))
    kind, plant, campaign = told["title added"]
    assert (kind, campaign.term in f"{plant.new} {plant.old}") == ("added", True)


def test_articles_taken_down_together_are_found_by_the_name_they_share(fifty: list[Lived]) -> None:
    for lived in fifty:
        (plant,) = (plant for plant in lived.plants if plant.kind == "articles removed")
        (campaign,) = lived.of(plant)
        shared = plant.change_ids.intersection(campaign.change_ids)
        assert (campaign.kind, len(shared) / len(plant.change_ids)) == ("removals", 1.0)
        assert len(shared) / len(campaign.change_ids) > 0.9


def test_nothing_else_is_raised_beside_the_purges(twelve: list[Lived], fifty: list[Lived]) -> None:
    strays = [
        campaign
        for lived in (*twelve, *fifty)
        for campaign in lived.found
        if not any(is_of(campaign, plant) for plant in lived.plants)
    ]
    assert strays == []


def test_ordinary_editing_raises_no_more_false_alarms_than_the_level_allows() -> None:
    archives = [live(seed) for seed in range(11, 17)]
    blocks = sum(math.ceil(DAYS / 28) for _ in archives)
    assert sum(len(lived.deltas) for lived in archives) > 5_000
    assert sum(len(lived.found) for lived in archives) <= blocks * LEVEL


def test_a_purge_is_raised_while_it_goes_on(fifty: list[Lived]) -> None:
    (plant,) = (p for p, _ in edited(fifty[1:]) if p.duration == "3 weeks")
    watch = Watch()
    seen = 0
    for delta in fifty[1].deltas:
        watch.add(delta)
        seen += delta.change_id in plant.change_ids
        if seen == len(plant.change_ids) // 2:
            break
    assert len([campaign for campaign in watch.found() if is_of(campaign, plant)]) == 1


# ---------------------------------------------------------------- order and time


def test_the_order_in_which_changes_are_handed_in_does_not_matter(twelve: list[Lived]) -> None:
    mixed = list(twelve[0].deltas)
    random.Random(5).shuffle(mixed)
    assert find_campaigns(mixed) == twelve[0].found


def test_nor_does_it_matter_for_changes_of_one_instant() -> None:
    deltas = [*ordinary(60), *struck("Orlo Venn", range(20), every_minutes=0)]
    (campaign,) = find_campaigns(deltas)
    (again,) = find_campaigns(deltas[::-1])
    assert (again.id, again.term, again.p_value) == (campaign.id, campaign.term, campaign.p_value)
    assert again.change_ids == campaign.change_ids[::-1]
    assert len(campaign.change_ids) == 20


def test_a_watch_takes_changes_in_order_of_time_only() -> None:
    watch = Watch()
    first, second = ordinary(1)[:2]
    watch.add(second)
    with pytest.raises(ValueError, match="older than the one before it"):
        watch.add(first)
    watch.add(replace(first, source="Courier"))


def test_what_is_known_at_a_time_does_not_depend_on_what_comes_later(twelve: list[Lived]) -> None:
    until = moment(200 * 24)
    watch = Watch()
    for delta in twelve[0].deltas:
        if delta.at < until:
            watch.add(delta)
    assert find_campaigns(twelve[0].deltas, until=until) == watch.found()
    assert watch.found() != twelve[0].found


def test_since_keeps_the_campaigns_that_went_on_then(twelve: list[Lived]) -> None:
    found = twelve[0].found
    since = found[1].last_at
    wanted = tuple(campaign for campaign in found if campaign.last_at >= since)
    assert 0 < len(wanted) < len(found)
    assert find_campaigns(twelve[0].deltas, since=since) == wanted


def test_a_campaign_keeps_its_id_while_further_changes_join() -> None:
    before = ordinary(60)
    ids = {find_campaigns([*before, *struck("Orlo Venn", range(n))])[0].id for n in (20, 25, 60)}
    assert len(ids) == 1


# ---------------------------------------------------------------- changes by hand

START = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = ("eels", "rope", "tar", "lamp", "quay", "pilot", "weir", "brine")


def ordinary(days: int, *, a_day: int = 4, source: str = "Gazette") -> list[Delta]:
    """Steady editing: so many articles a day, each with a word of its own and one that is often touched."""
    return [
        Delta(
            f"{source}-{day}-{n}",
            f"{source}-item-{day}-{n}",
            source,
            START + timedelta(days=day, hours=24 * n / a_day),
            removed=(f"{source} word {day} {n}", WORDS[(day + n) % len(WORDS)]),
        )
        for day in range(days)
        for n in range(a_day)
    ]


def struck(
    term: str, numbers: Iterable[int], *, day: float = 60, every_minutes: float = 20, source: str = "Gazette"
) -> list[Delta]:
    """`term` removed from an article every so often, each time with a word of that article beside it."""
    return [
        Delta(
            f"{term}-{number}",
            f"item-{term}-{number}",
            source,
            START + timedelta(days=day, minutes=every_minutes * number),
            removed=(term, f"beside {number}"),
        )
        for number in numbers
    ]


def gone(count: int, *, day: float, hours: float, terms: Sequence[str] = ()) -> list[Delta]:
    """So many articles that vanish within some hours, each with a term of its own."""
    return [
        Delta(
            f"gone-{day}-{n}",
            f"gone-item-{day}-{n}",
            "Gazette",
            START + timedelta(days=day, hours=hours * n / count),
            removed=(f"own {day} {n}", *terms),
            is_removal=True,
        )
        for n in range(count)
    ]


def test_nothing_comes_of_nothing() -> None:
    assert (find_campaigns([]), Watch().found()) == ((), ())


def test_steady_editing_is_no_campaign_whatever_its_words() -> None:
    assert find_campaigns(ordinary(400)) == ()


def test_a_busy_week_of_ordinary_editing_is_no_campaign() -> None:
    busy = [replace(d, at=d.at + timedelta(days=300)) for d in ordinary(10, a_day=40, source="Busy")]
    busy = [replace(delta, source="Gazette") for delta in busy]
    assert find_campaigns([*ordinary(300), *busy]) == ()


def test_a_term_that_every_edit_touches_is_no_campaign_on_the_day_of_many() -> None:
    steady = [replace(delta, added=("said",)) for delta in ordinary(200)]
    day = [replace(delta, added=("said",)) for delta in struck("word", range(40), day=200)]
    day = [replace(delta, removed=delta.removed[1:]) for delta in day]
    assert find_campaigns([*steady, *day]) == ()


@pytest.mark.parametrize(("count", "is_found"), [(LEAST_ITEMS - 1, False), (20, True)])
def test_few_articles_are_no_campaign(count: int, is_found: bool) -> None:
    deltas = [*ordinary(200), *struck("Orlo Venn", range(count), day=200)]
    assert bool(find_campaigns(deltas)) is is_found


def test_many_edits_of_one_article_are_no_campaign() -> None:
    again = [replace(delta, item_id="one") for delta in struck("Orlo Venn", range(40), day=200)]
    assert find_campaigns([*ordinary(200), *again]) == ()


def test_a_term_counts_once_in_an_article_however_it_is_written() -> None:
    twice = [replace(d, removed=("Orlo Venn", "ORLO VENN")) for d in struck("Orlo Venn", range(30))]
    few = [*struck("Orlo Venn", [100], day=10), *struck("Orlo Venn", [101], day=20)]
    (campaign,) = find_campaigns([*ordinary(60), *few, *twice])
    assert (len(campaign.change_ids), len(set(campaign.change_ids))) == (30, 30)


def test_a_campaign_is_of_one_source() -> None:
    halves = [
        *struck("Orlo Venn", range(25), day=60),
        *struck("Orlo Venn", range(30, 55), day=60, source="Courier"),
    ]
    found = find_campaigns([*ordinary(60), *ordinary(60, source="Courier"), *halves])
    assert sorted((c.source, len(c.items)) for c in found) == [("Courier", 25), ("Gazette", 25)]


def test_phrases_of_one_name_are_one_campaign_called_by_the_whole_of_it() -> None:
    deltas = [
        replace(delta, removed=("Orlo Venn", "Orlo", "Venn", delta.removed[1]))
        for delta in struck("Orlo Venn", range(20))
    ]
    (campaign,) = find_campaigns([*ordinary(60), *deltas])
    assert (campaign.kind, campaign.term, campaign.replacement) == ("removed", "Orlo Venn", None)
    assert (campaign.items, campaign.also) == (tuple(d.item_id for d in deltas), ())


def test_what_went_the_same_way_is_told_beside_the_term() -> None:
    deltas = [replace(d, removed=(*d.removed, "salt office")) for d in struck("Orlo Venn", range(20))]
    (campaign,) = find_campaigns([*ordinary(60), *deltas])
    assert {campaign.term, *campaign.also} == {"Orlo Venn", "salt office"}


def test_two_purges_at_once_are_two_campaigns() -> None:
    purges = [*struck("Orlo Venn", range(30)), *struck("Ada Pim", range(30), every_minutes=21)]
    found = find_campaigns([*ordinary(60), *purges])
    assert sorted((c.term, len(c.change_ids)) for c in found) == [("Ada Pim", 30), ("Orlo Venn", 30)]


def test_a_replacement_is_told_with_both_its_sides_as_most_changes_write_them() -> None:
    deltas = [
        replace(delta, removed=(), added=(), replaced=(("Old Quay" if n else "OLD QUAY", "New Quay"),))
        for n, delta in enumerate(struck("quay", range(20)))
    ]
    (campaign,) = find_campaigns([*ordinary(60), *deltas])
    assert (campaign.kind, campaign.term, campaign.replacement) == ("replaced", "Old Quay", "New Quay")


def test_one_and_the_same_edit_in_many_articles_is_a_campaign_too() -> None:
    deltas = [replace(d, removed=("Orlo Venn",), edit_id="edit") for d in struck("Orlo Venn", range(25))]
    (campaign,) = find_campaigns([*ordinary(60), *deltas])
    assert (campaign.kind, campaign.term, len(campaign.change_ids)) == ("removed", "Orlo Venn", 25)


# ---------------------------------------------------------------- articles that vanish


def test_a_wave_of_removals_is_a_campaign_without_a_term() -> None:
    steady = [delta for day in range(0, 300, 6) for delta in gone(1, day=day, hours=1)]
    wave = gone(60, day=300, hours=3)
    (campaign,) = find_campaigns([*ordinary(300), *steady, *wave])
    assert (campaign.kind, campaign.term, campaign.replacement) == ("removals", None, None)
    assert set(campaign.change_ids) >= {delta.change_id for delta in wave}
    assert len(campaign.change_ids) <= 62


def test_removals_at_their_usual_pace_are_no_campaign() -> None:
    steady = [delta for day in range(0, 300, 3) for delta in gone(2, day=day, hours=5)]
    assert find_campaigns([*ordinary(300), *steady]) == ()


def test_vanished_articles_with_a_name_in_common_are_called_by_it() -> None:
    steady = [delta for day in range(0, 300, 3) for delta in gone(1, day=day, hours=1)]
    wave = gone(25, day=300, hours=30, terms=("Orlo Venn", "Venn"))
    (campaign,) = find_campaigns([*ordinary(300), *steady, *wave])
    assert (campaign.kind, campaign.term) == ("removals", "Orlo Venn")
    assert campaign.change_ids == tuple(delta.change_id for delta in wave)


# ---------------------------------------------------------------- the test itself


@given(st.integers(1, 60), st.floats(0.001, 40, allow_nan=False), st.floats(0.05, 0.95, allow_nan=False))
def test_the_tail_is_never_below_the_true_one(count: int, mean: float, clumping: float) -> None:
    size = mean * (1 - clumping) / clumping

    def log_mass(k: int) -> float:
        ways = math.lgamma(size + k) - math.lgamma(size) - math.lgamma(k + 1)
        return ways + k * math.log(clumping) + size * math.log1p(-clumping)

    true = math.fsum(math.exp(log_mass(k)) for k in range(count, count + 4_000))
    assert log_tail(count, mean, clumping) >= math.log(true) - 1e-6 if true > 0 else True


def test_the_figures_of_a_campaign_are_probabilities_and_name_their_test() -> None:
    (campaign,) = find_campaigns([*ordinary(60), *struck("Orlo Venn", range(30))])
    assert 0 <= campaign.p_value <= campaign.q_value <= LEVEL
    assert 0 < campaign.expected < 1
    assert "negative binomial" in campaign.test
    assert "Benjamini-Hochberg 0.01" in campaign.test
