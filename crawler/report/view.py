"""The one view model behind every output: what a report says, before anything is drawn. Pure values.

What must not live here: wording (`wording`), diffs (`edits`), anything about one format.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from storage.records import Change, ChangeKind, Item, Snapshot, Visit


@dataclass(frozen=True, slots=True)
class Entry:
    """One change with the texts it is about.

    `before` and `after` are the snapshots that the change names, None where it names none or they are not
    at hand. `of`: the item that it duplicates or moved from, with the headline and address it had.
    """

    change: Change
    before: Snapshot | None = None
    after: Snapshot | None = None
    of: Item | None = None
    of_headline: str | None = None
    of_url: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The changes of a period, from `since` until just before `until`; None where that end is open.

    `entries` come oldest first and are read once, so a generator over the store will do. `counts` says how
    many there are of each kind. `visits_failed`: what was not looked at, and why. `zone`: the IANA name of
    the time zone in which times are shown to a reader.
    """

    title: str
    made_at: datetime
    entries: Iterable[Entry]
    counts: Mapping[ChangeKind, int]
    since: datetime | None = None
    until: datetime | None = None
    zone: str = "UTC"
    visits_failed: tuple[Visit, ...] = field(default=())

    @property
    def total(self) -> int:
        return sum(self.counts.values())
