"""What is said about changes, in SQL: assessments and annotations. The rest of the SQL store: `sql`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from storage.records import Annotation, Assessment, ChangeKind, Ruling
from storage.rows import chunks
from storage.tables import ANNOTATION, ASSESSMENT, CHANGE

KINDS = (ChangeKind.CHANGED.value, ChangeKind.MOVED.value)  # of changes that can be an edit


def has_outdated(db: Connection, version: int) -> bool:
    """Whether there are assessments that other rules made."""
    outdated = select(ASSESSMENT.c.change_id).where(ASSESSMENT.c.version != version).limit(1)
    return db.execute(outdated).first() is not None


def drop_outdated(db: Connection, version: int) -> None:
    """Take back the assessments that other rules made."""
    db.execute(delete(ASSESSMENT).where(ASSESSMENT.c.version != version))


def unassessed() -> Any:
    """The statement for the changes that can be an edit and are not assessed, oldest first."""
    joined = CHANGE.outerjoin(ASSESSMENT, ASSESSMENT.c.change_id == CHANGE.c.id)
    wanted = select(CHANGE).select_from(joined).where(CHANGE.c.kind.in_(KINDS))
    wanted = wanted.where(ASSESSMENT.c.change_id.is_(None))
    wanted = wanted.where(CHANGE.c.before.is_not(None), CHANGE.c.after.is_not(None))
    return wanted.order_by(CHANGE.c.detected_at, CHANGE.c.rank)


def put_assessments(db: Connection, assessments: Sequence[Assessment]) -> None:
    ids = [one.change_id for one in assessments]
    for chunk in chunks(ids):
        db.execute(delete(ASSESSMENT).where(ASSESSMENT.c.change_id.in_(chunk)))
    rows = [_row(one) for one in assessments]
    if rows:
        db.execute(insert(ASSESSMENT), rows)


def assessments(db: Connection, change_ids: Collection[str]) -> dict[str, Assessment]:
    found: dict[str, Assessment] = {}
    for chunk in chunks(list(change_ids)):
        for row in db.execute(select(ASSESSMENT).where(ASSESSMENT.c.change_id.in_(chunk))):
            found[row.change_id] = assessment(row)
    return found


def in_order(until: datetime | None) -> Any:
    """The statement for all assessments of changes that stand in the log, in its order."""
    wanted = select(ASSESSMENT).join(CHANGE, CHANGE.c.id == ASSESSMENT.c.change_id)
    if until is not None:
        wanted = wanted.where(ASSESSMENT.c.at < until)
    return wanted.order_by(CHANGE.c.detected_at, CHANGE.c.rank)


def kind_counts(db: Connection) -> Iterator[tuple[str, tuple[str, ...], int]]:
    """By source and set of kinds, how many assessed changes have it."""
    wanted = select(ASSESSMENT.c.source, ASSESSMENT.c.kinds, func.count().label("changes"))
    for row in db.execute(wanted.group_by(ASSESSMENT.c.source, ASSESSMENT.c.kinds)):
        yield row.source, tuple(row.kinds.split()), row.changes


def sharing(db: Connection, edit_ids: Collection[str]) -> dict[str, dict[str, str]]:
    """The changes, oldest first, that are the edits of these ids, each with its item."""
    found: dict[str, dict[str, str]] = {}
    for chunk in chunks(list(edit_ids)):
        wanted = select(ASSESSMENT.c.edit_id, ASSESSMENT.c.change_id, ASSESSMENT.c.item_id).join(
            CHANGE, CHANGE.c.id == ASSESSMENT.c.change_id
        )
        wanted = wanted.where(ASSESSMENT.c.edit_id.in_(chunk))
        for row in db.execute(wanted.order_by(CHANGE.c.detected_at, CHANGE.c.rank)):
            found.setdefault(row.edit_id, {})[row.change_id] = row.item_id
    return found


def rewind(db: Connection, since: datetime) -> bool:
    """Take back the assessments from `since` on; says whether there were any."""
    return db.execute(delete(ASSESSMENT).where(ASSESSMENT.c.at >= since)).rowcount > 0


def annotate(db: Connection, annotation: Annotation) -> None:
    values = {name: getattr(annotation, name) for name in ("change_id", "by", "at", "note")}
    db.execute(insert(ANNOTATION).values(**values, ruling=annotation.ruling.value))


def annotations_of(db: Connection, change_ids: Collection[str] | None) -> dict[str, list[Annotation]]:
    """The annotations of these changes (None: of all), in order, by change."""
    found: dict[str, list[Annotation]] = {}
    every = select(ANNOTATION).order_by(ANNOTATION.c.id)
    if change_ids is None:
        statements: Iterable[Any] = [every]
    else:
        statements = [every.where(ANNOTATION.c.change_id.in_(chunk)) for chunk in chunks(list(change_ids))]
    for statement in statements:
        for row in db.execute(statement):
            found.setdefault(row.change_id, []).append(_annotation(row))
    return found


def related(db: Connection, item_ids: Collection[str]) -> list[Any]:
    """The rows of the changes that tie these items to others as copies or by a move, either way."""
    rows: list[Any] = []
    for chunk in chunks(list(item_ids)):
        kinds = (ChangeKind.DUPLICATE.value, ChangeKind.MOVED.value)
        for kind in kinds:
            tie = select(CHANGE).where(CHANGE.c.kind == kind)
            rows += db.execute(tie.where(CHANGE.c.item_id.in_(chunk))).all()
            rows += db.execute(tie.where(CHANGE.c.of.in_(chunk))).all()
    return rows


_JSON = ("edits", "parts")
_TERMS = ("removed", "added", "replaced")
_PLAIN = ("change_id", "item_id", "source", "at", "version", "weight", "is_stealth", "edit_id")


def _row(one: Assessment) -> Mapping[str, Any]:
    plain = {name: getattr(one, name) for name in _PLAIN}
    lists = {name: list(getattr(one, name)) for name in _JSON}
    terms = {name: list(getattr(one, name)) for name in _TERMS if getattr(one, name)}
    return {**plain, **lists, "kinds": " ".join(one.kinds), "terms": terms}


def assessment(row: Row[Any]) -> Assessment:
    plain = {name: getattr(row, name) for name in _PLAIN}
    lists: dict[str, Any] = {name: tuple(getattr(row, name)) for name in _JSON}
    terms = row.terms
    return Assessment(
        **plain,
        **lists,
        kinds=tuple(row.kinds.split()),
        removed=tuple(terms.get("removed", ())),
        added=tuple(terms.get("added", ())),
        replaced=tuple((old, new) for old, new in terms.get("replaced", ())),
    )


def _annotation(row: Row[Any]) -> Annotation:
    return Annotation(row.change_id, Ruling(row.ruling), row.by, row.at, row.note, row.id)
