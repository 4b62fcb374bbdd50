"""Observations that were really made -> histories: what can be known of edits from captures.

* An edit is a capture of an article that reads otherwise than the one before it. When it happened is known
  only between the two: it is laid there at random (uniformly, by seed); or, where the later capture prints a
  time of modification that lies between them, there; or, where a listing told of it between them, between that
  capture of the listing and the one before. Several edits between two captures are one.
* An article begins with its first capture; it came out then, or when that capture says it was `published`
  (a day without a time counts as its end). It ends with its last capture, at 404/410, or after a week.
  With a single capture nothing is known of it, and it is left out.
* A listing or feed tells of an edit where an article's teaser (headline, excerpt, date) differs from what the
  same listing showed before. Captures of one listing closer than `poll` to the last one used are passed over.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise, zip_longest
from random import Random

from crawler import urls
from crawler.compare.fingerprint import exact
from crawler.revisit.targets import hours
from crawler.simulate.history import History, Story, first_week
from storage.records import Article, Gone, Listing, Observation


def recorded(observations: Iterable[Observation], seed: int, poll: float) -> list[History]:
    """A history a source, in order of name; sources without an article seen twice are left out."""
    by_source: dict[str, list[Observation]] = defaultdict(list)
    for observation in observations:
        if observation.url is not None and observation.captured_at is not None:
            by_source[observation.source].append(observation)
    histories = (_history(name, found, seed, poll) for name, found in sorted(by_source.items()))
    return [history for history in histories if history.stories]


def _history(name: str, observations: list[Observation], seed: int, poll: float) -> History:
    captures: dict[str, list[Article | Gone]] = defaultdict(list)
    listings: dict[str, list[Listing]] = defaultdict(list)
    for observation in sorted(observations, key=_hour):
        key = urls.canonical(observation.url or "")
        if not isinstance(observation, Listing):
            captures[key].append(observation)
        elif not observation.is_block:
            listings[key].append(observation)
    used = {key: list(_thinned(each, poll)) for key, each in listings.items()}
    told = _told(used.values())
    stories = {}
    for key, each in captures.items():
        if (story := _story(each, told.get(key, _Told()), _lots(name, key, seed))) is not None:
            stories[key] = story
    polls = sorted(_hour(listing) for each in used.values() for listing in each)
    return History(name, tuple(sorted(stories.values(), key=lambda story: story.first_seen)), tuple(polls))


def _lots(source: str, key: str, seed: int) -> Random:
    """An article's own lots: one more article changes nothing for the others."""
    return Random(f"{source} {key} {seed}")  # noqa: S311 (nobody gains by guessing these)


def _hour(observation: Observation) -> float:
    assert observation.captured_at is not None
    return hours(observation.captured_at)


def _thinned(listings: Sequence[Listing], poll: float) -> Iterator[Listing]:
    last = float("-inf")
    for listing in listings:
        if _hour(listing) - last >= poll * 0.99:
            yield listing
            last = _hour(listing)


# ---------------------------------------------------------------- articles


def _story(captures: Sequence[Article | Gone], told: _Told, random: Random) -> Story | None:
    """The life of an article by its captures, oldest first; None where nothing is known of it."""
    alive: list[Article] = []
    for capture in captures:
        if isinstance(capture, Gone):
            if alive:
                break
            continue
        alive.append(capture)
    if not alive:
        return None
    first_seen = _hour(alive[0])
    ended = captures[len(alive) : len(alive) + 1]
    until = first_week(first_seen, _hour(ended[0] if ended and isinstance(ended[0], Gone) else alive[-1]))
    if until <= first_seen:
        return None
    edits = sorted(
        _edit_hour(before, after, told, random)
        for before, after in pairwise(alive)
        if exact(before) != exact(after) and _hour(after) > _hour(before)
    )
    born = _born(alive[0], first_seen)
    signals = {at for _, at in told.stretches if first_seen < at <= until}
    listed = None if told.listed_until <= first_seen else min(told.listed_until, until + 1)
    known = tuple(edit for edit in edits if edit <= until)
    return Story(born, first_seen, until, known, tuple(sorted(signals)), listed)


def _edit_hour(before: Article, after: Article, told: _Told, random: Random) -> float:
    start, end, lot = _hour(before), _hour(after), random.random()
    printed = _printed_hour(after.modified)
    if printed is not None and start < printed <= end:
        return printed
    for shown, changed in told.stretches:
        if start < changed <= end:
            start, end = max(start, shown), changed
            break
    return start + lot * (end - start)


def _born(first: Article, first_seen: float) -> float:
    printed = _printed_hour(first.published)
    return first_seen if printed is None else min(printed, first_seen)


def _printed_hour(text: str | None) -> float | None:
    """A printed time, in UTC unless it says otherwise; of a day, its end."""
    if text is None:
        return None
    try:
        value = datetime.fromisoformat(text)
        if len(text) == len("2026-01-31"):
            value += timedelta(days=1)
        return hours(value if value.tzinfo else value.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None


# ---------------------------------------------------------------- what told of edits


@dataclass(slots=True)
class _Told:
    """What the listings told of one article: between which captures of one its teaser changed; until when."""

    stretches: list[tuple[float, float]] = field(default_factory=list)
    listed_until: float = float("-inf")


def _told(listings: Iterable[Sequence[Listing]]) -> dict[str, _Told]:
    """By the key of an article; stretches in order of time."""
    found: dict[str, _Told] = defaultdict(_Told)
    for each in listings:
        shown: dict[str, tuple[tuple[str | None, ...], float]] = {}
        for listing, following in zip_longest(each, each[1:]):
            at, until = _hour(listing), float("inf") if following is None else _hour(following)
            for teaser in listing.teasers:
                if not teaser.url:
                    continue
                key = urls.canonical(teaser.url)
                shows = (teaser.headline, teaser.excerpt, teaser.date)
                before, since = shown.get(key, (shows, at))
                if before != shows:
                    found[key].stretches.append((since, at))
                shown[key] = (shows, at)
                found[key].listed_until = max(found[key].listed_until, until)
    for told in found.values():
        told.stretches.sort()
    return found
