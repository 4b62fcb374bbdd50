"""Pages that two servers tell differently: told as swinging once, and then only where they come to stand."""

from __future__ import annotations

from dataclasses import replace

from storage.records import Gone
from storage.store import Store
from tests.flow.test_watching import BRIDGE, ORCHARD, article, day, edited, kinds, listing, row, watch

OTHER = edited(BRIDGE, "240", "420")
HOUR = 1 / 24
FOUR_SWINGS = ["article new", *["article changed"] * 4]


def swinging(hours: range) -> list[object]:
    return [article(hour * HOUR, OTHER if hour % 2 else BRIDGE) for hour in hours]


def test_a_page_that_swings_every_hour_is_four_changes_of_which_the_last_says_so(store: Store) -> None:
    log = watch(store, *swinging(range(24 * 4)))
    assert kinds(log) == FOUR_SWINGS
    assert [change.reason.count("flapping") for change in log] == [0, 0, 0, 0, 1]
    assert "flapping between snapshots 4 and 5" in log[-1].reason


def test_a_third_text_of_a_page_that_swings_is_a_change(store: Store) -> None:
    watch(store, *swinging(range(48)))
    log = watch(store, article(2 + HOUR, edited(BRIDGE, "240", "999")))
    assert kinds(log) == [*FOUR_SWINGS, "article changed"]
    assert (log[-1].changed_after, log[-1].changed_before) == (day(47 * HOUR), day(2 + HOUR))
    assert log[-1].reverts_to is None


def test_a_page_that_stops_swinging_at_the_text_that_is_not_on_record_changes_once_more(store: Store) -> None:
    watch(store, *swinging(range(47)))  # the log says BRIDGE
    log = watch(store, *(article(2 + day_, OTHER) for day_ in range(6)))
    assert kinds(log) == [*FOUR_SWINGS, "article changed"]
    assert (log[-1].detected_at, log[-1].changed_before) == (day(5), day(2))
    assert log[-1].changed_after == log[-2].detected_at
    assert log[-1].reverts_to == log[3].after


def test_a_third_text_after_days_without_a_look_came_since_the_last_look(store: Store) -> None:
    watch(store, *swinging(range(48)))
    log = watch(store, article(9, ORCHARD))
    assert (log[-1].changed_after, log[-1].changed_before) == (day(47 * HOUR), day(9))


def test_a_page_that_stood_still_and_is_edited_back_has_changed(store: Store) -> None:
    watch(store, *swinging(range(47)))
    watch(store, *(article(2 + day_, BRIDGE) for day_ in range(5)))
    log = watch(store, article(7, OTHER))
    assert kinds(log) == [*FOUR_SWINGS, "article changed"]


def test_edits_there_and_back_over_months_are_all_changes(store: Store) -> None:
    log = watch(store, *(article(20 * n, OTHER if n % 2 else BRIDGE) for n in range(9)))
    assert kinds(log) == ["article new", *["article changed"] * 8]


def test_a_teaser_that_swings_is_told_as_often(store: Store) -> None:
    rows = [row("a", headline="Old market hall to open"), row("a", headline="Old market hall to close")]
    log = watch(store, *(listing(hour * HOUR, rows[hour % 2], row("b")) for hour in range(40)))
    assert kinds(log).count("teaser changed") == 4


def test_a_page_that_comes_and_goes_is_gone_when_it_stays_away(store: Store) -> None:
    there = replace(article(0, ORCHARD), url="https://gazette.example/pear")

    def gone(at: float) -> Gone:
        return Gone("Gazette", "https://gazette.example/pear", day(at))

    for start in (day_ * 0.25 for day_ in range(20)):
        watch(store, replace(there, captured_at=day(start)), gone(start + HOUR), gone(start + 3 * HOUR))
    log = watch(store, replace(there, captured_at=day(5)))
    assert kinds(log) == ["article new", *["article removed", "article restored"] * 2]
    log = watch(store, gone(6), gone(7), gone(9))
    assert kinds(log)[5:] == ["article removed"]
    assert (log[-1].changed_after, log[-1].changed_before) == (day(5), day(6))
