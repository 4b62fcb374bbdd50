"""The file that `presswatch backup` makes: a tar in one stream of zstd, which `tar --zstd -x` unpacks, too.

What lives here: that format, written, and read without trust. What must not: where things are put (`backup`).

    presswatch-backup.json         first: format, when and by what version it was made, schema, what follows
    presswatch.db                  the store, an SQLite file, whatever database it was copied from
    evidence/ab/ab01….zst          the raw responses, as the folder of evidence has them
    SHA256SUMS                     last: a digest for each of these, for `sha256sum -c`; without it, it is cut off

An archive may come from anybody. Only plain files of exactly these names are read, each once, no larger than the
first one says they are together; headers that could ask for more (links, sparse files, long names) are refused
where they stand.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import sys
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import BinaryIO, cast

from storage.errors import StoreError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MANIFEST = "presswatch-backup.json"
STORE = "presswatch.db"
SUMS = "SHA256SUMS"
FORMAT = 1

_EVIDENCE = re.compile(r"evidence/([0-9a-f]{2})/(\1[0-9a-f]{62})\.zst")
_BLOCK = tarfile.BLOCKSIZE
_CHUNK = 1024 * 1024
_MOST_MANIFEST = 64 * 1024
_MOST_WINDOW = 27  # 128 MiB of memory, at most, to decompress
_MOST_SUM = 160  # bytes of a line of SHA256SUMS


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is, and holds: bytes of the store, pieces of evidence and their bytes together."""

    format: int
    made_at: str
    version: str
    schema: str
    store_bytes: int
    evidence: int
    evidence_bytes: int


class Writer:
    """Writes an archive to `file`: the manifest, then members, then `end`."""

    def __init__(self, file: BinaryIO) -> None:
        self._zstd = zstd.ZstdFile(file, "w")
        self._tar = tarfile.open(  # noqa: SIM115
            mode="w|", fileobj=cast(BinaryIO, self._zstd), format=tarfile.GNU_FORMAT
        )
        self._sums: list[str] = []

    def manifest(self, manifest: Manifest) -> None:
        text = json.dumps(asdict(manifest), indent=1).encode()
        self._add(MANIFEST, io.BytesIO(text), len(text), hashlib.sha256(text).hexdigest(), 0)

    def member(self, name: str, path: Path, size: int) -> None:
        """Add the first `size` bytes of the file at `path`."""
        with path.open("rb") as file:
            digest = _digest(file, size)
            file.seek(0)
            self._add(name, file, size, digest, int(path.stat().st_mtime))

    def end(self) -> None:
        text = "".join(self._sums).encode()
        self._add(SUMS, io.BytesIO(text), len(text), "", 0)
        self._tar.close()
        self._zstd.close()

    def _add(self, name: str, file: io.IOBase | BinaryIO, size: int, digest: str, mtime: int) -> None:
        header = tarfile.TarInfo(name)
        header.size, header.mode, header.mtime = size, 0o600, mtime
        self._tar.addfile(header, file)
        self._sums.append(f"{digest}  {name}\n")


def evidence_name(path: Path) -> str:
    """The member that a piece of evidence becomes."""
    return f"evidence/{path.parent.name}/{path.name}"


def evidence_digest(name: str) -> str | None:
    """The digest of the response that this member holds; None where it is no evidence."""
    found = _EVIDENCE.fullmatch(name)
    return found[2] if found else None


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive: `copy` it, once, before the next one is asked for."""

    name: str
    size: int
    mtime: int
    copy: Callable[[BinaryIO], None]


class Reader:
    """Reads an archive from `file`: `manifest`, then `members()`, to their end. Raises StoreError."""

    def __init__(self, file: BinaryIO) -> None:
        self._zstd = zstd.ZstdFile(
            file, "r", options={zstd.DecompressionParameter.window_log_max: _MOST_WINDOW}
        )
        self._sums: dict[str, str] = {}
        self.manifest = self._read_manifest()

    def members(self) -> Iterator[Member]:
        """The store, and each piece of evidence; at their end, all of them were as they were written."""
        room = {True: self.manifest.evidence_bytes, False: self.manifest.store_bytes}
        pieces = self.manifest.evidence
        while (header := self._header()).name != SUMS:
            is_evidence = evidence_digest(header.name) is not None
            if not is_evidence and header.name != STORE:
                raise StoreError(f"{header.name[:100]!r} has no place in a backup")
            room[is_evidence] -= header.size
            pieces -= is_evidence
            if room[is_evidence] < 0 or pieces < 0:
                raise StoreError("it holds more than it says")
            yield Member(header.name, header.size, int(header.mtime), self._copier(header))
        self._check(header)

    def _read_manifest(self) -> Manifest:
        header = self._header()
        if header.name != MANIFEST or header.size > _MOST_MANIFEST:
            raise StoreError("it does not begin as a backup does")
        kept = io.BytesIO()
        self._copier(header)(kept)
        try:
            said = json.loads(kept.getvalue())
            numbers = [said[name] for name in ("format", "store_bytes", "evidence", "evidence_bytes")]
            if any(type(number) is not int or number < 0 for number in numbers):
                raise ValueError
            found = Manifest(**{one.name: said[one.name] for one in fields(Manifest)})
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise StoreError("what it says of itself cannot be read") from error
        if found.format != FORMAT:
            raise StoreError(f"it has format {found.format}: upgrade presswatch, then try again")
        return found

    def _header(self) -> tarfile.TarInfo:
        """The next header: of a plain file, with its whole name, of a name that had none before."""
        try:
            header = tarfile.TarInfo.frombuf(self._exactly(_BLOCK), "ascii", "strict")
        except (tarfile.HeaderError, UnicodeDecodeError) as error:
            raise StoreError("it ends too early, or is no tar") from error
        if header.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or header.size < 0:
            raise StoreError("it holds something else than plain files")
        if header.name in self._sums:
            raise StoreError(f"{header.name!r} stands in it twice")
        return header

    def _copier(self, header: tarfile.TarInfo) -> Callable[[BinaryIO], None]:
        def copy(target: BinaryIO) -> None:
            digest, left = hashlib.sha256(), header.size
            while left:
                chunk = self._exactly(min(left, _CHUNK))
                digest.update(chunk)
                target.write(chunk)
                left -= len(chunk)
            self._exactly(-header.size % _BLOCK)
            self._sums[header.name] = digest.hexdigest()

        return copy

    def _check(self, header: tarfile.TarInfo) -> None:
        if STORE not in self._sums:
            raise StoreError("it holds no store")
        if header.size > _MOST_SUM * len(self._sums):
            raise StoreError("it holds more than it says")
        said = self._exactly(header.size)
        if said.decode("ascii", "replace") != "".join(f"{d}  {n}\n" for n, d in self._sums.items()):
            raise StoreError("what is in it is not what was put there")

    def _exactly(self, size: int) -> bytes:
        try:
            data = self._zstd.read(size)
            while len(data) < size:
                more = self._zstd.read(size - len(data))
                if not more:
                    raise StoreError("it ends too early")
                data += more
        except (zstd.ZstdError, EOFError, OSError) as error:
            raise StoreError(f"it cannot be read: {error}") from error
        return data


def _digest(file: BinaryIO, size: int) -> str:
    digest, left = hashlib.sha256(), size
    while left:
        chunk = file.read(min(left, _CHUNK))
        if not chunk:
            break
        digest.update(chunk)
        left -= len(chunk)
    return digest.hexdigest()
