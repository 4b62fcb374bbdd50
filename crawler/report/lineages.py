"""A story's copies for a terminal: who had it first, and what each copy made of it.

What must not live here: which items tell one story (`crawler.compare.lineage`), which kinds of edit there are
(`crawler.compare.kinds`), how a line is drawn (`page`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from rich.text import Text

from crawler.compare.kinds import Edit
from crawler.compare.lineage import Cluster, Member, Relation
from crawler.report.inert import one_line
from crawler.report.meaning import kind_names
from crawler.report.page import BOLD, DIM, Page, exchange
from crawler.report.wording import NO_HEADLINE, likeness, moment, number

_MOST_TEXT = 300  # characters of a headline or source
_MOST_EDITS = 12  # shown of one copy
_STYLES = {
    Relation.FIRST: "green",
    Relation.MOVED: "blue",
    Relation.REPEATED: "cyan",
    Relation.SYNDICATED: "magenta",
    Relation.REPRINTED: "yellow",
}


def render_lineage(
    cluster: Cluster,
    urls: Mapping[str, str | None],
    told: Mapping[str, Sequence[Edit]],
    *,
    zone: str,
    width: int = 80,
    colour: bool = False,
) -> Iterator[str]:
    """The members of `cluster`, oldest first. `urls` and `told`, what each changed, by item id.

    Raises ZoneInfoNotFoundError for an unknown time zone.
    """
    page, local_zone = Page(width, colour), ZoneInfo(zone)
    first = cluster.members[0]
    page.line(Text(one_line(first.snapshot.content.headline or NO_HEADLINE, _MOST_TEXT), BOLD))
    page.line(Text(_summary(cluster)))
    page.line(Text(f"times in {zone} · cluster {one_line(cluster.id)}", DIM))
    page.blank()
    for member in cluster.members:
        _member(member, page, local_zone)
        _told(told.get(member.item.id, ()), page)
        page.fitted(member.item.id, urls.get(member.item.id) or "")
        page.blank()
        yield page.take()


def _summary(cluster: Cluster) -> str:
    """How many copies, how many of them word for word, in how many sources."""
    copies = cluster.members[1:]
    exact = sum(member.is_exact for member in copies)
    sources = number(len({member.item.source for member in cluster.members}), "source")
    return f"{number(len(copies), 'copy')} in {sources}: {exact} word for word, {len(copies) - exact} edited"


def _member(member: Member, page: Page, zone: ZoneInfo) -> None:
    item, is_first = member.item, member.relation is Relation.FIRST
    line = Text(f" {'*' if is_first else '='} {member.relation:<11}", f"bold {_STYLES[member.relation]}")
    line.append(one_line(item.source, _MOST_TEXT))
    page.ended(line, Text(moment(item.first_seen, zone), DIM))
    page.text(Text(one_line(member.snapshot.content.headline or NO_HEADLINE, _MOST_TEXT), BOLD))
    if not is_first:
        alike = "the same text" if member.is_exact else likeness(min(member.similarity, 0.9999))
        page.labelled("alike", Text(alike))


def _told(edits: Sequence[Edit], page: Page) -> None:
    """Where a copy reads otherwise, in a few words of each edit, and which kinds of edit that is."""
    for edit in edits[:_MOST_EDITS]:
        line = exchange(edit.where, edit.old, edit.new, page.colour)
        page.labelled(one_line(edit.where), line.append(f"  ({one_line(kind_names(edit.kinds))})", DIM))
    if len(edits) > _MOST_EDITS:
        page.labelled("", Text(f"… and {number(len(edits) - _MOST_EDITS, 'more edit')}", DIM))
