"""Rows and records: how each noun of `storage.records` lies in its table, and comes out of it again.

And the few statements that every part of the SQL store writes: insert, upsert, and a search for many values.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Select, Table, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from storage import blobs
from storage.records import (
    Article,
    Change,
    ChangeKind,
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
from storage.tables import BLOB, SOURCE

_MOST_PARAMETERS = 900  # SQLite takes 999 in its smallest build

T = TypeVar("T")


def as_row(record: Any) -> dict[str, Any]:
    """The fields of `record` by name: columns that the table lacks are dropped on insert."""
    return {field.name: getattr(record, field.name) for field in fields(record)}


def _only_columns(table: Table, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = [c.name for c in table.columns]
    return [{name: row[name] for name in names if name in row} for row in rows]


@lru_cache(maxsize=64)
def _upserting(dialect: str, table: Table) -> Any:
    statement: Any = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    others = {c.name: statement.excluded[c.name] for c in table.columns if not c.primary_key}
    keys = [c.name for c in table.columns if c.primary_key]
    if others:
        return statement.on_conflict_do_update(index_elements=keys, set_=others)
    return statement.on_conflict_do_nothing(index_elements=keys)


def insert_rows(db: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        db.execute(insert(table), _only_columns(table, rows))


def upsert(db: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert `rows`; where the primary key exists, replace the other columns."""
    if rows:
        db.execute(_upserting(db.dialect.name, table), _only_columns(table, rows))


def where_in(
    db: Connection, statement: Select[Any], column: Any, values: Collection[Any]
) -> Iterator[Row[Any]]:
    for chunk in chunks(list(values)):
        yield from db.execute(statement.where(column.in_(chunk))).all()


def chunks(values: Sequence[T], size: int = _MOST_PARAMETERS) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]


def sources_in(db: Connection) -> dict[str, Source]:
    return {row.name: _source(row) for row in db.execute(select(SOURCE))}


def _source(row: Row[Any]) -> Source:
    known = {field.name for field in fields(Source)}
    data: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in row.data.items() if k in known
    }
    order = data.get("date_order")
    return Source(**data | {"is_watched": row.is_watched, "date_order": DateOrder(order) if order else None})


def with_blob(table: Table) -> Select[Any]:
    return select(table, BLOB.c.data).join(BLOB, BLOB.c.digest == table.c.blob)


def sighting_of(row: Row[Any]) -> Sighting:
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
    return Sighting(
        observation,
        row.digest,
        row.tie_order,
        Origin(row.origin),
        row.evidence,
        row.seq,
        row.reader,
        row.charset,
    )


def snapshot_of(row: Row[Any], data: bytes | None = None) -> Snapshot:
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
        row.reader,
        row.charset,
    )


def item_of(row: Row[Any]) -> Item:
    return Item(
        row.id,
        Subject(row.subject),
        row.source,
        row.first_seen,
        row.tie_order,
        Origin(row.origin),
        row.source_line,
    )


def span_of(row: Row[Any]) -> Span:
    return Span(**{field.name: getattr(row, field.name) for field in fields(Span)})


def change_of(row: Row[Any]) -> Change:
    values = {field.name: getattr(row, field.name) for field in fields(Change)}
    values |= {
        "kind": ChangeKind(row.kind),
        "subject": Subject(row.subject),
        "fields": tuple(row._mapping["fields"]),
    }
    return Change(**values)


def target_of(row: Row[Any]) -> Target:
    values = {field.name: getattr(row, field.name) for field in fields(Target)}
    return Target(**values | {"kind": TargetKind(row.kind)})


def visit_of(row: Row[Any]) -> Visit:
    values = {field.name: getattr(row, field.name) for field in fields(Visit)}
    return Visit(**values | {"kind": TargetKind(row.kind), "outcome": Outcome(row.outcome)})


def run_of(row: Row[Any]) -> Run:
    return Run(row.id, row.started, row.finished, row.counts)


_CHANGE_TIMES = ("detected_at", "changed_after", "changed_before")


def change_to_json(change: Change) -> dict[str, Any]:
    values = as_row(change) | {"fields": list(change.fields)}
    return values | {n: values[n].isoformat() if values[n] else None for n in _CHANGE_TIMES}


def change_from_json(data: Mapping[str, Any]) -> Change:
    times = {n: datetime.fromisoformat(data[n]) if data[n] else None for n in _CHANGE_TIMES}
    kinds = {"kind": ChangeKind(data["kind"]), "subject": Subject(data["subject"])}
    return Change(**{**data, **times, **kinds, "fields": tuple(data["fields"])})
