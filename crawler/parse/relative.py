"""Dates that count from the day of the capture: "3 hours ago", "yesterday", a dateline without a year. Pure.

What lives here: turning them into a day. What must not: the present day: the capture's time is given. What
is read here changes without an edit; it comes with a note and is never compared (`published.py`).
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from crawler.parse import months

_LIMIT = 120  # characters that are looked at


def counted_back(line: str, seen: datetime, zone: str = "UTC") -> str | None:
    """The day, in `zone`, that "3 hours ago" means on a page captured at `seen`. Years are not counted back.

    >>> counted_back("vor 3 Stunden", datetime(2026, 1, 31, 1, tzinfo=UTC))
    '2026-01-30'
    """
    plain = months.fold(line[:_LIMIT])
    here = seen.astimezone(_zone(zone))
    for match in _AGO.finditer(plain):
        unit = next((unit for unit, words in _UNITS.items() if match["unit"] in words), None)
        if unit and (match["before"] or match["after"]):
            count = int(match["count"]) if match["count"].isdigit() else 1
            return (here - unit * count).date().isoformat()
    for back, words in enumerate((_TODAY, _YESTERDAY)):
        if len(plain) < 60 and words.search(plain):
            return (here - timedelta(days=back)).date().isoformat()
    return None


def dateline(line: str, seen: datetime) -> str | None:
    """The day of a dateline without a year, such as ``Pyongyang, September 10 (KCNA)``: the last before `seen`.

    >>> dateline("Pyongyang, September 10 (KCNA) -- The harbour", datetime(2026, 1, 31, tzinfo=UTC))
    '2025-09-10'
    """
    plain = months.fold(line[:_LIMIT])
    match = _DATELINE.match(plain) or _DATELINE_CJK.match(plain)
    if match is None:
        return None
    name, day = match["month"], int(match["day"])
    month = int(name) if name.isdigit() else months.number(name)
    latest = (seen.astimezone(UTC) + timedelta(hours=26)).date()
    return _last(month, day, latest) if month else None


def _last(month: int, day: int, latest: date) -> str | None:
    for year in range(latest.year, latest.year - 5, -1):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found <= latest:
            return found.isoformat()
    return None


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return UTC


# ---------------------------------------------------------------- tables

_DATELINE = re.compile(
    r"[^\d()]{2,60}?[,/ ] ?(?P<month>[^\s\d_.,;:|/()]{3,12})\.? (?P<day>\d{1,2})[,.]? ?[(/]\s?[a-z][a-z .]{1,30}[)/]"
)
_DATELINE_CJK = re.compile(
    r"[^\d]{0,30}(?P<month>\d{1,2}) ?[월月] ?(?P<day>\d{1,2}) ?[일日] ?(?:발|電|电|[(（【\[]|.{0,12}[)）】\]=])"
)

# Before or after the number, one of these must stand: otherwise it is a span of time, not a date.
_BEFORE_WORDS = (
    "vor|il y a|hace|fa|ha|za|pred|przed|acum|for|πριν|πριν απο|منذ|قبل|לפני|before|about|almost|pirms|pries"
    "|pre|prije"
)
_AFTER_WORDS = (
    "ago|fa|atras|geleden|siden|sedan|sitten|temu|назад|тому|тому назад|once|evvel|전|前|之前|以前|पहले|পূর্বে|আগে|पूर्व"
    "|truoc|trước|ที่แล้ว|ที่ผ่านมา|ก่อน|lalu|yang lalu|پیش|قبل|zpet|spat|преди|пред|ezelott|tagasi|nakaraan"
)
_UNIT_WORDS = {
    timedelta(
        minutes=1
    ): "minute minutes min mins minuten minuto minutos minuti minut minuty minutter minuter"
    " minuuttia минут минуты минуту хвилин хвилини λεπτα λεπτο dakika perc دقيقة دقائق דקות דקה 분 分 分钟 分鐘 मिनट"
    " phut นาที menit دقیقه",
    timedelta(
        hours=1
    ): "hour hours hr hrs h stunde stunden std heure heures hora horas ora ore uur uren godzin godziny"
    " godzine hodin hodinami hodiny timer time timmar timme tuntia часов часа час годин години годину ωρες ωρα saat ora"
    " orat ساعة ساعات שעות שעה 시간 時間 小时 小時 घंटे घंटा gio ชั่วโมง jam ساعت sata sati",
    timedelta(
        days=1
    ): "day days d dager tag tagen tage jour jours dia dias giorno giorni dag dagen dni dzien dnia dage dagar"
    " paivaa дней дня день днів дні ημερες ημερα μερες gun nap napja يوم ايام أيام ימים יום 일 日 天 दिन ngay วัน hari"
    " روز dana zile zi dny",
    timedelta(
        weeks=1
    ): "week weeks woche wochen semaine semaines semana semanas settimana settimane weken tygodni"
    " tygodnie tygodnia uger uke uker vecka veckor viikkoa недель недели неделю тижні тижнів εβδομαδες hafta het اسبوع"
    " اسابيع שבועות שבוע 주 週間 周 सप्ताह हफ्ते tuan สัปดาห์ minggu هفته",
}
_UNITS = {unit: frozenset(map(months.fold, words.split())) for unit, words in _UNIT_WORDS.items()}
_ONE = "an?|one|eine[rmn]?|une?|un|una|uma|um|een|en|et|jednu|godzine|bir"


def _alternatives(words: str) -> str:
    return "|".join(sorted(map(re.escape, words.split("|")), key=len, reverse=True))


_AGO = re.compile(
    rf"(?:(?<![^\W\d_])(?P<before>{months.fold(_alternatives(_BEFORE_WORDS))}) ?)?"
    rf"(?<![\w.:/])(?P<count>\d{{1,3}}|{_ONE}) ?(?P<unit>[^\s\d_.,;:|/()]{{1,14}}?)\.?"
    rf"(?: ?(?P<after>{months.fold(_alternatives(_AFTER_WORDS))})|(?![^\s\d_.,;:|/()]))"
)
_TODAY_WORDS = (
    "today|heute|aujourd.hui|hoy|hoje|oggi|vandaag|dzisiaj|dziś|dnes|сегодня|сьогодні|idag|i dag|tänään|bugün|σήμερα"
    "|اليوم|היום|오늘|今天|今日|आज|hôm nay|วันนี้|hari ini|azi|danas|امروز"
)
_YESTERDAY_WORDS = (
    "yesterday|gestern|hier|ayer|ontem|ieri|gisteren|wczoraj|včera|вчера|вчора|igår|i går|eilen|dün|χθες|أمس|אתמול|어제"
    "|昨天|昨日|hôm qua|เมื่อวาน|kemarin|tegnap|jučer|دیروز"
)
_TODAY = re.compile(rf"(?<!\w)(?:{months.fold(_TODAY_WORDS)})(?!\w)")
_YESTERDAY = re.compile(rf"(?<!\w)(?:{months.fold(_YESTERDAY_WORDS)})(?!\w)")
