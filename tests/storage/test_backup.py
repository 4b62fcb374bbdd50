"""A backup, and what comes back from it: everything, or nothing at all; whoever made the file."""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
import sys
import tarfile
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler import pipeline
from crawler.compare.fingerprint import sight
from crawler.urls import canonical
from storage import archive, backup, open_store
from storage.errors import StoreError
from storage.evidence import EvidenceFolder
from storage.records import EPOCH, Origin, Outcome, Run, TargetKind, Visit
from storage.store import Filter
from tests.flow.conftest import POSTGRES
from tests.flow.test_watching import BRIDGE, article, day, edited, listing, row
from tests.storage.conftest import emptied

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)


def quiet(where: str) -> None:
    """Nobody watches how far it is."""


def fill(url: str, evidence: EvidenceFolder) -> None:
    """Two texts of an article, teasers, a visit, and the pages they were read from."""
    store = open_store(url)
    digests = [evidence.put(b"<p>first</p>"), evidence.put(b"<p>second</p>")]
    told = [article(0), article(1, edited(BRIDGE, "240", "420")), listing(2, row("b"), row("a"))]
    for one, digest in zip(told, [*digests, None], strict=True):
        visit = Visit("https://gazette.example/", "Gazette", TargetKind.LISTING, day(0), Outcome.OK)
        pipeline.take(
            store,
            [sight(one, Origin.IMPORT, evidence=digest)],
            lambda url, source: canonical(url),
            visits=[visit],
        )
    store.finish_run(Run(store.start_run(day(0)), day(0), day(1), {"pages": 3}))
    store.close()


def contents(url: str) -> list[Any]:
    """Everything that a store says of what it holds."""
    store = open_store(url)
    try:
        items = list(store.items())
        return [
            list(store.changes(Filter())),
            items,
            [store.snapshots(one.item.id) for one in items],
            list(store.sightings()),
            list(store.visits()),
            store.runs(),
            store.sources(),
        ]
    finally:
        store.close()


@pytest.fixture
def evidence(tmp_path: Path) -> EvidenceFolder:
    return EvidenceFolder(tmp_path / "evidence")


