"""Changes -> what is sent: JSON for programs, text and HTML for people. Pure.

The body of a webhook:

    presswatch   version of the program
    channel      name of the channel
    key          the same for the same changes, however often they are sent (header `Idempotency-Key`)
    sent_at      RFC 3339, UTC
    test         true for a sample that nothing has happened for
    total, more  changes that this notice is about, and how many of them `changes` leaves out
    changes      the objects of `presswatch report --format jsonl`, heaviest first

Chat programs obey what they are sent: "@everyone" calls a whole company together, "<!channel>" too. Text of
strangers passes through `_plain`.
"""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from zoneinfo import ZoneInfo

from crawler.report.inert import link, one_line
from crawler.report.jsonl import to_json
from crawler.report.meaning import kinds
from crawler.report.view import Entry
from crawler.report.wording import interval, number
from storage.jsonl import format_time

_LONGEST = 200  # characters of a headline or a source's name
_COMMANDS = str.maketrans({"@": "@\u200b", "<": "<\u200b"})  # with a blank of no width, nobody is called


@dataclass(frozen=True, slots=True)
class Notice:
    """What a channel is told at once. `entries`, heaviest first, are at most so many of the `total`."""

    channel: str
    key: str
    entries: tuple[Entry, ...]
    total: int
    zone: str = "UTC"
    is_test: bool = False

    @property
    def title(self) -> str:
        """One line, such as a subject."""
        test = "Test: " if self.is_test else ""
        if self.total == 1 and self.entries:
            change = self.entries[0].change
            what = _plain(change.headline or change.url or change.subject, 120)
            return f"{test}{change.kind}: {what}"
        sources = sorted({_plain(entry.change.source, 60) for entry in self.entries})
        where = ", ".join(sources[:3]) + (" …" if len(sources) > 3 else "")
        return f"{test}{number(self.total, 'change')} · {where}"


def notice(
    channel: str, entries: Sequence[Entry], most: int, zone: str = "UTC", *, is_test: bool = False
) -> Notice:
    """What `channel` is told of `entries`; the `most` heaviest are told one by one."""
    heaviest = sorted(entries, key=lambda entry: -entry.bearing.weight)[:most]
    ids = "\n".join(sorted(entry.change.id for entry in entries))
    key = hashlib.sha256(f"{channel}\n{ids}".encode()).hexdigest()
    return Notice(channel, key, tuple(heaviest), len(entries), zone, is_test)


def as_json(told: Notice, at: datetime) -> bytes:
    said = {
        "presswatch": version("presswatch"),
        "channel": told.channel,
        "key": told.key,
        "sent_at": format_time(at),
        "test": told.is_test,
        "total": told.total,
        "more": told.total - len(told.entries),
        "changes": [to_json(entry) for entry in told.entries],
    }
    return json.dumps(said, ensure_ascii=True, allow_nan=False).encode()


def as_text(told: Notice) -> str:
    zone = ZoneInfo(told.zone)
    blocks = ["\n".join(_lines(entry, zone)) for entry in told.entries]
    return "\n\n".join([*blocks, *_ending(told)]) + "\n"


def _lines(entry: Entry, zone: ZoneInfo) -> list[str]:
    change, address = entry.change, _address(entry.change.url)
    weight = f", weight {entry.bearing.weight}" if entry.bearing.weight else ""
    what = _plain(change.headline or "(no headline)")
    said = kinds(entry.bearing)
    return [
        f"{change.kind} ({change.subject} of {_plain(change.source)}{weight}): {what}",
        *([f"  {_plain(said)}"] if said else []),
        f"  {interval(change, zone)}",
        *([f"  {address}"] if address else []),
        f"  presswatch diff {change.id}",
    ]


def as_html(told: Notice) -> str:
    zone = ZoneInfo(told.zone)
    rows = "".join(_row(entry, zone) for entry in told.entries)
    ending = "".join(f"<p>{html.escape(line)}</p>" for line in _ending(told))
    return f"<html><body><ul>{rows}</ul>{ending}</body></html>"


def _row(entry: Entry, zone: ZoneInfo) -> str:
    change, address = entry.change, _address(entry.change.url)
    what = html.escape(_plain(change.headline or "(no headline)"))
    named = f'<a href="{html.escape(address)}">{what}</a>' if address else what
    facts = [
        f"{change.subject} of {_plain(change.source)}",
        kinds(entry.bearing),
        interval(change, zone),
        f"weight {entry.bearing.weight}" if entry.bearing.weight else "",
        change.id,
        address or "",  # a letter's plain part has no links
    ]
    said = " · ".join(html.escape(fact) for fact in facts if fact)
    return f"<li><b>{change.kind}</b> {named}<br><small>{said}</small></li>"


def _plain(text: str, most: int = _LONGEST) -> str:
    """Text of strangers as one line that is nobody's name and no link of another address.

    >>> _plain("Hi @everyone").encode("ascii", "namereplace")
    b'Hi @\\\\N{ZERO WIDTH SPACE}everyone'
    """
    return one_line(text, most).translate(_COMMANDS).replace("](", "]\u200b(")


def _address(url: str | None) -> str | None:
    """An address that a reader may be sent to, and that calls nobody."""
    safe = link(url)
    return safe.replace("@", "%40") if safe else None


def _ending(told: Notice) -> list[str]:
    more = told.total - len(told.entries)
    lines = [f"… and {number(more, 'change')} more: `presswatch report` shows them."] if more else []
    if told.is_test:
        lines.append("This is a test: nothing has happened.")
    return lines
