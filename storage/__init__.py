"""The nouns (`storage.records`) and where they are kept. Imports nothing of the crawler."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from storage.sql import SqlStore


def open_store(url: str) -> SqlStore:
    """The store at SQLAlchemy address `url`, its schema made if it is new.

    Raises StoreError where it cannot be opened or was made by another version.
    """
    from storage import migrate
    from storage.sql import SqlStore

    return SqlStore(_engine(url, migrate.prepare))


def upgrade_store(url: str) -> str:
    """Raise the store at `url` to this version's schema, or make it; gives back the schema's revision.

    Raises StoreError where it cannot be opened, was made by a newer version or is another program's.
    """
    from storage import migrate

    engine = _engine(url, migrate.upgrade)
    engine.dispose()
    return migrate.head()


def _engine(url: str, ready: Callable[[Engine], object]) -> Engine:
    """An engine for `url` on a database that `ready` has made fit."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError

    from storage import migrate
    from storage.engine import create_engine
    from storage.errors import StoreError

    try:
        parsed = make_url(url)
        is_file = parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:")
    except ArgumentError as error:
        raise StoreError(f"[storage] url is no database address: {error}") from error
    where = parsed.database if is_file else parsed.render_as_string(hide_password=True)
    try:
        if is_file:
            migrate.own_only(Path(parsed.database or ""))
        engine = create_engine(url)
        ready(engine)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise StoreError(f"the store at {where} needs a part that is not installed: {error}") from error
    except DatabaseError as error:
        raise StoreError(f"the store at {where} cannot be opened: {error.orig}") from error
    except OSError as error:
        raise StoreError(f"the store at {where} cannot be opened: {error.strerror}") from error
    except StoreError as error:
        raise type(error)(f"{where}: {error}") from error
    return engine
