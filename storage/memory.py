"""MemoryStore: the store protocol over plain Python values. For tests and rehearsals; nothing is written.

Also the oracle of `storage.sql`: both pass the same contract suite, and this one is short enough to read.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from storage.errors import Conflict
from storage.known import Known, Questions, Rows, Verdict
from storage.records import (
    Annotation,
    Assessment,
    Beat,
    Change,
    ChangeKind,
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
from storage.rewind import as_it_stood, showings
from storage.store import Filter, ItemState, Tier


class MemoryStore:
    """A store that lasts as long as the process."""

    def __init__(self) -> None:
        self._known = Known()
        self._sightings: dict[int, Sighting] = {}
        self._places: dict[int, str] = {}
        self._held: set[str] = set()
        self._superseded: dict[str, Change] = {}
        self._assessments: dict[str, Assessment] = {}
        self._annotations: list[Annotation] = []
        self._targets: dict[str, Target] = {}
        self._experiences: dict[str, dict[str, Any]] = {}
        self._back_offs: dict[str, datetime] = {}
        self._leases: dict[str, Lease] = {}
        self._turns: dict[str, tuple[datetime, dict[str, datetime]]] = {}  # next start; under way, until when
        self._stretches: list[Stretch] = []
        self._beats: dict[str, Beat] = {}
        self._health: dict[str, dict[str, Any]] = {}
        self._withheld: dict[tuple[str, str, datetime], Withheld] = {}
        self._arrivals: dict[str, int] = {}  # change id -> its number
        self._last_arrival = 0
        self._deliveries: dict[str, Delivery] = {}
        self._visits: list[Visit] = []
        self._runs: dict[int, Run] = {}

    # ------------------------------------------------------------ due

    def put_sources(self, sources: Iterable[Source]) -> None:
        known = self._known.sources
        for name, source in known.items():
            known[name] = replace(source, is_watched=False)
        known.update({source.name: source for source in sources})

    def sources(self) -> list[Source]:
        return list(self._known.sources.values())

    def targets(self, keys: Collection[str]) -> dict[str, Target]:
        return {key: self._targets[key] for key in keys if key in self._targets}

    def article_targets(
        self, sources: Collection[str], due_by: datetime | None, tiers: Sequence[Tier] = ()
    ) -> list[Target]:
        found = [
            t
            for t in self._targets.values()
            if t.kind is TargetKind.ARTICLE
            and t.source in sources
            and (due_by is None or _is_due(t, due_by) or any(tier.has(t) for tier in tiers))
        ]
        return sorted(found, key=lambda t: (t.next_visit is not None, t.next_visit, t.key))

    def has_due(self, source: str, now: datetime) -> bool:
        return bool(self.article_targets([source], now))

    def covered(self, channel: str) -> list[Target]:
        return sorted((t for t in self._targets.values() if t.channel == channel), key=lambda t: t.key)

    def due_counts(self, now: datetime) -> dict[str, tuple[int, datetime | None]]:
        found: dict[str, list[Target]] = defaultdict(list)
        for target in self._targets.values():
            if target.kind is TargetKind.ARTICLE:
                found[target.source].append(target)
        return {
            source: (
                sum(_is_due(t, now) for t in targets),
                min((t.next_visit for t in targets if t.next_visit and t.next_visit > now), default=None),
            )
            for source, targets in found.items()
        }

    def put_targets(self, targets: Iterable[Target]) -> None:
        self._targets.update({target.key: target for target in targets})

    def mend_clock(self, now: datetime) -> int:
        ahead = [t for t in self._targets.values() if t.last_visit and t.last_visit > now]
        self.put_targets(replace(target, last_visit=None, next_visit=now) for target in ahead)
        return len(ahead)

    def experiences(self, sources: Collection[str]) -> dict[str, dict[str, Any]]:
        return {name: self._experiences[name] for name in sources if name in self._experiences}

    def back_offs(self) -> dict[str, datetime]:
        return dict(self._back_offs)

    def put_back_offs(self, hosts: Mapping[str, datetime]) -> None:
        for host, until in hosts.items():
            self._back_offs[host] = max(until, self._back_offs.get(host, until))

    # ------------------------------------------------------------ watch

    def hold(
        self, name: str, holder: str, now: datetime, length: timedelta, is_dead: Callable[[str], bool]
    ) -> Lease:
        held = self._leases.get(name)
        if held is not None and held.holder != holder and held.until > now and not is_dead(held.holder):
            return held
        since = held.since if held is not None and held.holder == holder else now
        self._leases[name] = Lease(name, holder, since, now + length)
        return self._leases[name]

    def let_go(self, name: str, holder: str) -> None:
        if name in self._leases and self._leases[name].holder == holder:
            del self._leases[name]

    def lease(self, name: str) -> Lease | None:
        return self._leases.get(name)

    def take_turn(
        self, host: str, token: str, now: datetime, delay: timedelta, most: int, lasts: timedelta
    ) -> Turn:
        back_off = self._back_offs.get(host, now)
        if now < back_off <= now + timedelta(days=1):
            return Turn(back_off, is_taken=False, is_backed_off=True)
        next_start, held = self._turns.get(host, (now, {}))
        held = {name: end for name, end in held.items() if end > now}
        if len(held) >= most:
            return Turn(now + timedelta(milliseconds=250), is_taken=False)
        start = max(now, next_start) if next_start <= now + 4 * most * delay else now
        self._turns[host] = (start + delay, held | {token: start + lasts})
        return Turn(start)

    def end_turn(self, host: str, token: str, now: datetime) -> None:
        if host in self._turns:
            self._turns[host][1].pop(token, None)

    def extend(self, what: Stretched, source: str | None, now: datetime, gap: timedelta) -> None:
        mine = [one for one in self._stretches if one.what is what and one.source == source]
        last = max(mine, key=lambda one: one.until, default=None)
        if last is None or abs(now - last.until) > gap:
            self._stretches.append(Stretch(what, source, now, now))
        elif now > last.until:
            self._stretches[self._stretches.index(last)] = replace(last, until=now)

    def stretches(self, since: datetime | None = None, until: datetime | None = None) -> list[Stretch]:
        found = (
            one
            for one in self._stretches
            if (since is None or one.until >= since) and (until is None or one.started < until)
        )
        return sorted(found, key=lambda one: one.started)

    def put_beat(self, beat: Beat) -> None:
        self._beats[beat.source] = beat

    def beats(self) -> dict[str, Beat]:
        return dict(self._beats)

    # ------------------------------------------------------------ what is usual, what was not believed

    def some_articles(self, source: str, most: int) -> list[Target]:
        found = [
            t
            for t in self.article_targets([source], None)
            if t.last_visit and t.next_visit and not t.failures
        ]
        return sorted(found, key=lambda t: (t.next_visit, t.key), reverse=True)[:most]

    def health(self) -> dict[str, dict[str, Any]]:
        return dict(self._health)

    def put_health(self, health: Mapping[str, dict[str, Any]]) -> None:
        self._health.update(health)

    def withhold(self, looks: Iterable[Withheld]) -> None:
        self._withheld.update({(one.source, one.key, one.at): one for one in looks})

    def withheld(self, source: str) -> list[Withheld]:
        found = [one for one in self._withheld.values() if one.source == source]
        return sorted(found, key=lambda one: (one.at, one.key))

    def drop_withheld(self, source: str, parts: Collection[str]) -> None:
        kept = self._withheld.items()
        self._withheld = {k: one for k, one in kept if one.source != source or one.part not in parts}

    # ------------------------------------------------------------ recall and record

    def recall(self, questions: Questions, before: datetime | None = None) -> Known:
        return self._known if before is None else self._rewound(before)

    def sightings(self, since: datetime | None = None) -> Iterator[Sighting]:
        found = (s for s in self._sightings.values() if since is None or s.at >= since)
        yield from sorted(found, key=lambda s: (s.at, s.seq))

    def last_sighting(self, place: str, evidence: str) -> Sighting | None:
        of_place = (s for seq, s in self._sightings.items() if self._places[seq] == place)
        found = (s for s in of_place if s.evidence == evidence)
        return max(found, key=lambda s: (s.at, s.order), default=None)

    def record(
        self,
        verdict: Verdict,
        *,
        visits: Sequence[Visit] = (),
        targets: Sequence[Target] = (),
        experiences: Mapping[str, dict[str, Any]] = MappingProxyType({}),
    ) -> None:
        if verdict.revision != self._known.revision:
            raise Conflict("another process recorded meanwhile")
        dropped: dict[str, Change] = {}
        if verdict.rewind_to is not None:
            dropped = {c.id: c for c in self._known.rows.changes if c.detected_at >= verdict.rewind_to}
            self._known = self._rewound(verdict.rewind_to)
            kept = self._assessments.items()
            self._assessments = {id_: one for id_, one in kept if one.at < verdict.rewind_to}
        self._known.add_all(verdict.rows)
        self._number([change.id for change in verdict.rows.changes])
        for sighting in verdict.sightings:
            self._sightings[sighting.seq] = sighting
            name = sighting.observation.source
            self._known.sources.setdefault(name, Source(name, is_watched=False))
        self._places.update(verdict.places)
        self._held.update(verdict.identities.values())
        self._known.held = self._held
        self._known.instants = {s.at for s in self._sightings.values()}
        self._known.newest = max(self._known.instants, default=None)
        self._note_latest(verdict.places)
        self._known.next_seq = max(self._sightings, default=0) + 1
        self._known.revision += 1
        current = {change.id for change in self._known.rows.changes}
        self._superseded.update({id_: c for id_, c in dropped.items() if id_ not in current})
        for id_ in current & self._superseded.keys():
            del self._superseded[id_]
        self._visits.extend(visits)
        self.put_targets(targets)
        self._experiences.update(experiences)

    def start_run(self, at: datetime) -> int:
        number = len(self._runs) + 1
        self._runs[number] = Run(number, at)
        return number

    def finish_run(self, run: Run) -> None:
        assert run.id is not None
        self._runs[run.id] = run

    # ------------------------------------------------------------ read

    def changes(self, wanted: Filter) -> Iterator[Change]:
        found = (c for c in self._known.rows.changes if _passes(c, wanted))
        yield from sorted(found, key=lambda c: (c.detected_at, c.rank))

    def find_changes(self, id_start: str) -> list[Change]:
        every = [*self._known.rows.changes, *self._superseded.values()]
        return [change for change in every if change.id.startswith(id_start)]

    def changes_by_id(self, ids: Collection[str]) -> dict[str, Change]:
        return {change.id: change for change in self._known.rows.changes if change.id in ids}

    def find_items(self, id_start: str) -> list[Item]:
        return [item for item in self._known.rows.items if item.id.startswith(id_start)]

    def items(self) -> Iterator[ItemState]:
        for item in sorted(self._known.rows.items, key=lambda i: (i.first_seen, i.order, i.id)):
            state = self.item_state(item.id)
            assert state is not None
            yield state

    def item_state(self, item_id: str) -> ItemState | None:
        known = self._known
        item = known.item(item_id)
        if item is None:
            return None
        snapshots = known.snapshots(item_id)
        turns = known.turns(item_id)
        shown = (s.last_at for s in self.spans(item_id) if s.snapshot_id)
        return ItemState(
            item,
            tuple(known.addresses(item_id)),
            snapshots[-1],
            tuple(known.completions(item_id)),
            len(snapshots),
            max(shown, default=item.first_seen),
            turns[-1] if turns else None,
        )

    def snapshots(self, item_id: str) -> list[Snapshot]:
        return list(self._known.snapshots(item_id))

    def snapshots_by_id(self, ids: Collection[str]) -> dict[str, Snapshot]:
        return {id_: found for id_ in ids if (found := self._known.snapshot(id_))}

    def first_texts(self, item_ids: Collection[str]) -> dict[str, tuple[Item, Snapshot]]:
        found = ((self._known.item(id_), self._known.snapshots(id_)) for id_ in item_ids)
        return {item.id: (item, snapshots[0]) for item, snapshots in found if item and snapshots}

    def spans(self, item_id: str) -> list[Span]:
        spans = (span for span in self._known.rows.spans.values() if span.item_id == item_id)
        return sorted(spans, key=lambda span: (span.first_at, span.place))

    def visits(
        self,
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        sources: Collection[str] = (),
        urls: Collection[str] = (),
        kinds: Collection[TargetKind] = (),
    ) -> Iterator[Visit]:
        for visit in sorted(self._visits, key=lambda visit: visit.at):
            is_in_time = (since is None or visit.at >= since) and (until is None or visit.at < until)
            is_of = (not sources or visit.source in sources) and (not urls or visit.url in urls)
            if is_in_time and is_of and (not kinds or visit.kind in kinds):
                yield visit

    def last_visits(self, sources: Collection[str]) -> dict[str, dict[Outcome, Visit]]:
        found: dict[str, dict[Outcome, Visit]] = {name: {} for name in sources}
        for visit in self.visits():
            if visit.source in found:
                found[visit.source][visit.outcome] = visit
        return found

    def runs(self, since: datetime | None = None, until: datetime | None = None) -> list[Run]:
        return [
            run
            for run in sorted(self._runs.values(), key=lambda run: run.started)
            if (since is None or run.finished is None or run.finished >= since)
            and (until is None or run.started < until)
        ]

    def last_run(self) -> Run | None:
        return self._runs[max(self._runs)] if self._runs else None

    # ------------------------------------------------------------ deliver

    def arrivals(self, after: int, until: int | None = None, most: int = 1000) -> list[tuple[int, Change]]:
        standing = self.changes_by_id(self._arrivals)
        last = self.last_arrival() if until is None else until
        found = [
            (n, standing[id_]) for id_, n in self._arrivals.items() if id_ in standing and after < n <= last
        ]
        return sorted(found, key=lambda arrival: arrival[0])[:most]

    def last_arrival(self) -> int:
        return self._last_arrival

    def _number(self, change_ids: Sequence[str]) -> None:
        """Number the arrivals that have no number, and those that were superseded until now."""
        for id_ in change_ids:
            if id_ not in self._arrivals or id_ in self._superseded:
                self._last_arrival += 1
                self._arrivals[id_] = self._last_arrival

    def deliveries(self) -> dict[str, Delivery]:
        return dict(self._deliveries)

    def put_delivery(self, delivery: Delivery) -> None:
        self._deliveries[delivery.channel] = delivery

    # ------------------------------------------------------------ what is said about changes

    def unassessed(self, version: int) -> list[Change]:
        kept = self._assessments
        self._assessments = {id_: one for id_, one in kept.items() if one.version == version}
        wanted = Filter(kinds=frozenset({ChangeKind.CHANGED, ChangeKind.MOVED}))
        return [c for c in self.changes(wanted) if c.before and c.after and c.id not in self._assessments]

    def drop_assessments(self, since: datetime) -> bool:
        kept = {id_: one for id_, one in self._assessments.items() if one.at < since}
        is_dropped = len(kept) < len(self._assessments)
        self._assessments = kept
        return is_dropped

    def put_assessments(self, assessments: Sequence[Assessment]) -> None:
        self._assessments.update({one.change_id: one for one in assessments})

    def assessments(self, change_ids: Collection[str]) -> dict[str, Assessment]:
        return {id_: self._assessments[id_] for id_ in change_ids if id_ in self._assessments}

    def all_assessments(self, until: datetime | None = None) -> Iterator[Assessment]:
        for change in self.changes(Filter(until=until)):
            if change.id in self._assessments:
                yield self._assessments[change.id]

    def kind_counts(self) -> list[tuple[str, tuple[str, ...], int]]:
        counts = Counter((one.source, one.kinds) for one in self._assessments.values())
        return [(source, kinds, count) for (source, kinds), count in counts.items()]

    def sharing(self, edit_ids: Collection[str]) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for one in self.all_assessments():
            if one.edit_id is not None and one.edit_id in edit_ids:
                found.setdefault(one.edit_id, {})[one.change_id] = one.item_id
        return found

    def related(self, item_ids: Collection[str]) -> list[Change]:
        wanted = Filter(kinds=frozenset({ChangeKind.DUPLICATE, ChangeKind.MOVED}))
        return [c for c in self.changes(wanted) if c.item_id in item_ids or c.of in item_ids]

    def annotate(self, annotation: Annotation) -> None:
        self._annotations.append(replace(annotation, id=len(self._annotations) + 1))

    def annotations(self, change_ids: Collection[str] | None = None) -> dict[str, list[Annotation]]:
        found: dict[str, list[Annotation]] = {}
        for one in self._annotations:
            if change_ids is None or one.change_id in change_ids:
                found.setdefault(one.change_id, []).append(one)
        return found

    def is_superseded(self, change_id: str) -> bool:
        return change_id in self._superseded

    def close(self) -> None:
        """Nothing to release."""

    # ------------------------------------------------------------ going back in time

    def _rewound(self, before: datetime) -> Known:
        """What was known before anything seen at `before` or later, as a Known of its own."""
        rows, known = self._known.rows, Known()
        by_place: dict[str, list[Sighting]] = defaultdict(list)
        for seq, sighting in self._sightings.items():
            if sighting.at < before:
                by_place[self._places[seq]].append(sighting)
        spans = [s for s in rows.spans.values() if s.first_at < before]
        known.add_all(
            Rows(
                items=[x for x in rows.items if x.first_seen < before],
                addresses=[x for x in rows.addresses if x.since < before],
                snapshots=[x for x in rows.snapshots if x.seen_at < before],
                completions=[x for x in rows.completions if x.at < before],
                clues=[x for x in rows.clues if x.at < before],
                spans=as_it_stood(spans, before, lambda place: showings(place, by_place[_page(place)])),
                changes=[x for x in rows.changes if x.detected_at < before],
            )
        )
        known.sources = self._known.sources
        known.next_seq, known.revision = self._known.next_seq, self._known.revision
        for place, seen in by_place.items():
            newest = max(seen, key=lambda s: (s.at, s.order))
            known.latest[place] = (newest.at, newest.digest)
        return known

    def _note_latest(self, places: Mapping[int, str]) -> None:
        latest = self._known.latest
        for seq, place in places.items():
            seen = self._sightings[seq]
            if place not in latest or latest[place][0] <= seen.at:
                latest[place] = (seen.at, seen.digest)


def _is_due(target: Target, by: datetime) -> bool:
    return target.next_visit is None or target.next_visit <= by


def _page(place: str) -> str:
    return place.removeprefix("g|")


def _passes(change: Change, wanted: Filter) -> bool:
    return (
        (wanted.since is None or change.detected_at >= wanted.since)
        and (wanted.until is None or change.detected_at < wanted.until)
        and (not wanted.kinds or change.kind in wanted.kinds)
        and (not wanted.sources or change.source in wanted.sources)
        and (wanted.item_id is None or change.item_id == wanted.item_id)
    )
