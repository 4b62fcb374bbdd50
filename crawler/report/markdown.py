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
from crawler.report.edits import Edit, edits, opening, phrases, telling
from crawler.report.inert import link, markdown, one_line
from crawler.report.view import Entry, Report
from crawler.report.wording import (
    counted,
    day_name,
    facts,
    headline,
    interval,
    local,
    number,
    period,
    reason,
    unseen,
)

_CONTEXT = 60  # characters either side of a change
_MOST_ROWS = 20  # changed rows of a body
_MOST_PIECES = 25  # stretches of one paragraph
_MOST_PIECE = 600  # characters of one stretch
_MOST_ADDRESSES = 10  # of visits that failed for one reason
_MOST_TEXT = 500  # characters of a headline or fact


def render(report: Report) -> Iterator[str]:
    """The report, one list item at a time. Raises ZoneInfoNotFoundError for an unknown time zone."""
    zone = ZoneInfo(report.zone)
    yield f"# {_plain(report.title)}\n\n"
    yield f"{_plain(period(report, zone))} · times in {_plain(report.zone)}\n\n{counted(report)}\n"
    for day, entries in groupby(report.entries, lambda e: local(e.change.detected_at, zone).date()):
        yield f"\n## {day_name(day)}\n\n"
        for entry in entries:
            yield "\n".join(_lines(entry, zone)) + "\n"
    yield "\n## Not looked at\n\n"
    yield "\n".join(_not_looked_at(report)) + "\n"


def _lines(entry: Entry, zone: ZoneInfo) -> Iterator[str]:
    change = entry.change
    what = _linked(headline(entry), change.url)
    yield f"- **{change.kind}** · {change.subject} · {_plain(change.source)} · {what}"
    yield f"  - {interval(change, zone)} · `{_code(change.id)}`"
    for edit in edits(entry):
        yield from _edit(edit)
    for fact in facts(entry):
        yield f"  - {fact.label}: {_linked(fact.text, fact.url)}"
    if why := reason(entry):
        yield f"  - because: {_plain(why)}"


def _edit(edit: Edit) -> Iterator[str]:
    changed = telling(edit)
    for row in changed[:_MOST_ROWS]:
        for sign, pieces in (("−", row.old_pieces), ("+", row.new_pieces)):
            if shown := phrases(pieces, _CONTEXT):
                yield f"  - {edit.label} {_moved(row)}{sign} {_words(shown)}"
            elif row.moved_from is not None and row.new:
                yield f"  - {edit.label} {_moved(row)}{_plain(opening(row.new, _CONTEXT))}"
    if len(changed) > _MOST_ROWS:
        yield f"  - {edit.label}: … and {number(len(changed) - _MOST_ROWS, 'more change')}"


def _moved(row: Row) -> str:
    if row.moved_to is not None:
        return f"(moved to paragraph {row.moved_to}) "
    return f"(moved from paragraph {row.moved_from}) " if row.moved_from is not None else ""


def _words(pieces: Sequence[Piece]) -> str:
    marks = {"equal": ("", ""), "delete": ("<del>", "</del>"), "insert": ("<ins>", "</ins>")}
    shown = (replace(piece, text=_cut(piece.text)) for piece in pieces[:_MOST_PIECES])
    words = "".join(markdown(piece.text).join(marks[piece.kind]) for piece in shown)
    return words + (" …" if len(pieces) > _MOST_PIECES else "")


def _not_looked_at(report: Report) -> Iterator[str]:
    if not report.visits_failed:
        yield "No visit failed in this period."
    for group in unseen(report.visits_failed):
        yield f"- {_plain(group.source)}: {_plain(group.why)} ({number(len(group.visits), 'address')})"
        for visit in group.visits[:_MOST_ADDRESSES]:
            yield f"  - {_linked(visit.url, visit.url)}"
        if len(group.visits) > _MOST_ADDRESSES:
            yield f"  - … and {len(group.visits) - _MOST_ADDRESSES} more"


def _linked(text: str, url: str | None) -> str:
    address = link(url)
    return f"[{_plain(text)}](<{address}>)" if address else _plain(text)


def _plain(text: str) -> str:
    return markdown(one_line(text, _MOST_TEXT))


def _code(text: str) -> str:
    return one_line(text).replace("`", "'")


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_PIECE else f"{text[:_MOST_PIECE].rstrip()} …"
