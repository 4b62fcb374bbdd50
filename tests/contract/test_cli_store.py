"""The store as the commands meet it: made on first use, refused where it is not ours or not for us."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from storage import migrate
from tests.contract.conftest import Run, article

USERS = [["items"], ["report"], ["seed", "a.jsonl"], ["export", "--observations"], ["db", "upgrade"]]
each_user = pytest.mark.parametrize("words", USERS, ids=" ".join)


@contextmanager
def database(folder: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(folder / "presswatch.db")) as opened:
        yield opened
        opened.commit()


@pytest.fixture(autouse=True)
def document(folder: Path) -> None:
    (folder / "a.jsonl").write_text(article())


def test_a_store_is_made_on_first_use_for_its_owner_alone(run: Run, folder: Path) -> None:
    run("seed", "a.jsonl")
    assert (folder / "presswatch.db").stat().st_mode & 0o777 == 0o600


def test_or_by_the_explicit_command_and_then_for_its_owner_alone_too(run: Run, folder: Path) -> None:
    answer = run("db", "upgrade")
    assert (answer.status, answer.out) == (0, f"The store has schema {migrate.head()}.\n")
    assert (folder / "presswatch.db").stat().st_mode & 0o777 == 0o600
    assert run("db", "upgrade").out == answer.out
    assert run("seed", "a.jsonl").status == 0


@each_user
def test_a_store_of_a_newer_version_is_refused_and_left_alone(
    run: Run, folder: Path, words: list[str]
) -> None:
    run("seed", "a.jsonl")
    with database(folder) as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    answer = run(*words)
    assert (answer.status, answer.out) == (1, "")
    assert answer.err == (
        f"presswatch: {folder}/presswatch.db: this store was made by a newer presswatch (schema 9999): "
        "upgrade presswatch, then try again\n"
    )
    with database(folder) as db:
        assert db.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]


@each_user
@pytest.mark.parametrize("revision", [None, "0001", "ab12cd"])
def test_another_programs_database_is_refused_and_left_alone(
    run: Run, folder: Path, words: list[str], revision: str | None
) -> None:
    with database(folder) as db:
        db.execute("CREATE TABLE photos (name TEXT)")
        if revision is not None:  # other programs use Alembic, too
            db.execute("CREATE TABLE alembic_version (version_num TEXT)")
            db.execute("INSERT INTO alembic_version VALUES (?)", (revision,))
    answer = run(*words)
    assert (answer.status, answer.out) == (1, "")
    assert answer.err.endswith("this database holds tables that presswatch did not make: name another one\n")
    with database(folder) as db:
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert tables - {"alembic_version"} == {"photos"}


@each_user
def test_what_is_no_database_is_refused_and_left_alone(run: Run, folder: Path, words: list[str]) -> None:
    (folder / "presswatch.db").write_text("A shopping list: eggs, flour, a lamp.\n" * 40)
    answer = run(*words)
    assert (answer.status, answer.err) == (
        1,
        f"presswatch: the store at {folder}/presswatch.db cannot be opened: file is not a database\n",
    )
    assert (folder / "presswatch.db").read_text().startswith("A shopping list")


def test_a_store_that_cannot_be_opened_is_named_without_a_traceback(run: Run, folder: Path) -> None:
    (folder / "presswatch.db").mkdir()
    assert run("items").err == (
        f"presswatch: the store at {folder}/presswatch.db cannot be opened: unable to open database file\n"
    )


def test_a_damaged_store_is_told(run: Run, folder: Path) -> None:
    run("seed", "a.jsonl")
    with database(folder) as db:
        db.execute("ALTER TABLE change RENAME COLUMN headline TO title")
    answer = run("report")
    assert (answer.status, answer.err) == (
        1,
        "presswatch: the store cannot be used: no such column: change.headline\n",
    )


def test_a_password_in_the_address_of_a_store_is_never_shown(run: Run, folder: Path) -> None:
    (folder / "config.toml").write_text(
        '[storage]\nurl = "postgresql+psycopg://desk:s3cret@127.0.0.1:1/news"\n'
    )
    said = [run("items"), run("db", "upgrade"), run("check")]
    assert [("s3cret" in one.out + one.err, one.status) for one in said] == [
        (False, 1),
        (False, 1),
        (False, 0),
    ]
