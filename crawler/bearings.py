"""What the changes of a report mean beside all others: assessed, grouped, clustered, tied to campaigns. I/O.

What lives here: fetching from the store what the pure rules (`compare.assess`, `groups`, `lineage`,
`campaigns`) ask for, a few hundred changes at a time. What must not: those rules, and words for a reader.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby, islice
from typing import TypeVar

from crawler import urls
from crawler.compare import assess, kinds, lineage
from crawler.compare.campaigns import Campaign, Delta, find_campaigns
from crawler.compare.fingerprint import headed
from crawler.compare.groups import Group, flaps, same_edits, sentences_id
from crawler.compare.lineage import MOST_MEMBERS, Cluster
from crawler.compare.terms import term_changes
from crawler.report.view import Bearing, CampaignEntry
from storage.records import Annotation, Assessment, Change, ChangeKind, Ruling, Snapshot
from storage.store import Filter, Store

T = TypeVar("T")
_BATCH = 500  # changes assessed in one transaction
_MOST_OF_GONE = 4_000  # characters of a text that is gone whose terms are told
_MOST_OTHERS = 12  # changes of a group that an entry lists

Progress = Callable[[int, int], None]  # (assessed so far, to be assessed)


def assess_all(store: Store, progress: Progress = lambda done, total: None) -> int:
    """Assess every edit that is not assessed yet, in the order of the log; gives back how many.

    How rare an edit is depends on what came before it, so those at its time and later are assessed anew.
    """
    waiting = store.unassessed(assess.VERSION)
    if not waiting:
        return 0
    if store.drop_assessments(waiting[0].detected_at):
        waiting = store.unassessed(assess.VERSION)
    tally = assess.Tally(store.kind_counts())
    languages = {source.name: source.language for source in store.sources()}
    done = 0
    for batch in _batches(waiting):
        progress(done, len(waiting))
        done += len(batch)
        texts = store.snapshots_by_id({id_ for c in batch for id_ in (c.before, c.after) if id_})
        standing = [
            c for c in batch if c.before in texts and c.after in texts
        ]  # others: superseded meanwhile
        store.put_assessments(list(_assessed(standing, texts, tally, languages)))
    return len(waiting)


def _batches(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """`changes` in batches; those of one instant stay together."""
    batch: list[Change] = []
    for _, at_once in groupby(changes, key=lambda change: change.detected_at):
        batch += at_once
        if len(batch) >= _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _assessed(
    changes: Iterable[Change],
    texts: dict[str, Snapshot],
    tally: assess.Tally,
    languages: dict[str, str | None],
) -> Iterator[Assessment]:
    """The assessments of `changes`; changes of one instant do not count for each other."""
    for _, at_once in groupby(changes, key=lambda change: change.detected_at):
        found = [
            assess.assess(
                change,
                texts[change.before or ""],
                texts[change.after or ""],
                tally.rarities(change.source),
                languages.get(change.source),
            )
            for change in at_once
        ]
        for one in found:
            tally.add(one)
        yield from found


class Bearings:
    """The bearings of changes, taken in the order in which a report shows them.

    `folds`: whether the later changes of a group are marked as folded into its first one shown.
    """

    def __init__(self, store: Store, *, until: datetime | None = None, folds: bool = True) -> None:
        self._store = store
        self._folds = folds
        self._shown: set[str] = set()  # ids of groups that an entry stands for already
        self._pages_of: dict[str, int] = {}  # by the id of a group
        self._clusters: dict[str, Cluster | None] = {}
        assess_all(store)
        self._rulings = {id_: _ruling(said) for id_, said in store.annotations().items()}
        self._apart = _apart(store, self._rulings)
        self.campaigns = tuple(campaigns(store, until=until, dismissed=self._dismissed()))
        self._campaigns_of: dict[str, list[Campaign]] = {}
        for campaign in self.campaigns:
            for id_ in campaign.change_ids:
                self._campaigns_of.setdefault(id_, []).append(campaign)

    def of(self, changes: Sequence[Change]) -> list[Bearing]:
        """The bearing of each of `changes`, some hundred at most."""
        store = self._store
        ids = [change.id for change in changes]
        assessed, said = store.assessments(ids), store.annotations(ids)
        groups = self._groups(changes, assessed)
        self._cluster({change.item_id for change in changes})
        found = []
        for change in changes:
            bearing = self._bearing(change, assessed.get(change.id), groups.get(change.id))
            annotations = tuple(said.get(change.id, ()))
            found.append(replace(bearing, annotations=annotations, ruling=self._rulings.get(change.id)))
        return self._with_others(changes, found)

    def campaign_entries(self, wanted: Filter) -> tuple[CampaignEntry, ...]:
        """The campaigns with a change in the time, and of the sources, that `wanted` lets pass."""
        found = []
        for campaign in self.campaigns:
            if not _is_within(campaign, wanted):
                continue
            changes = self._store.changes_by_id(campaign.change_ids)
            kept = tuple(changes[id_] for id_ in campaign.change_ids if id_ in changes)
            found.append(CampaignEntry(campaign, kept))
        return tuple(found)

    def cluster(self, item_id: str) -> Cluster | None:
        """The cluster that an item belongs to; None where nothing is like it."""
        self._cluster({item_id})
        return self._clusters.get(item_id)

    # ------------------------------------------------------------ one change

    def _bearing(self, change: Change, assessment: Assessment | None, group: Group | None) -> Bearing:
        is_folded = self._folds and group is not None and group.id in self._shown
        if group is not None:
            self._shown.add(group.id)
        cluster = self._clusters.get(change.item_id)
        ruled_out = self._rulings.get(change.id) is Ruling.FALSE_ALARM
        weight = assessment.weight if assessment else assess.plain_weight(change)
        bearing = Bearing(
            weight=0 if ruled_out else weight,
            group=group,
            is_folded=is_folded,
            cluster=cluster.id if cluster else None,
            relation=_relation(cluster, change.item_id),
            campaigns=tuple(self._campaigns_of.get(change.id, ())),
        )
        if assessment is None:
            return replace(bearing, edits=self._edits_of_copy(change))
        return replace(
            bearing,
            is_stealth=assessment.is_stealth,
            edits=assessment.edits,
            parts=assessment.parts,
            kinds=assessment.kinds,
            edit_id=assessment.edit_id,
        )

    def _edits_of_copy(self, change: Change) -> tuple[dict[str, object], ...]:
        """What a copy that is not word for word made of the text it copies."""
        is_near = change.kind is ChangeKind.DUPLICATE and change.similarity != 1.0
        if not (is_near and change.of and change.after):
            return ()
        texts = [s for s in self._store.snapshots(change.of) if s.seen_at <= change.detected_at]
        own = self._store.snapshots_by_id([change.after]).get(change.after)
        if not texts or own is None:
            return ()
        source = next((s for s in self._store.sources() if s.name == change.source), None)
        found = kinds.edits(texts[-1].content, own.content, source.language if source else None)
        return tuple(assess.plain(edit) for edit in found)

    # ------------------------------------------------------------ groups

    def _groups(self, changes: Sequence[Change], assessed: dict[str, Assessment]) -> dict[str, Group]:
        """By change, the group it belongs to: of an item that swings, else of the same edit elsewhere."""
        edit_ids = {one.edit_id for one in assessed.values() if one.edit_id}
        found: dict[str, Group] = {}
        for group in same_edits(self._store.sharing(edit_ids)):
            pages = self._pages(group)
            if pages > 1:  # more than one article and its own teaser
                found.update(dict.fromkeys(group.change_ids, replace(group, pages=pages)))
        returning = (ChangeKind.REMOVED, ChangeKind.RESTORED)
        swinging = {c.item_id for c in changes if c.reverts_to or c.kind in returning}
        swinging |= {c.item_id for c in changes if c.kind is ChangeKind.CHANGED}
        for item_id in swinging:
            for group in flaps(list(self._store.changes(Filter(item_id=item_id)))):
                found.update(dict.fromkeys(group.change_ids, group))
        return found

    def _pages(self, group: Group) -> int:
        """At how many addresses its changes stand: asked once, however many batches of a report it is in."""
        if group.id not in self._pages_of:
            changes = self._store.changes_by_id(group.change_ids).values()
            pages = {urls.canonical(c.url) if c.url else c.item_id for c in changes}
            self._pages_of[group.id] = len(pages)
        return self._pages_of[group.id]

    def _with_others(self, changes: Sequence[Change], bearings: list[Bearing]) -> list[Bearing]:
        """`bearings`, those that stand for a group with its other changes."""
        wanted: dict[str, tuple[str, ...]] = {}
        for change, bearing in zip(changes, bearings, strict=True):
            if bearing.group is not None and not bearing.is_folded:
                others = (id_ for id_ in bearing.group.change_ids if id_ != change.id)
                wanted[change.id] = tuple(islice(others, _MOST_OTHERS))
        known = self._store.changes_by_id({id_ for ids in wanted.values() for id_ in ids})
        return [
            replace(b, others=tuple(known[id_] for id_ in wanted.get(c.id, ()) if id_ in known))
            for c, b in zip(changes, bearings, strict=True)
        ]

    # ------------------------------------------------------------ clusters

    def _cluster(self, item_ids: set[str]) -> None:
        """Find the clusters of these items, each once."""
        ties: dict[str, Change] = {}
        members, frontier = set(item_ids), item_ids - self._clusters.keys()
        asked: set[str] = set()
        while frontier and len(members) < MOST_MEMBERS * max(1, len(item_ids)):
            found = self._store.related(frontier)
            asked |= frontier
            ties.update({change.id: change for change in found})
            near = {id_ for change in found for id_ in (change.item_id, change.of) if id_}
            members |= near
            frontier = near - asked - self._clusters.keys()
        if asked:
            texts = self._store.first_texts({i for c in ties.values() for i in (c.item_id, c.of) if i})
            clustered = lineage.clusters(texts, ties.values(), self._apart)
            self._clusters.update({id_: clustered.get(id_) for id_ in asked})

    def _dismissed(self) -> set[str]:
        return {id_ for id_, ruling in self._rulings.items() if ruling is Ruling.FALSE_ALARM}


def campaigns(
    store: Store, *, until: datetime | None = None, dismissed: Iterable[str] = ()
) -> Iterator[Campaign]:
    """The campaigns in all that was detected until then; `dismissed` changes count for nothing."""
    apart = set(dismissed)
    yield from find_campaigns(delta for delta in _deltas(store, until) if delta.change_id not in apart)


def _deltas(store: Store, until: datetime | None) -> Iterator[Delta]:
    for one in store.all_assessments(until):
        terms = one.removed, one.added, one.replaced
        same = sentences_id(one.edits)
        yield Delta(one.change_id, one.item_id, one.source, one.at, *terms, edit_id=same)
    removals = iter(store.changes(Filter(until=until, kinds=frozenset({ChangeKind.REMOVED}))))
    while batch := list(islice(removals, _BATCH)):
        texts = store.snapshots_by_id({change.before for change in batch if change.before})
        yield from (_removal(change, texts.get(change.before or "")) for change in batch)


def _removal(change: Change, gone: Snapshot | None) -> Delta:
    """What is gone, with the terms it held."""
    removed = term_changes(headed(gone.content)[:_MOST_OF_GONE], "").removed if gone else ()
    where = change.id, change.item_id, change.source, change.detected_at
    return Delta(*where, removed=removed, is_removal=True)


def _is_within(campaign: Campaign, wanted: Filter) -> bool:
    if wanted.sources and campaign.source not in wanted.sources:
        return False
    is_before = wanted.since is not None and campaign.last_at < wanted.since
    return not is_before and (wanted.until is None or campaign.first_at < wanted.until)


def _relation(cluster: Cluster | None, item_id: str) -> str | None:
    if cluster is None:
        return None
    return next((m.relation.value for m in cluster.members if m.item.id == item_id), None)


def _ruling(said: Sequence[Annotation]) -> Ruling | None:
    """What stands of what was said of a change: the last word, unless it takes back the one before."""
    last = said[-1].ruling
    return None if last is Ruling.WITHDRAWN else last


def _apart(store: Store, rulings: dict[str, Ruling | None]) -> list[tuple[str, str]]:
    """The pairs of items that reviewers hold apart."""
    held = (Ruling.NOT_DUPLICATE, Ruling.NOT_SAME_ITEM, Ruling.FALSE_ALARM)
    named = store.changes_by_id([id_ for id_, ruling in rulings.items() if ruling in held])
    return [(change.item_id, change.of) for change in named.values() if change.of]
