"""The change log as a table for spreadsheets (RFC 4180): a head line, then one change a row, oldest first.

Columns are keys of the JSON lines, besides `kinds`, those of all its edits, and `ruling`, what reviewers left
standing; `fields` and `kinds` are joined by blanks. Changes folded into a group have their row too. No cell
can be taken for a formula: one that starts like one carries a leading ``'``. Who needs the text exactly takes
the JSON lines.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator

from crawler.report.inert import cell
from crawler.report.jsonl import to_json
from crawler.report.meaning import kinds_of
from crawler.report.view import Report

COLUMNS = (
    *("id", "kind", "subject", "source", "url", "headline"),
    *("detected_at", "changed_after", "changed_before", "before", "after", "fields"),
    *("similarity", "of", "reverts_to", "reason", "item", "cite"),
    *("weight", "stealth", "kinds", "edit_id", "group", "cluster", "relation"),
    *("campaign", "compared_with", "ruling"),
)


def render(report: Report) -> Iterator[str]:
    """The rows, each with its line end (CR LF)."""
    writer = csv.writer(_Line())
    yield str(writer.writerow(COLUMNS))
    for entry in report.entries:
        row = to_json(entry) | {"kinds": kinds_of(entry.bearing), "ruling": entry.bearing.ruling}
        yield str(writer.writerow([_shown(row[column]) for column in COLUMNS]))


class _Line:
    """A file that hands each row straight back to whoever wrote it."""

    def write(self, row: str) -> str:
        return row


def _shown(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list() | tuple():
            return cell(" ".join(value))
        case _:
            return cell(str(value))
