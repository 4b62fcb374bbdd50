"""The change log as JSON lines: one change a line, oldest first. A contract, so keys are only ever added.

    id, kind, subject, source, url, headline, detected_at, changed_after, changed_before, before, after,
    fields, similarity, of, reverts_to, reason, item, cite

Times are RFC 3339 in UTC. `before`, `after` and `reverts_to` are snapshot ids; `of` and `item` item ids.
`similarity` is 0 to 1. What is not known or does not apply is null. Text is UTF-8 as it was found; only what
would break a line or act on a screen is written as ``\\uXXXX``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from crawler.report.inert import json_line
from crawler.report.view import Report
from crawler.report.wording import cite
from storage.jsonl import format_time
from storage.records import Change


def render(report: Report) -> Iterator[str]:
    """The lines, each with its line end; none where nothing changed."""
    for entry in report.entries:
        line = json.dumps(to_json(entry.change), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        yield json_line(line) + "\n"


def to_json(change: Change) -> dict[str, Any]:
    """The object of one change, keys in the order of the contract."""
    return {
        "id": change.id,
        "kind": change.kind.value,
        "subject": change.subject.value,
        "source": change.source,
        "url": change.url,
        "headline": change.headline,
        "detected_at": format_time(change.detected_at),
        "changed_after": format_time(change.changed_after),
        "changed_before": format_time(change.changed_before),
        "before": change.before,
        "after": change.after,
        "fields": list(change.fields),
        "similarity": change.similarity,
        "of": change.of,
        "reverts_to": change.reverts_to,
        "reason": change.reason,
        "item": change.item_id,
        "cite": cite(change),
    }
