"""The script of the demo, as data: which story appears, changes, moves or vanishes on which day.

To change what the demo shows, change `SCRIPT`, and nothing else: the pages (`world.py`) and the change log
that must come out (`expectation.py`) both follow from it. Days are numbered from `FIRST_DATE`: day 1 is the
first day the site is crawled; day 0 and below are the past, known only from `seeds/`. Dates are those of the
site, nine hours ahead of UTC. Events of one day happen in the order of the script.

An event about a story that is not there (its first event was taken out, say) has no effect.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from crawler.demo_site import prose
from crawler.demo_site.prose import GAZETTE, TELEGRAPH, Story

FIRST_DATE = date(2026, 3, 4)
LAST_DAY = 6
TIME_ZONE = "Asia/Seoul"


class Happening(StrEnum):
    """What can happen to a story, and which fields of `Event` say more about it."""

    APPEARS = "appears"  # it is published under this day's date
    RETITLED = "retitled"  # `headline`
    EDITED = "edited"  # `old` becomes `new` in one paragraph, and in the teaser unless `keeps_teaser`
    REVERTED = "reverted"  # the last edit or new headline is taken back
    REPUBLISHED = "republished"  # a second copy in the same paper: `number`
    SYNDICATED = "syndicated"  # a copy in the other paper: `number`, `headline`, `new` is its first paragraph
    MOVED = "moved"  # to a new address, `number`; the old one redirects
    VANISHED = "vanished"  # 404, and off the listing
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happens to `story` on `day`."""

    day: int
    kind: Happening
    story: Story
    headline: str = ""
    old: str = ""
    new: str = ""
    keeps_teaser: bool = False
    number: int = 0


Script = tuple[Event, ...]

SCRIPT: Script = (
    # The past.
    Event(-8, Happening.APPEARS, prose.LIGHTHOUSE),
    Event(-7, Happening.APPEARS, prose.BAKERY),
    Event(-6, Happening.APPEARS, prose.LIBRARY),
    Event(-5, Happening.APPEARS, prose.SEAGRASS),
    Event(-4, Happening.APPEARS, prose.CHOIR),
    Event(-3, Happening.APPEARS, prose.SALT_PANS),
    Event(-3, Happening.APPEARS, prose.PUMP),
    Event(-2, Happening.APPEARS, prose.HOMES_GULLHAVEN),
    Event(-1, Happening.APPEARS, prose.BRASS_BAND),
    Event(-1, Happening.APPEARS, prose.TIDE_MILL),
    Event(-1, Happening.APPEARS, prose.ORCHARD),
    Event(0, Happening.APPEARS, prose.FERRY),
    Event(0, Happening.APPEARS, prose.CHESS),
    # March 4: two new stories; and three things are no longer as the seeds knew them.
    Event(1, Happening.APPEARS, prose.BRIDGE),
    Event(1, Happening.APPEARS, prose.TIDE_TABLES),
    Event(1, Happening.EDITED, prose.TIDE_MILL, old="9,200 hours of work", new="7,900 hours of work"),
    Event(
        1, Happening.EDITED, prose.FERRY, old="half past ten, two hours", new="eleven, two and a half hours"
    ),
    Event(1, Happening.RETITLED, prose.ORCHARD, headline="Six lost apples found in abbey orchard"),
    # March 5: the homes of Pebble Sound read like those of Gullhaven, and are others.
    Event(2, Happening.APPEARS, prose.HOMES_PEBBLE_SOUND),
    Event(2, Happening.APPEARS, prose.KITES),
    Event(2, Happening.RETITLED, prose.CHESS, headline="Girl of eleven holds island champion to a draw"),
    Event(2, Happening.EDITED, prose.PUMP, old="3,400 litres a second", new="2,400 litres a second"),
    Event(2, Happening.MOVED, prose.LIBRARY, number=303),
    # March 6: a figure goes up in silence, a mistake is taken back, a teaser is forgotten.
    Event(3, Happening.APPEARS, prose.OBSERVATORY),
    Event(3, Happening.EDITED, prose.BRIDGE, old="4.2 million crowns", new="4.8 million crowns"),
    Event(3, Happening.REVERTED, prose.PUMP),
    Event(
        3,
        Happening.EDITED,
        prose.CHOIR,
        old="dockers will open",
        new="dockers was asked to open",
        keeps_teaser=True,
    ),
    # March 7
    Event(4, Happening.APPEARS, prose.ROPEWORKS),
    Event(4, Happening.VANISHED, prose.KITES),
    Event(4, Happening.EDITED, prose.PUMP, old="3,400 litres a second", new="2,400 litres a second"),
    Event(
        4,
        Happening.SYNDICATED,
        prose.OBSERVATORY,
        number=216,
        headline="Neighbours' stargazer finds a visitor from afar",
        new="SALTMERE, March 7 (Coast Telegraph) -- Good news for all who look up on clear nights has come"
        " across the sound, where our friends of the Harbour Gazette tell of a discovery made on the hill.",
    ),
    # March 8: a story is edited before anybody saw it, its teaser is not; an original leaves its copy behind.
    Event(5, Happening.APPEARS, prose.GLASSHOUSE),
    Event(
        5,
        Happening.EDITED,
        prose.GLASSHOUSE,
        old="in the first week of March",
        new="in the last week of February",
        keeps_teaser=True,
    ),
    Event(
        5,
        Happening.EDITED,
        prose.OBSERVATORY,
        old="a million miles each day",
        new="two million miles each day",
    ),
    Event(5, Happening.REPUBLISHED, prose.ROPEWORKS, number=317),
    Event(5, Happening.REVERTED, prose.PUMP),
    # March 9; and a name is struck from all the port office's notices (`notices.py`).
    Event(6, Happening.APPEARS, prose.REGATTA),
    Event(6, Happening.RETURNED, prose.KITES),
)


def date_of(day: int) -> date:
    """The date that the site prints on `day`."""
    return FIRST_DATE + timedelta(days=day - 1)


def pass_time(day: int) -> datetime:
    """When the site is crawled on `day`: 01:00 UTC, mid-morning where it stands."""
    return datetime.combine(date_of(day), time(1), tzinfo=UTC)


def other_paper(source: str) -> str:
    """The paper that a story of `source` is syndicated to."""
    return GAZETTE if source == TELEGRAPH else TELEGRAPH
