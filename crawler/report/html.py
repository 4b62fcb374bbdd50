"""The report as one HTML file that needs nothing else: no script, no picture, no other address.

What lives here: what the template is given, and the two locks around it. What must not: markup and style,
which are in ``templates/report.html`` and ``templates/report.css``.

The locks: every value the template prints is made inert and escaped, whatever it is (`finalize` and
autoescape), and a Content Security Policy in the page allows one style sheet by its digest and nothing else,
so that even markup that slipped through could load, run and send nothing.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from crawler.report.edits import Edit, edits, paragraphs, stretches
from crawler.report.inert import inert, link, one_line
from crawler.report.view import Entry, Report
from crawler.report.wording import (
    MARKS,
    Fact,
    cite,
    counted,
    day_name,
    facts,
    headline,
    interval,
    likeness,
    local,
    moment,
    period,
    reason,
    seen,
    unseen,
)
from storage.jsonl import format_time
from storage.records import Change, ChangeKind, Subject

_TEMPLATES = Path(__file__).parent / "templates"
_MOST_TEXT = 2000  # characters of a headline, source or reason
_CHUNK = 200  # template events gathered into one chunk of output


@dataclass(frozen=True, slots=True)
class Block:
    """One change as the template draws it: strings as found, addresses as found; the template links them."""

    change: Change
    mark: str
    source: str
    headline: str
    time: str
    detected: str | None
    interval: str
    facts: tuple[Fact, ...]
    similarity: str | None
    edits: tuple[Edit, ...]
    before: str | None
    after: str | None
    text: tuple[str, ...]
    text_title: str
    reason: str
    cite: str


@dataclass(frozen=True, slots=True)
class Day:
    """The changes of one local day; `blocks` can be read once."""

    iso: str
    name: str
    blocks: Iterator[Block]


def render(report: Report) -> Iterator[str]:
    """The page in chunks. Raises ZoneInfoNotFoundError for an unknown time zone."""
    zone = ZoneInfo(report.zone)
    stream = (
        _environment()
        .get_template("report.html")
        .stream(
            report=report,
            kinds=[(kind, MARKS[kind], report.counts.get(kind, 0)) for kind in ChangeKind],
            subjects=tuple(Subject),
            counted=counted(report),
            period=period(report, zone),
            made_at=moment(report.made_at, zone),
            days=_days(report, zone),
            unseen=unseen(report.visits_failed),
            moment=lambda at: moment(at, zone),
            style=_style(),
            policy=_policy(),
        )
    )
    stream.enable_buffering(_CHUNK)
    yield from stream


def _days(report: Report, zone: ZoneInfo) -> Iterator[Day]:
    for day, entries in groupby(report.entries, lambda e: local(e.change.detected_at, zone).date()):
        yield Day(day.isoformat(), day_name(day), (_block(entry, zone) for entry in entries))


def _block(entry: Entry, zone: ZoneInfo) -> Block:
    change, found = entry.change, edits(entry)
    is_copy = change.kind is ChangeKind.DUPLICATE
    snapshot = entry.after or entry.before
    return Block(
        change=change,
        mark=MARKS[change.kind],
        source=one_line(change.source, _MOST_TEXT),
        headline=one_line(headline(entry), _MOST_TEXT),
        time=_clock(change.detected_at, zone),
        detected=format_time(change.detected_at),
        interval=interval(change, zone),
        facts=facts(entry),
        similarity=None if is_copy or change.similarity is None else likeness(change.similarity),
        edits=found,
        before=seen(entry.before, zone) if entry.before else None,
        after=seen(entry.after, zone) if entry.after else None,
        text=() if found else paragraphs(snapshot),
        text_title=f"Text: {seen(snapshot, zone)}" if snapshot else "",
        reason=one_line(reason(entry) or "", _MOST_TEXT),
        cite=cite(change),
    )


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return f"{local(at, zone):%H:%M}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        finalize=_inert,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["link"] = link
    environment.filters["stretches"] = stretches
    return environment


def _inert(value: Any) -> Any:
    return inert(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _style() -> Markup:
    return Markup((_TEMPLATES / "report.css").read_text("utf-8"))  # noqa: S704 - a file of ours


@cache
def _policy() -> str:
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
