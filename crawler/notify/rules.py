"""Which changes a channel wants, when its digest is due, and when to try again. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from crawler.config import NotifySettings, parse_duration
from crawler.report.view import Entry
from storage.records import Article, Change, Snapshot, Teaser

_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=6)


def is_wanted(entry: Entry, channel: NotifySettings) -> bool:
    """Whether all of the channel's rules let the change pass; a rule that is not set lets everything pass."""
    bearing = entry.bearing
    return (
        can_be_wanted(entry.change, channel)
        and (not channel.edits or bool(set(channel.edits) & set(bearing.kinds)))
        and bearing.weight >= channel.min_weight
        and (not channel.keywords or _names_one(entry, channel.keywords))
    )


def can_be_wanted(change: Change, channel: NotifySettings) -> bool:
    """Whether the rules let it pass that ask nothing of its texts."""
    is_of_source = not channel.sources or change.source in channel.sources
    return is_of_source and (not channel.kinds or change.kind.value in channel.kinds)


def _names_one(entry: Entry, keywords: Iterable[str]) -> bool:
    text = _folded("\n".join(_texts(entry)))
    return any(_pattern(keyword).search(text) for keyword in keywords)


def _texts(entry: Entry) -> Iterable[str]:
    yield entry.change.headline or ""
    for snapshot in (entry.before, entry.after):
        if isinstance(snapshot, Snapshot):
            content = snapshot.content
            yield content.headline or ""
            match content:
                case Article():
                    yield from (content.byline or "", *content.paragraphs)
                case Teaser():
                    yield content.excerpt or ""


def _pattern(keyword: str) -> re.Pattern[str]:
    """Whole words, in any case; in scripts that set no blanks, wherever it stands."""
    plain = re.escape(_folded(keyword.strip()))
    has_blanks = not re.search("[\u0e00-\u0eff\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]", keyword)
    return re.compile(rf"(?<!\w){plain}(?!\w)" if has_blanks else plain)


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


# ---------------------------------------------------------------- when


def next_digest(digest: str, after: datetime, zone: str) -> datetime | None:
    """When the next digest after that time is due; None where there is none, and changes are told at once.

    `digest` is "", "every 6h" or "daily 08:00", in `zone`.
    """
    word, _, rest = digest.partition(" ")
    if word == "every":
        return after + timedelta(seconds=parse_duration(rest))
    if word != "daily":
        return None
    hour, _, minute = rest.partition(":")
    local = after.astimezone(ZoneInfo(zone))
    due = local.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
    return (due if due > local else due + timedelta(days=1)).astimezone(after.tzinfo)


def wait(attempts: int) -> timedelta:
    """How long to leave a channel alone after so many failures in a row: half a minute, doubling to six hours.

    >>> wait(1), wait(3)
    (datetime.timedelta(seconds=30), datetime.timedelta(seconds=120))
    """
    found: timedelta = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(max(0, attempts - 1), 20))
    return found
