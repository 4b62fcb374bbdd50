"""SqlStore: the store protocol on SQLite and PostgreSQL; the SQLAlchemy address decides which.

SQLite runs with WAL, `synchronous=FULL` (a commit that was acknowledged survives a power cut) and
`BEGIN IMMEDIATE` for writing. Everything a batch brings is written in one transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Engine, Row, Select, Table, and_, delete, event, func, insert, or_, select, update
from sqlalchemy import create_engine as _create_engine
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DatabaseError, DataError, IntegrityError, ProgrammingError

from storage import blobs
from storage.errors import Conflict, StoreError
from storage.known import Known, Questions, Rows, Verdict
from storage.records import (
    Address,
    Article,
    Change,
    ChangeKind,
    Clue,
    Completion,
    DateOrder,
    Gone,
    Item,
    Listing,
    Observation,
    Origin,
    Outcome,
    Run,
    Sighting,
    Snapshot,
    Source,
    Span,
    Subject,
    Target,
    TargetKind,
    Visit,
)
from storage.rewind import Showings, as_it_stood, showings
from storage.store import Filter, ItemState
from storage.tables import (
    ADDRESS,
    BLOB,
    CHANGE,
    CLUE,
    COMPLETION,
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
)

_MOST_PARAMETERS = 900  # SQLite takes 999 in its smallest build
_MOST_CLUES = 64  # answers per clue: one that more items share tells nothing
_MOST_CONTENTS = 50  # latest snapshots of an item whose texts are recalled

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

    def article_targets(self, sources: Collection[str], due_by: datetime | None) -> list[Target]:
        wanted = select(TARGET).where(TARGET.c.kind == TargetKind.ARTICLE.value)
        if due_by is not None:
            wanted = wanted.where(or_(TARGET.c.next_visit.is_(None), TARGET.c.next_visit <= due_by))
        with self._reading() as db:
            found = [_target(row) for row in _where_in(db, wanted, TARGET.c.source, sources)]
        return sorted(found, key=lambda t: (t.next_visit is not None, t.next_visit, t.key))

    def put_targets(self, targets: Iterable[Target]) -> None:
        with self._writing() as db:
            self._upsert(db, TARGET, [_as_row(target) for target in targets])

    def back_offs(self) -> dict[str, datetime]:
        with self._reading() as db:
            return {row.name: row.back_off_until for row in db.execute(select(HOST))}

    def put_back_offs(self, hosts: Mapping[str, datetime]) -> None:
        with self._writing() as db:
            db.execute(delete(HOST))
            _insert(db, HOST, [{"name": h, "back_off_until": at} for h, at in hosts.items()])

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
        self, verdict: Verdict, *, visits: Sequence[Visit] = (), targets: Sequence[Target] = ()
    ) -> None:
        with self._writing() as db:
            revision = _state(db, "revision")
            if revision != verdict.revision:
                raise Conflict("another process recorded meanwhile")
            dropped = _rewind(db, verdict.rewind_to) if verdict.rewind_to else []
            _name_sources(db, {sighting.observation.source for sighting in verdict.sightings})
            self._put_sightings(db, verdict)
            self._put_rows(db, verdict.rows)
            _settle_superseded(db, dropped, {change.id for change in verdict.rows.changes})
            _insert(db, VISIT, [_as_row(visit) for visit in visits])
            self._upsert(db, TARGET, [_as_row(target) for target in targets])
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
        dialect: Any = postgresql if self._engine.dialect.name == "postgresql" else sqlite
        columns = table.columns
        statement = dialect.insert(table)
        others = {c.name: statement.excluded[c.name] for c in columns if not c.primary_key}
        keys = [c.name for c in columns if c.primary_key]
        if others:
            statement = statement.on_conflict_do_update(index_elements=keys, set_=others)
        else:
            statement = statement.on_conflict_do_nothing(index_elements=keys)
        db.execute(statement, _only_columns(table, rows))

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

    def spans(self, item_id: str) -> list[Span]:
        wanted = select(SPAN).where(SPAN.c.item_id == item_id)
        with self._reading() as db:
            return [_span(row) for row in db.execute(wanted.order_by(SPAN.c.first_at, SPAN.c.place))]

    def visits(self, since: datetime | None = None, until: datetime | None = None) -> Iterator[Visit]:
        wanted = select(VISIT).order_by(VISIT.c.at, VISIT.c.id)
        if since is not None:
            wanted = wanted.where(VISIT.c.at >= since)
        if until is not None:
            wanted = wanted.where(VISIT.c.at < until)
        with self._reading() as db:
            for row in db.execution_options(yield_per=1000).execute(wanted):
                yield _visit(row)

    def is_superseded(self, change_id: str) -> bool:
        with self._reading() as db:
            return db.execute(select(SUPERSEDED.c.id).where(SUPERSEDED.c.id == change_id)).first() is not None

    def copy_to(self, url: str) -> None:
        """Copy an SQLite store, as it stands, into the file of `url`: for a rehearsal. Raises StoreError."""
        if self._engine.dialect.name != "sqlite":
            raise StoreError("only a store on SQLite can be copied for a rehearsal (--dry-run)")
        target = create_engine(url)
        with self._engine.connect() as from_, target.connect() as to:
            from_.connection.driver_connection.backup(to.connection.driver_connection)  # type: ignore[union-attr]
        target.dispose()

    def close(self) -> None:
        self._engine.dispose()


class _Recall:
    """One reading of what is known, `before` an instant or now."""

    def __init__(self, db: Connection, before: datetime | None, most_contents: int = _MOST_CONTENTS) -> None:
        self.db = db
        self.before = before
        self.most_contents = most_contents
        self.known = Known()

    def answer(self, questions: Questions) -> Known:
        known, db = self.known, self.db
        known.revision = _state(db, "revision")
        known.next_seq = (db.execute(select(func.max(OBSERVATION.c.seq))).scalar() or 0) + 1
        known.sources = _sources(db)
        if self.before is None:
            wanted = select(OBSERVATION.c.identity)
            rows = _where_in(db, wanted, OBSERVATION.c.identity, questions.identities)
            known.held = {row.identity for row in rows}
            wanted = select(OBSERVATION.c.at).distinct()
            found = _where_in(db, wanted, OBSERVATION.c.at, questions.instants)
            known.instants = {row.at for row in found}
            known.newest = db.execute(select(func.max(OBSERVATION.c.at))).scalar()
        whereabouts = questions.whereabouts - questions.keys
        for row in self._rows(ADDRESS, ADDRESS.c.key, whereabouts, ADDRESS.c.since):
            known.add(Address(row.key, row.item_id, row.url, row.since))
        ids = self._by_key(questions.keys) | self._at_places(questions.places)
        ids |= self._by_clue(questions.clues)
        self._latest(questions.places | questions.keys)
        return self.about(ids)

    def about(self, ids: set[str]) -> Known:
        """Everything about these items, into `known`."""
        known = self.known
        for row in self._rows(ITEM, ITEM.c.id, ids, ITEM.c.first_seen):
            known.add(_item(row))
        for row in sorted(self._rows(ADDRESS, ADDRESS.c.item_id, ids, ADDRESS.c.since), key=_since):
            known.add(Address(row.key, row.item_id, row.url, row.since))
        for snapshot in self._snapshots(ids):
            known.add(snapshot)
        for row in self._rows(COMPLETION, COMPLETION.c.item_id, ids, COMPLETION.c.at):
            known.add(Completion(row.item_id, row.at, row.name, row.value))
        for span in self._spans(ids):
            known.add(span)
        for change in self._turns(ids):
            known.add(change)
        return known

    def _rows(self, table: Table, column: Any, values: Collection[Any], time: Any) -> Iterator[Row[Any]]:
        statement = select(table)
        if self.before is not None:
            statement = statement.where(time < self.before)
        return _where_in(self.db, statement, column, values)

    def _by_key(self, keys: Collection[str]) -> set[str]:
        return {row.item_id for row in self._rows(ADDRESS, ADDRESS.c.key, keys, ADDRESS.c.since)}

    def _at_places(self, places: Collection[str]) -> set[str]:
        wanted = select(SPAN.c.item_id)
        if self.before is None:
            wanted = wanted.where(SPAN.c.closed_at.is_(None))
        else:
            is_open = or_(SPAN.c.closed_at.is_(None), SPAN.c.closed_at >= self.before)
            wanted = wanted.where(and_(SPAN.c.first_at < self.before, is_open))
        return {row.item_id for row in _where_in(self.db, wanted, SPAN.c.place, places)}

    def _by_clue(self, clues: Collection[tuple[str, int]]) -> set[str]:
        wanted = set(clues)
        shares: dict[tuple[str, int], int] = defaultdict(int)
        found = set()
        rows = self._rows(CLUE, CLUE.c.value, [value for _, value in clues], CLUE.c.at)
        for row in sorted(rows, key=lambda row: (row.at, row.snapshot_id)):
            key = (row.kind, row.value)
            shares[key] += 1
            if key in wanted and shares[key] <= _MOST_CLUES:
                found.add(row.item_id)
                self.known.add(Clue(row.kind, row.value, row.item_id, row.snapshot_id, row.at))
        return found

    def _latest(self, places: Collection[str]) -> None:
        newest = select(OBSERVATION.c.place, func.max(OBSERVATION.c.at).label("at"))
        if self.before is not None:
            newest = newest.where(OBSERVATION.c.at < self.before)
        for row in _where_in(self.db, newest.group_by(OBSERVATION.c.place), OBSERVATION.c.place, places):
            same = select(OBSERVATION.c.digest).where(
                OBSERVATION.c.place == row.place, OBSERVATION.c.at == row.at
            )
            ordered = same.order_by(OBSERVATION.c.tie_order.desc()).limit(1)
            self.known.latest[row.place] = (row.at, self.db.execute(ordered).scalar_one())

    def _snapshots(self, ids: Collection[str]) -> list[Snapshot]:
        by_item: dict[str, list[Row[Any]]] = defaultdict(list)
        for row in self._rows(SNAPSHOT, SNAPSHOT.c.item_id, ids, SNAPSHOT.c.seen_at):
            by_item[row.item_id].append(row)
        kept = [
            row
            for rows in by_item.values()
            for row in sorted(rows, key=lambda r: r.number)[-self.most_contents :]
        ]
        wanted = select(BLOB)
        texts = {
            row.digest: row.data
            for row in _where_in(self.db, wanted, BLOB.c.digest, {row.blob for row in kept})
        }
        return [_snapshot(row, texts[row.blob]) for row in kept]

    def _spans(self, ids: Collection[str]) -> Iterable[Span]:
        rows = self._rows(SPAN, SPAN.c.item_id, ids, SPAN.c.first_at)
        spans = sorted(map(_span, rows), key=lambda span: span.first_at)
        if self.before is None:
            return spans
        return as_it_stood(spans, self.before, _showings_in(self.db, self.before)).values()

    def _turns(self, ids: Collection[str]) -> list[Change]:
        away = (ChangeKind.REMOVED.value, ChangeKind.RESTORED.value)
        rows = [
            row for row in self._rows(CHANGE, CHANGE.c.item_id, ids, CHANGE.c.detected_at) if row.kind in away
        ]
        rows += self._rows(CHANGE, CHANGE.c.of, ids, CHANGE.c.detected_at)
        return [_change(row) for row in rows]


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


def _state(db: Connection, name: str) -> int:
    found = db.execute(select(STATE.c.value).where(STATE.c.name == name)).scalar()
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
