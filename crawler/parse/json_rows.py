"""Listings told as JSON: an array of stories as values, as the page it would make. Pure.

What lives here: which values of a JSON answer are stories, and their markup, so that the listing parser reads
them as it reads any page. What must not: JSON Feed (`feed.py`), and HTML inside JSON (`body.py`).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

_VALUE_LIMIT = 20_000  # values that are looked at
_ROW_LIMIT = 2_000
_FIELD_LIMIT = 5_000  # characters
_LEAST_ROWS = 2  # one may be anything

_TITLES = ("title", "headline", "heading", "name", "shorttitle")
_ADDRESSES = ("url", "link", "href", "permalink", "canonicalurl", "weburl", "articleurl", "path", "uri")
_EXCERPTS = (
    "excerpt",
    "summary",
    "description",
    "teaser",
    "abstract",
    "lead",
    "dek",
    "standfirst",
    "subtitle",
)
_DATES = (
    "datepublished",
    "publishedat",
    "published",
    "pubdate",
    "publicationdate",
    "publishdate",
    "date",
    "createdat",
)


def markup(value: Any) -> str | None:
    """The stories in a JSON value as a page of teasers, in its order; None where it holds fewer than two.

    >>> markup([{"title": "A", "url": "/a"}, {"title": "B", "url": "/b"}])
    '<article><h3><a href="/a">A</a></h3></article>\\n<article><h3><a href="/b">B</a></h3></article>'
    """
    rows = [_row(each) for each in islice(filter(is_story, _objects(value)), _ROW_LIMIT)]
    return "\n".join(dict.fromkeys(rows)) if len(rows) >= _LEAST_ROWS else None


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object that stands in an array, outer ones first, in the order of the text."""
    pending = [(value, False)]
    for _ in range(_VALUE_LIMIT):
        if not pending:
            return
        one, is_member = pending.pop()
        if isinstance(one, dict):
            if is_member:
                yield one
            pending.extend((inside, False) for inside in reversed(list(one.values())[:_VALUE_LIMIT]))
        elif isinstance(one, list):
            pending.extend((inside, True) for inside in reversed(one[:_VALUE_LIMIT]))


def is_story(told: dict[str, Any]) -> bool:
    """Whether an object has a headline and an address: then what else is in it belongs to that story."""
    fields = _fields(told)
    address = _first(fields, _ADDRESSES) or ""
    return re.match(r"https?://|/", address) is not None and _first(fields, _TITLES) is not None


def _row(story: dict[str, Any]) -> str:
    fields = _fields(story)
    title, address = _first(fields, _TITLES) or "", _first(fields, _ADDRESSES) or ""
    excerpt, day = _first(fields, _EXCERPTS), _first(fields, _DATES)
    parts = [f'<h3><a href="{html.escape(address)}">{html.escape(title)}</a></h3>']
    if excerpt:
        parts.append(f"<p>{html.escape(excerpt)}</p>")
    if day:
        parts.append(f'<time datetime="{html.escape(day)}"></time>')
    return f"<article>{''.join(parts)}</article>"


def _fields(told: dict[str, Any]) -> dict[str, Any]:
    """The values of an object by name, in small letters and without what joins a name's words."""
    return {re.sub(r"[^a-z]", "", str(name)[:60].lower()): value for name, value in list(told.items())[:200]}


def _first(fields: dict[str, Any], names: tuple[str, ...]) -> str | None:
    """The first of these fields that is a text, without markup; a number only where it is seconds since 1970."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, dict):
            value = value.get("rendered") or value.get("text") or value.get("value")
        if isinstance(value, int) and not isinstance(value, bool) and 10**9 <= value < 10**13:
            value = str(value)
        if isinstance(value, str) and value.strip():
            plain = re.sub(r"<[^<>]{0,500}>", " ", value[:_FIELD_LIMIT])
            return " ".join(html.unescape(plain).split()) or None
    return None
