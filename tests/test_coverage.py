"""The coverage ledger: gaps and their causes, from visits and from who was there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from crawler.coverage import Covered, Presence, Rhythm, covered
from storage.records import Cause, Outcome, Stretch, Stretched, TargetKind, Visit

START = datetime(2026, 3, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOURLY = Rhythm(lambda look: look + HOUR, timedelta(minutes=30))
DAILY = Rhythm(lambda look: look + 24 * HOUR, HOUR, is_article=True)
URL = "https://gazette.example/latest/"


def at(hours: float) -> datetime:
    return START + hours * HOUR


def visit(hours: float, outcome: Outcome = Outcome.OK, reason: str = "") -> Visit:
    return Visit(URL, "Gazette", TargetKind.LISTING, at(hours), outcome, reason)


def here(*spans: tuple[float, float], spent: tuple[tuple[float, float], ...] = ()) -> Presence:
    return Presence(
        tuple(Stretch(Stretched.DAEMON, None, at(a), at(b)) for a, b in spans),
        tuple(Stretch(Stretched.BUDGET, "Gazette", at(a), at(b)) for a, b in spent),
    )


def told(line: Covered) -> list[tuple[float, float, Cause]]:
    return [((g.started - START) / HOUR, (g.until - START) / HOUR, g.cause) for g in line.gaps]


def test_looks_in_rhythm_leave_no_gap() -> None:
    line = covered([visit(h) for h in range(6)], HOURLY, here((0, 6)), None, at(5.5))
    assert (line.looks, line.attempts, line.gaps) == (6, 6, ())


def test_a_failed_look_is_a_gap_from_when_it_was_due_until_the_next_one() -> None:
    visits = [visit(0), visit(1, Outcome.FAILED, "status 503"), visit(2), visit(3)]
    line = covered(visits, HOURLY, here((0, 4)), None, at(3.5))
    assert told(line) == [(1.0, 2.0, Cause.DOWN)]
    assert line.gaps[0].reason == "status 503"
    assert line.missed == HOUR


def test_what_robots_txt_forbids_is_a_gap_of_its_own_kind() -> None:
    visits = [visit(0), visit(1, Outcome.DISALLOWED), visit(4)]
    assert told(covered(visits, HOURLY, here((0, 4)), None, at(4))) == [(1.0, 4.0, Cause.DISALLOWED)]


def test_while_nobody_was_there_nobody_looked() -> None:
    visits = [visit(0), visit(1), visit(10), visit(11)]
    line = covered(visits, HOURLY, here((0, 1.5), (10, 12)), None, at(11.5))
    assert told(line) == [(2.0, 10.0, Cause.OFF)]


def test_a_gap_is_cut_where_the_daemon_went() -> None:
    visits = [visit(0), visit(1, Outcome.FAILED, "time-out"), visit(8)]
    line = covered(visits, HOURLY, here((0, 4), (8, 9)), None, at(8.5))
    assert told(line) == [(1.0, 4.0, Cause.DOWN), (4.0, 8.0, Cause.OFF)]


def test_being_late_is_told_apart_from_being_away() -> None:
    line = covered([visit(0), visit(5)], HOURLY, here((0, 6)), None, at(5.5))
    assert told(line) == [(1.0, 5.0, Cause.LATE)]


def test_the_last_gap_lasts_until_now() -> None:
    line = covered([visit(0)], HOURLY, here((0, 1)), None, at(9))
    assert told(line) == [(1.0, 9.0, Cause.OFF)]


def test_what_was_never_seen_has_a_gap_from_the_first_attempt() -> None:
    visits = [visit(0, Outcome.FAILED, "refused"), visit(1, Outcome.FAILED, "refused")]
    line = covered(visits, HOURLY, here((0, 3)), None, at(2))
    assert told(line) == [(0.0, 2.0, Cause.DOWN)]
    assert (line.looks, line.first, line.last) == (0, None, None)


def test_a_period_shows_its_own_looks_and_the_part_of_a_gap_that_lies_in_it() -> None:
    visits = [visit(0), visit(8), visit(9)]
    line = covered(visits, HOURLY, here((0, 1), (8, 10)), at(4), at(9.5))
    assert (line.looks, told(line)) == (2, [(4.0, 8.0, Cause.OFF)])


def test_an_article_is_not_due_all_the_time() -> None:
    assert covered([visit(0), visit(20)], DAILY, here((0, 24)), None, at(21)).gaps == ()


def test_a_young_article_that_nobody_could_look_at_has_a_gap() -> None:
    line = covered([visit(0), visit(20)], DAILY, here((0, 2), (18, 21)), None, at(21))
    assert told(line) == [(2.0, 18.0, Cause.OFF)]


def test_a_spent_budget_is_a_cause() -> None:
    line = covered([visit(0), visit(20)], DAILY, here((0, 21), spent=((12, 20),)), None, at(21))
    assert told(line) == [(12.0, 20.0, Cause.BUDGET)]
