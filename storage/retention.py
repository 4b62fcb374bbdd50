"""What may be forgotten, and forgetting it in small steps beside a running crawl.

What lives here: the rules. What must not: when it is done, and by whom.

    never     observations, items, snapshots, changes, superseded ones, annotations, and every text of theirs
    never     raw responses that a snapshot or an observation names, or that are withheld
    never     of each address the last visit, and the last that saw it; the last run
    else      raw responses, visits and runs, once they are older than somebody wants
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, and_, delete, exists, func, or_, select

from storage.evidence import EvidenceFolder
from storage.records import LOOKED
from storage.tables import OBSERVATION, RUN, SNAPSHOT, VISIT, WITHHELD

if TYPE_CHECKING:
    from storage.sql import SqlStore

Mark = tuple[datetime, int]  # how far we are among the visits

_STEP = 1000  # rows looked at in one transaction
_PAUSE = 0.02  # seconds between two: others want to write, too
_ROW_BYTES = 120  # of a visit, beside its texts
_SAW = [outcome.value for outcome in LOOKED]


@dataclass(frozen=True, slots=True)
class Rules:
    """What was there before these times may go; None: it stays."""

    evidence_before: datetime | None
    visits_before: datetime | None


@dataclass(slots=True)
class Pruned:
    """What went, or would go. Bytes of visits are about so many, and free within the store's file."""

    evidence: int = 0
    evidence_bytes: int = 0
    visits: int = 0
    visits_bytes: int = 0
    runs: int = 0


def prune(
    store: SqlStore,
    evidence: EvidenceFolder,
    rules: Rules,
    *,
    is_dry: bool,
    told: Callable[[str], None],
    pause: Callable[[float], None] = time.sleep,
) -> Pruned:
    """Forget by `rules`; gives back what went. `is_dry`: only look. Raises StoreError, OSError."""
    pruned = Pruned()
    if rules.visits_before is not None:
        mark: Mark | None = None
        while True:
            count, size, mark = store.drop_visits(rules.visits_before, mark, is_dry=is_dry)
            pruned.visits += count
            pruned.visits_bytes += size
            if mark is None:
                break
            told(f"{pruned.visits:,} visits")
            pause(_PAUSE)
        pruned.runs = store.drop_runs(rules.visits_before, is_dry=is_dry)
    if rules.evidence_before is not None:
        _prune_evidence(store, evidence, rules.evidence_before, pruned, is_dry, told)
    return pruned


def _prune_evidence(
    store: SqlStore,
    evidence: EvidenceFolder,
    before: datetime,
    pruned: Pruned,
    is_dry: bool,
    told: Callable[[str], None],
) -> None:
    old = evidence.older_than(before)
    for digest in store.named_evidence():
        old.pop(digest, None)
    for digest, size in old.items():
        if is_dry or evidence.drop(digest, before):
            pruned.evidence += 1
            pruned.evidence_bytes += size
            told(f"{pruned.evidence:,} raw responses")


# ---------------------------------------------------------------- in SQL


def drop_visits(
    db: Connection, before: datetime, mark: Mark | None, *, is_dry: bool
) -> tuple[int, int, Mark | None]:
    """One step from `mark` on: how many visits went, their bytes, and where the next step begins; None: the end."""
    newer = VISIT.alias()
    is_followed = exists().where(
        newer.c.url == VISIT.c.url,
        newer.c.source == VISIT.c.source,
        newer.c.kind == VISIT.c.kind,
        or_(newer.c.at > VISIT.c.at, and_(newer.c.at == VISIT.c.at, newer.c.id > VISIT.c.id)),
        or_(newer.c.outcome.in_(_SAW), VISIT.c.outcome.not_in(_SAW)),
    )
    size = func.length(VISIT.c.url) + func.length(VISIT.c.reason) + _ROW_BYTES
    wanted = select(VISIT.c.id, VISIT.c.at, size.label("size"), is_followed.label("may_go"))
    wanted = wanted.where(VISIT.c.at < before).order_by(VISIT.c.at, VISIT.c.id).limit(_STEP)
    if mark is not None:
        at, number = mark
        is_after = or_(VISIT.c.at > at, and_(VISIT.c.at == at, VISIT.c.id > number))
        wanted = wanted.where(VISIT.c.at >= at, is_after)
    rows = db.execute(wanted).all()
    going = [row for row in rows if row.may_go]
    if going and not is_dry:
        for some in (going[:500], going[500:]):
            db.execute(delete(VISIT).where(VISIT.c.id.in_([row.id for row in some])))
    end = (rows[-1].at, rows[-1].id) if len(rows) == _STEP else None
    return len(going), sum(row.size for row in going), end


def drop_runs(db: Connection, before: datetime, *, is_dry: bool) -> int:
    last = select(func.max(RUN.c.id)).scalar_subquery()
    is_old = and_(func.coalesce(RUN.c.finished, RUN.c.started) < before, RUN.c.id != last)
    if is_dry:
        return int(db.execute(select(func.count()).select_from(RUN).where(is_old)).scalar_one())
    return int(db.execute(delete(RUN).where(is_old)).rowcount)


def named_evidence(db: Connection) -> list[str]:
    """The digests of all raw responses that something was read from."""
    tables = (SNAPSHOT, OBSERVATION, WITHHELD)
    named = [select(table.c.evidence).where(table.c.evidence.is_not(None)) for table in tables]
    return [row.evidence for row in db.execute(named[0].union(*named[1:]))]
