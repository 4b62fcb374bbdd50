"""The world before day 1, as it was captured: what the files of the top-level folder `seeds/` hold, and why.

`CAPTURES` says who captured what and when. The files are kept in the repository; `documents()` writes them
anew from the script, and a test holds the two together. After a change to the script's past:
``python -m crawler.demo_site.captures seeds``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from pathlib import Path

from crawler.demo_site.notices import FIRST_DAY, NOTICES, PORT_OFFICE, Notice
from crawler.demo_site.prose import GAZETTE, TELEGRAPH
from crawler.demo_site.story import LAST_DAY, SCRIPT, Script, date_of
from crawler.demo_site.world import Copy, edition
from storage.jsonl import to_json
from storage.records import Article, Listing, Observation, Teaser


class Shape(StrEnum):
    """How a capture was written down."""

    FULL = "full"  # text with header, breadcrumb, headlines and blank lines
    BARE = "bare"  # text without any of these
    LINES = "lines"  # JSON lines of observations


@dataclass(frozen=True, slots=True)
class Capture:
    """One file of `seeds/`: the page of `story` with its `teasers` youngest neighbours, on `day`."""

    file: str
    shape: Shape
    source: str
    day: int
    story: str
    teasers: int

    @property
    def captured_at(self) -> datetime:
        """A capture is only known to the day: its first moment, UTC."""
        return datetime.combine(date_of(self.day), time(0), tzinfo=UTC)


NOTICES_FILE = "port-office-notices.jsonl"
CAPTURES = (
    Capture("harbour-gazette-2026-02-26.txt", Shape.BARE, GAZETTE, day=-5, story="lighthouse", teasers=3),
    Capture("harbour-gazette-2026-03-03.txt", Shape.FULL, GAZETTE, day=0, story="tide-mill", teasers=6),
    Capture("coast-telegraph-2026-03-03.jsonl", Shape.LINES, TELEGRAPH, day=0, story="salt-pans", teasers=2),
)


def shown(capture: Capture, script: Script = SCRIPT) -> tuple[Copy | None, tuple[Copy, ...]]:
    """The captured article (None if it had not appeared) and the teasers around it, youngest first.

    A page does not list itself; the JSON lines are of a listing, which does.
    """
    world = edition(script, capture.day)
    article = world.copies.get(capture.story)
    itself = None if capture.shape is Shape.LINES else article
    return article, world.newest(capture.source, capture.teasers, apart_from=itself)


def documents(script: Script = SCRIPT) -> dict[str, str]:
    """The text of every file of `seeds/` by its name."""
    write = {Shape.FULL: _full, Shape.BARE: _bare, Shape.LINES: _lines}
    told = {capture.file: "".join(write[capture.shape](capture, script)) for capture in CAPTURES}
    return {**told, NOTICES_FILE: notices(range(FIRST_DAY, LAST_DAY))}


def notices(days: Collection[int]) -> str:
    """The port office's notices as they were captured on those `days`, as JSON lines."""
    seen = sorted((day, n.number, n) for n in NOTICES for day in n.days(LAST_DAY) if day in days)
    lines = (_notice(notice, day) for day, _, notice in seen)
    return "".join(json.dumps(to_json(line), ensure_ascii=False) + "\n" for line in lines)


def _notice(notice: Notice, day: int) -> Article:
    return Article(
        source=PORT_OFFICE,
        url=notice.url,
        captured_at=datetime.combine(date_of(day), time(0), tzinfo=UTC),
        headline=notice.headline,
        published=date_of(notice.day).isoformat(),
        paragraphs=notice.on(day, LAST_DAY),
    )


def _full(capture: Capture, script: Script) -> Iterator[str]:
    article, teasers = shown(capture, script)
    assert article is not None
    day = date_of(capture.day)
    yield f"{_long(day)}{day:%b %d, %Y}\nLinnet {capture.source}\n"
    yield f"\n{article.headline}\n"
    printed = f"{article.published:%d/%m/%Y}"
    yield f"\nDate: {printed} | Source: {capture.source} | Read original version at source\n"
    yield from (f"\n{paragraph}\n" for paragraph in article.paragraphs)
    yield f"\nMore From {capture.source}\n"
    for copy in teasers:
        lines = (copy.headline, copy.headline, copy.excerpt, _long(copy.published), copy.excerpt)
        yield from (f"\n{line}\n" for line in lines)
    yield "\nMore Articles\n"


def _bare(capture: Capture, script: Script) -> Iterator[str]:
    article, teasers = shown(capture, script)
    assert article is not None
    yield from (f"{paragraph}\n" for paragraph in article.paragraphs)
    yield f"More From {capture.source}\n"
    for copy in teasers:
        yield f"{copy.excerpt}\n{_long(copy.published)}\n{copy.excerpt}\n"
    yield "More Articles"


def _lines(capture: Capture, script: Script) -> Iterator[str]:
    for observation in _observations(capture, script):
        yield json.dumps(to_json(observation), ensure_ascii=False) + "\n"


def _observations(capture: Capture, script: Script) -> Iterator[Observation]:
    """The captured article and listing. Their addresses are not known: the site's port is new each time."""
    article, teasers = shown(capture, script)
    assert article is not None
    yield Article(
        source=capture.source,
        url=None,
        captured_at=capture.captured_at,
        headline=article.headline,
        published=article.published.isoformat(),
        paragraphs=article.paragraphs,
    )
    yield Listing(
        source=capture.source,
        url=None,
        captured_at=capture.captured_at,
        teasers=tuple(Teaser(None, c.headline, c.excerpt, c.published.isoformat()) for c in teasers),
    )


def _long(day: date) -> str:
    return f"{day:%B %d, %Y}"


if __name__ == "__main__":
    for name, text in documents().items():
        (Path(sys.argv[1]) / name).write_text(text, encoding="utf-8")
