"""Observations as JSON lines: the interchange format, in both directions. Pure.

``{"kind":"article","source":…,"url":…,"captured_at":…,"headline":…,"byline":…,"published":…,"modified":…,
"paragraphs":[…]}``, ``{"kind":"listing",…,"teasers":[{"url":…,"headline":…,"excerpt":…,"date":…}]}``,
``{"kind":"gone","source":…,"url":…,"captured_at":…,"status":404}``.
`kind`, `source` and `captured_at` are required; any other key may be left out when null.
Extensions, written only where they say something: ``source_line``; ``redirected_from`` of an article whose
address was reached from another; ``original`` of an article that names the address of its original (a copy's
"read the original" link); ``published_note``: why the date of an article is doubtful, or what was there in its
place and could not be read; ``about`` of an article: what its page says beside the text, ``{"image","image_alt",
"language","canonical","is_cut"}``, each where known; ``block``: true for a listing that is a block on an article page.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from storage.records import About, Article, Gone, Listing, Observation, Teaser

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")


def to_json(observation: Observation) -> dict[str, Any]:
    """The interchange object of `observation`, keys in the order of the format."""
    match observation:
        case Article():
            line: dict[str, Any] = {
                "kind": "article",
                "source": observation.source,
                "url": observation.url,
                "captured_at": format_time(observation.captured_at),
                "headline": observation.headline,
                "byline": observation.byline,
                "published": observation.published,
                "modified": observation.modified,
                "paragraphs": list(observation.paragraphs),
            }
            if observation.redirected_from is not None:
                line["redirected_from"] = observation.redirected_from
            if observation.original is not None:
                line["original"] = observation.original
            if observation.published_note is not None:
                line["published_note"] = observation.published_note
            if observation.about is not None:
                line["about"] = about_json(observation.about)
        case Listing():
            line = {
                "kind": "listing",
                "source": observation.source,
                "url": observation.url,
                "captured_at": format_time(observation.captured_at),
                "teasers": [
                    {"url": t.url, "headline": t.headline, "excerpt": t.excerpt, "date": t.date}
                    for t in observation.teasers
                ],
            }
            if observation.is_block:
                line["block"] = True
        case Gone():
            return {
                "kind": "gone",
                "source": observation.source,
                "url": observation.url,
                "captured_at": format_time(observation.captured_at),
                "status": observation.status,
            }
    if observation.source_line is not None:
        line["source_line"] = observation.source_line
    return line


def from_json(line: Any, *, needs_time: bool = True) -> Observation:
    """The observation in interchange object `line`.

    Raises ValueError with the reason, naming the key, where it is not one. Unknown keys are let pass, so
    that a newer writer's lines can be read. With `needs_time` false, ``captured_at`` may be null.
    """
    if not isinstance(line, dict):
        raise ValueError("not a JSON object")
    kind = line.get("kind")
    if kind not in ("article", "listing", "gone"):
        raise ValueError(f'"kind" must be "article", "listing" or "gone", not {kind!r}')
    source = _string(line, "source")
    if not source:
        raise ValueError('"source" is required: the name of the site or section')
    captured_at = _captured_at(line, needs_time)
    url = _string(line, "url") or None
    if kind == "gone":
        if url is None:
            raise ValueError('"url" is required for kind "gone"')
        status = line.get("status", 404)
        if status not in (404, 410):
            raise ValueError(f'"status" must be 404 or 410, not {status!r}')
        return Gone(source, url, captured_at, int(status))
    if kind == "listing":
        teasers = tuple(_teaser(t, i) for i, t in enumerate(_list(line, "teasers")))
        label = _string(line, "source_line") or None
        return Listing(source, url, captured_at, teasers, label, is_block=line.get("block") is True)
    paragraphs = _list(line, "paragraphs")
    if not all(isinstance(p, str) for p in paragraphs):
        raise ValueError('"paragraphs" must be a list of strings')
    return Article(
        source,
        url,
        captured_at,
        headline=_string(line, "headline") or None,
        byline=_string(line, "byline") or None,
        published=_printed(line, "published"),
        modified=_printed(line, "modified"),
        paragraphs=tuple(_storable(p) for p in paragraphs),
        source_line=_string(line, "source_line") or None,
        redirected_from=_string(line, "redirected_from") or None,
        original=_string(line, "original") or None,
        published_note=_string(line, "published_note") or None,
        about=about_from(line.get("about")),
    )


def about_json(about: About) -> dict[str, Any]:
    """What is known of `about`, by name."""
    return {name: value for name, value in asdict(about).items() if value}


def about_from(said: Any) -> About | None:
    """As `about_json` wrote it; None for anything else."""
    if not isinstance(said, dict):
        return None
    texts = {name: _storable(said[name]) for name in _ABOUT if isinstance(said.get(name), str) and said[name]}
    found = About(**texts, is_cut=said.get("is_cut") is True)
    return found if found != About() else None


_ABOUT = ("image", "image_alt", "language", "canonical")


def format_time(value: datetime | None) -> str | None:
    """RFC 3339 in UTC with ``Z``, fractions only where there are any.

    >>> format_time(datetime(2026, 1, 20, tzinfo=UTC))
    '2026-01-20T00:00:00Z'
    """
    return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_time(text: str) -> datetime:
    """The instant of an RFC 3339 time, or the first of a day (in UTC). Raises ValueError.

    >>> parse_time("2026-01-20T09:00:00+09:00")
    datetime.datetime(2026, 1, 20, 0, 0, tzinfo=datetime.timezone.utc)
    """
    try:
        value = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text[:100]!r} is no time: write 2026-01-20T09:00:00Z or …+09:00") from error
    if value.tzinfo is None:
        if not _DAY.match(text):
            raise ValueError(f"{text!r} has no time zone: write 2026-01-20T09:00:00Z or …+09:00")
        value = value.replace(tzinfo=UTC)
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{text!r} is outside the calendar") from error


def _captured_at(line: dict[str, Any], needs_time: bool) -> datetime | None:
    value = line.get("captured_at")
    if value is None and not needs_time:
        return None
    if not isinstance(value, str):
        raise ValueError('"captured_at" is required: an RFC 3339 time such as 2026-01-20T00:00:00Z')
    try:
        return parse_time(value)
    except ValueError as error:
        raise ValueError(f'"captured_at": {error}') from error


def _teaser(value: Any, index: int) -> Teaser:
    if not isinstance(value, dict):
        raise ValueError(f'"teasers[{index}]" must be an object')
    try:
        return Teaser(
            url=_string(value, "url") or None,
            headline=_string(value, "headline") or None,
            excerpt=_string(value, "excerpt") or None,
            date=_printed(value, "date"),
        )
    except ValueError as error:
        raise ValueError(f'"teasers[{index}]": {error}') from error


def _printed(line: dict[str, Any], key: str) -> str | None:
    value = _string(line, key) or None
    if value is None:
        return None
    if not _DAY.match(value) and "T" not in value.upper() and " " not in value:
        raise ValueError(f'"{key}" must be a date (2026-01-31) or an RFC 3339 time, not {value!r}')
    try:
        datetime.fromisoformat(value)
    except ValueError as error:
        raise ValueError(f'"{key}" must be a date (2026-01-31) or an RFC 3339 time, not {value!r}') from error
    return value


def _string(line: dict[str, Any], key: str) -> str:
    value = line.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f'"{key}" must be a string or null')
    return _storable(value)


def _list(line: dict[str, Any], key: str) -> list[Any]:
    value = line.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise ValueError(f'"{key}" must be a list')
    return value


def _storable(text: str) -> str:
    """`text` without lone surrogates and NUL, which no database takes."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")
