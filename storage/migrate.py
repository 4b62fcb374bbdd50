"""The schema's versions: made on first use of a new store, raised by an explicit command, never lowered."""

from __future__ import annotations

import os
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect

from storage.errors import StoreError, StoreTooNew, StoreTooOld

_SCRIPTS = Path(__file__).parent / "migrations"
_OWN = {"item", "snapshot", "change", "observation"}  # in every schema: other programs use Alembic, too


def prepare(engine: Engine) -> None:
    """Create the schema in a new, empty store; check that an older one fits.

    Raises StoreTooNew or StoreTooOld where it does not, StoreError where this is another program's database.
    """
    found = revision(engine)
    if found is None:
        upgrade(engine)
    elif found != head():
        raise StoreTooOld(
            f"this store has schema {found}, this presswatch needs {head()}: run `presswatch db upgrade`"
        )


def upgrade(engine: Engine) -> str:
    """Raise the store to this version's schema, or make it; gives back the schema's revision.

    Raises StoreTooNew, or StoreError where this is another program's database.
    """
    revision(engine)
    with engine.connect().execution_options(is_writing=True) as connection:
        command.upgrade(_config(connection), "head")
        connection.commit()
    return head()


def revision(engine: Engine) -> str | None:
    """The schema that the store has; None for a new, empty one. Raises as `upgrade` does."""
    with engine.connect() as connection:
        tables = set(inspect(connection).get_table_names()) - {"alembic_version"}
        found = MigrationContext.configure(connection).get_current_heads()
        connection.rollback()
    if not found and not tables:
        return None
    if not found or (tables and not tables >= _OWN):
        raise StoreError("this database holds tables that presswatch did not make: name another one")
    schema = found[0]
    if schema not in revisions():
        raise StoreTooNew(
            f"this store was made by a newer presswatch (schema {schema}): upgrade presswatch, then try again"
        )
    return schema


def head() -> str:
    """The newest revision that this version of presswatch knows."""
    found = ScriptDirectory(str(_SCRIPTS)).get_current_head()
    assert found is not None
    return found


def revisions() -> set[str]:
    return {script.revision for script in ScriptDirectory(str(_SCRIPTS)).walk_revisions()}


def own_only(path: Path) -> None:
    """Make a new store file that nobody else on the machine can read: it may hold what was since deleted."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    return config
