"""Store -> what the report and the read-only commands show. Reads; decides and draws nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from crawler import coverage, urls
from crawler.bearings import Bearings
from crawler.compare import assess, differ, kinds, terms
from crawler.compare.fingerprint import headed
from crawler.compare.lineage import Cluster, Member
from crawler.compare.terms import Trace, Version
from crawler.config import parse_duration
from crawler.errors import UsageError
from crawler.report import Entry, Report
from crawler.report.view import Bearing
from crawler.rota import Rota
from storage.jsonl import format_time, to_json
from storage.records import (
    Annotation,
    Article,
    Cause,
    Change,
    ChangeKind,
    Gap,
    Origin,
    Outcome,
    Ruling,
    Snapshot,
    Stretched,
    Subject,
    Visit,
)
from storage.store import Filter, ItemState, Store

T = TypeVar("T")

_CHUNK = 200  # changes whose texts are read at once
_MOST_FAILURES = 10_000
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def report(
    store: Store,
    wanted: Filter,
    *,
    title: str,
    made_at: datetime,
    zone: str,
    folds: bool = True,
    rota: Rota | None = None,
) -> Report:
    """The report on the changes that `wanted` lets pass, with what was not looked at in that time.

    `rota`: when listings are due; without it the gaps between looks at them are left out.

    `folds`: whether all changes of a group but the first are marked as folded into it.
    """
    counts = Counter(change.kind for change in store.changes(wanted))
    bearings = Bearings(store, until=wanted.until, folds=folds)
    return Report(
        title=title,
        made_at=made_at,
        entries=entries(store, store.changes(wanted), bearings),
        counts=counts,
        since=wanted.since,
        until=wanted.until,
        zone=zone,
        visits_failed=tuple(islice(_failed(store, wanted), _MOST_FAILURES)),
        campaigns=bearings.campaign_entries(wanted),
        gaps=tuple(_gaps(store, wanted, rota, made_at)) if rota else (),
    )


def _gaps(store: Store, wanted: Filter, rota: Rota, now: datetime) -> Iterator[Gap]:
    """The gaps of the listings in a period. Who never let a daemon watch is not told that nobody did."""
    watched = [
        s for s in store.sources() if s.name in rota.names() and s.name in (wanted.sources or rota.names())
    ]
    has_daemon = any(one.what is Stretched.DAEMON for one in store.stretches())
    until = min(wanted.until, now) if wanted.until else now
    for line in coverage.ledger(store, watched, rota, wanted.since, until, with_articles=False):
        yield from (gap for gap in line.gaps if has_daemon or gap.cause not in (Cause.OFF, Cause.LATE))


def _failed(store: Store, wanted: Filter) -> Iterator[Visit]:
    for visit in store.visits(wanted.since, wanted.until):
        is_unread = visit.outcome in (Outcome.FAILED, Outcome.BLOCKED, Outcome.DISALLOWED)
        if is_unread and (not wanted.sources or visit.source in wanted.sources):
            yield visit


def entries(store: Store, changes: Iterable[Change], bearings: Bearings) -> Iterator[Entry]:
    """Each change with its texts and what it means, in the order given; read as they are taken."""
    rest = iter(changes)
    while chunk := list(islice(rest, _CHUNK)):
        ids = {id_ for change in chunk for id_ in (change.before, change.after) if id_}
        snapshots = store.snapshots_by_id(ids)
        others = {change.of: store.item_state(change.of) for change in chunk if change.of}
        for change, bearing in zip(chunk, bearings.of(chunk), strict=True):
            yield _entry(change, snapshots, others.get(change.of or ""), bearing)


def _entry(
    change: Change, snapshots: dict[str, Snapshot], other: ItemState | None, bearing: Bearing
) -> Entry:
    return Entry(
        change,
        snapshots.get(change.before or ""),
        snapshots.get(change.after or ""),
        other.item if other else None,
        _headline(other) if other else None,
        other.addresses[-1].url if other and other.addresses else None,
        bearing,
    )


def find_change(store: Store, address: str) -> Change:
    """The change of an id, the beginning of one, or `<before>..<after>`. Raises UsageError."""
    if ".." in address:
        before, _, after = address.partition("..")
        found = [c for c in store.changes(Filter()) if _is_between(c, before, after)]
    else:
        found = store.find_changes(address) if address else []
    return _only(found, address, "change", lambda change: change.id)


def find_item(store: Store, address: str) -> str:
    """The id of the item of an id, the beginning of one, or an address. Raises UsageError."""
    if "://" in address:
        key = urls.canonical(address)
        found = [s.item.id for s in store.items() if any(urls.canonical(a.url) == key for a in s.addresses)]
        articles = [i for i in found if (s := store.item_state(i)) and s.item.subject is Subject.ARTICLE]
        return _only(articles or found, address, "item", str)
    ids = [item.id for item in store.find_items(address)] if address else []
    return _only(ids, address, "item", str)


def _only(found: list[T], address: str, what: str, name: Callable[[T], str]) -> T:
    if len(found) == 1:
        return found[0]
    if not found:
        where = "presswatch report" if what == "change" else "presswatch items"
        name_of = "address" if "://" in address else "id"
        raise UsageError(f"no {what} has the {name_of} {address!r}: `{where}` shows the ids")
    some = ", ".join(name(one) for one in found[:5])
    raise UsageError(f"{len(found)} {what}s begin with {address!r}: {some} …; give more of it")


def _is_between(change: Change, before: str, after: str) -> bool:
    return all(
        bool(found and found.startswith(wanted)) if wanted else found is None
        for found, wanted in ((change.before, before), (change.after, after))
    )


# ---------------------------------------------------------------- items


def item_json(state: ItemState) -> dict[str, Any]:
    """One item with its current state: a line of `presswatch items --jsonl`."""
    content = differ.merged(state.latest.content, list(state.completions))
    date_name = "published" if isinstance(content, Article) else "date"
    return {
        "id": state.item.id,
        "subject": state.item.subject.value,
        "source": state.item.source,
        "url": state.addresses[-1].url if state.addresses else None,
        "headline": content.headline,
        "date": getattr(content, date_name),
        "state": item_state(state),
        "snapshots": state.snapshots,
        "snapshot": state.latest.id,
        "first_seen": format_time(state.item.first_seen),
        "last_seen": format_time(state.last_seen),
    }


def item_state(state: ItemState) -> str:
    """live, removed or moved."""
    turn = state.last_turn
    if turn is None or turn.kind is ChangeKind.RESTORED:
        return "live"
    return turn.kind.value


def snapshot_json(snapshot: Snapshot, state: ItemState) -> dict[str, Any]:
    """One snapshot with its full text: a line of `presswatch show ITEM --jsonl`."""
    content = snapshot.content
    head = {
        "id": snapshot.id,
        "item": snapshot.item_id,
        "number": snapshot.number,
        "subject": state.item.subject.value,
        "source": state.item.source,
        "url": snapshot.url or (state.addresses[-1].url if state.addresses else None),
        "seen_at": format_time(snapshot.seen_at),
    }
    if isinstance(content, Article):
        line = to_json(content)
        names = ("headline", "byline", "published", "modified", "paragraphs")
        text = {name: line[name] for name in names} | {"about": line.get("about")}
    else:
        text = {"headline": content.headline, "excerpt": content.excerpt, "date": content.date}
    tail = {"fingerprint": snapshot.exact, "evidence": snapshot.evidence, "origin": snapshot.origin.value}
    return head | text | tail


def _headline(state: ItemState) -> str | None:
    return differ.merged(state.latest.content, list(state.completions)).headline


# ---------------------------------------------------------------- times as people give them


def parse_moment(text: str, now: datetime, zone: str, *, is_end: bool = False) -> datetime:
    """The instant of a date, a time, or a stretch before `now` such as 24h or 7d.

    A date is a day in `zone`: its beginning, or with `is_end` the end of it. A time without offset is in
    `zone` too. Raises UsageError.
    """
    text = text.strip()
    try:
        return now - timedelta(seconds=parse_duration(text))
    except ValueError:
        pass
    try:
        if _DAY.fullmatch(text):
            day = date.fromisoformat(text) + timedelta(days=1 if is_end else 0)
            return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"{text!r} is no time: give a date (2026-01-31), a time (2026-01-31T09:00Z) or a stretch (7d)"
        ) from error


# ---------------------------------------------------------------- a term through time, a story's copies


def trace(store: Store, term: str, sources: frozenset[str] = frozenset()) -> Trace:
    """Where `term` appeared, stayed and vanished, in the articles and teasers of `sources` (none: all)."""
    return terms.trace(term, _versions(store, sources))


def _versions(store: Store, sources: frozenset[str]) -> Iterator[Version]:
    """The texts of every item, oldest first; a text that was removed with its page counts as an empty one."""
    for state in store.items():
        if sources and state.item.source not in sources:
            continue
        yield from sorted(_versions_of(store, state), key=lambda version: version.seen_at)


def _versions_of(store: Store, state: ItemState) -> Iterator[Version]:
    item, url = state.item, state.addresses[-1].url if state.addresses else None
    last_seen: dict[str, datetime] = {}
    for span in store.spans(item.id):
        if span.snapshot_id is not None:
            last_seen[span.snapshot_id] = max(span.last_at, last_seen.get(span.snapshot_id, span.last_at))
    snapshots = store.snapshots(item.id)
    for one in snapshots:
        until = last_seen.get(one.id, one.seen_at)
        text = headed(one.content)
        is_technical = one.origin is Origin.REREAD
        yield Version(
            item.id, item.source, url, one.content.headline, one.id, one.seen_at, text, until, is_technical
        )
    if state.last_turn is None:
        return
    for turn in store.changes(Filter(item_id=item.id)):
        at, headline = turn.changed_before, turn.headline
        if turn.kind is ChangeKind.REMOVED:
            yield Version(item.id, item.source, url, headline, "", at, "", turn.detected_at)
        elif turn.kind is ChangeKind.RESTORED:
            shown = [s for s in snapshots if s.seen_at <= turn.detected_at][-1]
            until = last_seen.get(shown.id, at)
            text = headed(shown.content)
            yield Version(item.id, item.source, url, headline, shown.id, at, text, until)


def cluster_json(member: Member, cluster: Cluster, url: str | None) -> dict[str, Any]:
    """One copy of a story: a line of `presswatch lineage ITEM --jsonl`."""
    content = member.snapshot.content
    return {
        "cluster": cluster.id,
        "item": member.item.id,
        "subject": member.item.subject.value,
        "source": member.item.source,
        "url": url,
        "headline": content.headline,
        "first_seen": format_time(member.item.first_seen),
        "relation": member.relation.value,
        "exact": member.is_exact,
        "similarity": round(member.similarity, 4),
        "edits": [assess.plain(e) for e in edits_to(cluster.members[0], member)],
    }


def edits_to(first: Member, member: Member) -> tuple[kinds.Edit, ...]:
    """What a copy changed against the first one's text."""
    return kinds.edits(first.snapshot.content, member.snapshot.content) if member is not first else ()


