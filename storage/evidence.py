"""Raw responses, kept by digest: `put(bytes) -> digest`, `get(digest) -> bytes`. Files of zstd in a folder.

A file is complete or absent: it is written aside, synced and renamed. It is put before the record that names
it is committed, so a snapshot never names evidence that is not there.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from storage import blobs
from storage.errors import NotFound

_ASIDE = ".pruned"
_MOST_BYTES = 1024**3  # as much as a page may ever be told to have
_PIECE = re.compile(r"[0-9a-f]{64}\.zst")


class EvidenceFolder:
    """Evidence below `folder`, which is made when the first piece comes in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, body: bytes) -> str:
        """Keep `body`; gives back its SHA-256, hexadecimal. Putting the same twice changes nothing."""
        digest = hashlib.sha256(body).hexdigest()
        path = self.path(digest)
        if not _is_touched(path):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, aside = tempfile.mkstemp(dir=path.parent)
            with os.fdopen(handle, "wb") as file:
                file.write(blobs.compress(body))
                file.flush()
                os.fsync(file.fileno())
            Path(aside).replace(path)
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes put under `digest`. Raises NotFound; ValueError where they were damaged since."""
        return b"".join(self._read(digest))

    def check(self, digest: str) -> None:
        """Raises as `get` does, and needs little memory for it."""
        for _ in self._read(digest):
            pass

    def _read(self, digest: str) -> Iterator[bytes]:
        try:
            data = self.path(digest).read_bytes()
        except FileNotFoundError as error:
            raise NotFound(f"no evidence is kept under {digest}") from error
        found = hashlib.sha256()
        for chunk in blobs.chunks(data, _MOST_BYTES):
            found.update(chunk)
            yield chunk
        if found.hexdigest() != digest:
            raise ValueError(f"evidence {digest} does not match its digest: it was altered")

    def older_than(self, before: datetime) -> dict[str, int]:
        """By digest, the bytes of the pieces that were put before that time, and not again since."""
        self._put_back()
        found = {}
        for path in self.paths():
            with contextlib.suppress(FileNotFoundError):
                known = path.stat()
                if known.st_mtime < before.timestamp():
                    found[path.stem] = known.st_size
        return found

    def drop(self, digest: str, before: datetime) -> bool:
        """Forget this piece, unless somebody puts it again meanwhile: then it stays, and this is False.

        It is renamed first. Who puts it before that makes it new, which we see; who puts it after finds none, and
        writes it.
        """
        path = self.path(digest)
        aside = path.with_suffix(_ASIDE)
        try:
            path.rename(aside)
        except FileNotFoundError:
            return False
        if aside.stat().st_mtime >= before.timestamp():
            aside.replace(path)
            return False
        aside.unlink()
        return True

    def _put_back(self) -> None:
        """Where `drop` was broken off: nobody knows any more whether the piece was new."""
        for aside in self.folder.glob(f"[0-9a-f][0-9a-f]/*{_ASIDE}"):
            aside.replace(aside.with_suffix(".zst"))

    def paths(self) -> Iterator[Path]:
        """The files of all pieces, in the order of their digests."""
        for folder in sorted(self.folder.glob("[0-9a-f][0-9a-f]")):
            yield from sorted(path for path in folder.glob("*.zst") if _PIECE.fullmatch(path.name))

    def path(self, digest: str) -> Path:
        """Where the piece of this digest is kept, or would be. Raises NotFound for what is no digest."""
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise NotFound(f"{digest!r} is not a digest")
        return self.folder / digest[:2] / f"{digest}.zst"


def _is_touched(path: Path) -> bool:
    """Whether there is such a file; it counts as new again, so that nobody prunes what is about to be named."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    except PermissionError:  # somebody else's file: it is there
        return True
    return True


class EvidenceInMemory:
    """Evidence that lasts as long as the process: for tests and rehearsals."""

    def __init__(self) -> None:
        self._bodies: dict[str, bytes] = {}

    def put(self, body: bytes) -> str:
        digest = hashlib.sha256(body).hexdigest()
        self._bodies[digest] = body
        return digest

    def get(self, digest: str) -> bytes:
        try:
            return self._bodies[digest]
        except KeyError as error:
            raise NotFound(f"no evidence is kept under {digest}") from error
