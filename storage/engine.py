"""The SQLAlchemy engine of a store, with the settings that keep it safe, and its troubles told as ours.

SQLite runs with WAL, `synchronous=FULL` (a commit that was acknowledged survives a power cut) and
`BEGIN IMMEDIATE` for writing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy import create_engine as _create_engine
from sqlalchemy.exc import DatabaseError, DataError, IntegrityError, ProgrammingError

from storage.errors import StoreError


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
def told() -> Iterator[None]:
    """What the database itself cannot do (a full disk, a lock, a damaged file), as a StoreError."""
    try:
        yield
    except DatabaseError as error:
        if isinstance(error, (DataError, IntegrityError, ProgrammingError)):
            raise  # no condition of the database, but a mistake of ours
        raise StoreError(f"the store cannot be used: {error.orig}") from error