def address_of(store: Store, item_id: str) -> str | None:
    """The latest address of an item; None where it has none."""
    state = store.item_state(item_id)
    return state.addresses[-1].url if state and state.addresses else None


def overrule(store: Store, annotation: Annotation) -> None:
    """Keep a reviewer's word. Raises UsageError where it cannot be said of that change."""
    change = store.changes_by_id([annotation.change_id]).get(annotation.change_id)
    if change is None:
        raise UsageError(f"change {annotation.change_id} is superseded: there is nothing left to overrule")
    if annotation.ruling is Ruling.NOT_DUPLICATE and change.of is None:
        raise UsageError(f"change {change.id} is {change.kind.value}: it calls nothing a duplicate")
    if annotation.ruling is Ruling.WITHDRAWN and not store.annotations([change.id]):
        raise UsageError(f"nothing was said of change {change.id}: there is nothing to withdraw")
    store.annotate(annotation)


def heaviest(made: Report, most: int, *, folds: bool = True) -> Report:
    """`made`, of which nothing was folded, with its `most` weightiest changes only, heaviest first.

    Of equals, the latest first. `folds`: a group is one of them, and its weightiest change stands for it.
    """
    latest = sorted(made.entries, key=lambda e: (e.change.detected_at, e.change.rank), reverse=True)
    weightiest = sorted(latest, key=lambda e: -e.bearing.weight)
    if folds:
        seen: set[str] = set()
        weightiest = [e for e in weightiest if _is_first(e, seen)]
    chosen = weightiest[:most]
    counts = Counter(entry.change.kind for entry in chosen)
    return replace(made, entries=chosen, counts=counts, title=f"{made.title}: the {most} heaviest")


def _is_first(entry: Entry, seen: set[str]) -> bool:
    """Whether no entry before it stands for its group. `seen`: the groups so far."""
    group = entry.bearing.group
    if group is None:
        return True
    is_first = group.id not in seen
    seen.add(group.id)
    return is_first
