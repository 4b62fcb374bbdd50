"""A store copied whole: SQLite as it stands while others write, any database table by table; and checked after.

What lives here: engines and files. What must not: the archive that a copy travels in (`archive`).

The copy of an SQLite file holds one reading open from its first page to its last: writers go on, the copy is of one
instant, and no write makes it begin again, as it would without (sqlite.org/c3ref/backup_finish.html).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, Engine, Integer, delete, func, insert, inspect, select
from sqlalchemy.exc import DatabaseError

from storage import migrate, tables
from storage.engine import create_engine
from storage.errors import StoreError

Told = Callable[[str], None]

_PAGES = 2048  # of an SQLite file in one step: 8 MiB
_ROWS = 500  # of a table in one step
_OWN = {"alembic_version", *tables.NAMES}
_IS_EMPTY = (tables.OBSERVATION, tables.VISIT, tables.TARGET, tables.ITEM, tables.ANNOTATION)


def copy_file(origin: Path, target: Path, told: Told) -> None:
    """Copy the SQLite file `origin`, as it stands, over `target`, a new file. Raises StoreError."""

    def step(status: int, remaining: int, total: int) -> None:
        told(f"store, {1 - remaining / max(total, 1):.0%}")

    try:
        with (
            closing(sqlite3.connect(f"{origin.absolute().as_uri()}?mode=rw", uri=True, timeout=30)) as from_,
            closing(sqlite3.connect(target)) as to,
        ):
            from_.isolation_level = None
            from_.execute("BEGIN")
            from_.execute("SELECT count(*) FROM sqlite_master").fetchone()
            from_.backup(to, pages=_PAGES, progress=step)
            to.execute("PRAGMA journal_mode=DELETE")  # one file, without one beside it
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{origin} cannot be copied: {error}") from error


def copy_tables(origin: Engine, target: Engine, told: Told) -> None:
    """Copy every row of `origin`, as of one instant, into `target`, which has the schema and holds nothing that counts.

    In one transaction. Raises StoreError.
    """
    level = {"isolation_level": "REPEATABLE READ"} if origin.dialect.name == "postgresql" else {}
    try:
        with (
            origin.connect().execution_options(**level) as from_,
            target.connect().execution_options(is_writing=True) as to,
            to.begin(),
        ):
            for table in tables.ALL:
                told(f"table {table.name}")
                to.execute(delete(table))  # a store that was only made may know its sources already
                found = from_.execution_options(yield_per=_ROWS).execute(select(table))
                for rows in found.mappings().partitions(_ROWS):
                    to.execute(insert(table), [dict(row) for row in rows])
            _count_on(to)
    except DatabaseError as error:
        raise StoreError(f"the store cannot be copied: {error.orig}") from error


def _count_on(db: Connection) -> None:
    """Have PostgreSQL give the next numbers after the copied ones."""
    if db.dialect.name != "postgresql":
        return
    for table in tables.ALL:
        for column in table.primary_key.columns:
            if isinstance(column.type, Integer):
                sequence = func.pg_get_serial_sequence(table.name, column.name)
                if db.execute(select(sequence)).scalar() is not None:
                    db.execute(select(func.setval(sequence, func.max(column))).select_from(table))


def is_empty(engine: Engine) -> bool:
    """Whether nothing was ever taken in: a store that was only made, or not even that."""
    with engine.connect() as db:
        held = set(inspect(db).get_table_names())
        return not any(
            db.execute(select(table).limit(1)).first() for table in _IS_EMPTY if table.name in held
        )


def check_file(path: Path) -> str:
    """The schema of the SQLite file at `path`, a store; raises StoreError where it is damaged, or none of ours.

    It may come from anybody: nothing that stands in it is run.
    """
    try:
        with closing(sqlite3.connect(path)) as db:
            db.execute("PRAGMA trusted_schema=OFF")
            db.execute("PRAGMA cell_size_check=ON")
            found = db.execute("SELECT type, name FROM sqlite_master").fetchall()
            strange = {n for kind, n in found if kind == "table" and not n.startswith("sqlite_")} - _OWN
            if strange or {kind for kind, _ in found} - {"table", "index"}:
                raise StoreError("it holds what presswatch did not make")
            says = db.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise StoreError(f"it is damaged: {error}") from error
    if says != "ok":
        raise StoreError(f"it is damaged: {says}")
    engine = create_engine(f"sqlite:///{path}")
    try:
        schema = migrate.revision(engine)
    finally:
        engine.dispose()
    if schema is None:
        raise StoreError("it is empty")
    return schema


def settle_file(path: Path) -> None:
    """Bring what stands beside an SQLite file (its log of the last writes) into it.

    Raises StoreError where somebody has the file open.
    """
    try:
        with closing(sqlite3.connect(path)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{path} is in use, or no store: {error}") from error
    if path.with_name(f"{path.name}-wal").exists():
        raise StoreError(f"{path} is in use: stop the daemon and every other command first")
