"""When an article is looked at again: the model, what looks teach, the price, the promise."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler import revisit
from crawler.revisit import Experience, Keeper, Promise, Watched, plan
from crawler.revisit.policy import Policy
from crawler.revisit.rates import ASSUMED, DAY, MEASURED, WEEK, Steps
from storage.records import Outcome, Source, Target, TargetKind

BORN = 420_000.0
NEW = Watched(BORN, BORN, BORN)


# ---------------------------------------------------------------- the model


def test_the_measured_curve_expects_four_edits_in_the_first_week() -> None:
    assert round(MEASURED.upto(WEEK), 1) == 3.9


@given(st.floats(0, 9000), st.floats(0, 9000))
def test_the_parts_of_a_stretch_make_up_the_whole(start: float, length: float) -> None:
    parts = list(MEASURED.parts(start, start + length))
    whole = sum(MEASURED.heights[step] * hours for step, hours in parts)
    assert whole == pytest.approx(MEASURED.between(start, start + length), abs=1e-6)


def test_a_day_has_the_mean_factor_one_whatever_its_hours() -> None:
    by_day = Steps.of(tuple(map(float, range(25))), (*(2.0 if h < 12 else 0.0 for h in range(24)), 1.0))
    rates = replace(ASSUMED, by_hour=by_day)
    assert (rates.day_factor(48.0, 60.0), rates.day_factor(60.0, 72.0)) == (2.0, 0.0)
    assert rates.day_factor(50.0, 74.0) == 1.0


# ---------------------------------------------------------------- the rule


def test_a_new_article_is_looked_at_after_the_promised_time() -> None:
    assert Policy().next_look(NEW) == BORN + 1


def test_an_article_that_never_changed_waits_the_longest_when_it_is_old() -> None:
    old = replace(NEW, seen_at=BORN + 30 * DAY)
    assert Policy(longest=20 * DAY).next_look(old) == old.seen_at + 20 * DAY


def test_of_two_articles_of_one_age_the_one_edited_more_often_comes_first() -> None:
    policy = Policy()
    calm = replace(NEW, seen_at=BORN + 30)
    busy = replace(calm, edits=20.0)
    assert policy.next_look(busy) < policy.next_look(calm)


def test_a_signal_is_followed_at_once() -> None:
    told = replace(NEW, seen_at=BORN + 300, told_at=BORN + 305)
    assert Policy().next_look(told) == BORN + 305


def test_an_article_whose_channel_tells_nearly_all_is_hardly_looked_at_unasked() -> None:
    policy = Policy(rates=replace(ASSUMED, untold=0.02))
    plain = replace(NEW, seen_at=BORN + 3)
    covered = replace(plain, is_covered=True)
    assert policy.next_look(plain) == plain.seen_at + 1
    assert policy.next_look(covered) > covered.seen_at + DAY


# ---------------------------------------------------------------- the price


def test_the_price_keeps_the_promise_of_the_model() -> None:
    price = plan.price(ASSUMED, 1.0, 0.95)
    assert plan.outlook(ASSUMED, 1.0, price).share == pytest.approx(0.95, abs=0.002)
    assert plan.outlook(ASSUMED, 1.0, price).looks < 25


def test_a_channel_makes_the_promise_cheap() -> None:
    told = replace(ASSUMED, untold=0.1)
    price = plan.price(told, 1.0, 0.95, covered_until=48.0)
    assert plan.outlook(told, 1.0, price, 48.0).looks < 8


@given(st.floats(0, 10), st.floats(1e-6, 1))
def test_eagerness_lies_between_never_and_at_once(worth: float, price: float) -> None:
    assert 0.0 <= plan.eagerness(worth, price) <= 1.0


# ---------------------------------------------------------------- learning


def test_looks_that_find_nothing_lower_what_is_expected() -> None:
    keeper = Keeper(Promise())
    for number in range(40):
        watched, due = keeper.begin(BORN + number, BORN + number)
        for _ in range(5):
            watched, due = keeper.looked(watched, due, is_edited=False)
    assert keeper.policy.rates.by_age.upto(6) < 0.2 * MEASURED.upto(6)


def test_what_was_learned_survives_as_json() -> None:
    keeper = Keeper(Promise())
    watched, due = keeper.begin(BORN, BORN)
    keeper.looked(watched, due, is_edited=True)
    kept = json.loads(json.dumps(keeper.experience.as_json()))
    assert Experience.from_json(kept) == keeper.experience


def test_experience_of_another_model_is_begun_anew() -> None:
    assert Experience.from_json({"age_edits": [1.0], "looks": 7}) == Experience()


def test_signals_that_are_never_true_are_no_longer_followed_where_looks_are_dear() -> None:
    keeper = Keeper(Promise())
    keeper.experience.signals, keeper.experience.true_signals = 10_000.0, 0.0
    watched, _ = keeper.begin(BORN, BORN, is_covered=True)
    _, due = keeper.told(replace(watched, seen_at=BORN + 200), BORN + 201)
    assert due > BORN + 201


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 60), st.booleans(), st.booleans()), max_size=40))
def test_no_sequence_of_looks_leads_before_now_or_past_the_longest_wait(
    steps: list[tuple[float, bool, bool]],
) -> None:
    keeper = Keeper(Promise(longest=10 * DAY))
    watched, due = keeper.begin(BORN, BORN, is_covered=True, lot=0.9)
    for wait, is_edited, is_told in steps:
        now = watched.seen_at + wait
        if is_told:
            watched, due = keeper.told(watched, now)
        watched, due = keeper.looked(watched, now, is_edited=is_edited)
        assert now <= due <= now + 10 * DAY + 1e-6


# ---------------------------------------------------------------- the budget


def test_a_budget_is_spread_over_the_day() -> None:
    keeper = Keeper(Promise(requests_per_day=24))
    midnight = 17_000 * DAY
    looks, now = [], midnight
    while now < midnight + DAY:
        later = keeper.may_look(now)
        if later > now:
            now = later
            continue
        watched = Watched(now - 1, now - 1, now - 1)
        keeper.looked(watched, now, is_edited=False)
        looks.append(now)
    assert len(looks) <= 24
    assert looks[12] > midnight + 0.4 * DAY


def test_without_a_budget_every_time_is_right() -> None:
    assert Keeper(Promise()).may_look(BORN) == BORN


def passed_on(keeper: Keeper) -> Keeper:
    """As the next pass has it from the store."""
    return Keeper.from_json(keeper.promise, json.loads(json.dumps(keeper.as_json())))


def test_that_much_was_late_counts_once_however_many_passes_there_are() -> None:
    keeper = Keeper(Promise(), Experience(noticed=10.0, late=10.0))
    for _ in range(50):
        keeper = passed_on(keeper)
    assert keeper.experience.factor == 1.0


def test_the_account_is_judged_by_what_was_learned_in_many_passes() -> None:
    keeper, watched = Keeper(Promise(), Experience(noticed=10.0, late=10.0)), NEW
    for number in range(1, 60):
        watched, _ = passed_on(keeper).looked(watched, BORN + number, is_edited=False)
        keeper = passed_on(keeper)
        watched, _ = keeper.looked(watched, BORN + number + 0.5, is_edited=False)
    assert 0.1 < keeper.experience.factor < 1.0


# ---------------------------------------------------------------- targets of all kinds

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


HALF_HOURLY = Source("A", every_seconds=1800.0, max_interval_seconds=2 * 86_400.0)


def target(kind: TargetKind = TargetKind.ARTICLE, failures: int = 0) -> Target:
    return Target("k", "https://a.example/k", "A", kind, first_visit=NOW, last_visit=NOW, failures=failures)


def test_an_article_falls_due_when_its_keeper_says() -> None:
    due = NOW + timedelta(minutes=59)
    assert revisit.next_visit(target(), Outcome.OK, NOW, HALF_HOURLY, due) == due


def test_a_listing_keeps_its_cadence_whatever_a_keeper_says() -> None:
    due = NOW + timedelta(days=9)
    again = revisit.next_visit(target(TargetKind.LISTING), Outcome.OK, NOW, HALF_HOURLY, due)
    assert again == NOW + timedelta(minutes=30)


def test_a_failing_article_is_left_alone_for_ever_longer() -> None:
    waits = [
        revisit.next_visit(target(failures=n), Outcome.FAILED, NOW, HALF_HOURLY, NOW) - NOW
        for n in (1, 2, 3, 40)
    ]
    assert waits == [timedelta(hours=1), timedelta(hours=2), timedelta(hours=4), timedelta(days=1)]


def test_what_is_gone_is_asked_ever_more_seldom_but_within_the_longest_interval() -> None:
    waits = [
        revisit.next_visit(target(failures=n), Outcome.GONE, NOW, HALF_HOURLY) - NOW for n in (1, 2, 6, 40)
    ]
    assert waits == [timedelta(hours=1), timedelta(hours=2), timedelta(hours=32), timedelta(days=2)]


def test_hours_and_moments_are_inverse() -> None:
    assert revisit.moment(revisit.hours(NOW)) == NOW
