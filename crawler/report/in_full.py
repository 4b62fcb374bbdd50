"""One change in full for a terminal: when, how it is known, what it means, every word that differs.

What must not live here: wording (`wording`, `meaning`), what differs (`edits`), how a line is drawn (`page`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from rich.text import Text

from crawler.compare.diff import Row
from crawler.report.edits import Edit, edits, paragraphs, stretches
from crawler.report.inert import inert, one_line
from crawler.report.meaning import (
    Sentence,
    campaign_name,
    campaign_odds,
    campaign_size,
    exchanged,
    group,
    left_over,
    meaning,
    name_in,
    parts,
    said,
    sentences,
)
from crawler.report.page import BOLD, DIM, Page, exchange, shift, sides, words
from crawler.report.terminal import kinds_line, title
from crawler.report.view import Bearing, Entry
from crawler.report.wording import (
    cite,
    facts,
    headline,
    interval,
    likeness,
    moment,
    number,
    seen,
    seen_before,
)
from storage.records import ChangeKind

_MOST_PROOF = 120  # characters of the words that show a kind of edit
_MOST_SENTENCES = 100  # edited sentences that are taken apart


def render_change(entry: Entry, *, zone: str, width: int = 80, colour: bool = False) -> Iterator[str]:
    """One change in full. Raises ZoneInfoNotFoundError for an unknown time zone."""
    page, local_zone = Page(width, colour), ZoneInfo(zone)
    title(entry, page)
    page.text(Text(inert(headline(entry)), BOLD))
    page.blank()
    for label, text in _particulars(entry, local_zone):
        page.labelled(label, Text(inert(text)))
    _bearing(entry, page, local_zone)
    yield page.take()
    found = edits(entry)
    for edit in found:
        page.blank()
        _edit(edit, page)
        yield page.take()
    if not found:
        yield from _text(entry, page)
    yield from _sentences(entry.bearing, page)
    yield from _group(entry, page, local_zone)
    page.blank()
    page.text(Text(cite(entry.change), DIM))
    yield page.take()


def _particulars(entry: Entry, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    change = entry.change
    yield "id", change.id
    yield "when", f"{interval(change, zone)} ({zone.key})"
    if change.detected_at != change.changed_before:
        yield "noticed", moment(change.detected_at, zone)
    if change.url and change.kind is not ChangeKind.MOVED:
        yield "address", change.url
    for fact in (*facts(entry), *meaning(entry, zone)):
        yield fact.label, fact.text
        if fact.url and fact.url != fact.text:
            yield "", fact.url
    if change.similarity is not None and change.kind is not ChangeKind.DUPLICATE:
        yield "texts", likeness(change.similarity)
    if change.reason:
        yield "because", change.reason
    if entry.before:
        yield "before", f"{seen_before(entry, zone)} ({entry.before.id})"
    if entry.after:
        yield "after", f"{seen(entry.after, zone)} ({entry.after.id})"


def _bearing(entry: Entry, page: Page, zone: ZoneInfo) -> None:
    """Kinds, weight with its reasons, campaigns, and everything reviewers said."""
    bearing = entry.bearing
    if line := kinds_line(bearing):
        page.labelled("edit", line)
    if bearing.weight:
        page.labelled("weight", Text(f"{bearing.weight} of 100"))
    for part in parts(bearing):
        page.labelled("", Text(f"{part.points or '':>6}  {one_line(part.reason)}".rstrip(), DIM))
    for campaign in bearing.campaigns:
        summary = f"{campaign_name(campaign)}: {campaign_size(campaign)}; {campaign_odds(campaign)}"
        page.labelled("campaign", Text(inert(summary)))
        page.labelled("", Text(inert(campaign.id), DIM))
    for text in said(bearing, zone):
        page.labelled("said", Text(inert(text)))


def _edit(edit: Edit, page: Page) -> None:
    page.line(Text(f"   {edit.label}", "bold underline"))
    for stretch in stretches(edit.rows):
        if stretch.is_changed:
            for row in stretch.rows:
                _row(row, page)
        else:
            _unchanged(stretch.rows, page)


def _row(row: Row, page: Page) -> None:
    for sign, pieces in sides(row):
        page.labelled("", words(pieces, page.colour, shift(row)), sign=sign, room=0)


def _unchanged(rows: Sequence[Row], page: Page) -> None:
    count = number(len(rows), "paragraph")
    page.text(Text(f"  … {count} unchanged …", DIM))


def _text(entry: Entry, page: Page) -> Iterator[str]:
    """The text itself, where there is no difference to show."""
    for paragraph in paragraphs(entry.after or entry.before):
        page.blank()
        page.text(Text(inert(paragraph)))
        yield page.take()


def _sentences(bearing: Bearing, page: Page) -> Iterator[str]:
    """Sentence by sentence, which kinds of edit they are and by which words."""
    edited = sentences(bearing)
    if not edited:
        return
    page.blank()
    page.line(Text("   kinds of edit, sentence by sentence", "bold underline"))
    for sentence in edited[:_MOST_SENTENCES]:
        _sentence(sentence, page)
        yield page.take()
    if len(edited) > _MOST_SENTENCES:
        page.text(Text(f"… and {number(len(edited) - _MOST_SENTENCES, 'more sentence')}", DIM))
    yield page.take()


def _sentence(sentence: Sentence, page: Page) -> None:
    page.labelled(one_line(sentence.where), exchange(sentence.where, sentence.old, sentence.new, page.colour))
    for proof in sentence.proofs:
        shown = exchanged(*(one_line(t, _MOST_PROOF) if t else None for t in (proof.old, proof.new)))
        page.labelled("", Text.assemble((one_line(proof.kind), DIM), f": {shown}" if shown else ""))
    if not sentence.proofs and sentence.kinds:
        page.labelled("", Text(one_line(sentence.kinds), DIM))


def _group(entry: Entry, page: Page, zone: ZoneInfo) -> Iterator[str]:
    """Every other change of its group that is at hand."""
    stands_for, others = group(entry, zone), entry.bearing.others
    if stands_for is None:
        return
    page.blank()
    page.text(Text(f"{stands_for}:" if others else stands_for, BOLD))
    for change in others:
        page.text(Text(f"{moment(change.detected_at, zone)}  {one_line(name_in(entry.bearing, change))}"))
        page.fitted(change.id, change.url or "")
    if others and (left := left_over(entry.bearing, len(others))) > 0:
        page.text(Text(f"… and {left} more", DIM))
    yield page.take()
