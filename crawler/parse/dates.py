"""Dates as pages print them, and as machines stamp them: text in, ISO 8601 out. Pure.

What lives here: reading one date out of a short text. What must not: knowledge of pages or sites, and the
present day: "yesterday" and "3 hours ago" are not read, because they change without an edit.

    2026-01-31 · 2026/1/31 · 2026.1.31. · 2026年1月31日 · 2026년 1월 31일      year first
    10 tháng 3 năm 2026 · 10 มีนาคม 2569 (a Buddhist year)
    31.01.2026 · 31.01.26                                                  dots: day first
    01/08/2024 · 01-08-2024                                                by the source's date order
    January 31, 2026 · Jan. 31, 2026 · 31 January 2026 · 31. Januar 2026 · 31 de enero de 2026
    Juche113.3.9. · 9 March Juche 113 (2024)                               Juche year + 1911

A time of day is kept where one stands beside the day. Day and time give RFC 3339 with an offset, the one
printed or that of the source's zone; a day alone gives ``YYYY-MM-DD``. What is not in the calendar is None.
"""

from __future__ import annotations

import email.utils
import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from storage.records import DateOrder

_LIMIT = 300  # characters that are looked at: every expression below is linear, and short anyway


def printed(text: str, *, order: DateOrder | None = None, zone: str = "UTC") -> str | None:
    """The first date printed in the first 300 characters of `text`; None where there is none.

    An all-digit date such as 01/08/2024 is read by `order`. Without an order it is read only where one of
    its numbers can be nothing but a day.

    >>> printed("Published: Jan. 31, 2026 at 9:05 pm", zone="Asia/Seoul")
    '2026-01-31T21:05:00+09:00'
    >>> printed("01/08/2024", order=DateOrder.DMY)
    '2024-08-01'
    """
    line = _plain(text)
    start, end, day = min(_days(line, order), key=lambda found: (found[0], -found[1]), default=(0, 0, None))
    if day is None:
        return None
    clock = _clock(line[:start], line[end:])
    return _written(day, *clock, zone) if clock else day.isoformat()


def metadata_time(value: str, zone: str = "UTC") -> str | None:
    """The day or time in a machine's stamp: ISO 8601, RFC 822, seconds since 1970; else as `printed`.

    A time without an offset is taken to be in `zone`.

    >>> metadata_time("Sat, 31 Jan 2026 09:00:00 GMT")
    '2026-01-31T09:00:00+00:00'
    """
    value = " ".join(value[:_LIMIT].split())
    if re.fullmatch(r"1\d{9}(\d{3})?", value, re.ASCII):
        return datetime.fromtimestamp(int(value[:10]), UTC).isoformat()
    if not re.match(r"\d{4}-?\d\d-?\d\d[T ]\d|[A-Z][a-z]{2}, \d", value):
        return _compact_day(value) or printed(value, zone=zone)
    stamp = _iso(value) or _rfc822(value)
    if stamp is None:
        return printed(value, zone=zone)
    return _written(stamp.date(), stamp.time(), stamp.tzinfo, zone)


# ---------------------------------------------------------------- days

