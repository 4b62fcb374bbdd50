"""Hours of the week and crontab lines."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.hours import Hours, read_cron

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def at(line: str, hour: int, minute: int = 0, day: int = 0) -> bool:
    return Hours.read(line).has(MONDAY.replace(day=23 + day, hour=hour, minute=minute))


@pytest.mark.parametrize("line", ["weekdays 06-22", "mon-fri 6:00–22:00", "mon,tue,wed-fri 06:00 - 22:00"])
def test_a_window_of_weekdays_is_open_from_its_first_minute_to_before_its_last(line: str) -> None:
    hours = [(5, 59), (6, 0), (21, 59), (22, 0)]
    assert [at(line, *hour) for hour in hours] == [False, True, True, False]
    assert not at(line, 12, day=5)


def test_a_night_goes_on_past_midnight_and_belongs_to_its_evening() -> None:
    assert at("fri 23-06", 23, day=4)
    assert at("fri 23-06", 5, 59, day=5)
    assert not at("fri 23-06", 5, day=4)


def test_several_stretches_stand_beside_each_other() -> None:
    assert [at("mon 6-9; sat 10-12", 8), at("mon 6-9; sat 10-12", 11)] == [True, False]
    assert at("mon 6-9; sat 10-12", 11, day=5)


def test_a_day_may_end_at_24() -> None:
    assert at("daily 00-24", 23, 59)


@pytest.mark.parametrize("line", ["", "always", "mon", "6-6", "funday 6-9", "mon 25-26", "mon 6:70-9"])
def test_what_is_no_hours_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"write|no|has|set"):
        if not Hours.read(line).stretches:
            raise ValueError("nothing")


def test_zero_and_seven_are_sunday_as_in_a_crontab() -> None:
    assert read_cron("0 6 * * 0")["weekday"] == read_cron("0 6 * * 7")["weekday"] == "sun"
    assert read_cron("0 6 * * 1")["weekday"] == "mon"


def test_steps_ranges_and_names_are_read() -> None:
    found = read_cron("*/20 6-8 * jan-mar mon-fri")
    assert (found["minute"], found["hour"], found["month"]) == ("0,20,40", "6,7,8", "1,2,3")
    assert found["weekday"] == "mon,tue,wed,thu,fri"


def test_a_macro_stands_for_its_line() -> None:
    assert read_cron("@daily") == read_cron("0 0 * * *")


@pytest.mark.parametrize(
    "line", ["", "* * * *", "61 * * * *", "* * 1 * mon", "a * * * *", "5-1 * * * *", "*/0 * * * *"]
)
def test_what_is_no_crontab_line_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"write|no|has|set"):
        read_cron(line)
