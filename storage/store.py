"""What a store can do, in groups: due, watch, recall and record, read. Two implementations: `sql`, `memory`.

A store keeps facts (observations) and what was derived from them; it decides nothing. All methods are plain
functions; the crawl calls them in a thread. A store is opened by `storage.open_store`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Protocol

from storage.known import Known, Questions, Verdict
from storage.records import (
    Address,
    Annotation,
    Assessment,
    Beat,
    Change,
    ChangeKind,
    Completion,
    Delivery,
    Item,
    Lease,
    Outcome,
    Run,
    Sighting,
    Snapshot,
    Source,
    Span,
    Stretch,
    Stretched,
    Target,
    TargetKind,
    Turn,
    Visit,
    Withheld,
)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which changes to read. `since` is included, `until` is not; empty collections let everything pass."""

    since: datetime | None = None
    until: datetime | None = None
    kinds: frozenset[ChangeKind] = frozenset()
    sources: frozenset[str] = frozenset()
    item_id: str | None = None


@dataclass(frozen=True, slots=True)
class Tier:
    """Articles quiet since `quiet_since` or later are due where they were last visited by `visited_by`."""

    quiet_since: datetime | None
    visited_by: datetime

    def has(self, target: Target) -> bool:
        """Whether `target`, once visited, is due by this tier. One that fails waits for its next visit."""
        if target.last_visit is None or target.failures or target.last_visit > self.visited_by:
            return False
        quiet = [t for t in (target.first_visit, target.last_change) if t is not None]
        return self.quiet_since is None or any(t >= self.quiet_since for t in quiet)


@dataclass(frozen=True, slots=True)
class ItemState:
    """An item with what is known of it now; `last_turn` is its latest removal, move or return."""

    item: Item
    addresses: tuple[Address, ...]
    latest: Snapshot
    completions: tuple[Completion, ...]
    snapshots: int
    last_seen: datetime
    last_turn: Change | None


