"""Dates that count from the day of the capture."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from crawler.parse.relative import counted_back, dateline

SEEN = datetime(2026, 1, 31, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("5 minutes ago", "2026-01-31"),
        ("3 hours ago", "2026-01-30"),
        ("an hour ago", "2026-01-31"),
        ("2 days ago", "2026-01-29"),
        ("a week ago", "2026-01-24"),
        ("Posted 2 days ago by Ada Brenner", "2026-01-29"),
        ("vor 3 Stunden", "2026-01-30"),
        ("vor einem Tag", "2026-01-30"),
        ("il y a 2 jours", "2026-01-29"),
        ("hace 2 días", "2026-01-29"),
        ("há 3 horas", "2026-01-30"),
        ("2 giorni fa", "2026-01-29"),
        ("2 dagen geleden", "2026-01-29"),
        ("2 dni temu", "2026-01-29"),
        ("3 часа назад", "2026-01-30"),
        ("2 дні тому", "2026-01-29"),
        ("2 gün önce", "2026-01-29"),
        ("for 2 dager siden", "2026-01-29"),
        ("2 dagar sedan", "2026-01-29"),
        ("2 päivää sitten", "2026-01-29"),
        ("πριν από 2 ημέρες", "2026-01-29"),
        ("منذ 3 ساعات", "2026-01-30"),
        ("לפני 3 שעות", "2026-01-30"),
        ("2 दिन पहले", "2026-01-29"),
        ("3시간 전", "2026-01-30"),
        ("3小时前", "2026-01-30"),
        ("2日前", "2026-01-29"),
        ("2 ngày trước", "2026-01-29"),
        ("2 hari yang lalu", "2026-01-29"),
        ("yesterday at 9:00", "2026-01-30"),
        ("gestern", "2026-01-30"),
        ("어제", "2026-01-30"),
        ("today", "2026-01-31"),
        ("5 min read", None),
        ("in 3 hours", None),
        ("24 hours", None),
        ("3 years ago", None),
        ("", None),
    ],
)
def test_a_span_is_counted_back_from_the_capture(line: str, day: str | None) -> None:
    assert counted_back(line, SEEN) == day


def test_the_day_is_that_of_the_sources_zone() -> None:
    assert counted_back("an hour ago", SEEN, "America/New_York") == "2026-01-30"
    assert counted_back("an hour ago", SEEN, "Nowhere/At_All") == "2026-01-31"


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Pyongyang, September 10 (KCNA) -- The harbour was opened.", "2025-09-10"),
        ("SORREL BAY, Jan. 31 (Yonhap) -- The harbour", "2026-01-31"),
        ("Sorrel Bay, Feb. 29 (GNA) The harbour", "2024-02-29"),
        ("(평양 9월 10일발 조선중앙통신) 항구가", "2025-09-10"),
        ("【平壤9月10日】", "2025-09-10"),
        ("Sorrel Bay, February 30 (GNA)", None),
        ("The harbour opened on September 10 and closed again.", None),
        ("", None),
    ],
)
def test_a_dateline_without_a_year_is_of_the_last_such_day(line: str, day: str | None) -> None:
    assert dateline(line, SEEN) == day


@pytest.mark.parametrize("piece", ["1 ", "1 hour ", "vor ", "vor 1 ", "a", "x, ", "9月"])
def test_hostile_repetition_takes_no_time(piece: str) -> None:
    started = time.perf_counter()
    counted_back(piece * 100_000, SEEN)
    dateline(piece * 100_000, SEEN)
    assert time.perf_counter() - started < 1
