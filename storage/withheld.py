"""What was not believed, and the health of sources, in SQL. The rest of the SQL store: `sql`."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, delete, select

from storage.jsonl import from_json, to_json
from storage.records import Withheld
from storage.tables import HEALTH, WITHHELD


def health(db: Connection) -> dict[str, dict[str, Any]]:
    return {row.source: row.data for row in db.execute(select(HEALTH))}


def as_row(look: Withheld) -> dict[str, Any]:
    return {
        "source": look.source,
        "part": look.part,
        "key": look.key,
        "at": look.at,
        "observations": [to_json(one) for one in look.observations],
        "evidence": look.evidence,
    }


def of_source(db: Connection, source: str) -> list[Withheld]:
    """Oldest first."""
    wanted = select(WITHHELD).where(WITHHELD.c.source == source).order_by(WITHHELD.c.at, WITHHELD.c.key)
    return [
        Withheld(row.source, row.part, row.key, row.at, tuple(map(from_json, row.observations)), row.evidence)
        for row in db.execute(wanted)
    ]


def drop(db: Connection, source: str, parts: Collection[str]) -> None:
    is_meant = (WITHHELD.c.source == source) & WITHHELD.c.part.in_(list(parts))
    db.execute(delete(WITHHELD).where(is_meant))
