"""What happens in a simulated year: what the site publishes and changes, what goes wrong. All by lot."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from tests.flow.site import prose, story

START = datetime(2026, 1, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LONGEST_TROUBLE = timedelta(hours=20)
QUIET = 5 * DAY  # that every state of a story lasts at least: trouble, and the longest interval between looks
CALM = 2 * DAY  # after the last of trouble


class Act(StrEnum):
    PUBLISH = "new"
    EDIT = "changed"
    REMOVE = "removed"
    RESTORE = "restored"
    MOVE = "moved"


@dataclass(frozen=True)
class Event:
    """What the editors do to one story, and how it reads after that."""

    at: datetime
    act: Act
    path: str
    headline: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Tale:
    """One story through the year, its events in order of time."""

    number: int
    events: tuple[Event, ...]

    def at(self, now: datetime) -> Event | None:
        """The last event so far; None before the story is published."""
        past = [event for event in self.events if event.at <= now]
        return past[-1] if past else None


class Fault(StrEnum):
    TIME_OUT = "time-out"
    RESET = "reset"
    ERROR = "500"
    STORM = "429"
    CUT = "truncated"
    GARBAGE = "garbage"
    CHARSET = "wrong charset"
    TRICKLE = "trickle"
    ROBOTS = "robots.txt down"
    NO_ROWS = "listing without rows"
    FULL = "disk full"
    LOCKED = "store locked"
    KILLED = "killed"
    JUMP = "clock set"


@dataclass(frozen=True)
class Trouble:
    """One thing that goes wrong, from when to when. `share` of the requests or calls meet it."""

    fault: Fault
    start: datetime
    end: datetime
    share: float = 1.0
    seconds: float = 0.0  # of a clock that is set: by how much

    def is_on(self, now: datetime) -> bool:
        return self.start <= now < self.end


@dataclass(frozen=True)
class Script:
    seed: int
    days: int
    tales: tuple[Tale, ...]
    troubles: tuple[Trouble, ...] = field(default=())

    @property
    def end(self) -> datetime:
        return START + self.days * DAY


def write(seed: int, days: int) -> Script:
    """The script of that seed."""
    lots = random.Random(f"script {seed}")
    count = max(4, days // 8)
    tales = tuple(_tale(number, days, lots) for number in range(1, count + 1))
    return Script(seed, days, tales, tuple(_troubles(days, lots)))


def _tale(number: int, days: int, lots: random.Random) -> Tale:
    told = story(number)
    at = START + timedelta(hours=lots.uniform(0, max(24, 24 * (days - 14))))
    path, headline, paragraphs = f"/2026/{number}-story/", told.headline, told.paragraphs
    events = [Event(at, Act.PUBLISH, path, headline, paragraphs)]
    is_gone = False
    while True:
        at += QUIET + timedelta(hours=lots.expovariate(1 / 300))
        if at > START + (days - 6) * DAY or len(events) > 6:
            return Tale(number, tuple(events))
        act = Act.RESTORE if is_gone else lots.choices([Act.EDIT, Act.REMOVE, Act.MOVE], [6, 1, 1])[0]
        is_gone = act is Act.REMOVE
        if act is Act.MOVE:
            path = f"/2026/{number}-moved-{len(events)}/"
        elif act is Act.EDIT:
            headline, paragraphs = _edited(number, len(events), headline, paragraphs, lots)
        events.append(Event(at, act, path, headline, paragraphs))


def _edited(
    number: int, turn: int, headline: str, paragraphs: tuple[str, ...], lots: random.Random
) -> tuple[str, tuple[str, ...]]:
    fresh = prose(1000 * number + turn, 1, 15)[0]
    if lots.random() < 0.2:
        return story(1000 * number + turn).headline, paragraphs
    place = lots.randrange(len(paragraphs))
    kind = lots.randrange(3)
    if kind == 0:
        return headline, (*paragraphs[:place], f"{paragraphs[place]} {fresh}", *paragraphs[place + 1 :])
    if kind == 1:
        return headline, (*paragraphs[:place], fresh, *paragraphs[place:])
    words = paragraphs[place].split()
    words[len(words) // 2] = f"café-{turn}"
    return headline, (*paragraphs[:place], " ".join(words), *paragraphs[place + 1 :])


def _troubles(days: int, lots: random.Random) -> list[Trouble]:
    """Trouble of every kind in turn, never longer than a day without a rest between."""
    found: list[Trouble] = []
    at, kinds = START + 3 * DAY, list(Fault)
    while at < START + (days - 7) * DAY:
        if len(found) % len(kinds) == 0:
            lots.shuffle(kinds)
        fault = kinds[len(found) % len(kinds)]
        long = timedelta(hours=min(20.0, 0.2 + lots.expovariate(1 / 4)))
        share = lots.choice([0.3, 0.7, 1.0])
        seconds = lots.choice([7200.0, 40_000.0, -900.0])
        found.append(Trouble(fault, at, at + long, share, seconds))
        at += long + timedelta(hours=lots.uniform(12, 72))
    return found
