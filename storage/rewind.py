"""How spans stood before an instant: what both stores need when older evidence comes in. Pure.

A span at a listing or an address is an unbroken row of captures of that place, so its last sighting before
the instant is the place's last capture before it. A block on article pages is trusted for what it shows and
not for what it lacks, so there the captures that showed the teaser must be looked up.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from storage.known import SpanKey
from storage.records import Gone, Listing, Sighting, Span, Teaser

Showings = list[tuple[datetime, frozenset[str] | None]]


def as_it_stood(
    spans: Iterable[Span], before: datetime, showings_of: Callable[[str], Showings]
) -> dict[SpanKey, Span]:
    """`spans`, all begun before `before`, as they stood then. `showings_of(place)`: its earlier captures."""
    cache: dict[str, Showings] = {}
    stood: dict[SpanKey, Span] = {}
    for span in spans:
        if span.last_at >= before or (span.closed_at is not None and span.closed_at >= before):
            if span.place not in cache:
                cache[span.place] = showings_of(span.place)
            span = _reopened(span, before, cache[span.place])
        stood[span.item_id, span.place, span.first_at] = span
    return stood


def showings(place: str, sightings: Iterable[Sighting]) -> Showings:
    """When `place` was captured, and, for a block, which teasers it showed."""
    wants_gone = place.startswith("g|")
    found: Showings = []
    for sighting in sightings:
        observation = sighting.observation
        if isinstance(observation, Gone) == wants_gone:
            teasers = None
            if isinstance(observation, Listing) and observation.is_block:
                teasers = frozenset(map(shown, observation.teasers))
            found.append((sighting.at, teasers))
    return found


def shown(teaser: Teaser) -> str:
    """A short digest of exactly what a listing showed of `teaser`, its address apart."""
    parts = json.dumps((teaser.headline, teaser.excerpt, teaser.date))
    return hashlib.sha256(parts.encode()).hexdigest()[:16]


def _reopened(span: Span, before: datetime, captures: Showings) -> Span:
    seen = [
        at
        for at, teasers in captures
        if span.first_at <= at < before and (teasers is None or span.shown in teasers)
    ]
    last_at = max(seen, default=span.first_at) if span.last_at >= before else span.last_at
    closed = span.closed_at if span.closed_at is not None and span.closed_at < before else None
    return replace(span, last_at=last_at, closed_at=closed, is_missing=span.is_missing and closed is not None)
