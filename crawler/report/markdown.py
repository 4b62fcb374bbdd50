"""The report as Markdown (CommonMark, read well by GitHub too): a list item a change, grouped by day.

Text of strangers is escaped by `inert.markdown` and can be no markup, link, mention or HTML. Changed words
stand in ``<del>`` and ``<ins>``, which need no blanks around them as ``~~`` and ``**`` do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from zoneinfo import ZoneInfo

from crawler.compare.diff import Piece, Row
from crawler.report.edits import Edit, edits, opening, phrases, sentence_row, telling
from crawler.report.inert import link, markdown, one_line
from crawler.report.meaning import (
    NOTHING_STANDS_OUT,
    SILENT,
    Unfolded,
    campaign_facts,
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
    name_of,
    sentences,
)
from crawler.report.view import Bearing, Entry, Report
from crawler.report.wording import (
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

_CONTEXT = 60  # characters either side of a change
_MOST_ROWS = 20  # changed rows of a body
_MOST_PIECES = 25  # stretches of one paragraph
_MOST_PIECE = 600  # characters of one stretch
_MOST_ADDRESSES = 10  # of visits that failed for one reason
_MOST_TEXT = 500  # characters of a headline or fact
_MOST_OTHERS = 5  # changes named of a group


def render(report: Report) -> Iterator[str]:
    """The report, one list item at a time. Raises ZoneInfoNotFoundError for an unknown time zone."""
    zone = ZoneInfo(report.zone)
    yield f"# {_plain(report.title)}\n\n"
    yield f"{_plain(period(report, zone))} · times in {_plain(report.zone)}\n\n{counted(report)}\n"
    yield from _campaigns(report, zone)
    drawn = Unfolded(report.entries)
    for day, entries in groupby(drawn, lambda e: local(e.change.detected_at, zone).date()):
        yield f"\n## {day_name(day)}\n\n"
        for entry in entries:
            yield "\n".join(_lines(entry, zone)) + "\n"
    if drawn.said:
        yield f"\n{drawn.said}\n"
    yield "\n## Not looked at\n\n"
    yield "\n".join(_not_looked_at(report, zone)) + "\n"


def render_campaigns(report: Report) -> Iterator[str]:
    """Only the campaigns, each with its changes. Raises ZoneInfoNotFoundError for an unknown time zone."""
    zone = ZoneInfo(report.zone)
    yield f"# {_plain(report.title)}\n\n"
    yield f"{_plain(period(report, zone))} · times in {_plain(report.zone)}\n\n"
    yield f"{number(len(report.campaigns), 'campaign') if report.campaigns else NOTHING_STANDS_OUT}\n"
    for one in report.campaigns:
        yield f"\n## {_plain(campaign_name(one.campaign))}\n\n"
        for label, text in campaign_facts(one.campaign, zone):
            yield f"- {label}: {_plain(text)}\n"
        yield "- changes:\n"
        for change in one.changes:
            what = _linked(name_of(change), change.url)
            yield f"  - {what} · {interval(change, zone)} · `{_code(change.id)}`\n"


def _campaigns(report: Report, zone: ZoneInfo) -> Iterator[str]:
    """What the campaigns come to, one list item each."""
    if report.campaigns:
        yield "\n## Campaigns\n\n"
    for one in report.campaigns:
        campaign = one.campaign
        name, source = _plain(campaign_name(campaign)), _plain(campaign.source)
        yield f"- **{name}** · {source} · `{_code(campaign.id)}`\n"
        yield f"  - {campaign_size(campaign)} {campaign_time(campaign, zone)}\n"
        yield f"  - {campaign_odds(campaign)}\n"


def _lines(entry: Entry, zone: ZoneInfo) -> Iterator[str]:
    change = entry.change
    heavy = f" · weight {entry.bearing.weight}" if entry.bearing.weight else ""
    what = _linked(headline(entry), change.url)
    yield f"- **{change.kind}** · {change.subject} · {_plain(change.source)} · {what}{heavy}"
    yield f"  - {interval(change, zone)} · `{_code(change.id)}`"
    yield from _kinds(entry.bearing)
    for edit in edits(entry):
        yield from _edit(edit)
    if change.kind is ChangeKind.DUPLICATE:
        yield from _copy_edits(entry.bearing)
    for fact in (*facts(entry), *meaning(entry, zone)):
        yield f"  - {fact.label}: {_linked(fact.text, fact.url)}"
    for campaign in campaigns_of(entry.bearing):
        yield f"  - campaign: {_plain(campaign_name(campaign))}, {campaign_size(campaign)}"
    if why := reason(entry):
        yield f"  - because: {_plain(why)}"
    yield from _group(entry, zone)


def _kinds(bearing: Bearing) -> Iterator[str]:
    """Silent or not, and the kinds of edit."""
    said = ([f"**{SILENT}**"] if bearing.is_stealth else []) + (
        [_plain(kinds(bearing))] if kinds(bearing) else []
    )
    if said:
        yield f"  - edit: {' · '.join(said)}"


def _copy_edits(bearing: Bearing) -> Iterator[str]:
    """Where a near copy reads otherwise, sentence by sentence."""
    edited = sentences(bearing)
    for sentence in edited[:_MOST_ROWS]:
        yield from _sides(sentence_row(sentence.where, sentence.old, sentence.new), _plain(sentence.where))
    if len(edited) > _MOST_ROWS:
        yield f"  - … and {number(len(edited) - _MOST_ROWS, 'more change')}"


def _group(entry: Entry, zone: ZoneInfo) -> Iterator[str]:
    """What the entry stands for besides itself, and some of it."""
    said, others = group(entry, zone), entry.bearing.others[:_MOST_OTHERS]
    if said is None:
        return
    yield f"  - {said}{':' if others else ''}"
    for change in others:
        what = _linked(name_in(entry.bearing, change), change.url)
        yield f"    - {what} · {moment(change.detected_at, zone)} · `{_code(change.id)}`"
    if others and (left := left_over(entry.bearing, len(others))) > 0:
        yield f"    - … and {left} more"


def _edit(edit: Edit) -> Iterator[str]:
    changed = telling(edit)
    for row in changed[:_MOST_ROWS]:
        yield from _sides(row, edit.label)
    if len(changed) > _MOST_ROWS:
        yield f"  - {edit.label}: … and {number(len(changed) - _MOST_ROWS, 'more change')}"


def _sides(row: Row, label: str) -> Iterator[str]:
    """The changed phrases of each side that has any."""
    for sign, pieces in (("−", row.old_pieces), ("+", row.new_pieces)):
        if shown := phrases(pieces, _CONTEXT):
            yield f"  - {label} {_moved(row)}{sign} {_words(shown)}"
        elif row.moved_from is not None and row.new:
            yield f"  - {label} {_moved(row)}{_plain(opening(row.new, _CONTEXT))}"


def _moved(row: Row) -> str:
    if row.moved_to is not None:
        return f"(moved to paragraph {row.moved_to}) "
    return f"(moved from paragraph {row.moved_from}) " if row.moved_from is not None else ""


def _words(pieces: Sequence[Piece]) -> str:
    marks = {"equal": ("", ""), "delete": ("<del>", "</del>"), "insert": ("<ins>", "</ins>")}
    shown = (replace(piece, text=_cut(piece.text)) for piece in pieces[:_MOST_PIECES])
    words = "".join(markdown(piece.text).join(marks[piece.kind]) for piece in shown)
    return words + (" …" if len(pieces) > _MOST_PIECES else "")


def _not_looked_at(report: Report, zone: ZoneInfo) -> Iterator[str]:
    for line in gaps(report, zone):
        yield f"- {_plain(line)}"
    if not report.visits_failed:
        yield "\nNo visit failed in this period." if report.gaps else "No visit failed in this period."
    for failures in unseen(report.visits_failed):
        count = number(len(failures.visits), "address")
        yield f"- {_plain(failures.source)}: {_plain(failures.why)} ({count})"
        for visit in failures.visits[:_MOST_ADDRESSES]:
            yield f"  - {_linked(visit.url, visit.url)}"
        if len(failures.visits) > _MOST_ADDRESSES:
            yield f"  - … and {len(failures.visits) - _MOST_ADDRESSES} more"


def _linked(text: str, url: str | None) -> str:
    address = link(url)
    return f"[{_plain(text)}](<{address}>)" if address else _plain(text)


def _plain(text: str) -> str:
    return markdown(one_line(text, _MOST_TEXT))


def _code(text: str) -> str:
    return one_line(text).replace("`", "'")


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_PIECE else f"{text[:_MOST_PIECE].rstrip()} …"
