"""The one view model behind every output: what a report says, before anything is drawn. Pure values.

What must not live here: wording (`wording`), diffs (`edits`), anything about one format.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from crawler.compare.campaigns import Campaign
from crawler.compare.groups import Group
from storage.records import Annotation, Change, ChangeKind, Gap, Item, Ruling, Snapshot, Visit


@dataclass(frozen=True, slots=True)
class Bearing:
    """What a change means beside the others: how weighty, of which group, cluster and campaigns.

    `edits`: what was edited, one object for each edited sentence (the jsonl contract's). `others`: the other
    changes of its group, oldest first, at most a few. `is_folded`: an entry further up stands for its group.
    `annotations`: what reviewers said of it; `ruling`: what stands of that.
    """

    weight: int = 0
    is_stealth: bool = False
    edits: tuple[dict[str, object], ...] = ()
    parts: tuple[dict[str, object], ...] = ()
    kinds: tuple[str, ...] = ()
    edit_id: str | None = None
    group: Group | None = None
    others: tuple[Change, ...] = ()
    is_folded: bool = False
    cluster: str | None = None
    relation: str | None = None  # of a copy to the cluster's first: syndicated, reprinted, repeated, moved
    campaigns: tuple[Campaign, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    ruling: Ruling | None = None


@dataclass(frozen=True, slots=True)
class CampaignEntry:
    """A campaign with the changes it consists of, oldest first."""

    campaign: Campaign
    changes: tuple[Change, ...]


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
    bearing: Bearing = field(default_factory=lambda: Bearing())


@dataclass(frozen=True, slots=True)
class Report:
    """The changes of a period, from `since` until just before `until`; None where that end is open.

    `entries` come oldest first and are read once, so a generator over the store will do. `counts` says how
    many there are of each kind. `visits_failed`: what was not looked at, and why. `zone`: the IANA name of
    the time zone in which times are shown to a reader. `campaigns`: those that any of its changes belongs to.
    """

    title: str
    made_at: datetime
    entries: Iterable[Entry]
    counts: Mapping[ChangeKind, int]
    since: datetime | None = None
    until: datetime | None = None
    zone: str = "UTC"
    visits_failed: tuple[Visit, ...] = field(default=())
    campaigns: tuple[CampaignEntry, ...] = ()
    gaps: tuple[Gap, ...] = ()  # of listings, feeds and sitemaps

    @property
    def total(self) -> int:
        return sum(self.counts.values())
