"""How spans stood before an instant: what both stores need when older evidence comes in. Pure.

A span at a listing or an address is an unbroken row of captures of that place, so its last sighting before
the instant is the place's last capture before it. A block on article pages is trusted for what it shows and
not for what it lacks, so there the captures that showed the teaser must be looked up.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from storage.known import SpanKey
from storage.records import Gone, Listing, Sighting, Span, Teaser


@dataclass(frozen=True, slots=True)
class Showing:
    """One capture of a place: which teasers it showed, and where in the list."""

    at: datetime
    positions: Mapping[tuple[str | None, str], int]  # by address and `shown`; empty for an article
    is_block: bool


Showings = list[Showing]


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
    """The captures of `place`, in order of time."""
    wants_gone = place.startswith("g|")
    kept = [s for s in sightings if isinstance(s.observation, Gone) == wants_gone]
    return [_showing(s) for s in sorted(kept, key=lambda s: (s.at, s.order))]


def _showing(sighting: Sighting) -> Showing:
    observation = sighting.observation
    if not isinstance(observation, Listing):
        return Showing(sighting.at, {}, is_block=False)
    positions: dict[tuple[str | None, str], int] = {}
    for position, teaser in enumerate(observation.teasers):
        positions.setdefault((teaser.url, shown(teaser)), position)
    return Showing(sighting.at, positions, observation.is_block)


def shown(teaser: Teaser) -> str:
    """A short digest of exactly what a listing showed of `teaser`, its address apart."""
    parts = json.dumps((teaser.headline, teaser.excerpt, teaser.date))
    return hashlib.sha256(parts.encode()).hexdigest()[:16]


def _reopened(span: Span, before: datetime, captures: Showings) -> Span:
    seen = [
        capture
        for capture in captures
        if span.first_at <= capture.at < before
        and not (capture.is_block and _place_in(capture, span) is None)
    ]
    closed = span.closed_at if span.closed_at is not None and span.closed_at < before else None
    return replace(
        span,
        last_at=seen[-1].at if seen else span.first_at,
        position=(_place_in(seen[-1], span) or 0) if seen else span.position,
        closed_at=closed,
        is_missing=span.is_missing and closed is not None,
    )


def _place_in(capture: Showing, span: Span) -> int | None:
    """Where `capture` showed what the span is about; None where it did not.

    Two teasers may read alike: the address tells them apart, if it was shown then. In a listing of its own a
    span is shown by every capture, so one whose address was spelt otherwise is still found by its text.
    """
    for url in (span.url, None):
        place = capture.positions.get((url, span.shown))
        if place is not None:
            return place
    if capture.is_block:
        return None
    return next((place for (_, text), place in capture.positions.items() if text == span.shown), None)
