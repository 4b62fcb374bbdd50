"""Which fields of two contents differ, and which merely became known. Pure.

* None means "not known": it differs from nothing.
* Text is compared in its normalised form; a body by its joined text, so a paragraph break is no edit.
* A printed day equals a time on that local day; two times differ where the instants do.
* `modified` alone is a stamp, not an edit: it is named only beside a field that changed.
* An excerpt is a cut: where it is shown at another place, the shorter being the start of the longer is no
  difference.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crawler.compare.fingerprint import body
from crawler.text import normalise
from storage.records import Article, Completion, Content, Teaser

_SHORTEST_CUT = 40  # characters: below, an excerpt that is the start of another says too little
_ARTICLE_TEXTS = ("headline", "byline")


def differences(before: Content, after: Content, zone: str, *, is_cut: bool = False) -> tuple[str, ...]:
    """The names of the fields that differ, in the interchange format's words; () where none does.

    `zone` is the source's time zone. With `is_cut`, an excerpt may be cut elsewhere than the other.
    """
    if isinstance(before, Article) and isinstance(after, Article):
        return _article_differences(before, after, zone)
    if isinstance(before, Teaser) and isinstance(after, Teaser):
        return _teaser_differences(before, after, zone, is_cut)
    raise TypeError("an article and a teaser cannot be compared field by field")


def same_text(one: str | None, other: str | None) -> bool:
    """Whether two shown texts read alike; unknown reads like everything."""
    return one is None or other is None or one == other or normalise(one) == normalise(other)


def same_date(one: str | None, other: str | None, zone: str) -> bool:
    """Whether two printed dates agree. A malformed one agrees only with itself.

    >>> same_date("2026-01-31", "2026-01-30T23:30:00Z", "Asia/Seoul")
    True
    """
    if one is None or other is None or one == other:
        return True
    try:
        if "T" in one.upper() and "T" in other.upper():
            return _instant(one) == _instant(other)
        return _day(one, zone) == _day(other, zone)
    except ValueError:
        return False


def is_cut_of(one: str, other: str) -> bool:
    """Whether of two excerpts one is the start of the other, up to where it was cut.

    >>> is_cut_of("The bridge over the wide river was opened by", "The bridge over the wide river was opened")
    True
    """
    short, long = sorted((uncut(one), uncut(other)), key=len)
    return short == long or (len(short) >= _SHORTEST_CUT and long.startswith(short))


def uncut(excerpt: str) -> str:
    """An excerpt in comparing form, without the dots that say that it goes on."""
    return normalise(excerpt).removesuffix("[...]").removesuffix("...").rstrip()


def merged(content: Content, completions: list[Completion]) -> Content:
    """`content` with the fields that later captures filled in."""
    known = {c.name: c.value for c in completions if getattr(content, c.name) is None}
    return replace(content, **known) if known else content  # type: ignore[arg-type]


def completing(before: Content, after: Content) -> dict[str, str]:
    """The fields that `before` leaves unknown and `after` knows."""
    names = ("headline", "byline", "published") if isinstance(before, Article) else _TEASER_FIELDS
    return {n: getattr(after, n) for n in names if getattr(before, n) is None and getattr(after, n)}


_TEASER_FIELDS = ("headline", "excerpt", "date")


def _article_differences(before: Article, after: Article, zone: str) -> tuple[str, ...]:
    found = [n for n in _ARTICLE_TEXTS if not same_text(getattr(before, n), getattr(after, n))]
    if not same_date(before.published, after.published, zone):
        found.append("published")
    is_read = bool(before.paragraphs and after.paragraphs)
    if is_read and before.paragraphs != after.paragraphs and body(before) != body(after):
        found.append("paragraphs")
    if found and not same_date(before.modified, after.modified, zone):
        found.insert(-1 if found[-1] == "paragraphs" else len(found), "modified")
    return tuple(found)


def _teaser_differences(before: Teaser, after: Teaser, zone: str, is_cut: bool) -> tuple[str, ...]:
    found = []
    if not same_text(before.headline, after.headline):
        found.append("headline")
    if not same_text(before.excerpt, after.excerpt):
        assert before.excerpt is not None and after.excerpt is not None
        if not (is_cut and is_cut_of(before.excerpt, after.excerpt)):
            found.append("excerpt")
    if not same_date(before.date, after.date, zone):
        found.append("date")
    return tuple(found)


def _instant(value: str) -> datetime:
    found = datetime.fromisoformat(value)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _day(value: str, zone: str) -> str:
    if "T" not in value.upper() and " " not in value:
        return datetime.fromisoformat(value).date().isoformat()
    found = datetime.fromisoformat(value)
    if found.tzinfo is None:
        return found.date().isoformat()
    try:
        return found.astimezone(ZoneInfo(zone)).date().isoformat()
    except (ZoneInfoNotFoundError, OverflowError, OSError):
        return found.date().isoformat()
