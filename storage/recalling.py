"""What is known that the captures in hand ask about, read from the database: `SqlStore.recall`.

Every statement is a search by index with a bound; it is put together once and asked with parameters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from functools import lru_cache, reduce
from typing import Any

from sqlalchemy import (
    JSON,
    Connection,
    Row,
    Select,
    String,
    and_,
    bindparam,
    cast,
    column,
    func,
    select,
    true,
    tuple_,
)

from storage.known import Known, Questions, most_answers
from storage.records import Address, Change, ChangeKind, Clue, Completion, Snapshot, Span
from storage.rewind import Showings, as_it_stood, showings
from storage.rows import change_of, item_of, sighting_of, snapshot_of, sources_in, span_of, where_in
from storage.tables import ADDRESS, BLOB, CHANGE, CLUE, COMPLETION, ITEM, OBSERVATION, SNAPSHOT, SPAN, STATE

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


class Recall:
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
        known.sources = sources_in(db)
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
            known.add(item_of(row))
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
            for row in where_in(self.db, wanted.where(SPAN.c.closed_at.is_(None)), SPAN.c.place, listings)
        }
        if self.before is not None:
            closed_later = wanted.where(SPAN.c.closed_at >= self.before)
            found |= {row.item_id for row in where_in(self.db, closed_later, SPAN.c.place, listings)}
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
        return [snapshot_of(row, texts[row.blob]) for row in sorted(rows, key=lambda row: row.number)]

    def _spans(self, ids: Collection[str]) -> Iterable[Span]:
        """The latest span of each item at each of its places."""
        if not ids:
            return []
        given: dict[str, Any] = {"asked": list(ids)}
        if self.before is not None:
            given["before"] = self.before
        statement = _latest_spans(self.db.dialect.name, is_bounded=self.before is not None)
        found = self.db.execute(statement, given).all()
        spans = sorted(map(span_of, found), key=lambda span: (span.first_at, span.place))
        if self.before is None:
            return spans
        return as_it_stood(spans, self.before, showings_in(self.db, self.before)).values()

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
        turns = [change_of(row) for row in found.values() if row.of is not None or row.kind in _AWAY]
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


def showings_in(db: Connection, before: datetime) -> Callable[[str], Showings]:
    """What `rewind.as_it_stood` asks: the captures of a place before an instant."""

    def of(place: str) -> Showings:
        wanted = (
            select(OBSERVATION, BLOB.c.data)
            .outerjoin(BLOB, BLOB.c.digest == OBSERVATION.c.blob)
            .where(OBSERVATION.c.place == place.removeprefix("g|"), OBSERVATION.c.at < before)
        )
        return showings(place, map(sighting_of, db.execute(wanted)))

    return of


def _since(row: Row[Any]) -> datetime:
    return row.since  # type: ignore[no-any-return]
