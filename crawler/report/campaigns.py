"""Only the campaigns: what was done to one term in many articles at once, and how unlikely that is by chance.

What lives here: the five outputs of `presswatch report --campaigns`. What must not: the test
(`crawler.compare.campaigns`), wording (`meaning`), markup of the page (``templates/campaigns.html``).

JSON: one campaign a line, in the order of the report, a contract, so keys are only ever added:
``{"id","source","kind","term","replacement","first_at","last_at","items":[ids],"expected","p_value","q_value",
"test","changes":[ids]}``. `expected` is how many items the source's own rate explains in the window tested;
`term` is null where nothing but the number of removals stands out. The table has the same keys as columns,
ids joined by blanks.
"""

from __future__ import annotations

import csv as tables
import json
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

from rich.text import Text

from crawler.compare.campaigns import Campaign
from crawler.report import html, markdown
from crawler.report.inert import cell, json_line, one_line
from crawler.report.meaning import (
    NOTHING_STANDS_OUT,
    campaign_facts,
    campaign_name,
    name_of,
)
from crawler.report.page import BOLD, DIM, Page
from crawler.report.view import CampaignEntry, Report
from crawler.report.wording import interval, number, period
from storage.jsonl import format_time

COLUMNS = (
    *("id", "source", "kind", "term", "replacement", "first_at", "last_at", "items"),
    *("expected", "p_value", "q_value", "test", "changes"),
)
_MOST_TEXT = 300  # characters of a headline, term or fact


def render_campaigns(
    report: Report,
    format: str,  # noqa: A002 - one of FORMATS
    *,
    width: int = 80,
    colour: bool = False,
) -> Iterator[str]:
    """The campaigns of `report` in `format`, in chunks of text; its entries are not read.

    `width` and `colour` are for the terminal. Raises ZoneInfoNotFoundError for an unknown `report.zone`.
    """
    match format:
        case "terminal":
            return _terminal(report, width, colour)
        case "html":
            return html.render_campaigns(report)
        case "markdown":
            return markdown.render_campaigns(report)
        case "csv":
            return _table(report)
        case "jsonl":
            return _lines(report)
    raise ValueError(f"no campaigns in format {format!r}")


def to_json(campaign: Campaign) -> dict[str, Any]:
    """The object of one campaign, keys in the order of the contract."""
    return {
        "id": campaign.id,
        "source": campaign.source,
        "kind": campaign.kind,
        "term": campaign.term,
        "replacement": campaign.replacement,
        "first_at": format_time(campaign.first_at),
        "last_at": format_time(campaign.last_at),
        "items": list(campaign.items),
        "expected": campaign.expected,
        "p_value": campaign.p_value,
        "q_value": campaign.q_value,
        "test": campaign.test,
        "changes": list(campaign.change_ids),
    }


def _lines(report: Report) -> Iterator[str]:
    for one in report.campaigns:
        line = json.dumps(to_json(one.campaign), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        yield json_line(line) + "\n"


def _table(report: Report) -> Iterator[str]:
    yield _row(COLUMNS)
    for one in report.campaigns:
        yield _row(_shown(value) for value in to_json(one.campaign).values())


def _row(cells: Iterable[str]) -> str:
    line = StringIO()
    tables.writer(line).writerow(list(cells))
    return line.getvalue()


def _shown(value: object) -> str:
    if value is None:
        return ""
    return cell(" ".join(value) if isinstance(value, list) else str(value))


# ---------------------------------------------------------------- terminal


def _terminal(report: Report, width: int, colour: bool) -> Iterator[str]:
    page, zone = Page(width, colour), ZoneInfo(report.zone)
    page.line(Text(one_line(report.title, _MOST_TEXT), BOLD))
    page.line(Text(f"{period(report, zone)} · times in {report.zone}", DIM))
    counts = number(len(report.campaigns), "campaign") if report.campaigns else NOTHING_STANDS_OUT
    page.line(Text(counts))
    page.blank()
    yield page.take()
    for one in report.campaigns:
        _head(one.campaign, page, zone)
        yield page.take()
        yield from _changes(one, page, zone)


def _head(campaign: Campaign, page: Page, zone: ZoneInfo) -> None:
    page.heading(one_line(campaign_name(campaign), _MOST_TEXT))
    for label, text in campaign_facts(campaign, zone):
        page.labelled(label, Text(one_line(text, _MOST_TEXT)))
    page.blank()


def _changes(one: CampaignEntry, page: Page, zone: ZoneInfo) -> Iterator[str]:
    for change in one.changes:
        page.text(Text(one_line(name_of(change), _MOST_TEXT), BOLD))
        page.text(Text(interval(change, zone), DIM))
        page.fitted(change.id, change.url or "")
        yield page.take()
    page.blank()
    yield page.take()
