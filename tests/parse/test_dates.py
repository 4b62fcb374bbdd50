"""Dates as pages print them and as machines stamp them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.parse.dates import metadata_time, order_of, printed, readings
from storage.jsonl import parse_time
from storage.records import DateOrder


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-01-31", "2026-01-31"),
        ("2026/1/31", "2026-01-31"),
        ("January 31, 2026", "2026-01-31"),
        ("Saturday, January 31, 2026", "2026-01-31"),
        ("January 31st, 2026", "2026-01-31"),
        ("January 31 2026", "2026-01-31"),
        ("31 January 2026", "2026-01-31"),
        ("31st of January, 2026", "2026-01-31"),
        ("Jan. 31, 2026", "2026-01-31"),
        ("Jan 31, 2026", "2026-01-31"),
        ("31-Jan-2026", "2026-01-31"),
        ("Feb. 19, 2026 Thursday [Photo]", "2026-02-19"),
        ("Sept. 9, 2025", "2025-09-09"),
        ("31.01.2026", "2026-01-31"),
        ("31. 1. 2026", "2026-01-31"),
        ("Stand: 31.01.26, Seite 3", "2026-01-31"),
        ("www.example.kp (2025.12.14.)", "2025-12-14"),
        ("2026.1.31.", "2026-01-31"),
        ("2026. 1. 31.", "2026-01-31"),
        ("2026年1月31日", "2026-01-31"),
        ("２０２６年１月３１日", "2026-01-31"),
        ("2026 年 1 月 31 日", "2026-01-31"),
        ("2026년 1월 31일", "2026-01-31"),
        ("２０２６．１．３１．", "2026-01-31"),
        ("٣١ January ٢٠٢٦", "2026-01-31"),
        ("Juche113.3.9.", "2024-03-09"),
        ("(Juche111.11.26.)", "2022-11-26"),
        ("Juche 113 (2024).3.9", "2024-03-09"),
        ("March 9, Juche 113 (2024)", "2024-03-09"),
        ("주체113(2024)년 3월 9일", "2024-03-09"),
        ("31. Januar 2026", "2026-01-31"),
        ("1. März 2026", "2026-03-01"),
        ("1er août 2026", "2026-08-01"),
        ("31 décembre 2025", "2025-12-31"),
        ("31 de enero de 2026", "2026-01-31"),
        ("3 de março de 2026", "2026-03-03"),
        ("31 gennaio 2026", "2026-01-31"),
        ("8 maart 2026", "2026-03-08"),
        ("8 października 2025", "2025-10-08"),
        ("9 мая 2025 года", "2025-05-09"),
        ("1 сентября 2025 г.", "2025-09-01"),
        ("Май 9, 2025", "2025-05-09"),
        ("29 February 2024", "2024-02-29"),
        ("31-Jan-26", "2026-01-31"),
        ("31/01/26", "2026-01-31"),
        ("Sat Jan 31 09:00:00 CET 2026", "2026-01-31"),
        ("31. ledna 2026", "2026-01-31"),
        ("31. januára 2026", "2026-01-31"),
        ("2026. január 31.", "2026-01-31"),
        ("31 ianuarie 2026", "2026-01-31"),
        ("31 януари 2026 г.", "2026-01-31"),
        ("31. јануар 2026.", "2026-01-31"),
        ("31. siječnja 2026.", "2026-01-31"),
        ("31. januarja 2026", "2026-01-31"),
        ("31 січня 2026", "2026-01-31"),
        ("31 студзеня 2026", "2026-01-31"),
        ("31 ΙΑΝΟΥΑΡΙΟΥ 2026", "2026-01-31"),
        ("31 Μαΐου 2026", "2026-05-31"),
        ("31. maj 2026", "2026-05-31"),
        ("31. desember 2025", "2025-12-31"),
        ("31 augusti 2025", "2025-08-31"),
        ("31. tammikuuta 2026", "2026-01-31"),
        ("31. jaanuar 2026", "2026-01-31"),
        ("2026. gada 31. janvārī", "2026-01-31"),
        ("2026 m. sausio 31 d.", "2026-01-31"),
        ("31. janúar 2026", "2026-01-31"),
        ("31 janar 2026", "2026-01-31"),
        ("3 d’abril de 2026", "2026-04-03"),
        ("31 de xaneiro de 2026", "2026-01-31"),
        ("2026ko urtarrilak 31", "2026-01-31"),
        ("31 Ağustos 2026", "2026-08-31"),
        ("31 Mayıs 2026", "2026-05-31"),
        ("31 yanvar 2026", "2026-01-31"),
        ("31 იანვარი, 2026", "2026-01-31"),
        ("31 հունվարի 2026", "2026-01-31"),
        ("٣١ يناير ٢٠٢٦", "2026-01-31"),
        ("31 كانون الثاني 2026", "2026-01-31"),
        ("۱۱ بهمن ۱۴۰۴", "2026-01-31"),
        ("۱۴۰۴/۱۱/۱۱", "2026-01-31"),
        ("30 اسفند 1399", "2021-03-20"),
        ("31 בינואר 2026", "2026-01-31"),
        ("31 जनवरी 2026", "2026-01-31"),
        ("৩১ জানুয়ারি ২০২৬", "2026-01-31"),
        ("31 ม.ค. 2569", "2026-01-31"),
        ("31 มีนาคม พ.ศ. 2569", "2026-03-31"),
        ("ngày 31 tháng 1 năm 2026", "2026-01-31"),
        ("31 tháng 1, 2026", "2026-01-31"),
        ("31 Agustus 2026", "2026-08-31"),
        ("31 Ogos 2026", "2026-08-31"),
        ("令和8年1月31日", "2026-01-31"),
        ("民國115年1月31日", "2026-01-31"),
    ],
)
def test_a_printed_day_is_read(text: str, day: str) -> None:
    assert printed(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no date here",
        "30 February 2026",
        "29 February 2025",
        "2026-13-01",
        "00.00.0000",
        "99/99/2024",
        "version 1.2.3",
        "10.12.13.14",
        "call 555-123-4567",
        "Juche 113",
        "January 2026",
        "yesterday at 9:00",
        "3 hours ago",
        "٣١",
        "²⁰²⁶",
    ],
)
def test_what_is_no_day_of_the_calendar_is_none(text: str) -> None:
    assert printed(text) is None


def test_an_all_digit_date_follows_the_order_of_its_source() -> None:
    assert printed("01/08/2024", order=DateOrder.DMY) == "2024-08-01"
    assert printed("01/08/2024", order=DateOrder.MDY) == "2024-01-08"
    assert printed("01-08-2024", order=DateOrder.DMY) == "2024-08-01"


def test_an_all_digit_date_without_an_order_is_read_only_where_it_can_mean_one_day() -> None:
    assert printed("01/08/2024") is None
    assert printed("31/01/2024") == "2024-01-31"
    assert printed("01/31/2024") == "2024-01-31"
    assert printed("05/05/2024") == "2024-05-05"


def test_a_date_against_the_order_of_its_source_is_none() -> None:
    assert printed("01/31/2024", order=DateOrder.DMY) is None


def test_a_date_that_could_be_read_two_ways_is_not_passed_over_for_a_later_one() -> None:
    assert printed("01/08/2024, updated January 3, 2025") is None


def test_the_two_readings_of_an_all_digit_date_are_told() -> None:
    assert readings("on 01/08/2024") == ("2024-08-01", "2024-01-08")
    assert (readings("31/01/2024"), readings("05/05/2024"), readings("8 May 2024")) == ((), (), ())


def test_lines_that_can_be_read_in_one_order_only_tell_it() -> None:
    assert order_of(["05/06/2024", "version 1.2", "05/31/2024"]) == DateOrder.MDY
    assert order_of(["31/05/24"]) == DateOrder.DMY
    assert order_of(["05/06/2024", "2024/31/05", ""]) is None


def test_a_month_that_two_languages_name_alike_is_read_in_that_of_the_page() -> None:
    assert printed("3 listopada 2025") == "2025-11-03"
    assert printed("3. listopada 2025.", language="hr") == "2025-10-03"


@pytest.mark.parametrize("text", ["31 اسفند 1402", "۱۴۰۲/۱۳/۰۱", "30 اسفند 1402", "13 Smarch 2026"])
def test_a_day_that_no_calendar_has_is_none(text: str) -> None:
    assert printed(text) is None


def test_the_first_date_of_a_line_is_taken() -> None:
    line = "Date: 01/08/2024 | Source: The Example Times | Updated 2 September 2025"
    assert printed(line, order=DateOrder.DMY) == "2024-08-01"


def test_only_the_first_300_characters_are_looked_at() -> None:
    assert printed("x" * 290 + " 2026-01-31") is None


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("2026-01-31T09:05:06Z", "2026-01-31T09:05:06+00:00"),
        ("2026-01-31 09:05", "2026-01-31T09:05:00+09:00"),
        ("2026-01-31 09:05 +0200", "2026-01-31T09:05:00+02:00"),
        ("January 31, 2026 at 9:05 pm", "2026-01-31T21:05:00+09:00"),
        ("January 31, 2026, 12:05 AM EST", "2026-01-31T00:05:00-05:00"),
        ("31. Januar 2026 um 9:05 Uhr", "2026-01-31T09:05:00+09:00"),
        ("31.01.2026 - 09.05 Uhr", "2026-01-31T09:05:00+09:00"),
        ("31 janvier 2026 à 9h05", "2026-01-31T09:05:00+09:00"),
        ("Published 10:30 GMT, 31 January 2026", "2026-01-31T10:30:00+00:00"),
        ("10:30, Sat 31 January 2026", "2026-01-31T10:30:00+09:00"),
        ("2026-01-31 (KST) 09:05", "2026-01-31"),
        ("31 January 2026, 25:99", "2026-01-31"),
        ("31 January 2026 3 comments", "2026-01-31"),
        ("2026-01-31T09:05:06+99:99", "2026-01-31T09:05:06+09:00"),
    ],
)
def test_a_time_of_day_beside_the_day_is_kept_with_its_zone(text: str, when: str) -> None:
    assert printed(text, zone="Asia/Seoul") == when


def test_a_time_in_an_unknown_zone_is_left_out() -> None:
    assert printed("2026-01-31 09:05", zone="Nowhere/At_All") == "2026-01-31"
    assert printed("2026-01-31 09:05", zone="../../etc/passwd") == "2026-01-31"


@pytest.mark.parametrize(
    ("value", "when"),
    [
        ("2026-01-31", "2026-01-31"),
        ("20260131", "2026-01-31"),
        ("2026-01-31T09:05:06Z", "2026-01-31T09:05:06+00:00"),
        ("2026-01-31T09:05:06.123456789+01:00", "2026-01-31T09:05:06+01:00"),
        ("2026-01-31T09:05:06+0100", "2026-01-31T09:05:06+01:00"),
        ("2026-01-31 09:05:06", "2026-01-31T09:05:06+09:00"),
        ("2026-01-31 09:05:06 +0100", "2026-01-31T09:05:06+01:00"),
        ("2026-01-31 09:05:06 UTC", "2026-01-31T09:05:06+00:00"),
        ("20260131T090506Z", "2026-01-31T09:05:06+00:00"),
        ("Sat, 31 Jan 2026 09:05:06 +0100", "2026-01-31T09:05:06+01:00"),
        ("Sat, 31 Jan 2026 09:05:06 -0000", "2026-01-31T09:05:06+00:00"),
        ("1769850000", "2026-01-31T09:00:00+00:00"),
        ("1769850000123", "2026-01-31T09:00:00+00:00"),
        ("31 January 2026", "2026-01-31"),
        ("0000-00-00T00:00:00", None),
        ("2026-02-30T00:00:00Z", None),
        ("soon", None),
        ("", None),
    ],
)
def test_a_machines_stamp_is_read(value: str, when: str | None) -> None:
    assert metadata_time(value, "Asia/Seoul") == when


@given(st.text(max_size=400))
def test_whatever_is_read_is_iso_8601_and_nothing_raises(text: str) -> None:
    for when in (printed(text), metadata_time(text), printed(text, zone="Asia/Seoul", order=DateOrder.MDY)):
        if when is not None and not when.startswith(("0001", "9999")):
            parse_time(when)


@given(st.dates())
def test_every_day_written_as_iso_is_read_back(day) -> None:  # type: ignore[no-untyped-def]
    assert printed(day.isoformat()) == day.isoformat()


@pytest.mark.parametrize("piece", ["1", "1 ", "1.", "a ", "1:00 ", "juche ", "1 may ", " ", "1/1/", "年1月"])
def test_hostile_repetition_takes_no_time(piece: str) -> None:
    started = time.perf_counter()
    printed(piece * 100_000)
    metadata_time(piece * 100_000)
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("5. března 2021", "2021-03-05"),
        ("12 Eylül 2019", "2019-09-12"),
        ("3 ноември 2020", "2020-11-03"),
        ("12 Ιουνίου 2020", "2020-06-12"),
        ("15 जनवरी 2022", "2022-01-15"),
        ("٣ مارس ٢٠٢١", "2021-03-03"),
        ("2 במרץ 2021", "2021-03-02"),
        ("5. tammikuuta 2020", "2020-01-05"),
        ("2021. február 3.", "2021-02-03"),
        ("ngày 10 tháng 3 năm 2021", "2021-03-10"),
        ("10 มีนาคม 2564", "2021-03-10"),
        ("14 listopada 2020", "2020-11-14"),
    ],
)
def test_months_are_known_by_name_in_many_languages(line: str, day: str) -> None:
    assert printed(line) == day
