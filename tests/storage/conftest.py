"""An address of an empty store of each kind that is kept on a disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from storage.engine import create_engine
from tests.flow.conftest import POSTGRES


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    if POSTGRES is None:
        pytest.skip("PRESSWATCH_TEST_POSTGRES names no database")
    return emptied(POSTGRES)


def emptied(url: str) -> str:
    """The PostgreSQL database at `url`, with nothing in it any more."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return url
