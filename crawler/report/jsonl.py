"""The change log as JSON lines: one change a line, oldest first. A contract, so keys are only ever added.

    id, kind, subject, source, url, headline, detected_at, changed_after, changed_before, before, after,
    fields, similarity, of, reverts_to, reason, item, cite,
    edits, weight, stealth, edit_id, group, cluster, relation, campaign, compared_with, annotations

Times are RFC 3339 in UTC. `before`, `after` and `reverts_to` are snapshot ids; `of` and `item` item ids.
`similarity` is 0 to 1, `weight` 0 to 100, `stealth` true or false.

    edits          an object for each edited sentence:
                   ``{"where","kinds","old","new","evidence":[{"kind","old","new"}]}``
    edit_id        the same for identical edits, whatever page they are on
    group          id of the group that a report shows as one: the same edit elsewhere, or a page that swings
    cluster        id of the items that tell one story; `relation`: of this one to the cluster's first
    campaign       id of the campaign that the change is part of; the strongest, where it is several
    compared_with  what `before` is, where it is not the item's own earlier text: "teaser" or "original"
    annotations    what reviewers said of it, in order: ``{"ruling","by","at","note"}``

What is not known or does not apply is null, or an empty list. Text is UTF-8 as it was found; only what would
break a line or act on a screen is written as ``\\uXXXX``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from crawler.report.inert import json_line
from crawler.report.view import Entry, Report
from crawler.report.wording import cite, compared_with
from storage.jsonl import format_time
from storage.records import Annotation


def render(report: Report) -> Iterator[str]:
    """The lines, each with its line end; none where nothing changed."""
    for entry in report.entries:
        line = json.dumps(to_json(entry), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        yield json_line(line) + "\n"


def to_json(entry: Entry) -> dict[str, Any]:
    """The object of one change, keys in the order of the contract."""
    change, bearing = entry.change, entry.bearing
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
        "edits": list(bearing.edits),
        "weight": bearing.weight,
        "stealth": bearing.is_stealth,
        "edit_id": bearing.edit_id,
        "group": bearing.group.id if bearing.group else None,
        "cluster": bearing.cluster,
        "relation": bearing.relation,
        "campaign": bearing.campaigns[0].id if bearing.campaigns else None,
        "compared_with": compared_with(entry),
        "annotations": [_annotation(one) for one in bearing.annotations],
    }


def _annotation(one: Annotation) -> dict[str, Any]:
    return {"ruling": one.ruling.value, "by": one.by, "at": format_time(one.at), "note": one.note}