_YEAR_FIRST = re.compile(r"(?<![\d.])(\d{4}) ?([-/.]) ?(\d{1,2}) ?\2 ?(\d{1,2})(?!\d)")
_CJK = re.compile(r"(?<!\d)(\d{4}) ?[年년] ?(\d{1,2}) ?[月월] ?(\d{1,2})(?!\d)(?: ?[日일])?")
_DOTTED = re.compile(r"(?<![\d.])(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})(?!\d)")
_DOTTED_SHORT = re.compile(r"(?<![\d.])(\d\d)\.(\d\d)\.(\d\d)(?![\d.:])")
_SLASHED = re.compile(r"(?<![\d/-])(\d{1,2}) ?([-/]) ?(\d{1,2}) ?\2 ?(\d{4})(?!\d)")
_MARKS = "\u0900-\u0903\u093a-\u094f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"  # vowel signs, which `\w` leaves out
_WORD = rf"([^\W\d_](?:[^\W\d_]|[{_MARKS}]){{2,13}})"
_VIETNAMESE = re.compile(r"(?<!\d)(\d{1,2}) thang (\d{1,2})(?:,| nam)? (\d{4})(?!\d)")
_DAY_FIRST_NAME = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|er|[.ºª°])?[ /-]{{0,2}}(?:(?:de|of|the) )?{_WORD}\.?,?[ /-]"
    rf"(?:del? )?(\d{{4}})(?!\d)"
)
_MONTH_FIRST_NAME = re.compile(rf"{_WORD}\.?[ /-](\d{{1,2}})(?:st|nd|rd|th)?(?:,| |-|/|, )(\d{{4}})(?!\d)")
_YEAR_FIRST_NAME = re.compile(rf"(?<!\d)(\d{{4}})[,.]?[ /-]{_WORD}\.?[ /-](\d{{1,2}})(?!\d)")
_JUCHE = re.compile(r"(?:juche|주체|主体|主體|чучхе) ?(\d{1,3})(?!\d)(?: ?\( ?\d{4} ?\))?")


def _plain(text: str) -> str:
    """`text` cut, in ASCII digits, lower case, single blanks, accents off, Juche years as our years."""
    line = text[:_LIMIT]
    if len(text) > _LIMIT:
        line = line.rstrip("0123456789")  # half a number is another number
    if not line.isascii():
        # NFKC joins Hangul and turns full-width signs plain; accents go from Latin and Cyrillic only.
        parts = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", line))
        line = unicodedata.normalize("NFC", parts.translate(_ACCENTS))
        line = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in line)
    line = " ".join(line.casefold().split())
    return _JUCHE.sub(lambda match: str(int(match[1]) + 1911), line)


_ACCENTS = dict.fromkeys([*range(0x300, 0x370), 0x200E, 0x200F])


def _days(line: str, order: DateOrder | None) -> Iterator[tuple[int, int, date | None]]:
    """Start, end and day of the first thing in `line` that each way of writing a date finds.

    The day is None where it is a date that could be read in two ways.
    """
    for pattern, names in _LAYOUTS:
        for match in pattern.finditer(line):
            parts = dict(zip(names, match.groups(), strict=True))
            day = _day(parts["y"], parts["m"], parts["d"])
            if day is not None:
                yield match.start(), match.end(), day
                break
    for match in _SLASHED.finditer(line):
        readings = _readings(match[1], match[3], match[4], order)
        if readings:
            yield match.start(), match.end(), readings.pop() if len(readings) == 1 else None
            break


_LAYOUTS = (
    (_YEAR_FIRST, "y-md"),
    (_CJK, "ymd"),
    (_DOTTED, "dmy"),
    (_DOTTED_SHORT, "dmy"),
    (_DAY_FIRST_NAME, "dmy"),
    (_MONTH_FIRST_NAME, "mdy"),
    (_YEAR_FIRST_NAME, "ymd"),
    (_VIETNAMESE, "dmy"),
)


def _readings(first: str, second: str, year: str, order: DateOrder | None) -> set[date]:
    """The days that `first`/`second`/`year` can mean: one where `order` says which, else up to two."""
    day_first, month_first = _day(year, second, first), _day(year, first, second)
    match order:
        case DateOrder.DMY:
            return {day_first} if day_first else set()
        case DateOrder.MDY:
            return {month_first} if month_first else set()
        case _:
            return {day for day in (day_first, month_first) if day}


def _day(year: str, month: str, day: str) -> date | None:
    number = int(month) if month.isdigit() else _MONTHS.get(month)
    if number is None:
        return None
    number_of_year = int(year) + (2000 if len(year) == 2 else 0)
    if month in _THAI:
        number_of_year -= _BUDDHIST
    try:
        return date(number_of_year, number, int(day))
    except ValueError:
        return None


def _compact_day(value: str) -> str | None:
    """The day of ``20260131``, which only a machine writes."""
    match = re.fullmatch(r"(\d{4})(\d\d)(\d\d)", value, re.ASCII)
    day = _day(match[1], match[2], match[3]) if match else None
    return day.isoformat() if day else None


