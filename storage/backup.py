"""A backup made and put back: the store and its evidence, into one file and out of it. All or nothing.

What lives here: what goes where, in which order. What must not: the file's format (`archive`), how a database is
copied (`copying`).

Evidence is kept by digest and never changed, so that what comes back joins what is there already. The store comes
last: until it is in place, nothing is. Evidence is put before the record that names it, so the evidence that is
listed after the store was copied holds all that the copy names.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, make_url
from sqlalchemy.exc import DatabaseError

from storage import archive, copying, migrate
from storage.archive import Manifest
from storage.copying import Told
from storage.engine import create_engine
from storage.errors import NotFound, StoreError
from storage.evidence import EvidenceFolder
from storage.jsonl import format_time

_SPARE = 64 * 1024**2  # bytes that stay free on a disk


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made. `damaged`: digests of evidence that no longer matched, and was left out."""

    manifest: Manifest
    damaged: tuple[str, ...]


def back_up(
    url: str, evidence: EvidenceFolder | None, file: Path, *, now: datetime, version: str, told: Told
) -> Made:
    """Write the store at `url`, and its evidence if given, to `file`, in place of what is there.

    Everybody may go on writing meanwhile. Raises StoreError, OSError.
    """
    with tempfile.TemporaryDirectory(prefix=f".{file.name}-", dir=file.parent) as folder:
        copy = Path(folder) / archive.STORE
        _copy_out(url, copy, told)
        told("store, checked")
        schema = copying.check_file(copy)
        pieces, damaged = _sound(evidence, told) if evidence else ([], [])
        manifest = Manifest(
            archive.FORMAT,
            format_time(now) or "",
            version,
            schema,
            copy.stat().st_size,
            len(pieces),
            sum(size for _, size in pieces),
        )
        whole = Path(folder) / "backup"
        _write(whole, manifest, copy, pieces, told)
        whole.replace(file)
    return Made(manifest, tuple(damaged))


def _copy_out(url: str, copy: Path, told: Told) -> None:
    copy.touch(mode=0o600)
    origin = store_file(url)
    if origin is None:
        target = _engine(f"sqlite:///{copy}")
        source = _engine(url)
        try:
            if migrate.revision(source) != migrate.head():
                raise StoreError(
                    "this store has an older schema: run `presswatch db upgrade`, or use pg_dump"
                )
            migrate.prepare(target)
            copying.copy_tables(source, target, told)
        finally:
            source.dispose()
            target.dispose()
    elif origin.exists():
        copying.copy_file(origin, copy, told)
    else:
        raise StoreError(f"there is no store at {origin}")


def _sound(evidence: EvidenceFolder, told: Told) -> tuple[list[tuple[Path, int]], list[str]]:
    """The pieces of evidence, each with its bytes, and the digests of those that were altered."""
    sound, damaged = [], []
    for number, path in enumerate(evidence.paths(), 1):
        try:
            evidence.check(path.stem)
            sound.append((path, path.stat().st_size))
        except ValueError:
            damaged.append(path.stem)
        except (NotFound, FileNotFoundError):  # pruned meanwhile: nothing names it
            continue
        told(f"evidence, {number:,} checked")
    return sound, damaged


def _write(whole: Path, manifest: Manifest, copy: Path, pieces: list[tuple[Path, int]], told: Told) -> None:
    with whole.open("xb") as file:
        whole.chmod(0o600)
        writer = archive.Writer(file)
        writer.manifest(manifest)
        writer.member(archive.STORE, copy, manifest.store_bytes)
        for number, (path, size) in enumerate(pieces, 1):
            with contextlib.suppress(FileNotFoundError):  # pruned meanwhile
                writer.member(archive.evidence_name(path), path, size)
            told(f"evidence, {number:,} of {len(pieces):,}")
        writer.end()
        file.flush()
        os.fsync(file.fileno())


# ---------------------------------------------------------------- back again


def restore(
    file: Path, url: str, evidence: EvidenceFolder, *, aside: str, is_forced: bool, told: Told
) -> tuple[Manifest, Path | None]:
    """Put the backup `file` into the store at `url` and its evidence; gives back where the old store is now.

    The store must hold nothing; `is_forced`: else it is kept beside, under its name and `aside`. Everything is
    checked before anything is put in place. Raises StoreError, OSError.
    """
    origin = store_file(url)
    if origin is None:
        _refuse_used_database(url)
    elif not is_forced and _holds(origin):
        raise StoreError(
            f"{origin} holds a store already: name another one in [storage] url, "
            "or give --force to keep the old one beside and restore in its place"
        )
    with _unpacked(file, origin.parent if origin else None, evidence.folder, told) as found:
        _take_in(found.pieces, evidence)
        if origin is None:
            _copy_in(found.store, url, told)
            return found.manifest, None
        return found.manifest, _put(found.store, origin, aside)


