"""SqlStore: the store protocol on SQLite and PostgreSQL; the SQLAlchemy address decides which.

SQLite runs with WAL, `synchronous=FULL` (a commit that was acknowledged survives a power cut) and
`BEGIN IMMEDIATE` for writing. Everything a batch brings is written in one transaction.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields, replace
from datetime import datetime, timedelta
from functools import lru_cache, reduce
from types import MappingProxyType
from typing import Any, TypeVar

from sqlalchemy import (
    JSON,
    Engine,
    Row,
    Select,
    String,
    Table,
    and_,
    bindparam,
    case,
    cast,
    column,
    delete,
    event,
    func,
    insert,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy import create_engine as _create_engine
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DatabaseError, DataError, IntegrityError, ProgrammingError

from storage import blobs, deliveries, retention, said, watch, withheld
from storage.errors import Conflict, StoreError
from storage.known import Known, Questions, Rows, Verdict, most_answers
from storage.records import (
    Address,
    Annotation,
    Article,
    Assessment,
    Beat,
    Change,
    ChangeKind,
    Clue,
    Completion,
    DateOrder,
    Delivery,
    Gone,
    Item,
    Lease,
    Listing,
    Observation,
    Origin,
    Outcome,
    Run,
    Sighting,
    Snapshot,
    Source,
    Span,
    Stretch,
    Stretched,
    Subject,
    Target,
    TargetKind,
    Turn,
    Visit,
    Withheld,
)
from storage.rewind import Showings, as_it_stood, showings
from storage.store import Filter, ItemState, Tier
from storage.tables import (
    ADDRESS,
    BEAT,
    BLOB,
    CHANGE,
    CLUE,
    COMPLETION,
    DELIVERY,
    EXPERIENCE,
    HEALTH,
    HOST,
    ITEM,
    OBSERVATION,
    RUN,
    SNAPSHOT,
    SOURCE,
    SPAN,
    STATE,
    SUPERSEDED,
    TARGET,
    VISIT,
    WITHHELD,
)

_MOST_PARAMETERS = 900  # SQLite takes 999 in its smallest build
_MOST_CONTENTS = 50  # latest snapshots of an item whose texts are recalled
_MOST_TURNS = 16  # latest changes of a kind that are recalled of an item
_AWAY = (ChangeKind.REMOVED.value, ChangeKind.RESTORED.value)
_TURNS = (
    ChangeKind.REMOVED,
    ChangeKind.RESTORED,
    ChangeKind.MOVED,
    ChangeKind.DUPLICATE,
    ChangeKind.CHANGED,
)
_BLOCK = "b|"  # how the place of the blocks on article pages begins

T = TypeVar("T")


def create_engine(url: str) -> Engine:
    """An engine for `url` with the settings that keep a store safe."""
    if not url.startswith("sqlite"):
        return _create_engine(url)
    engine = _create_engine(url, connect_args={"check_same_thread": False, "timeout": 30})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        is_writing = connection.get_execution_options().get("is_writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")

    return engine


@contextmanager
def _told() -> Iterator[None]:
    """What the database itself cannot do (a full disk, a lock, a damaged file), as a StoreError."""
    try:
        yield
    except DatabaseError as error:
        if isinstance(error, (DataError, IntegrityError, ProgrammingError)):
            raise  # no condition of the database, but a mistake of ours
        raise StoreError(f"the store cannot be used: {error.orig}") from error


class SqlStore:
    """A store in a database whose schema is in place already (see `storage.migrate`)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with _told(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        connect = self._engine.connect
        with _told(), connect().execution_options(is_writing=True) as connection, connection.begin():
            yield connection

    # ------------------------------------------------------------ due

    def put_sources(self, sources: Iterable[Source]) -> None:
        rows = [{"name": s.name, "is_watched": s.is_watched, "data": asdict(s)} for s in sources]
        with self._writing() as db:
            db.execute(update(SOURCE).values(is_watched=False))
            self._upsert(db, SOURCE, rows)

    def sources(self) -> list[Source]:
        with self._reading() as db:
            return list(_sources(db).values())

    def targets(self, keys: Collection[str]) -> dict[str, Target]:
        with self._reading() as db:
            rows = _where_in(db, select(TARGET), TARGET.c.key, keys)
            return {row.key: _target(row) for row in rows}

    def article_targets(
        self, sources: Collection[str], due_by: datetime | None, tiers: Sequence[Tier] = ()
    ) -> list[Target]:
        wanted = select(TARGET).where(TARGET.c.kind == TargetKind.ARTICLE.value)
        if due_by is not None:
            is_due = or_(TARGET.c.next_visit.is_(None), TARGET.c.next_visit <= due_by)
            wanted = wanted.where(or_(is_due, *map(_is_in_tier, tiers)))
        with self._reading() as db:
            found = [_target(row) for row in _where_in(db, wanted, TARGET.c.source, sources)]
        return sorted(found, key=lambda t: (t.next_visit is not None, t.next_visit, t.key))

    def has_due(self, source: str, now: datetime) -> bool:
        articles = select(TARGET.c.key).where(TARGET.c.source == source)
        articles = articles.where(TARGET.c.kind == TargetKind.ARTICLE.value).limit(1)
        with self._reading() as db:
            is_new = db.execute(articles.where(TARGET.c.next_visit.is_(None))).first() is not None
            return is_new or db.execute(articles.where(TARGET.c.next_visit <= now)).first() is not None

    def covered(self, channel: str) -> list[Target]:
        with self._reading() as db:
            rows = db.execute(select(TARGET).where(TARGET.c.channel == channel).order_by(TARGET.c.key))
            return [_target(row) for row in rows]

    def due_counts(self, now: datetime) -> dict[str, tuple[int, datetime | None]]:
        is_due = or_(TARGET.c.next_visit.is_(None), TARGET.c.next_visit <= now)
        wanted = (
            select(
                TARGET.c.source,
                func.sum(case((is_due, 1), else_=0)).label("due"),
                func.min(case((TARGET.c.next_visit > now, TARGET.c.next_visit))).label("next"),
            )
            .where(TARGET.c.kind == TargetKind.ARTICLE.value)
            .group_by(TARGET.c.source)
        )
        with self._reading() as db:
            return {row.source: (int(row.due), row.next) for row in db.execute(wanted)}

    def put_targets(self, targets: Iterable[Target]) -> None:
        with self._writing() as db:
            self._upsert(db, TARGET, [_as_row(target) for target in targets])

    def mend_clock(self, now: datetime) -> int:
        is_ahead = TARGET.c.last_visit > now
        with self._writing() as db:
            mended = db.execute(update(TARGET).where(is_ahead).values(last_visit=None, next_visit=now))
            return mended.rowcount

    def experiences(self, sources: Collection[str]) -> dict[str, dict[str, Any]]:
        with self._reading() as db:
            rows = _where_in(db, select(EXPERIENCE), EXPERIENCE.c.source, sources)
            return {row.source: row.data for row in rows}

    def back_offs(self) -> dict[str, datetime]:
        with self._reading() as db:
            return {row.name: row.back_off_until for row in db.execute(select(HOST))}

    def put_back_offs(self, hosts: Mapping[str, datetime]) -> None:
        if hosts:
            with self._writing() as db:
                watch.put_back_offs(db, hosts)

    # ------------------------------------------------------------ watch

    def hold(
        self, name: str, holder: str, now: datetime, length: timedelta, is_dead: Callable[[str], bool]
    ) -> Lease:
        with self._writing() as db:
            return watch.hold(db, name, holder, now, length, is_dead)

    def let_go(self, name: str, holder: str) -> None:
        with self._writing() as db:
            watch.let_go(db, name, holder)

    def lease(self, name: str) -> Lease | None:
        with self._reading() as db:
            return watch.lease(db, name)

    def take_turn(
        self, host: str, token: str, now: datetime, delay: timedelta, most: int, lasts: timedelta
    ) -> Turn:
        with self._writing() as db:
            return watch.take_turn(db, host, token, now, delay, most, lasts)

    def end_turn(self, host: str, token: str, now: datetime) -> None:
        with self._writing() as db:
            watch.end_turn(db, host, token, now)

    def extend(self, what: Stretched, source: str | None, now: datetime, gap: timedelta) -> None:
        with self._writing() as db:
            watch.extend(db, what, source, now, gap)

    def stretches(self, since: datetime | None = None, until: datetime | None = None) -> list[Stretch]:
        with self._reading() as db:
            return watch.stretches(db, since, until)

    def put_beat(self, beat: Beat) -> None:
        with self._writing() as db:
            self._upsert(db, BEAT, [_as_row(beat)])

    def beats(self) -> dict[str, Beat]:
        with self._reading() as db:
            return {row.source: Beat(row.source, row.last, row.next) for row in db.execute(select(BEAT))}

    # ------------------------------------------------------------ what is usual, what was not believed

    def some_articles(self, source: str, most: int) -> list[Target]:
        is_article, was_there = TARGET.c.kind == TargetKind.ARTICLE.value, TARGET.c.last_visit.is_not(None)
        wanted = select(TARGET).where(TARGET.c.source == source, is_article, was_there)
        wanted = wanted.where(TARGET.c.failures == 0, TARGET.c.next_visit.is_not(None))
        with self._reading() as db:
            found = db.execute(wanted.order_by(TARGET.c.next_visit.desc(), TARGET.c.key.desc()).limit(most))
            return [_target(row) for row in found]

    def health(self) -> dict[str, dict[str, Any]]:
        with self._reading() as db:
            return withheld.health(db)

    def put_health(self, health: Mapping[str, dict[str, Any]]) -> None:
        with self._writing() as db:
            rows = [{"source": source, "data": data} for source, data in health.items()]
            self._upsert(db, HEALTH, rows)

    def withhold(self, looks: Iterable[Withheld]) -> None:
        with self._writing() as db:
            self._upsert(db, WITHHELD, [withheld.as_row(look) for look in looks])

    def withheld(self, source: str) -> list[Withheld]:
        with self._reading() as db:
            return withheld.of_source(db, source)

    def drop_withheld(self, source: str, parts: Collection[str]) -> None:
        with self._writing() as db:
            withheld.drop(db, source, parts)

    # ------------------------------------------------------------ recall

    def recall(self, questions: Questions, before: datetime | None = None) -> Known:
        with self._reading() as db:
            return _Recall(db, before).answer(questions)

    def sightings(self, since: datetime | None = None) -> Iterator[Sighting]:
        wanted = select(OBSERVATION, BLOB.c.data).outerjoin(BLOB, BLOB.c.digest == OBSERVATION.c.blob)
        if since is not None:
            wanted = wanted.where(OBSERVATION.c.at >= since)
        wanted = wanted.order_by(OBSERVATION.c.at, OBSERVATION.c.seq)
        with self._reading() as db:
            for row in db.execution_options(yield_per=500).execute(wanted):
                yield _sighting(row)

    def last_sighting(self, place: str, evidence: str) -> Sighting | None:
        wanted = select(OBSERVATION, BLOB.c.data).outerjoin(BLOB, BLOB.c.digest == OBSERVATION.c.blob)
        wanted = wanted.where(OBSERVATION.c.place == place, OBSERVATION.c.evidence == evidence)
        newest = wanted.order_by(OBSERVATION.c.at.desc(), OBSERVATION.c.tie_order.desc()).limit(1)
        with self._reading() as db:
            row = db.execute(newest).first()
            return _sighting(row) if row else None

    # ------------------------------------------------------------ record

    def record(
        self,
        verdict: Verdict,
        *,
        visits: Sequence[Visit] = (),
        targets: Sequence[Target] = (),
        experiences: Mapping[str, dict[str, Any]] = MappingProxyType({}),
    ) -> None:
        with self._writing() as db:
            revision = _state(db, "revision", is_held=True)
            if revision != verdict.revision:
                raise Conflict("another process recorded meanwhile")
            dropped = _rewind(db, verdict.rewind_to) if verdict.rewind_to else []
            _name_sources(db, {sighting.observation.source for sighting in verdict.sightings})
            self._put_sightings(db, verdict)
            self._put_rows(db, verdict.rows)
            deliveries.arrive(db, [change.id for change in verdict.rows.changes])
            _settle_superseded(db, dropped, {change.id for change in verdict.rows.changes})
            _insert(db, VISIT, [_as_row(visit) for visit in visits])
            self._upsert(db, TARGET, [_as_row(target) for target in targets])
            learned = [{"source": name, "data": data} for name, data in experiences.items()]
            self._upsert(db, EXPERIENCE, learned)
            self._upsert(db, STATE, [{"name": "revision", "value": revision + 1}])

    def _put_sightings(self, db: Connection, verdict: Verdict) -> None:
        rows, texts = [], {}
        for sighting in verdict.sightings:
            data = blobs.observation_json(sighting.observation)
            key = blobs.digest(data) if data is not None else None
            if data is not None and key is not None:
                texts[key] = data
            observation = sighting.observation
            rows.append(
                {
                    "seq": sighting.seq,
                    "identity": verdict.identities[sighting.seq],
                    "kind": type(observation).__name__.lower(),
                    "source": observation.source,
                    "url": observation.url,
                    "redirected_from": getattr(observation, "redirected_from", None),
                    "at": sighting.at,
                    "place": verdict.places[sighting.seq],
                    "digest": sighting.digest,
                    "tie_order": sighting.order,
                    "origin": sighting.origin.value,
                    "evidence": sighting.evidence,
                    "is_block": getattr(observation, "is_block", False),
                    "status": getattr(observation, "status", None),
                    "blob": key,
                }
            )
        self._put_blobs(db, texts)
        _insert(db, OBSERVATION, rows)
        again = verdict.places.keys() - {sighting.seq for sighting in verdict.sightings}
        for seq in again:
            db.execute(update(OBSERVATION).where(OBSERVATION.c.seq == seq).values(place=verdict.places[seq]))

    def _put_rows(self, db: Connection, rows: Rows) -> None:
        _insert(db, ITEM, [_as_row(item) | {"tie_order": item.order} for item in rows.items])
        _insert(db, ADDRESS, [_as_row(address) for address in rows.addresses])
        texts, snapshots = {}, []
        for snapshot in rows.snapshots:
            data = blobs.content_json(snapshot.content)
            key = blobs.digest(data)
            texts[key] = data
            source = snapshot.content.source if isinstance(snapshot.content, Article) else ""
            snapshots.append(_as_row(snapshot) | {"blob": key, "source": source})
        self._put_blobs(db, texts)
        _insert(db, SNAPSHOT, snapshots)
        self._upsert(db, COMPLETION, [_as_row(row) for row in rows.completions])
        self._upsert(db, CLUE, [_as_row(clue) for clue in rows.clues])
        self._upsert(db, SPAN, [_as_row(span) for span in rows.spans.values()])
        _insert(db, CHANGE, [_as_row(c) | {"fields": list(c.fields)} for c in rows.changes])

    def _put_blobs(self, db: Connection, texts: Mapping[str, bytes]) -> None:
        held = {row.digest for row in _where_in(db, select(BLOB.c.digest), BLOB.c.digest, list(texts))}
        new = [{"digest": k, "data": blobs.compress(v)} for k, v in texts.items() if k not in held]
        _insert(db, BLOB, new)

    def _upsert(self, db: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
        """Insert `rows`; where the primary key exists, replace the other columns."""
        if not rows:
            return
        db.execute(_upserting(self._engine.dialect.name, table), _only_columns(table, rows))

    def start_run(self, at: datetime) -> int:
        with self._writing() as db:
            statement = insert(RUN).values(started=at, counts={})
            return int(db.execute(statement.returning(RUN.c.id)).scalar_one())

    def finish_run(self, run: Run) -> None:
        with self._writing() as db:
            values = {"finished": run.finished, "counts": run.counts}
            db.execute(update(RUN).where(RUN.c.id == run.id).values(**values))

    # ------------------------------------------------------------ read

    def changes(self, wanted: Filter) -> Iterator[Change]:
        statement = _filtered(select(CHANGE), wanted)
        statement = statement.order_by(CHANGE.c.detected_at, CHANGE.c.rank)
        with self._reading() as db:
            for row in db.execution_options(yield_per=1000).execute(statement):
                yield _change(row)

    def find_changes(self, id_start: str) -> list[Change]:
        with self._reading() as db:
            found = db.execute(select(CHANGE).where(CHANGE.c.id.startswith(id_start, autoescape=True)))
            old = db.execute(
                select(SUPERSEDED.c.data).where(SUPERSEDED.c.id.startswith(id_start, autoescape=True))
            )
            return [_change(row) for row in found] + [_change_from_json(row.data) for row in old]

    def changes_by_id(self, ids: Collection[str]) -> dict[str, Change]:
        with self._reading() as db:
            return {row.id: _change(row) for row in _where_in(db, select(CHANGE), CHANGE.c.id, ids)}

    def find_items(self, id_start: str) -> list[Item]:
        wanted = select(ITEM).where(ITEM.c.id.startswith(id_start, autoescape=True))
        with self._reading() as db:
            return [_item(row) for row in db.execute(wanted)]

    def items(self) -> Iterator[ItemState]:
        order = select(ITEM.c.id).order_by(ITEM.c.first_seen, ITEM.c.tie_order, ITEM.c.id)
        with self._reading() as db:
            for ids in _chunks(list(db.execute(order).scalars()), 500):
                states = self._states(db, ids)
                yield from (states[id_] for id_ in ids)

    def item_state(self, item_id: str) -> ItemState | None:
        with self._reading() as db:
            return self._states(db, [item_id]).get(item_id)

    def _states(self, db: Connection, ids: Sequence[str]) -> dict[str, ItemState]:
        known = _Recall(db, None, most_contents=1).about(set(ids))
        states = {}
        for id_ in ids:
            item = known.item(id_)
            if item is not None:
                turns = known.turns(id_)
                latest = known.snapshots(id_)[-1]
                shown = [s.last_at for s in known.rows.spans.values() if s.item_id == id_ and s.snapshot_id]
                states[id_] = ItemState(
                    item,
                    tuple(known.addresses(id_)),
                    latest,
                    tuple(known.completions(id_)),
                    latest.number,
                    max(shown, default=item.first_seen),
                    turns[-1] if turns else None,
                )
        return states

    def snapshots(self, item_id: str) -> list[Snapshot]:
        wanted = _with_blob(SNAPSHOT).where(SNAPSHOT.c.item_id == item_id).order_by(SNAPSHOT.c.number)
        with self._reading() as db:
            return [_snapshot(row) for row in db.execute(wanted)]

    def snapshots_by_id(self, ids: Collection[str]) -> dict[str, Snapshot]:
        with self._reading() as db:
            rows = _where_in(db, _with_blob(SNAPSHOT), SNAPSHOT.c.id, ids)
            return {row.id: _snapshot(row) for row in rows}

    def first_texts(self, item_ids: Collection[str]) -> dict[str, tuple[Item, Snapshot]]:
        with self._reading() as db:
            items = {row.id: _item(row) for row in _where_in(db, select(ITEM), ITEM.c.id, item_ids)}
            wanted = _with_blob(SNAPSHOT).where(SNAPSHOT.c.number == 1)
            first = [_snapshot(row) for row in _where_in(db, wanted, SNAPSHOT.c.item_id, item_ids)]
        return {s.item_id: (items[s.item_id], s) for s in first if s.item_id in items}

    def spans(self, item_id: str) -> list[Span]:
        wanted = select(SPAN).where(SPAN.c.item_id == item_id)
        with self._reading() as db:
            return [_span(row) for row in db.execute(wanted.order_by(SPAN.c.first_at, SPAN.c.place))]

    def visits(
        self,
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        sources: Collection[str] = (),
        urls: Collection[str] = (),
        kinds: Collection[TargetKind] = (),
    ) -> Iterator[Visit]:
        wanted = select(VISIT).order_by(VISIT.c.at, VISIT.c.id)
        if since is not None:
            wanted = wanted.where(VISIT.c.at >= since)
        if until is not None:
            wanted = wanted.where(VISIT.c.at < until)
        if sources:
            wanted = wanted.where(VISIT.c.source.in_(list(sources)))
        if urls:
            wanted = wanted.where(VISIT.c.url.in_(list(urls)))
        if kinds:
            wanted = wanted.where(VISIT.c.kind.in_([kind.value for kind in kinds]))
        with self._reading() as db:
            for row in db.execution_options(yield_per=1000).execute(wanted):
                yield _visit(row)

    def last_visits(self, sources: Collection[str]) -> dict[str, dict[Outcome, Visit]]:
        found: dict[str, dict[Outcome, Visit]] = {name: {} for name in sources}
        with self._reading() as db:
            for name in sources:
                for outcome in Outcome:
                    of_it = select(VISIT).where(VISIT.c.source == name, VISIT.c.outcome == outcome.value)
                    row = db.execute(of_it.order_by(VISIT.c.at.desc(), VISIT.c.id.desc()).limit(1)).first()
                    if row is not None:
                        found[name][outcome] = _visit(row)
        return found

    def runs(self, since: datetime | None = None, until: datetime | None = None) -> list[Run]:
        wanted = select(RUN).order_by(RUN.c.started, RUN.c.id)
        if since is not None:
            wanted = wanted.where(or_(RUN.c.finished.is_(None), RUN.c.finished >= since))
        if until is not None:
            wanted = wanted.where(RUN.c.started < until)
        with self._reading() as db:
            return [_run(row) for row in db.execute(wanted)]

    def last_run(self) -> Run | None:
        with self._reading() as db:
            row = db.execute(select(RUN).order_by(RUN.c.id.desc()).limit(1)).first()
            return _run(row) if row else None

    # ------------------------------------------------------------ deliver

    def arrivals(self, after: int, until: int | None = None, most: int = 1000) -> list[tuple[int, Change]]:
        with self._reading() as db:
            found = db.execute(deliveries.arrivals(after, until, most))
            return [(row.number, _change(row)) for row in found]

    def last_arrival(self) -> int:
        with self._reading() as db:
            return deliveries.last(db)

    def deliveries(self) -> dict[str, Delivery]:
        with self._reading() as db:
            return deliveries.deliveries(db)

    def put_delivery(self, delivery: Delivery) -> None:
        with self._writing() as db:
            self._upsert(db, DELIVERY, [_as_row(delivery)])

    # ------------------------------------------------------------ what is said about changes

    def unassessed(self, version: int) -> list[Change]:
        with self._reading() as db:
            is_outdated = said.has_outdated(db, version)
        if is_outdated:
            with self._writing() as db:
                said.drop_outdated(db, version)
        with self._reading() as db:
            return [_change(row) for row in db.execute(said.unassessed())]

    def drop_assessments(self, since: datetime) -> bool:
        with self._writing() as db:
            return said.rewind(db, since)

    def put_assessments(self, assessments: Sequence[Assessment]) -> None:
        with self._writing() as db:
            said.put_assessments(db, assessments)

    def assessments(self, change_ids: Collection[str]) -> dict[str, Assessment]:
        with self._reading() as db:
            return said.assessments(db, change_ids)

    def all_assessments(self, until: datetime | None = None) -> Iterator[Assessment]:
        with self._reading() as db:
            for row in db.execution_options(yield_per=1000).execute(said.in_order(until)):
                yield said.assessment(row)

    def kind_counts(self) -> list[tuple[str, tuple[str, ...], int]]:
        with self._reading() as db:
            return list(said.kind_counts(db))

    def sharing(self, edit_ids: Collection[str]) -> dict[str, dict[str, str]]:
        with self._reading() as db:
            return said.sharing(db, edit_ids)

    def related(self, item_ids: Collection[str]) -> list[Change]:
        with self._reading() as db:
            found = {row.id: _change(row) for row in said.related(db, item_ids)}
        return sorted(found.values(), key=lambda change: (change.detected_at, change.rank))

    def annotate(self, annotation: Annotation) -> None:
        with self._writing() as db:
            said.annotate(db, annotation)

    def annotations(self, change_ids: Collection[str] | None = None) -> dict[str, list[Annotation]]:
        with self._reading() as db:
            return said.annotations_of(db, change_ids)

    def is_superseded(self, change_id: str) -> bool:
        with self._reading() as db:
            return db.execute(select(SUPERSEDED.c.id).where(SUPERSEDED.c.id == change_id)).first() is not None

    # ------------------------------------------------------------ keeping

    def drop_visits(
        self, before: datetime, mark: retention.Mark | None, *, is_dry: bool
    ) -> tuple[int, int, retention.Mark | None]:
        with self._reading() if is_dry else self._writing() as db:
            return retention.drop_visits(db, before, mark, is_dry=is_dry)

    def drop_runs(self, before: datetime, *, is_dry: bool) -> int:
        with self._reading() if is_dry else self._writing() as db:
            return retention.drop_runs(db, before, is_dry=is_dry)

    def named_evidence(self) -> list[str]:
        with self._reading() as db:
            return retention.named_evidence(db)

    def vacuum(self) -> None:
        """Give the room that is free within the database back to the disk. Holds up writers. Raises StoreError."""
        with _told(), self._engine.connect() as connection:
            if self._engine.dialect.name == "sqlite":
                try:
                    connection.connection.driver_connection.execute("VACUUM")  # type: ignore[union-attr]
                except sqlite3.DatabaseError as error:
                    raise StoreError(f"the store cannot be packed now: {error}") from error
            else:
                connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM")

    def copy_to(self, url: str) -> None:
        """Copy the store, as it stands, into the SQLite file of `url`: for a rehearsal. Raises StoreError."""
        target = create_engine(url)
        if self._engine.dialect.name == "sqlite":
            with self._engine.connect() as from_, target.connect() as to:
                from_.connection.driver_connection.backup(to.connection.driver_connection)  # type: ignore[union-attr]
        else:
            from storage import copying, migrate

            migrate.prepare(target)
            copying.copy_tables(self._engine, target, lambda where: None)
        target.dispose()

    def close(self) -> None:
        self._engine.dispose()


class _Recall:
    """One reading of what is known, `before` an instant or now.

    Every statement is a search by index that stops after a given number of rows for each thing asked about,
    so the rows read have a bound, however many items, versions or copies the store holds.
    """

    def __init__(self, db: Connection, before: datetime | None, most_contents: int = _MOST_CONTENTS) -> None:
        self.db = db
        self.before = before
        self.most_contents = most_contents
        self.known = Known()

    def answer(self, questions: Questions) -> Known:
        known, db = self.known, self.db
        stands = db.execute(_HOW_IT_STANDS).one()
        known.revision, known.next_seq = stands.revision or 0, (stands.last_seq or 0) + 1
        known.sources = _sources(db)
        if self.before is None:
            rows = self._rows(OBSERVATION.c.identity, questions.identities)
            known.held = {row.identity for row in rows}
            known.instants = {at for at in questions.instants if self._has_instant(at)}
            known.newest = stands.newest
        ids = self._by_key(questions.keys) | self._at_places(questions.places)
        ids |= self._by_clue(questions.clues)
        speakers = set()
        elsewhere = (questions.whereabouts | questions.texts) - questions.keys
        for row in self._rows(ADDRESS.c.key, elsewhere, ADDRESS.c.since):
            known.add(Address(row.key, row.item_id, row.url, row.since))
            if row.key in questions.texts:
                speakers.add(row.item_id)
        self._latest(questions.places | questions.keys)
        self._say(speakers - ids, most_contents=1)
        return self.about(ids)

    def about(self, ids: set[str]) -> Known:
        """Everything about these items, into `known`: of what grows without end, the latest."""
        known = self.known
        for row in sorted(self._rows(ADDRESS.c.item_id, ids, ADDRESS.c.since), key=_since):
            known.add(Address(row.key, row.item_id, row.url, row.since))
        self._say(ids, self.most_contents)
        for span in self._spans(ids):
            known.add(span)
        for change in self._turns(ids):
            known.add(change)
        return known

    def _say(self, ids: set[str], most_contents: int) -> None:
        """What these items say, into `known`: so many of their latest texts."""
        known = self.known
        for row in self._rows(ITEM.c.id, ids, ITEM.c.first_seen):
            known.add(_item(row))
        for snapshot in self._snapshots(ids, most_contents):
            known.add(snapshot)
        for row in self._rows(COMPLETION.c.item_id, ids, COMPLETION.c.at):
            known.add(Completion(row.item_id, row.at, row.name, row.value))

    def _rows(self, group: Any, values: Collection[Any], time: Any = None) -> Sequence[Row[Any]]:
        """All rows that hold one of `values` in the column `group`."""
        if not values:
            return []
        bound = time if self.before is not None else None
        return self.db.execute(
            _all_of_each(self.db.dialect.name, group, bound), self._given(values, bound)
        ).all()

    def _given(self, values: Collection[Any], bound: Any) -> dict[str, Any]:
        asked: dict[str, Any] = {"asked": list(values)}
        return asked if bound is None else asked | {"before": self.before}

    def _first(
        self,
        most: int,
        group: Any,
        values: Collection[Any],
        order: tuple[Any, ...],
        time: Any,
        *key: Any,
        kinds: tuple[Any, Sequence[str]] | None = None,
        is_newest: bool = True,
    ) -> Sequence[Row[Any]]:
        """For each of `values`, the first `most` rows in `order` that hold it in the column `group`.

        `key` tells the table's rows apart; `kinds`: a column and what it may be, for each of which so many rows are
        read. An index must begin with `group`, that column, and `order`.
        """
        if not values:
            return []
        bound = time if self.before is not None else None
        statement = _first_of_each(
            self.db.dialect.name, most, group, order, is_newest, bound, key, kinds[0] if kinds else None
        )
        given = self._given(values, bound) | ({"kinds": list(kinds[1])} if kinds else {})
        return self.db.execute(statement, given).all()

    def _is_in_time(self, time: Any) -> Any:
        return true() if self.before is None else time < self.before

    def _has_instant(self, at: datetime) -> bool:
        wanted = select(OBSERVATION.c.seq).where(OBSERVATION.c.at == at).limit(1)
        return self.db.execute(wanted).first() is not None

    def _by_key(self, keys: Collection[str]) -> set[str]:
        return {row.item_id for row in self._rows(ADDRESS.c.key, keys, ADDRESS.c.since)}

    def _at_places(self, places: Collection[str]) -> set[str]:
        """The items that are open at these listings."""
        listings = _without_blocks(places)
        if not listings:
            return set()
        wanted = select(SPAN.c.item_id).where(self._is_in_time(SPAN.c.first_at))
        found = {
            row.item_id
            for row in _where_in(self.db, wanted.where(SPAN.c.closed_at.is_(None)), SPAN.c.place, listings)
        }
        if self.before is not None:
            closed_later = wanted.where(SPAN.c.closed_at >= self.before)
            found |= {row.item_id for row in _where_in(self.db, closed_later, SPAN.c.place, listings)}
        return found

    def _by_clue(self, captures: Collection[frozenset[tuple[str, int]]]) -> set[str]:
        """The items most alike to each capture, by the oldest clues of each kind and value it has."""
        table = CLUE.c
        oldest, key = (table.at, table.snapshot_id), (table.value, table.kind, table.at, table.snapshot_id)
        for kind, values in _by_kind(captures):
            told = (table.kind, [kind])
            rows = self._first(
                most_answers(kind), table.value, values, oldest, table.at, *key, kinds=told, is_newest=False
            )
            for row in sorted(rows, key=lambda row: (row.at, row.snapshot_id)):
                self.known.add(Clue(row.kind, row.value, row.item_id, row.snapshot_id, row.at))
        return {item_id for clues in captures for item_id in self.known.alike(clues)}

    def _latest(self, places: Collection[str]) -> None:
        seen = OBSERVATION.c
        order = (seen.at, seen.tie_order)
        for row in self._first(1, seen.place, _without_blocks(places), order, seen.at, seen.seq):
            self.known.latest[row.place] = (row.at, row.digest)

    def _snapshots(self, ids: Collection[str], most: int) -> list[Snapshot]:
        table = SNAPSHOT.c
        rows = self._first(
            most,
            table.item_id,
            ids,
            (table.number,),
            table.seen_at,
            table.item_id,
            table.number,
        )
        texts = {row.digest: row.data for row in self._rows(BLOB.c.digest, {row.blob for row in rows})}
        return [_snapshot(row, texts[row.blob]) for row in sorted(rows, key=lambda row: row.number)]

    def _spans(self, ids: Collection[str]) -> Iterable[Span]:
        """The latest span of each item at each of its places."""
        if not ids:
            return []
        given: dict[str, Any] = {"asked": list(ids)}
        if self.before is not None:
            given["before"] = self.before
        statement = _latest_spans(self.db.dialect.name, is_bounded=self.before is not None)
        found = self.db.execute(statement, given).all()
        spans = sorted(map(_span, found), key=lambda span: (span.first_at, span.place))
        if self.before is None:
            return spans
        return as_it_stood(spans, self.before, _showings_in(self.db, self.before)).values()

    def _turns(self, ids: Collection[str]) -> list[Change]:
        """The latest changes that took these items away, brought them back, or tell them from another one.

        Of each kind: `_MOST_TURNS` of the item itself, and as many that speak of it from another item.
        """
        table = CHANGE.c
        latest, kinds = (table.detected_at, table.rank), (table.kind, [kind.value for kind in _TURNS])
        found = {}
        for role in (table.item_id, table.of):
            rows = self._first(_MOST_TURNS, role, ids, latest, table.detected_at, table.id, kinds=kinds)
            found.update({row.id: row for row in rows})
        turns = [_change(row) for row in found.values() if row.of is not None or row.kind in _AWAY]
        return sorted(turns, key=lambda change: (change.detected_at, change.rank))


def _by_kind(captures: Collection[frozenset[tuple[str, int]]]) -> list[tuple[str, list[int]]]:
    """The values of their clues, each once, for each kind of clue."""
    found: dict[str, list[int]] = defaultdict(list)
    for kind, value in sorted({clue for clues in captures for clue in clues}):
        found[kind].append(value)
    return sorted(found.items())


def _without_blocks(places: Collection[str]) -> list[str]:
    """`places` without the blocks on article pages: what they ever showed stays open, and none is stale."""
    return [place for place in places if not place.startswith(_BLOCK)]


# ---------------------------------------------------------------- statements that are the same at each recall


_HOW_IT_STANDS = select(
    select(STATE.c.value).where(STATE.c.name == "revision").scalar_subquery().label("revision"),
    select(func.max(OBSERVATION.c.seq)).scalar_subquery().label("last_seq"),
    select(func.max(OBSERVATION.c.at)).scalar_subquery().label("newest"),
)


@lru_cache(maxsize=64)
def _all_of_each(dialect: str, group: Any, time: Any | None) -> Select[Any]:
    """The rows that hold one of the values of the parameter `asked` in `group`."""
    asked = _asked(dialect)
    is_meant = and_(group == cast(asked.c.value, group.type), _is_before(time))
    return select(group.table).select_from(asked.join(group.table, is_meant))


@lru_cache(maxsize=256)
def _first_of_each(
    dialect: str,
    most: int,
    group: Any,
    order: tuple[Any, ...],
    is_newest: bool,
    time: Any | None,
    key: tuple[Any, ...],
    kind: Any | None,
) -> Select[Any]:
    """For each value of the parameter `asked`, the first `most` rows in `order` that hold it in `group`.

    With `time`, those before the parameter `before`; with `kind`, so many of each of the parameter `kinds`. Putting
    such a statement together costs more than running it: each is made once.
    """
    asked = [_asked(dialect)]
    is_meant = and_(group == cast(asked[0].c.value, group.type), _is_before(time))
    if kind is not None:
        asked.append(_asked(dialect, "kinds"))
        is_meant = and_(is_meant, kind == asked[1].c.value)
    in_order = [column.desc() for column in order] if is_newest else list(order)
    return _each(dialect, asked, most, is_meant, in_order, key)


@lru_cache(maxsize=4)
def _latest_spans(dialect: str, *, is_bounded: bool) -> Select[Any]:
    """The latest span, at each of their places, of the items in the parameter `asked`."""
    table, at = SPAN.c, _places(dialect)
    is_there = and_(table.item_id == at.c.item_id, table.place == at.c.place)
    is_meant = and_(is_there, _is_before(table.first_at if is_bounded else None))
    key = (table.item_id, table.place, table.first_at)
    return _each(dialect, [at], 1, is_meant, [table.first_at.desc()], key)


def _places(dialect: str) -> Any:
    """A table of items and their places, each place found as the last before the one in hand."""
    asked = _asked(dialect)
    place = select(SPAN.c.place).order_by(SPAN.c.place.desc()).limit(1)
    last = place.where(SPAN.c.item_id == asked.c.value).correlate(asked).scalar_subquery()
    at = select(asked.c.value.label("item_id"), last.label("place")).cte("at", recursive=True)
    before = place.where(SPAN.c.item_id == at.c.item_id, SPAN.c.place < at.c.place)
    next_one = before.correlate(at).scalar_subquery()
    return at.union_all(select(at.c.item_id, next_one).where(at.c.place.is_not(None)))


def _each(
    dialect: str, asked: Sequence[Any], most: int, is_meant: Any, order: Sequence[Any], key: Sequence[Any]
) -> Select[Any]:
    """For each row of all the tables `asked`, the first `most` rows in `order` of the table of `key` that are meant."""
    table, each = key[0].table, reduce(lambda one, other: one.join(other, true()), asked)
    if dialect == "postgresql":
        first = select(table).where(is_meant).order_by(*order).limit(most).lateral()
        return select(first).select_from(each.join(first, true()))
    # SQLite knows no LATERAL, but looks up a row by a key that a limited subquery gives it.
    keys = select(*key).where(is_meant).order_by(*order).limit(most).correlate(*asked)
    found = table.alias("found")
    is_first = tuple_(*(found.c[part.name] for part in key)).in_(keys)
    return select(found).select_from(each.join(found, is_first))


def _is_before(time: Any | None) -> Any:
    return true() if time is None else time < bindparam("before", type_=time.type)


def _asked(dialect: str, name: str = "asked") -> Any:
    """A table of one column, `value`, of the texts or numbers in the parameter of that name, however many."""
    function = func.json_array_elements_text if dialect == "postgresql" else func.json_each
    values = bindparam(name, type_=JSON)
    return function(values).table_valued(column("value", String), name=name)


def _showings_in(db: Connection, before: datetime) -> Callable[[str], Showings]:
    """What `rewind.as_it_stood` asks: the captures of a place before an instant."""

    def of(place: str) -> Showings:
        wanted = (
            select(OBSERVATION, BLOB.c.data)
            .outerjoin(BLOB, BLOB.c.digest == OBSERVATION.c.blob)
            .where(OBSERVATION.c.place == place.removeprefix("g|"), OBSERVATION.c.at < before)
        )
        return showings(place, map(_sighting, db.execute(wanted)))

    return of


def _rewind(db: Connection, since: datetime) -> list[Change]:
    """Take back every derived row from `since` on; gives back the changes so dropped."""
    is_later = CHANGE.c.detected_at >= since
    dropped = [_change(row) for row in db.execute(select(CHANGE).where(is_later))]
    touched = select(SPAN).where(
        SPAN.c.first_at < since, or_(SPAN.c.last_at >= since, SPAN.c.closed_at >= since)
    )
    spans = [_span(row) for row in db.execute(touched)]
    for span in as_it_stood(spans, since, _showings_in(db, since)).values():
        key = and_(
            SPAN.c.item_id == span.item_id,
            SPAN.c.place == span.place,
            SPAN.c.first_at == span.first_at,
        )
        values = {n: getattr(span, n) for n in ("last_at", "position", "closed_at", "is_missing")}
        db.execute(update(SPAN).where(key).values(**values))
    said.rewind(db, since)
    for table, time in (
        (ITEM, ITEM.c.first_seen),
        (ADDRESS, ADDRESS.c.since),
        (SNAPSHOT, SNAPSHOT.c.seen_at),
        (COMPLETION, COMPLETION.c.at),
        (CLUE, CLUE.c.at),
        (SPAN, SPAN.c.first_at),
        (CHANGE, CHANGE.c.detected_at),
    ):
        db.execute(delete(table).where(time >= since))
    return dropped


def _settle_superseded(db: Connection, dropped: list[Change], current: set[str]) -> None:
    """Keep the changes that did not come back; those that came back are superseded no longer."""
    for ids in _chunks(list(current), _MOST_PARAMETERS):
        db.execute(delete(SUPERSEDED).where(SUPERSEDED.c.id.in_(ids)))
    lost = [change for change in dropped if change.id not in current]
    _insert(db, SUPERSEDED, [{"id": c.id, "data": _change_to_json(c)} for c in lost])


# ---------------------------------------------------------------- rows and records


def _as_row(record: Any) -> dict[str, Any]:
    """The fields of `record` by name: columns that the table lacks are dropped on insert."""
    return {field.name: getattr(record, field.name) for field in fields(record)}


def _only_columns(table: Table, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = [c.name for c in table.columns]
    return [{name: row[name] for name in names if name in row} for row in rows]


def _is_in_tier(tier: Tier) -> Any:
    """`Tier.has`, in SQL."""
    table = TARGET.c
    is_waiting = and_(table.failures == 0, table.last_visit <= tier.visited_by)
    if tier.quiet_since is None:
        return is_waiting
    return and_(is_waiting, or_(table.first_visit >= tier.quiet_since, table.last_change >= tier.quiet_since))


@lru_cache(maxsize=64)
def _upserting(dialect: str, table: Table) -> Any:
    statement: Any = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    others = {c.name: statement.excluded[c.name] for c in table.columns if not c.primary_key}
    keys = [c.name for c in table.columns if c.primary_key]
    if others:
        return statement.on_conflict_do_update(index_elements=keys, set_=others)
    return statement.on_conflict_do_nothing(index_elements=keys)


def _insert(db: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        db.execute(insert(table), _only_columns(table, rows))


def _where_in(
    db: Connection, statement: Select[Any], column: Any, values: Collection[Any]
) -> Iterator[Row[Any]]:
    for chunk in _chunks(list(values), _MOST_PARAMETERS):
        yield from db.execute(statement.where(column.in_(chunk))).all()


def _chunks(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]


def _filtered(statement: Select[Any], wanted: Filter) -> Select[Any]:
    if wanted.since is not None:
        statement = statement.where(CHANGE.c.detected_at >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(CHANGE.c.detected_at < wanted.until)
    if wanted.kinds:
        statement = statement.where(CHANGE.c.kind.in_([kind.value for kind in wanted.kinds]))
    if wanted.sources:
        statement = statement.where(CHANGE.c.source.in_(list(wanted.sources)))
    if wanted.item_id is not None:
        statement = statement.where(CHANGE.c.item_id == wanted.item_id)
    return statement


def _state(db: Connection, name: str, *, is_held: bool = False) -> int:
    """The counter; where it is `held`, nobody else changes it until this transaction is over."""
    wanted = select(STATE.c.value).where(STATE.c.name == name)
    found = db.execute(wanted.with_for_update() if is_held else wanted).scalar()
    return int(found or 0)


def _name_sources(db: Connection, names: set[str]) -> None:
    """Create the sources of these names that there are not, unwatched."""
    strange = [Source(name, is_watched=False) for name in names - _sources(db).keys()]
    _insert(db, SOURCE, [{"name": s.name, "is_watched": False, "data": asdict(s)} for s in strange])


def _sources(db: Connection) -> dict[str, Source]:
    return {row.name: _source(row) for row in db.execute(select(SOURCE))}


def _source(row: Row[Any]) -> Source:
    known = {field.name for field in fields(Source)}
    data: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in row.data.items() if k in known
    }
    order = data.get("date_order")
    return Source(**data | {"is_watched": row.is_watched, "date_order": DateOrder(order) if order else None})


def _with_blob(table: Table) -> Select[Any]:
    return select(table, BLOB.c.data).join(BLOB, BLOB.c.digest == table.c.blob)


def _sighting(row: Row[Any]) -> Sighting:
    observation: Observation
    if row.kind == "gone":
        observation = Gone(row.source, row.url, row.at, row.status)
    elif row.kind == "listing":
        teasers, line = blobs.listing_from(row.data)
        observation = Listing(row.source, row.url, row.at, teasers, line, row.is_block)
    else:
        observation = replace(
            blobs.article_from(row.data),
            source=row.source,
            url=row.url,
            captured_at=row.at,
            redirected_from=row.redirected_from,
        )
    return Sighting(observation, row.digest, row.tie_order, Origin(row.origin), row.evidence, row.seq)


def _snapshot(row: Row[Any], data: bytes | None = None) -> Snapshot:
    content: Any = blobs.content_from(row.data if data is None else data)
    content = (
        replace(content, source=row.source, url=row.url)
        if isinstance(content, Article)
        else replace(content, url=row.url)
    )
    return Snapshot(
        row.id,
        row.item_id,
        row.number,
        row.seen_at,
        row.exact,
        row.normaliser,
        content,
        row.url,
        row.evidence,
        Origin(row.origin),
    )


def _item(row: Row[Any]) -> Item:
    return Item(
        row.id,
        Subject(row.subject),
        row.source,
        row.first_seen,
        row.tie_order,
        Origin(row.origin),
        row.source_line,
    )


def _span(row: Row[Any]) -> Span:
    return Span(**{field.name: getattr(row, field.name) for field in fields(Span)})


def _change(row: Row[Any]) -> Change:
    values = {field.name: getattr(row, field.name) for field in fields(Change)}
    values |= {
        "kind": ChangeKind(row.kind),
        "subject": Subject(row.subject),
        "fields": tuple(row._mapping["fields"]),
    }
    return Change(**values)


def _target(row: Row[Any]) -> Target:
    values = {field.name: getattr(row, field.name) for field in fields(Target)}
    return Target(**values | {"kind": TargetKind(row.kind)})


def _visit(row: Row[Any]) -> Visit:
    values = {field.name: getattr(row, field.name) for field in fields(Visit)}
    return Visit(**values | {"kind": TargetKind(row.kind), "outcome": Outcome(row.outcome)})


def _run(row: Row[Any]) -> Run:
    return Run(row.id, row.started, row.finished, row.counts)


def _since(row: Row[Any]) -> datetime:
    return row.since  # type: ignore[no-any-return]


_CHANGE_TIMES = ("detected_at", "changed_after", "changed_before")


def _change_to_json(change: Change) -> dict[str, Any]:
    values = _as_row(change) | {"fields": list(change.fields)}
    return values | {n: values[n].isoformat() if values[n] else None for n in _CHANGE_TIMES}


def _change_from_json(data: Mapping[str, Any]) -> Change:
    times = {n: datetime.fromisoformat(data[n]) if data[n] else None for n in _CHANGE_TIMES}
    kinds = {"kind": ChangeKind(data["kind"]), "subject": Subject(data["subject"])}
    return Change(**{**data, **times, **kinds, "fields": tuple(data["fields"])})