# ---------------------------------------------------------------- times

_TIME = (
    r"(?P<hour>\d{1,2})(?:[:h.](?P<minute>\d\d)(?!\d)(?::(?P<second>\d\d)(?:[.,]\d{1,9})?)?)?"
    r"(?: ?(?P<half>[ap])\.?m\b\.?)?"
    r"(?: ?(?:uhr|hrs?|h)\b)?"
    r"(?: ?\(?(?P<zone>z\b|(?:utc|gmt)?[+-]\d{1,2}:?(?:\d\d)?(?![\d-])|[a-z]{3,4}\b))?"
)
_TIME_AFTER = re.compile(
    r"(?:t|[ ,|·•@–—(;-]{0,4}(?:(?:at|um|a las|as|alle|om|o|godz|kl|ore|в|a)\b[.:]? ?)?)" + _TIME
)
_TIME_BEFORE = re.compile(_TIME + r"\)?[ ,|·•–—-]{0,4}(?:(?:on|am|le|el)\b ?)?(?:[^\W\d_]{2,10}\.?,? ?)?\Z")


def _clock(before: str, after: str) -> tuple[time, tzinfo | None] | None:
    """The time of day that stands right after a date, or right before it, with its zone where printed."""
    match = _TIME_AFTER.match(after[:60])
    if match is None or not _is_time(match):
        tail = before[-40:]
        starts = re.finditer(r"(?<![\d:.])\d{1,2}[:h]\d\d", tail)
        match = next((m for s in starts if (m := _TIME_BEFORE.match(tail, s.start()))), None)
    if match is None or not _is_time(match):
        return None
    try:
        return time(_hour(match), int(match["minute"] or 0), int(match["second"] or 0)), _zone(match["zone"])
    except ValueError:
        return None


def _is_time(match: re.Match[str]) -> bool:
    """A bare number is no time: it needs minutes, or am/pm."""
    return bool(match["minute"] or match["half"])


def _hour(match: re.Match[str]) -> int:
    hour = int(match["hour"])
    if match["half"] is None or hour > 12:
        return hour
    return hour % 12 + (12 if match["half"] == "p" else 0)


def _zone(name: str | None) -> tzinfo | None:
    """The zone of a printed offset or abbreviation; None where none is printed, or none that we know."""
    if not name:
        return None
    match = re.fullmatch(r"(?:utc|gmt)?([+-])(\d{1,2}):?(\d\d)?", name)
    if match is None:
        hours = _ZONES.get(name)
        return None if hours is None else timezone(timedelta(hours=hours))
    offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    if offset > timedelta(hours=14):  # nowhere on Earth
        return None
    return timezone(-offset if match[1] == "-" else offset)


def _iso(value: str) -> datetime | None:
    # Fractions of any length, "2026-01-31 09:00:00 +0900" and a trailing "UTC" are ISO in spirit.
    value = re.sub(r"[.,]\d{1,12}", "", value)
    value = re.sub(r" ?(?:UTC|GMT)\Z", "Z", value)
    value = re.sub(r" ([+-]\d\d:?\d\d)\Z", r"\1", value)
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _rfc822(value: str) -> datetime | None:
    try:
        stamp = email.utils.parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)  # "-0000" is UTC, RFC 5322 §3.3


def _written(day: date, clock: time, zone: tzinfo | None, default_zone: str) -> str:
    """RFC 3339 of a day and time; the day alone where no zone with whole minutes is known."""
    zone = zone or _named_zone(default_zone)
    if zone is None:
        return day.isoformat()
    stamp = datetime.combine(day, clock.replace(microsecond=0, tzinfo=None), zone)
    offset = stamp.utcoffset()
    if offset is None or offset.seconds % 60:  # local mean time of the 19th century
        return day.isoformat()
    return stamp.isoformat()


@lru_cache(maxsize=64)
def _named_zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return None


# ---------------------------------------------------------------- tables

