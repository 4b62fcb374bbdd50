"""The report for a terminal: one compact block a change, grouped by day.

What lives here: which lines a block has and in which order. What must not: wording (`wording`, `meaning`),
what differs (`edits`), how a line is drawn (`page`), one change in full (`in_full`).

Changed words are coloured; without colour they stand as ``[-gone-]`` and ``{+come+}``. No line is wider than
`width` columns, down to 40.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from zoneinfo import ZoneInfo

from rich.text import Text

from crawler.compare.diff import Row
from crawler.report.edits import Edit, edits, opening, phrases, telling
from crawler.report.inert import inert, one_line
from crawler.report.meaning import (
    HEAVY,
    SILENT,
    Unfolded,
    campaign_name,
    campaign_odds,
    campaign_size,
    campaign_time,
    campaigns_of,
    group,
    kinds,
    left_over,
    meaning,
    name_in,
    sentences,
    weight,
)
from crawler.report.page import BOLD, DIM, Page, exchange, shift, sides, words
from crawler.report.view import Bearing, Entry, Report
from crawler.report.wording import (
    MARKS,
    counted,
    day_name,
    facts,
    gaps,
    headline,
    interval,
    local,
    moment,
    number,
    period,
    reason,
    unseen,
)
from storage.records import ChangeKind

_MOST_HEADLINE = 300  # characters shown of a headline in the overview
_MOST_FACT = 300
_MOST_PIECE = 240  # characters shown of one changed stretch
_MOST_PIECES = 9  # stretches of one paragraph, changed or between changes
_MOST_ROWS = 6  # changed rows of a body
_CONTEXT = 32  # characters either side of a change
_MOST_ADDRESSES = 3  # of visits that failed for one reason
_MOST_OTHERS = 3  # changes named of a group
_MOST_CAMPAIGNS = 10  # summed up at the top

STYLES = {
    ChangeKind.NEW: "green",
    ChangeKind.CHANGED: "yellow",
    ChangeKind.DUPLICATE: "cyan",
    ChangeKind.MOVED: "blue",
    ChangeKind.REMOVED: "red",
    ChangeKind.RESTORED: "magenta",
}


def render(report: Report, *, width: int = 80, colour: bool = False) -> Iterator[str]:
    """The report, a few lines at a time. Raises ZoneInfoNotFoundError for an unknown time zone."""
    page, zone = Page(width, colour), ZoneInfo(report.zone)
    yield from _head(report, page, zone)
    drawn = Unfolded(report.entries)
    for day, entries in groupby(drawn, lambda e: local(e.change.detected_at, zone).date()):
        page.heading(day_name(day))
        for entry in entries:
            _block(entry, page, zone)
            page.blank()
            yield page.take()
    yield from _not_looked_at(report, page, zone)
    yield from _foot(report, drawn, page)


def title(entry: Entry, page: Page, time: str = "") -> None:
    """Mark, kind, subject and source; weight and time of day at the right edge."""
    change = entry.change
    line = Text(f" {MARKS[change.kind]} {change.kind:<10}", f"bold {STYLES[change.kind]}")
    line.append(f"{change.subject:<9}", DIM)
    line.append(one_line(change.source, _MOST_HEADLINE), DIM)
    heavy = Text(weight(entry.bearing), BOLD if entry.bearing.weight >= HEAVY else DIM)
    page.ended(line, Text("  ").join(filter(None, (heavy, Text(time, DIM)))))


def kinds_line(bearing: Bearing) -> Text | None:
    """Silent or not, and the kinds of edit; None where neither says anything."""
    named, silent = (
        one_line(kinds(bearing), _MOST_FACT),
        Text(SILENT, "bold red") if bearing.is_stealth else None,
    )
    said = [part for part in (silent, Text(named) if named else None) if part]
    return Text(" · ", DIM).join(said) if said else None


# ---------------------------------------------------------------- around the changes


def _head(report: Report, page: Page, zone: ZoneInfo) -> Iterator[str]:
    page.line(Text(one_line(report.title, _MOST_HEADLINE), BOLD))
    page.line(Text(f"{period(report, zone)} · times in {report.zone}", DIM))
    page.line(Text(counted(report)))
    page.blank()
    if report.campaigns:
        _campaigns(report, page, zone)
    yield page.take()


def _campaigns(report: Report, page: Page, zone: ZoneInfo) -> None:
    page.heading(number(len(report.campaigns), "campaign").capitalize())
    for one in report.campaigns[:_MOST_CAMPAIGNS]:
        campaign = one.campaign
        page.text(Text(one_line(campaign_name(campaign), _MOST_FACT), "bold red"))
        source = one_line(campaign.source, _MOST_FACT)
        page.text(Text(f"{source}: {campaign_size(campaign)} {campaign_time(campaign, zone)}"))
        page.text(Text(campaign_odds(campaign), DIM))
    if len(report.campaigns) > _MOST_CAMPAIGNS:
        page.text(Text(f"… and {len(report.campaigns) - _MOST_CAMPAIGNS} more", DIM))
    page.text(Text("presswatch report --campaigns shows their changes", DIM))
    page.blank()


def _not_looked_at(report: Report, page: Page, zone: ZoneInfo) -> Iterator[str]:
    page.heading("Not looked at")
    for line in gaps(report, zone):
        page.text(Text(one_line(line, _MOST_FACT)))
    if not report.visits_failed:
        page.text(Text("No visit failed in this period."))
    for failures in unseen(report.visits_failed):
        count = number(len(failures.visits), "address")
        page.text(Text(f"{one_line(failures.source, 80)}: {one_line(failures.why, _MOST_FACT)} ({count})"))
        for visit in failures.visits[:_MOST_ADDRESSES]:
            page.fitted(moment(visit.at, zone), visit.url)
        if len(failures.visits) > _MOST_ADDRESSES:
            page.text(Text(f"… and {len(failures.visits) - _MOST_ADDRESSES} more", DIM))
        yield page.take()
    page.blank()


def _foot(report: Report, drawn: Unfolded, page: Page) -> Iterator[str]:
    visits = number(len(report.visits_failed), "visit")
    page.line(Text(f"{number(report.total, 'change')}, {visits} without a look"))
    if drawn.said:
        page.line(Text(drawn.said))
    if report.total:
        page.line(Text("presswatch diff ID shows one change in full", DIM))
    yield page.take()


# ---------------------------------------------------------------- one change


def _block(entry: Entry, page: Page, zone: ZoneInfo) -> None:
    change = entry.change
    title(entry, page, f"{local(change.detected_at, zone):%H:%M}")
    page.text(Text(one_line(headline(entry), _MOST_HEADLINE), BOLD))
    if line := kinds_line(entry.bearing):
        page.labelled("edit", line)
    _edits(entry, page)
    for fact in (*facts(entry), *meaning(entry, zone)):
        page.labelled(fact.label, Text(one_line(fact.text, _MOST_FACT)))
    for campaign in campaigns_of(entry.bearing):
        said = f"{campaign_name(campaign)}: {campaign_size(campaign)}"
        page.labelled("campaign", Text(one_line(said, _MOST_FACT), "red"))
    if why := reason(entry):
        page.labelled("because", Text(one_line(why, _MOST_FACT)))
    page.text(Text(interval(change, zone), DIM))
    page.fitted(change.id, "" if change.kind is ChangeKind.MOVED else change.url or "")
    _group(entry, page, zone)


def _edits(entry: Entry, page: Page) -> None:
    """What differs: field by field, or, of a near copy, sentence by sentence."""
    for edit in edits(entry):
        _short_edit(edit, page)
    if entry.change.kind is ChangeKind.DUPLICATE:
        edited = sentences(entry.bearing)
        for sentence in edited[:_MOST_ROWS]:
            line = exchange(sentence.where, sentence.old, sentence.new, page.colour)
            page.labelled(one_line(sentence.where), line)
        _more(len(edited) - _MOST_ROWS, page)


def _group(entry: Entry, page: Page, zone: ZoneInfo) -> None:
    """What the entry stands for besides itself, and some of it."""
    said, others = group(entry, zone), entry.bearing.others[:_MOST_OTHERS]
    if said is None:
        return
    page.text(Text(f"{said}:" if others else said, "bold"))
    for change in others:
        page.fitted(f"  {moment(change.detected_at, zone)}", name_in(entry.bearing, change))
    left = left_over(entry.bearing, len(others))
    if others and left > 0:
        page.text(Text(f"  … and {left} more", DIM))


def _short_edit(edit: Edit, page: Page) -> None:
    """The changed phrases only, each with a little context."""
    changed, label = telling(edit), edit.label
    for row in changed[:_MOST_ROWS]:
        for sign, line in _short_lines(row, page.colour):
            page.labelled(label, line, sign=sign)
            label = ""
    _more(len(changed) - _MOST_ROWS, page)
    if not changed:
        page.labelled(label, Text("only blanks, quotes or dashes differ", DIM))


def _more(count: int, page: Page) -> None:
    if count > 0:
        page.labelled("", Text(f"… and {number(count, 'more change')}", DIM))


def _short_lines(row: Row, colour: bool) -> Iterator[tuple[str, Text]]:
    """The sign and the changed phrases of each side that has any."""
    for sign, pieces in sides(row):
        if shown := phrases(pieces, _CONTEXT):
            few = [replace(piece, text=_cut(piece.text)) for piece in shown[:_MOST_PIECES]]
            line = words(few, colour, shift(row))
            yield sign, line.append(" …" if len(shown) > _MOST_PIECES else "")
        elif row.moved_from is not None and row.new:
            yield ">", Text.assemble((shift(row), DIM), inert(opening(row.new, 2 * _CONTEXT)))


def _cut(text: str) -> str:
    """`text`, or its start and how much follows."""
    if len(text) <= _MOST_PIECE:
        return text
    left_out = len(text[_MOST_PIECE:].split())
    return f"{text[:_MOST_PIECE].rstrip()} … ({number(left_out, 'more word')})"
