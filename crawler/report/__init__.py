"""Changes -> something to read: the view model, and the choice of who draws it. Pure: values in, text out.

    view       what a report says               wording  in which words        meaning  and what it means
    edits      what differs, row by row         inert    text of strangers made harmless
    terminal   html   markdown   csv   jsonl    one output each; page: lines on a terminal
    in_full    one change                       campaigns   tracing   lineages    many, seen as one

What must not live here: a database, a network, files other than the templates, the clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, get_args

from crawler.report import csv, html, jsonl, markdown, terminal
from crawler.report.campaigns import render_campaigns
from crawler.report.in_full import render_change
from crawler.report.lineages import render_lineage
from crawler.report.tracing import render_trace
from crawler.report.view import Entry, Report
from crawler.report.wording import cite

__all__ = [
    "FORMATS",
    "Entry",
    "Format",
    "Report",
    "cite",
    "render",
    "render_campaigns",
    "render_change",
    "render_lineage",
    "render_trace",
]

Format = Literal["terminal", "html", "jsonl", "csv", "markdown"]
FORMATS: tuple[Format, ...] = get_args(Format)


def render(report: Report, format: Format, *, width: int = 80, colour: bool = False) -> Iterator[str]:  # noqa: A002
    """`report` in `format`, in chunks of text; entries are read as the chunks are taken.

    `width` (columns) and `colour` are for the terminal. Raises ZoneInfoNotFoundError for an unknown
    `report.zone`, and whatever `report.entries` raises.
    """
    match format:
        case "terminal":
            return terminal.render(report, width=width, colour=colour)
        case "html":
            return html.render(report)
        case "markdown":
            return markdown.render(report)
        case "csv":
            return csv.render(report)
        case "jsonl":
            return jsonl.render(report)