@pytest.fixture
def elsewhere(tmp_path: Path) -> tuple[str, EvidenceFolder]:
    """A place to restore to."""
    return f"sqlite:///{tmp_path}/new/store.db", EvidenceFolder(tmp_path / "new/evidence")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A backup as it should be."""
    folder = tmp_path_factory.mktemp("sound")
    url, evidence = f"sqlite:///{folder}/store.db", EvidenceFolder(folder / "evidence")
    fill(url, evidence)
    made(url, evidence, folder / "b")
    return (folder / "b").read_bytes()


def made(url: str, evidence: EvidenceFolder | None, file: Path) -> backup.Made:
    return backup.back_up(url, evidence, file, now=NOW, version="1", told=quiet)


def restored(
    file: Path, url: str, evidence: EvidenceFolder, *, is_forced: bool = False
) -> tuple[archive.Manifest, Path | None]:
    return backup.restore(file, url, evidence, aside="before-noon", is_forced=is_forced, told=quiet)


# ---------------------------------------------------------------- there and back


def test_a_store_and_its_evidence_come_back_as_they_were(
    url: str, evidence: EvidenceFolder, elsewhere: tuple[str, EvidenceFolder], tmp_path: Path
) -> None:
    fill(url, evidence)
    assert made(url, evidence, tmp_path / "b").manifest.evidence == 2
    restored(tmp_path / "b", *elsewhere)
    assert contents(elsewhere[0]) == contents(url)
    assert elsewhere[1].get(hashlib.sha256(b"<p>first</p>").hexdigest()) == b"<p>first</p>"


@pytest.mark.skipif(POSTGRES is None, reason="PRESSWATCH_TEST_POSTGRES names no database")
def test_a_backup_goes_into_postgresql_which_counts_on_from_there(
    evidence: EvidenceFolder, tmp_path: Path
) -> None:
    url, target = f"sqlite:///{tmp_path}/store.db", emptied(POSTGRES or "")
    fill(url, evidence)
    made(url, evidence, tmp_path / "b")
    restored(tmp_path / "b", target, evidence)
    assert contents(target) == contents(url)
    store = open_store(target)
    assert store.start_run(day(3)) == 2
    store.close()
    with pytest.raises(StoreError, match="holds a store already: name an empty one"):
        restored(tmp_path / "b", target, evidence, is_forced=True)


def test_a_store_alone_has_none_of_the_evidence(
    url: str, evidence: EvidenceFolder, elsewhere: tuple[str, EvidenceFolder], tmp_path: Path
) -> None:
    fill(url, evidence)
    made(url, None, tmp_path / "b")
    restored(tmp_path / "b", *elsewhere)
    assert (contents(elsewhere[0]) == contents(url), list(elsewhere[1].paths())) == (True, [])


def test_a_backup_is_its_owners_alone_and_leaves_nothing_beside_it(
    evidence: EvidenceFolder, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    fill(url, evidence)
    before = {path.name for path in tmp_path.iterdir()}
    made(url, evidence, tmp_path / "b")
    assert {path.name for path in tmp_path.iterdir()} - before == {"b"}
    assert (tmp_path / "b").stat().st_mode & 0o777 == 0o600


def test_a_backup_of_a_store_that_is_written_all_the_time_is_of_one_instant(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    open_store(url).close()
    ended, ready = threading.Event(), threading.Event()

    def write() -> None:
        """Two rows at a time, so that an odd number of them would be half a transaction."""
        store = open_store(url)
        while not ended.is_set():
            visit = Visit("https://gazette.example/", "Gazette", TargetKind.LISTING, day(0), Outcome.OK)
            pipeline.take(store, [], lambda url, source: url, visits=[visit, visit])
            ready.set()
        store.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert ready.wait(20)
        for number in range(3):
            made(url, None, tmp_path / f"b{number}")
    finally:
        ended.set()
        writer.join()
    counts = []
    for number in range(3):
        target = f"sqlite:///{tmp_path}/new{number}.db"
        restored(tmp_path / f"b{number}", target, EvidenceFolder(tmp_path / "none"))
        counts.append(len(contents(target)[4]))
    assert ([count % 2 for count in counts], counts == sorted(counts)) == ([0, 0, 0], True)


def test_a_store_of_an_older_schema_is_raised_when_it_comes_back(
    evidence: EvidenceFolder, elsewhere: tuple[str, EvidenceFolder], tmp_path: Path
) -> None:
    from alembic import command

    from storage import migrate
    from storage.engine import create_engine

    engine = create_engine(f"sqlite:///{tmp_path}/old.db")
    with engine.connect().execution_options(is_writing=True) as connection:
        command.upgrade(migrate._config(connection), "0003")
        connection.commit()
    engine.dispose()
    assert made(f"sqlite:///{tmp_path}/old.db", evidence, tmp_path / "b").manifest.schema == "0003"
    restored(tmp_path / "b", *elsewhere)
    assert contents(elsewhere[0])[0] == []


def test_altered_evidence_is_told_and_left_out(evidence: EvidenceFolder, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    fill(url, evidence)
    first = next(evidence.paths())
    first.write_bytes(zstd.compress(b"something else"))
    told = made(url, evidence, tmp_path / "b")
    assert (told.damaged, told.manifest.evidence) == ((first.stem,), 1)


def test_a_page_larger_than_any_text_is_no_altered_one(
    evidence: EvidenceFolder, elsewhere: tuple[str, EvidenceFolder], tmp_path: Path
) -> None:
    url, page = f"sqlite:///{tmp_path}/store.db", b"<p>tide</p>" * 7_000_000
    open_store(url).close()
    digest = evidence.put(page)
    assert made(url, evidence, tmp_path / "b").damaged == ()
    restored(tmp_path / "b", *elsewhere)
    assert elsewhere[1].get(digest) == page


@pytest.mark.parametrize("kept", [b"", b"no zstd", zstd.compress(b"<p>first</p>" * 9)[:-6]])
def test_evidence_that_is_cut_off_is_damaged(evidence: EvidenceFolder, kept: bytes) -> None:
    digest = evidence.put(b"<p>first</p>" * 9)
    evidence.path(digest).write_bytes(kept)
    with pytest.raises(ValueError, match="damaged"):
        evidence.check(digest)


def test_there_is_no_backup_of_a_store_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store at"):
        made(f"sqlite:///{tmp_path}/none.db", None, tmp_path / "b")
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- where something is already


def test_a_store_that_holds_something_is_not_written_over(evidence: EvidenceFolder, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    fill(url, evidence)
    made(url, evidence, tmp_path / "b")
    before = contents(url)
    with pytest.raises(StoreError, match="give --force to keep the old one beside"):
        restored(tmp_path / "b", url, evidence)
    assert contents(url) == before


def test_by_force_the_old_store_is_kept_beside(evidence: EvidenceFolder, tmp_path: Path) -> None:
    url, other = f"sqlite:///{tmp_path}/store.db", f"sqlite:///{tmp_path}/other.db"
    fill(url, evidence)
    open_store(other).close()
    made(other, evidence, tmp_path / "b")
    before = contents(url)
    _, old = restored(tmp_path / "b", url, evidence, is_forced=True)
    assert (old, contents(url)[0], contents(f"sqlite:///{old}")) == (
        tmp_path / "store.db.before-noon",
        [],
        before,
    )


def test_a_store_in_use_is_not_replaced(evidence: EvidenceFolder, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    fill(url, evidence)
    made(url, evidence, tmp_path / "b")
    using = open_store(url)
    using.sources()
    with pytest.raises(StoreError, match="in use: stop the daemon"):
        restored(tmp_path / "b", url, evidence, is_forced=True)
    using.close()


def test_a_store_that_was_only_made_may_be_replaced(evidence: EvidenceFolder, tmp_path: Path) -> None:
    url, other = f"sqlite:///{tmp_path}/store.db", f"sqlite:///{tmp_path}/other.db"
    fill(other, evidence)
    open_store(url).close()
    made(other, evidence, tmp_path / "b")
    assert restored(tmp_path / "b", url, evidence)[1] is None
    assert contents(url) == contents(other)


def test_what_is_no_store_is_left_alone(sound: bytes, evidence: EvidenceFolder, tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(sound)
    (tmp_path / "list.db").write_text("eggs, flour, a lamp\n" * 40)
    with pytest.raises(StoreError, match="is there already, and no store"):
        restored(tmp_path / "b", f"sqlite:///{tmp_path}/list.db", evidence)


# ---------------------------------------------------------------- files of strangers

Members = list[tuple[tarfile.TarInfo, bytes]]


def members(file: bytes) -> Members:
    with tarfile.open(fileobj=io.BytesIO(zstd.decompress(file))) as opened:
        return [(one, opened.extractfile(one).read()) for one in opened]  # type: ignore[union-attr]


def write(file: Path, found: Members) -> None:
    kept = io.BytesIO()
    with tarfile.open(fileobj=kept, mode="w", format=tarfile.GNU_FORMAT) as opened:
        for header, data in found:
            header.size = len(data)
            opened.addfile(header, io.BytesIO(data))
    file.write_bytes(zstd.compress(kept.getvalue()))


def signed(found: Members) -> Members:
    """With the sums that such an archive would have, were it made by us."""
    rest = [(header, data) for header, data in found if header.name != archive.SUMS]
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {header.name}\n" for header, data in rest)
    return [*rest, (tarfile.TarInfo(archive.SUMS), sums.encode())]


def manifest(found: Members, **said: object) -> Members:
    header, data = found[0]
    return [(header, json.dumps({**json.loads(data), **said}).encode()), *found[1:]]


def renamed(found: Members, name: str) -> Members:
    found[2][0].name = name
    return found


def typed(found: Members, kind: bytes) -> Members:
    link = tarfile.TarInfo(found[2][0].name)
    link.type, link.linkname = kind, "/etc/passwd"
    return [*found[:2], (link, b""), *found[3:]]


def with_store(found: Members, change: str) -> Members:
    with closing(sqlite3.connect(":memory:")) as db:
        db.deserialize(found[1][1].replace(b"\x02\x02", b"\x01\x01", 1))
        db.execute(change)
        db.commit()
        data = db.serialize()
    return manifest([found[0], (found[1][0], data), *found[2:]], store_bytes=len(data))


HOSTILE: dict[str, tuple[Callable[[Members], Members], str]] = {
    "a path that leads out": (lambda m: renamed(m, "../../outside"), "has no place in a backup"),
    "an absolute path": (lambda m: renamed(m, "/tmp/outside"), "has no place in a backup"),
    "a way out below evidence": (lambda m: renamed(m, "evidence/../../outside.zst"), "has no place"),
    "a long name": (lambda m: renamed(m, "evidence/" + "a" * 200), "something else than plain files"),
    "a symbolic link": (lambda m: typed(m, tarfile.SYMTYPE), "something else than plain files"),
    "a hard link": (lambda m: typed(m, tarfile.LNKTYPE), "something else than plain files"),
    "a device": (lambda m: typed(m, tarfile.CHRTYPE), "something else than plain files"),
    "a sparse file": (lambda m: typed(m, tarfile.GNUTYPE_SPARSE), "something else than plain files"),
    "a file twice": (lambda m: [*m[:3], m[2], *m[3:]], "stands in it twice"),
    "more than it says": (lambda m: manifest(m, evidence=1), "it holds more than it says"),
    "larger than it says": (lambda m: manifest(m, evidence_bytes=10), "it holds more than it says"),
    "more than there is room for": (lambda m: manifest(m, store_bytes=2**60), "MiB are free"),
    "a negative size": (lambda m: manifest(m, store_bytes=-1), "what it says of itself cannot be read"),
    "a manifest of another kind": (lambda m: [(m[0][0], b"[" * 9000), *m[1:]], "cannot be read"),
    "a later format": (lambda m: manifest(m, format=2), "upgrade presswatch"),
    "no manifest": (lambda m: m[1:], "it does not begin as a backup does"),
    "no store": (lambda m: [m[0], *m[2:]], "it holds no store"),
    "evidence of another text": (
        lambda m: [*m[:2], (m[2][0], zstd.compress(b"forged")), *m[3:]],
        "was altered",
    ),
    "evidence that is a bomb": (
        lambda m: manifest([*m[:2], (m[2][0], zstd.compress(bytes(2**27))), *m[3:]], evidence_bytes=10**6),
        "was altered",
    ),
    "a store that is none": (
        lambda m: manifest([m[0], (m[1][0], b"eggs" * 400), *m[2:]], store_bytes=1600),
        "it is damaged",
    ),
    "a store with a trigger": (
        lambda m: with_store(m, "CREATE TRIGGER t AFTER INSERT ON item BEGIN DELETE FROM item; END"),
        "it holds what presswatch did not make",
    ),
    "a store with another table": (lambda m: with_store(m, "CREATE TABLE photos (name)"), "did not make"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_and_nothing_of_it_is_put_anywhere(
    name: str, sound: bytes, elsewhere: tuple[str, EvidenceFolder], tmp_path: Path
) -> None:
    change, reason = HOSTILE[name]
    write(tmp_path / "b", signed(change(members(sound))))
    before = set(tmp_path.rglob("*"))
    with pytest.raises(StoreError, match=reason):
        restored(tmp_path / "b", *elsewhere)
    left = set(tmp_path.rglob("*")) - before
    assert {path.name for path in left} <= {"new", "evidence"}


def test_a_store_altered_on_its_way_is_refused(
    sound: bytes, elsewhere: tuple[str, EvidenceFolder], tmp_path: Path
) -> None:
    found = members(sound)
    altered = found[1][1].replace(b"Gazette", b"Gazebos")
    write(tmp_path / "b", [found[0], (found[1][0], altered), *found[2:]])
    with pytest.raises(StoreError, match="not what was put there; nothing was restored"):
        restored(tmp_path / "b", *elsewhere)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_a_file_that_was_cut_off_is_refused(
    share: float, sound: bytes, elsewhere: tuple[str, EvidenceFolder], tmp_path: Path
) -> None:
    (tmp_path / "b").write_bytes(sound[: int(len(sound) * share)])
    with pytest.raises(StoreError, match="nothing was restored"):
        restored(tmp_path / "b", *elsewhere)
    assert not (tmp_path / "new/store.db").exists()


def test_a_file_that_asks_for_much_memory_is_refused(tmp_path: Path) -> None:
    options = {
        zstd.CompressionParameter.window_log: 30,
        zstd.CompressionParameter.enable_long_distance_matching: 1,
    }
    compressor = zstd.ZstdCompressor(options=options)
    (tmp_path / "b").write_bytes(compressor.compress(b"x" * 1000) + compressor.flush())
    with pytest.raises(StoreError, match="cannot be read"):
        restored(tmp_path / "b", f"sqlite:///{tmp_path}/new.db", EvidenceFolder(tmp_path / "evidence"))


def test_evidence_that_was_put_again_counts_as_new(evidence: EvidenceFolder) -> None:
    import os

    path = evidence.path(evidence.put(b"<p>first</p>"))
    os.utime(path, (0, 0))
    evidence.put(b"<p>first</p>")
    assert path.stat().st_mtime > EPOCH.timestamp() + 1