# Twelve months a language, as `_plain` leaves them (lower case, without accents); variants by "|".
_MONTH_NAMES = {
    "en": "january|jan february|feb march|mar april|apr may june|jun july|jul august|aug "
    "september|sep|sept october|oct november|nov december|dec",
    "de": "januar|janner|jaenner februar|feber marz|maerz|mrz april mai juni juli august "
    "september oktober|okt november dezember|dez",
    "fr": "janvier|janv fevrier|fevr|fev mars avril|avr mai juin juillet|juil aout "
    "septembre octobre novembre decembre",
    "es": "enero|ene febrero marzo abril|abr mayo junio julio agosto|ago "
    "septiembre|setiembre|set octubre noviembre diciembre|dic",
    "pt": "janeiro fevereiro marco abril maio|mai junho julho agosto "
    "setembro|set outubro|out novembro dezembro",
    "it": "gennaio|gen febbraio marzo aprile maggio|mag giugno|giu luglio|lug agosto "
    "settembre|set ottobre|ott novembre dicembre",
    "nl": "januari februari maart|mrt april mei juni juli augustus september oktober|okt november december",
    "pl": "stycznia|styczen|sty lutego|luty|lut marca|marzec kwietnia|kwiecien|kwi maja|maj "
    "czerwca|czerwiec|cze lipca|lipiec|lip sierpnia|sierpien|sie wrzesnia|wrzesien|wrz "
    "pazdziernika|pazdziernik|paz listopada|listopad|lis grudnia|grudzien|gru",
    "ru": "января|январь|янв февраля|февраль|фев|февр марта|март|мар апреля|апрель|апр мая|маи "
    "июня|июнь|июн июля|июль|июл августа|август|авг сентября|сентябрь|сен|сент "
    "октября|октябрь|окт ноября|ноябрь|ноя|нояб декабря|декабрь|дек",
    "uk": "січня|січень|січ лютого|лютии|лют березня|березень|бер квітня|квітень|квіт травня|травень|трав "
    "червня|червень|черв липня|липень|лип серпня|серпень|серп вересня|вересень|вер жовтня|жовтень|жовт "
    "листопада|листопад|лист грудня|грудень|груд",
    "bg": "януари|яну февруари|фев март април маи юни юли август|авг септември|септ октомври|окт "
    "ноември|ноем декември|дек",
    "sr": "јануар|јан фебруар|феб март|мар април|апр маj|мај јун jул|јул|јули август|авг "
    "септембар|сеп октобар|окт новембар|нов децембар|дец",
    "cs": "ledna|leden unora|unor brezna|brezen dubna|duben kvetna|kveten cervna|cerven cervence|cervenec "
    "srpna|srpen zari rijna|rijen listopadu prosince|prosinec",
    "sk": "januara|januar februara|februar marca|marec aprila|april maja|maj juna|jun jula|jul "
    "augusta|august septembra|september oktobra|oktober novembra|november decembra|december",
    "hr": "sijecnja|sijecanj veljace|veljaca ozujka|ozujak travnja|travanj svibnja|svibanj lipnja|lipanj "
    "srpnja|srpanj kolovoza|kolovoz rujna|rujan listopad studenoga|studenog|studeni prosinca|prosinac",
    "sl": "januarja februarja marca|marec aprila maja|maj junija|junij julija|julij avgusta|avgust "
    "septembra oktobra novembra decembra",
    "hu": "januar februar marcius|marc aprilis|apr majus|maj junius|jun julius|jul augusztus|aug "
    "szeptember|szept oktober|okt november|nov december|dec",
    "ro": "ianuarie|ian februarie|feb martie|mar aprilie|apr mai iunie|iun iulie|iul august|aug "
    "septembrie|sept octombrie|oct noiembrie|nov|noi decembrie|dec",
    "sv": "januari|jan februari|feb mars|mar april|apr maj juni|jun juli|jul augusti|aug "
    "september|sep oktober|okt november|nov december|dec",
    "da": "januar|jan februar|feb marts|mar april|apr maj juni|jun juli|jul august|aug "
    "september|sep oktober|okt november|nov december|dec",
    "no": "januar|jan februar|feb mars|mar april|apr mai juni|jun juli|jul august|aug "
    "september|sep oktober|okt november|nov desember|des",
    "fi": "tammikuuta|tammikuu helmikuuta|helmikuu maaliskuuta|maaliskuu huhtikuuta|huhtikuu "
    "toukokuuta|toukokuu kesakuuta|kesakuu heinakuuta|heinakuu elokuuta|elokuu syyskuuta|syyskuu "
    "lokakuuta|lokakuu marraskuuta|marraskuu joulukuuta|joulukuu",
    "et": "jaanuar veebruar marts aprill mai juuni juuli august september oktoober november detsember",
    "lv": "janvaris|janvari februaris|februari marts aprilis|aprili maijs|maija junijs|junija julijs|julija "
    "augusts|augusta septembris|septembra oktobris|oktobra novembris|novembra decembris|decembra",
    "lt": "sausio vasario kovo balandzio geguzes birzelio liepos rugpjucio rugsejo spalio lapkricio gruodzio",
    "el": "ιανουαριου|ιανουαριος|ιαν φεβρουαριου|φεβρουαριος|φεβ μαρτιου|μαρτιος|μαρ απριλιου|απριλιος|απρ "
    "μαιου|μαιος|μαι ιουνιου|ιουνιος|ιουν ιουλιου|ιουλιος|ιουλ αυγουστου|αυγουστος|αυγ "
    "σεπτεμβριου|σεπτεμβριος|σεπ οκτωβριου|οκτωβριος|οκτ νοεμβριου|νοεμβριος|νοε δεκεμβριου|δεκεμβριος|δεκ",
    "tr": "ocak|oca subat|sub mart|mar nisan|nis mayis|may haziran|haz temmuz|tem agustos|agu eylul|eyl "
    "ekim|eki kasım|kasim|kas aralık|aralik|ara",
    "ca": "gener febrer marc abril maig juny juliol agost setembre octubre novembre desembre",
    "id": "januari februari maret april mei juni juli agustus|agt september oktober november|nop desember",
    "ar": "يناير فبراير مارس أبريل|ابريل|إبريل مايو يونيو يوليو أغسطس|اغسطس سبتمبر أكتوبر|اكتوبر نوفمبر ديسمبر",
    "he": "ינואר|בינואר פברואר|בפברואר מרץ|מרס|במרץ|במרס אפריל|באפריל מאי|במאי יוני|ביוני יולי|ביולי "
    "אוגוסט|באוגוסט ספטמבר|בספטמבר אוקטובר|באוקטובר נובמבר|בנובמבר דצמבר|בדצמבר",
    "fa": "ژانویه فوریه مارس آوریل مه ژوئن ژوئیه اوت سپتامبر اکتبر نوامبر دسامبر",
    "th": "มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม",
    "hi": "जनवरी फरवरी|फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर|सितम्बर अक्टूबर|अक्तूबर नवंबर|नवम्बर दिसंबर|दिसम्बर",
}
_NUMBERED = [
    (name, number)
    for language in _MONTH_NAMES.values()
    for number, names in enumerate(language.split(" "), 1)
    for name in names.split("|")
]
# Where two languages call two months by one name (listopad is October in Zagreb and November in Prague), the
# language that stands higher in the table is believed.
_MONTHS = {_plain(name): number for name, number in reversed(_NUMBERED)}
_THAI = frozenset(_plain(name) for names in _MONTH_NAMES["th"].split() for name in names.split("|"))
_BUDDHIST = 543  # years that the Thai calendar is ahead
# Hours from UTC. Left out: what means two zones a reader could take it for (IST, AST).
_ZONES = {
    **{"z": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "mez": 1, "cest": 2, "mesz": 2},
    **{"eet": 2, "eest": 3, "msk": 3, "kst": 9, "jst": 9, "hkt": 8, "sgt": 8, "aest": 10, "aedt": 11},
    **{"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7},
}