def store_file(url: str) -> Path | None:
    """The SQLite file of `url`; None where it is another kind of database."""
    _, is_sqlite, path = url.partition("sqlite:///")
    return Path(path) if is_sqlite else None


def _holds(origin: Path) -> bool:
    if not origin.exists() or not origin.stat().st_size:
        return False
    engine = create_engine(f"sqlite:///{origin}")
    try:
        return not copying.is_empty(engine)
    except DatabaseError as error:
        raise StoreError(f"{origin} is there already, and no store: {error.orig}") from error
    finally:
        engine.dispose()


def _refuse_used_database(url: str) -> None:
    engine = _engine(url)
    try:
        migrate.prepare(engine)
        if not copying.is_empty(engine):
            raise StoreError("this database holds a store already: name an empty one in [storage] url")
    except DatabaseError as error:
        raise StoreError(f"the database cannot be opened: {error.orig}") from error
    finally:
        engine.dispose()


@dataclass(frozen=True, slots=True)
class _Unpacked:
    manifest: Manifest
    store: Path
    pieces: Path


@contextmanager
def _unpacked(file: Path, beside: Path | None, evidence: Path, told: Told) -> Iterator[_Unpacked]:
    """What is in `file`, checked, on the disks where it is to go; gone again afterwards."""
    made = [folder for folder in (beside, evidence) if folder is not None]
    for folder in made:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (
        file.open("rb") as opened,
        tempfile.TemporaryDirectory(prefix=".presswatch-restore-", dir=beside or evidence) as store,
        tempfile.TemporaryDirectory(prefix=".presswatch-restore-", dir=evidence) as pieces,
    ):
        try:
            reader = archive.Reader(opened)
            manifest = reader.manifest
            _refuse_without_room(Path(store), manifest.store_bytes + manifest.evidence_bytes)
            _refuse_without_room(Path(pieces), manifest.evidence_bytes)
            _unpack(reader, Path(store), Path(pieces), told)
            told("store, checked")
            schema = copying.check_file(Path(store) / archive.STORE)
            if schema != migrate.head():
                _raise_schema(Path(store) / archive.STORE)
        except StoreError as error:
            raise type(error)(f"{file}: {error}; nothing was restored") from error
        yield _Unpacked(manifest, Path(store) / archive.STORE, Path(pieces))


def _unpack(reader: archive.Reader, store: Path, pieces: Path, told: Told) -> None:
    kept = EvidenceFolder(pieces)
    for number, member in enumerate(reader.members()):
        digest = archive.evidence_digest(member.name)
        path = kept.path(digest) if digest else store / archive.STORE
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with path.open("xb") as target:
            path.chmod(0o600)
            member.copy(target)
            target.flush()
            os.fsync(target.fileno())
        if digest:
            _check_piece(kept, digest)
            os.utime(path, (member.mtime, member.mtime))
        told(f"{number:,} of {reader.manifest.evidence:,} pieces of evidence")


def _check_piece(kept: EvidenceFolder, digest: str) -> None:
    try:
        kept.check(digest)
    except ValueError as error:
        raise StoreError(str(error)) from error


def _refuse_without_room(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if needed + _SPARE > free:
        raise StoreError(f"it needs {needed / 1024**2:,.0f} MiB; {free / 1024**2:,.0f} MiB are free")


def _raise_schema(store: Path) -> None:
    engine = create_engine(f"sqlite:///{store}")
    try:
        migrate.upgrade(engine)
    except DatabaseError as error:
        raise StoreError(f"its store cannot be raised to this version's schema: {error.orig}") from error
    finally:
        engine.dispose()


def _take_in(pieces: Path, evidence: EvidenceFolder) -> None:
    """Move the checked `pieces` among the others; one that is there already, and sound, stays."""
    for path in EvidenceFolder(pieces).paths():
        try:
            evidence.check(path.stem)
        except (NotFound, ValueError):
            target = evidence.path(path.stem)
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.replace(target)


def _copy_in(store: Path, url: str, told: Told) -> None:
    origin, target = create_engine(f"sqlite:///{store}"), _engine(url)
    try:
        copying.copy_tables(origin, target, told)
    finally:
        origin.dispose()
        target.dispose()


def _put(store: Path, origin: Path, aside: str) -> Path | None:
    """Put the file `store` in the place of `origin`; where that held something, under another name from now on."""
    copying.settle_file(store)
    old = None
    if origin.exists():
        copying.settle_file(origin)
    if _holds(origin):
        old = origin.with_name(f"{origin.name}.{aside}")
        if old.exists():
            raise StoreError(f"{old} is there already: move it away")
        os.link(origin, old)  # from here to the next line, under both names: never under none
    store.replace(origin)
    return old


def _engine(url: str) -> Engine:
    try:
        make_url(url)
        return create_engine(url)
    except ModuleNotFoundError as error:
        raise StoreError(f"this store needs a part that is not installed: {error}") from error
