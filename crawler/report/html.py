"""The report as one HTML file that needs nothing else: no script, no picture, no other address.

What lives here: what the template is given, and the two locks around it. What must not: markup and style,
which are in ``templates``: ``page.html`` is around ``report.html`` and ``campaigns.html``.

The locks: every value the template prints is made inert and escaped, whatever it is (`finalize` and
autoescape), and a Content Security Policy in the page allows one style sheet by its digest and nothing else,
so that even markup that slipped through could load, run and send nothing.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from crawler.compare.campaigns import Campaign
from crawler.report.edits import Edit, edits, paragraphs, sentence_row, stretches
from crawler.report.inert import inert, link, one_line
from crawler.report.meaning import (
    HEAVY,
    NOTHING_STANDS_OUT,
    SILENT,
    Part,
    Sentence,
    Unfolded,
    campaign_facts,
    campaign_name,
    campaign_odds,
    campaign_size,
    campaign_time,
    campaigns_of,
    exchanged,
    group,
    kinds,
    left_over,
    meaning,
    name_in,
    name_of,
    parts,
    said,
    sentences,
)
from crawler.report.view import Entry, Report
from crawler.report.wording import (
    MARKS,
    Fact,
    cite,
    counted,
    day_name,
    facts,
    gaps,
    headline,
    interval,
    likeness,
    local,
    moment,
    number,
    period,
    reason,
    seen,
    seen_before,
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
    before: str
    after: str | None
    text: tuple[str, ...]
    text_title: str
    reason: str
    cite: str
    kinds: str
    weight: int
    is_heavy: bool
    is_stealth: bool
    campaigns: tuple[Campaign, ...]
    sentences: tuple[Sentence, ...]
    parts: tuple[Part, ...]
    said: tuple[str, ...]
    group: str | None
    others: tuple[tuple[Change, str], ...]
    left_over: int


@dataclass(frozen=True, slots=True)
class Day:
    """The changes of one local day; `blocks` can be read once. `is_again`: it had a section already."""

    iso: str
    is_again: bool
    name: str
    blocks: Iterator[Block]


def render(report: Report) -> Iterator[str]:
    """The page in chunks. Raises ZoneInfoNotFoundError for an unknown time zone."""
    zone = ZoneInfo(report.zone)
    drawn = Unfolded(report.entries)
    yield from _page(
        "report.html",
        report,
        zone,
        kinds=[(kind, MARKS[kind], report.counts.get(kind, 0)) for kind in ChangeKind],
        subjects=tuple(Subject),
        counted=counted(report),
        days=_days(drawn, zone),
        drawn=drawn,
        shown={one.campaign.id for one in report.campaigns},
        gaps=gaps(report, zone),
        unseen=unseen(report.visits_failed),
    )


def render_campaigns(report: Report) -> Iterator[str]:
    """The page of the campaigns alone. Raises ZoneInfoNotFoundError for an unknown time zone."""
    zone = ZoneInfo(report.zone)
    counts = number(len(report.campaigns), "campaign") if report.campaigns else ""
    yield from _page("campaigns.html", report, zone, counted=counts, nothing=NOTHING_STANDS_OUT)


def _page(template: str, report: Report, zone: ZoneInfo, **values: Any) -> Iterator[str]:
    """A template with what every page says, in chunks."""
    stream = (
        _environment()
        .get_template(template)
        .stream(
            report=report,
            period=period(report, zone),
            made_at=moment(report.made_at, zone),
            moment=lambda at: moment(at, zone),
            interval=lambda change: interval(change, zone),
            campaign_facts=lambda campaign: campaign_facts(campaign, zone),
            campaign_time=lambda campaign: campaign_time(campaign, zone),
            style=_style(),
            policy=_policy(),
            **values,
        )
    )
    stream.enable_buffering(_CHUNK)
    yield from stream


def _days(drawn: Unfolded, zone: ZoneInfo) -> Iterator[Day]:
    drawn_days: set[date] = set()  # entries in order of weight come back to a day
    for day, entries in groupby(drawn, lambda e: local(e.change.detected_at, zone).date()):
        iso, is_again = day.isoformat(), day in drawn_days
        drawn_days.add(day)
        yield Day(iso, is_again, day_name(day), (_block(entry, zone) for entry in entries))


def _block(entry: Entry, zone: ZoneInfo) -> Block:
    change, bearing, found = entry.change, entry.bearing, edits(entry)
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
        facts=(*facts(entry), *meaning(entry, zone)),
        similarity=None if is_copy or change.similarity is None else likeness(change.similarity),
        edits=found,
        before=seen_before(entry, zone),
        after=seen(entry.after, zone) if entry.after else None,
        text=() if found else paragraphs(snapshot),
        text_title=f"Text: {seen(snapshot, zone)}" if snapshot else "",
        reason=one_line(reason(entry) or "", _MOST_TEXT),
        cite=cite(change),
        kinds=kinds(bearing),
        weight=bearing.weight,
        is_heavy=bearing.weight >= HEAVY,
        is_stealth=bearing.is_stealth,
        campaigns=campaigns_of(bearing),
        sentences=sentences(bearing),
        parts=parts(bearing),
        said=said(bearing, zone),
        group=group(entry, zone),
        others=tuple((change, name_in(bearing, change)) for change in bearing.others),
        left_over=left_over(bearing, len(bearing.others)),
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
    environment.filters["row"] = lambda s: sentence_row(s.where, s.old, s.new)
    environment.globals.update(
        SILENT=SILENT,
        campaign_name=campaign_name,
        campaign_odds=campaign_odds,
        campaign_size=campaign_size,
        exchanged=exchanged,
        name_of=name_of,
    )
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
