"""The stores that every story is told to: in memory, on SQLite, and on PostgreSQL where one is at hand."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from storage import open_store
from storage.engine import create_engine
from storage.memory import MemoryStore
from storage.store import Store
from tests.flow.press import Machine, Press

POSTGRES = os.environ.get("PRESSWATCH_TEST_POSTGRES")  # its public schema is emptied by the tests


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store of each kind."""
    if request.param == "postgres" and POSTGRES is None:
        pytest.skip("PRESSWATCH_TEST_POSTGRES names no database")
    opened = _open(request.param, tmp_path)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """What all the passes of one file of tests run on."""
    made = Machine()
    yield made
    made.close()


@pytest.fixture
def press(machine: Machine, store: Store) -> Iterator[Press]:
    """A press without a site yet, watched from an empty store."""
    made = Press(machine, store)
    yield made
    made.closes()


def _open(kind: str, folder: Path) -> Store:
    if kind == "memory":
        return MemoryStore()
    if kind == "sqlite":
        return open_store(f"sqlite:///{folder}/store.db")
    assert POSTGRES is not None
    engine = create_engine(POSTGRES)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return open_store(POSTGRES)
