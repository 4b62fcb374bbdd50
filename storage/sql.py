"""SqlStore: the store protocol on SQLite and PostgreSQL; the SQLAlchemy address decides which.

Everything a batch brings is written in one transaction. How rows are read into records stands in `rows`, what is
recalled for a batch in `recalling`, how it is written in `recording`; parts of their own are `watch`, `withheld`,
`deliveries`, `said` and `retention`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    Engine,
    Select,
    and_,
    case,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.engine import Connection

from storage import deliveries, retention, said, watch, withheld
from storage.engine import create_engine, told
from storage.errors import Conflict, StoreError
from storage.known import Known, Questions, Verdict
from storage.recalling import Recall
from storage.recording import counter, name_sources, put_rows, put_sightings, rewind, settle_superseded
from storage.records import (
    Annotation,
    Assessment,
    Beat,
    Change,
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
from storage.rows import (
    as_row,
    change_from_json,
    change_of,
    chunks,
    insert_rows,
    item_of,
    run_of,
    sighting_of,
    snapshot_of,
    sources_in,
    span_of,
    target_of,
    upsert,
    visit_of,
    where_in,
    with_blob,
)
from storage.store import Filter, ItemState, Tier
from storage.tables import (
    BEAT,
    BLOB,
    CHANGE,
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


class SqlStore:
    """A store in a database whose schema is in place already (see `storage.migrate`)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with told(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        connect = self._engine.connect
        with told(), connect().execution_options(is_writing=True) as connection, connection.begin():
            yield connection

    # ------------------------------------------------------------ due

    def put_sources(self, sources: Iterable[Source]) -> None:
        rows = [{"name": s.name, "is_watched": s.is_watched, "data": asdict(s)} for s in sources]
        with self._writing() as db:
            db.execute(update(SOURCE).values(is_watched=False))
            upsert(db, SOURCE, rows)

    def sources(self) -> list[Source]:
        with self._reading() as db:
            return list(sources_in(db).values())

    def targets(self, keys: Collection[str]) -> dict[str, Target]:
        with self._reading() as db:
            rows = where_in(db, select(TARGET), TARGET.c.key, keys)
            return {row.key: target_of(row) for row in rows}

    def article_targets(
        self, sources: Collection[str], due_by: datetime | None, tiers: Sequence[Tier] = ()
    ) -> list[Target]:
        wanted = select(TARGET).where(TARGET.c.kind == TargetKind.ARTICLE.value)
        if due_by is not None:
            is_due = or_(TARGET.c.next_visit.is_(None), TARGET.c.next_visit <= due_by)
            wanted = wanted.where(or_(is_due, *map(_is_in_tier, tiers)))
        with self._reading() as db:
            found = [target_of(row) for row in where_in(db, wanted, TARGET.c.source, sources)]
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
            return [target_of(row) for row in rows]

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
            upsert(db, TARGET, [as_row(target) for target in targets])

    def mend_clock(self, now: datetime) -> int:
        is_ahead = TARGET.c.last_visit > now
        with self._writing() as db:
            mended = db.execute(update(TARGET).where(is_ahead).values(last_visit=None, next_visit=now))
            return mended.rowcount

    def experiences(self, sources: Collection[str]) -> dict[str, dict[str, Any]]:
        with self._reading() as db:
            rows = where_in(db, select(EXPERIENCE), EXPERIENCE.c.source, sources)
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
            upsert(db, BEAT, [as_row(beat)])

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
            return [target_of(row) for row in found]

    def health(self) -> dict[str, dict[str, Any]]:
        with self._reading() as db:
            return withheld.health(db)

    def put_health(self, health: Mapping[str, dict[str, Any]]) -> None:
        with self._writing() as db:
            rows = [{"source": source, "data": data} for source, data in health.items()]
            upsert(db, HEALTH, rows)

    def withhold(self, looks: Iterable[Withheld]) -> None:
        with self._writing() as db:
            upsert(db, WITHHELD, [withheld.as_row(look) for look in looks])

    def withheld(self, source: str) -> list[Withheld]:
        with self._reading() as db:
            return withheld.of_source(db, source)

    def drop_withheld(self, source: str, parts: Collection[str]) -> None:
        with self._writing() as db:
            withheld.drop(db, source, parts)

    # ------------------------------------------------------------ recall

    def recall(self, questions: Questions, before: datetime | None = None) -> Known:
        with self._reading() as db:
            return Recall(db, before).answer(questions)

    def sightings(self, since: datetime | None = None) -> Iterator[Sighting]:
        wanted = select(OBSERVATION, BLOB.c.data).outerjoin(BLOB, BLOB.c.digest == OBSERVATION.c.blob)
        if since is not None:
            wanted = wanted.where(OBSERVATION.c.at >= since)
        wanted = wanted.order_by(OBSERVATION.c.at, OBSERVATION.c.seq)
        with self._reading() as db:
            for row in db.execution_options(yield_per=500).execute(wanted):
                yield sighting_of(row)

    def last_sighting(self, place: str, evidence: str) -> Sighting | None:
        wanted = select(OBSERVATION, BLOB.c.data).outerjoin(BLOB, BLOB.c.digest == OBSERVATION.c.blob)
        wanted = wanted.where(OBSERVATION.c.place == place, OBSERVATION.c.evidence == evidence)
        newest = wanted.order_by(OBSERVATION.c.at.desc(), OBSERVATION.c.tie_order.desc()).limit(1)
        with self._reading() as db:
            row = db.execute(newest).first()
            return sighting_of(row) if row else None

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
            revision = counter(db, "revision", is_held=True)
            if revision != verdict.revision:
                raise Conflict("another process recorded meanwhile")
            dropped = rewind(db, verdict.rewind_to) if verdict.rewind_to else []
            name_sources(db, {sighting.observation.source for sighting in verdict.sightings})
            put_sightings(db, verdict)
            put_rows(db, verdict.rows)
            deliveries.arrive(db, [change.id for change in verdict.rows.changes])
            settle_superseded(db, dropped, {change.id for change in verdict.rows.changes})
            insert_rows(db, VISIT, [as_row(visit) for visit in visits])
            upsert(db, TARGET, [as_row(target) for target in targets])
            learned = [{"source": name, "data": data} for name, data in experiences.items()]
            upsert(db, EXPERIENCE, learned)
            upsert(db, STATE, [{"name": "revision", "value": revision + 1}])

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
                yield change_of(row)

    def find_changes(self, id_start: str) -> list[Change]:
        with self._reading() as db:
            found = db.execute(select(CHANGE).where(CHANGE.c.id.startswith(id_start, autoescape=True)))
            old = db.execute(
                select(SUPERSEDED.c.data).where(SUPERSEDED.c.id.startswith(id_start, autoescape=True))
            )
            return [change_of(row) for row in found] + [change_from_json(row.data) for row in old]

    def changes_by_id(self, ids: Collection[str]) -> dict[str, Change]:
        with self._reading() as db:
            return {row.id: change_of(row) for row in where_in(db, select(CHANGE), CHANGE.c.id, ids)}

    def find_items(self, id_start: str) -> list[Item]:
        wanted = select(ITEM).where(ITEM.c.id.startswith(id_start, autoescape=True))
        with self._reading() as db:
            return [item_of(row) for row in db.execute(wanted)]

    def items(self) -> Iterator[ItemState]:
        order = select(ITEM.c.id).order_by(ITEM.c.first_seen, ITEM.c.tie_order, ITEM.c.id)
        with self._reading() as db:
            for ids in chunks(list(db.execute(order).scalars()), 500):
                states = self._states(db, ids)
                yield from (states[id_] for id_ in ids)

    def item_state(self, item_id: str) -> ItemState | None:
        with self._reading() as db:
            return self._states(db, [item_id]).get(item_id)

    def _states(self, db: Connection, ids: Sequence[str]) -> dict[str, ItemState]:
        known = Recall(db, None, most_contents=1).about(set(ids))
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
        wanted = with_blob(SNAPSHOT).where(SNAPSHOT.c.item_id == item_id).order_by(SNAPSHOT.c.number)
        with self._reading() as db:
            return [snapshot_of(row) for row in db.execute(wanted)]

    def snapshots_by_id(self, ids: Collection[str]) -> dict[str, Snapshot]:
        with self._reading() as db:
            rows = where_in(db, with_blob(SNAPSHOT), SNAPSHOT.c.id, ids)
            return {row.id: snapshot_of(row) for row in rows}

    def first_texts(self, item_ids: Collection[str]) -> dict[str, tuple[Item, Snapshot]]:
        with self._reading() as db:
            items = {row.id: item_of(row) for row in where_in(db, select(ITEM), ITEM.c.id, item_ids)}
            wanted = with_blob(SNAPSHOT).where(SNAPSHOT.c.number == 1)
            first = [snapshot_of(row) for row in where_in(db, wanted, SNAPSHOT.c.item_id, item_ids)]
        return {s.item_id: (items[s.item_id], s) for s in first if s.item_id in items}

    def spans(self, item_id: str) -> list[Span]:
        wanted = select(SPAN).where(SPAN.c.item_id == item_id)
        with self._reading() as db:
            return [span_of(row) for row in db.execute(wanted.order_by(SPAN.c.first_at, SPAN.c.place))]

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
                yield visit_of(row)

    def last_visits(self, sources: Collection[str]) -> dict[str, dict[Outcome, Visit]]:
        found: dict[str, dict[Outcome, Visit]] = {name: {} for name in sources}
        with self._reading() as db:
            for name in sources:
                for outcome in Outcome:
                    of_it = select(VISIT).where(VISIT.c.source == name, VISIT.c.outcome == outcome.value)
                    row = db.execute(of_it.order_by(VISIT.c.at.desc(), VISIT.c.id.desc()).limit(1)).first()
                    if row is not None:
                        found[name][outcome] = visit_of(row)
        return found

    def runs(self, since: datetime | None = None, until: datetime | None = None) -> list[Run]:
        wanted = select(RUN).order_by(RUN.c.started, RUN.c.id)
        if since is not None:
            wanted = wanted.where(or_(RUN.c.finished.is_(None), RUN.c.finished >= since))
        if until is not None:
            wanted = wanted.where(RUN.c.started < until)
        with self._reading() as db:
            return [run_of(row) for row in db.execute(wanted)]

    def last_run(self) -> Run | None:
        with self._reading() as db:
            row = db.execute(select(RUN).order_by(RUN.c.id.desc()).limit(1)).first()
            return run_of(row) if row else None

    # ------------------------------------------------------------ deliver

    def arrivals(self, after: int, until: int | None = None, most: int = 1000) -> list[tuple[int, Change]]:
        with self._reading() as db:
            found = db.execute(deliveries.arrivals(after, until, most))
            return [(row.number, change_of(row)) for row in found]

    def last_arrival(self) -> int:
        with self._reading() as db:
            return deliveries.last(db)

    def deliveries(self) -> dict[str, Delivery]:
        with self._reading() as db:
            return deliveries.deliveries(db)

    def put_delivery(self, delivery: Delivery) -> None:
        with self._writing() as db:
            upsert(db, DELIVERY, [as_row(delivery)])

    # ------------------------------------------------------------ what is said about changes

    def unassessed(self, version: int) -> list[Change]:
        with self._reading() as db:
            is_outdated = said.has_outdated(db, version)
        if is_outdated:
            with self._writing() as db:
                said.drop_outdated(db, version)
        with self._reading() as db:
            return [change_of(row) for row in db.execute(said.unassessed())]

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
            found = {row.id: change_of(row) for row in said.related(db, item_ids)}
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
        with told(), self._engine.connect() as connection:
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


# ---------------------------------------------------------------- rows and records


def _is_in_tier(tier: Tier) -> Any:
    """`Tier.has`, in SQL."""
    table = TARGET.c
    is_waiting = and_(table.failures == 0, table.last_visit <= tier.visited_by)
    if tier.quiet_since is None:
        return is_waiting
    return and_(is_waiting, or_(table.first_visit >= tier.quiet_since, table.last_change >= tier.quiet_since))


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
