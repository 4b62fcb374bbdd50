"""What the address of a page tells about dates: a day, a month, an archive's capture, a country. Pure.

What lives here: reading these out of the address. What must not: what the page itself says (`published.py`).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

from crawler.parse import dates
from storage.records import DateOrder


def day(url: str | None) -> str | None:
    """The day in the path of an address; of an archive's, in that of the page it keeps."""
    path = _ARCHIVED.sub("/", urlsplit(url or "").path)
    match = _DAY.search(path) or _LOOSE_DAY.search(path)
    if match:
        return dates.metadata_time(f"{match[1]}-{match[3]:0>2}-{match[4]:0>2}")
    match = _DAY_FIRST.search(path)
    return dates.metadata_time(f"{match[3]}-{match[2]}-{match[1]}") if match else None


def month(url: str | None) -> str | None:
    """The month in the path of an address, as ``2026-01``."""
    match = _MONTH.search(_ARCHIVED.sub("/", urlsplit(url or "").path))
    return f"{match[1]}-{int(match[2]):02}" if match else None


def archived_at(url: str | None) -> datetime | None:
    """When an archive captured the page that it keeps under `url`; None where it is no archive's address."""
    match = re.search(r"/web/(\d{14})", url or "", re.ASCII)
    try:
        return datetime.strptime(match[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC) if match else None
    except ValueError:
        return None


def order_of_country(locale: str | None, url: str | None) -> DateOrder | None:
    """How the country writes dates that a page's locale names, or its host; None where neither says."""
    address = urlsplit(url or "")
    named = re.match(r"/([a-z]{2}[-_][a-z]{2})(?:/|\Z)", address.path, re.I)
    language, _, country = (named[1] if named else locale or "").replace("_", "-").lower().partition("-")
    country = country[-2:] or (address.hostname or "").rpartition(".")[2]
    if country in _MONTH_FIRST:
        return DateOrder.MDY
    is_told = len(country) == 2 and country not in _NO_COUNTRY
    return DateOrder.DMY if is_told or (language and language != "en") else None


# ---------------------------------------------------------------- tables

_MONTH = re.compile(r"/((?:199|20\d)\d)[/-]?(0?[1-9]|1[0-2])(?=[/-]|\Z)", re.ASCII)
_DAY = re.compile(r"(?<!\d)((?:199|20\d)\d)([/_-]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)", re.ASCII)
_DAY_FIRST = re.compile(r"(?<!\d)(1[3-9]|2\d|3[01])-(0\d|1[0-2])-((?:199|20\d)\d)(?!\d)", re.ASCII)
_LOOSE_DAY = re.compile(r"/((?:199|20\d)\d)()/(\d{1,2})/(\d{1,2})(?=/)", re.ASCII)
_ARCHIVED = re.compile(r"/web/\d{14}[a-z_]{0,4}/(?:https?:/{1,2}[^/]{1,255}/?)?")
_MONTH_FIRST = frozenset({"us", "ph", "gov", "mil", "edu"})
_NO_COUNTRY = frozenset({"io", "tv", "me", "co", "ai", "eu", "fm", "gg", "to", "cc", "ly"})