class Store(Protocol):
    # due
    def put_sources(self, sources: Iterable[Source]) -> None:
        """Make `sources` the watched ones; others stay known, unwatched."""

    def sources(self) -> list[Source]: ...

    def targets(self, keys: Collection[str]) -> dict[str, Target]:
        """The targets of these keys that are known."""

    def article_targets(
        self, sources: Collection[str], due_by: datetime | None, tiers: Sequence[Tier] = ()
    ) -> list[Target]:
        """Known articles of `sources` whose next visit is due by then (None: all), most overdue first.

        With `tiers`, also those that one of them has.
        """

    def has_due(self, source: str, now: datetime) -> bool:
        """Whether an article of this source is due."""

    def covered(self, channel: str) -> list[Target]:
        """The articles that this feed or sitemap listed when it last told of edits."""

    def due_counts(self, now: datetime) -> dict[str, tuple[int, datetime | None]]:
        """By source, how many of its articles are due by `now`, and when the next one will be after that."""

    def put_targets(self, targets: Iterable[Target]) -> None: ...

    def mend_clock(self, now: datetime) -> int:
        """Forget the visits after `now`, which a wrong clock dated: those targets are due. Says how many."""

    def experiences(self, sources: Collection[str]) -> dict[str, dict[str, Any]]:
        """What was learned of these sources, as JSON."""

    def back_offs(self) -> dict[str, datetime]:
        """Hosts that asked to be left alone, and until when."""

    def put_back_offs(self, hosts: Mapping[str, datetime]) -> None:
        """Leave these hosts alone until then, or for longer where somebody was told so."""

    # watch
    def hold(
        self, name: str, holder: str, now: datetime, length: timedelta, is_dead: Callable[[str], bool]
    ) -> Lease:
        """The lease of `name` after `holder` asked for it or renewed it; another's, if that one still holds it.

        `is_dead` may know of a holder that its time has come early.
        """

    def let_go(self, name: str, holder: str) -> None:
        """Give the lease back, if `holder` has it."""

    def lease(self, name: str) -> Lease | None: ...

    def take_turn(
        self, host: str, token: str, now: datetime, delay: timedelta, most: int, lasts: timedelta
    ) -> Turn:
        """A turn at `host` for the request `token`, among all processes: `delay` apart, `most` under way.

        A turn that nobody gives back ends `lasts` after its start.
        """

    def end_turn(self, host: str, token: str, now: datetime) -> None: ...

    def extend(self, what: Stretched, source: str | None, now: datetime, gap: timedelta) -> None:
        """It holds at `now`: prolongs the last stretch, or begins one where that ended longer than `gap` ago."""

    def stretches(self, since: datetime | None = None, until: datetime | None = None) -> list[Stretch]: ...

    def put_beat(self, beat: Beat) -> None: ...

    def beats(self) -> dict[str, Beat]: ...

    # what is usual of sources, and what was not believed
    def some_articles(self, source: str, most: int) -> list[Target]:
        """Articles of `source` that were there at their last visit, those first that are due last."""

    def health(self) -> dict[str, dict[str, Any]]:
        """By source, what `put_health` kept: plain JSON values."""

    def put_health(self, health: Mapping[str, dict[str, Any]]) -> None:
        """Keep what is known of the health of these sources; others stay as they are."""

    def withhold(self, looks: Iterable[Withheld]) -> None: ...

    def withheld(self, source: str) -> list[Withheld]:
        """Oldest first."""

    def drop_withheld(self, source: str, parts: Collection[str]) -> None: ...

    # recall and record
    def recall(self, questions: Questions, before: datetime | None = None) -> Known:
        """What is known; with `before`, as it was known before anything seen at that instant or later."""

    def sightings(self, since: datetime | None = None) -> Iterator[Sighting]:
        """The stored observations from `since` on, in order of time; of one instant, as they came in."""

    def last_sighting(self, place: str, evidence: str) -> Sighting | None:
        """The newest stored observation of `place` that was read from the page of this digest."""

    def record(
        self,
        verdict: Verdict,
        *,
        visits: Sequence[Visit] = (),
        targets: Sequence[Target] = (),
        experiences: Mapping[str, dict[str, Any]] = MappingProxyType({}),
    ) -> None:
        """Keep it all in one transaction; a source that nobody configured is created, unwatched.

        Raises Conflict where the verdict was decided on old knowledge.
        """

    def start_run(self, at: datetime) -> int: ...

    def finish_run(self, run: Run) -> None: ...

    # read
    def changes(self, wanted: Filter) -> Iterator[Change]:
        """Oldest first."""

    def find_changes(self, id_start: str) -> list[Change]:
        """The changes whose id begins so, superseded ones included."""

    def changes_by_id(self, ids: Collection[str]) -> dict[str, Change]: ...

    def find_items(self, id_start: str) -> list[Item]: ...

    def items(self) -> Iterator[ItemState]:
        """Every item, oldest first."""

    def item_state(self, item_id: str) -> ItemState | None: ...

    def snapshots(self, item_id: str) -> list[Snapshot]: ...

    def snapshots_by_id(self, ids: Collection[str]) -> dict[str, Snapshot]: ...

    def first_texts(self, item_ids: Collection[str]) -> dict[str, tuple[Item, Snapshot]]:
        """The items of these ids, each with what it first said."""

    def spans(self, item_id: str) -> list[Span]: ...

    def visits(
        self,
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        sources: Collection[str] = (),
        urls: Collection[str] = (),
        kinds: Collection[TargetKind] = (),
    ) -> Iterator[Visit]:
        """In order of time; with `sources`, `urls` or `kinds`, those of them."""

    def last_visits(self, sources: Collection[str]) -> dict[str, dict[Outcome, Visit]]:
        """By source and outcome, the latest visit of a listing, feed, sitemap or article."""

    def runs(self, since: datetime | None = None, until: datetime | None = None) -> list[Run]:
        """Those that went on at some time in between, oldest first; a run that never ended has no end."""

    def last_run(self) -> Run | None:
        """The one that began last."""

    # deliver
    def arrivals(self, after: int, until: int | None = None, most: int = 1000) -> list[tuple[int, Change]]:
        """Changes that stand, by the number of their arrival: later than `after`, up to `until`."""

    def last_arrival(self) -> int:
        """The number of the latest arrival; 0 before the first."""

    def deliveries(self) -> dict[str, Delivery]:
        """How far each channel was told."""

    def put_delivery(self, delivery: Delivery) -> None: ...

    # what is said about changes
    def unassessed(self, version: int) -> list[Change]:
        """The changes with two texts that rules of `version` have not assessed, in the order of the log."""

    def drop_assessments(self, since: datetime) -> bool:
        """Take back the assessments of changes detected from then on; says whether there were any."""

    def put_assessments(self, assessments: Sequence[Assessment]) -> None: ...

    def assessments(self, change_ids: Collection[str]) -> dict[str, Assessment]: ...

    def all_assessments(self, until: datetime | None = None) -> Iterator[Assessment]:
        """Those of changes in the log, in its order."""

    def kind_counts(self) -> list[tuple[str, tuple[str, ...], int]]:
        """By source and set of kinds of edit, how many changes have it."""

    def sharing(self, edit_ids: Collection[str]) -> dict[str, dict[str, str]]:
        """By edit id, the changes that are that edit, in the order of the log, each with its item."""

    def related(self, item_ids: Collection[str]) -> list[Change]:
        """The changes that call one of these items another's copy or successor, or another that of them."""

    def annotate(self, annotation: Annotation) -> None: ...

    def annotations(self, change_ids: Collection[str] | None = None) -> dict[str, list[Annotation]]:
        """By change, what reviewers said of it, in order; None: of every change."""

    def is_superseded(self, change_id: str) -> bool: ...

    def close(self) -> None: ...
