"""The nouns (`storage.records`) and where they are kept. Imports nothing of the crawler."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.sql import SqlStore


def open_store(url: str) -> SqlStore:
    """The store at SQLAlchemy address `url`, its schema made if it is new.

    Raises StoreError where it cannot be opened or was made by another version.
    """
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError

    from storage import migrate, sql
    from storage.errors import StoreError

    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:"):
            migrate.own_only(Path(parsed.database or ""))
        engine = sql.create_engine(url)
        migrate.prepare(engine)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise StoreError(f"[storage] url = {url!r} is no database address: {error}") from error
    except (DatabaseError, OSError) as error:
        raise StoreError(f"the store at {url} cannot be opened: {error}") from error
    return sql.SqlStore(engine)
