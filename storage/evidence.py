"""Raw responses, kept by digest: `put(bytes) -> digest`, `get(digest) -> bytes`. Files of zstd in a folder.

A file is complete or absent: it is written aside, synced and renamed. It is put before the record that names
it is committed, so a snapshot never names evidence that is not there.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from storage import blobs
from storage.errors import NotFound


class EvidenceFolder:
    """Evidence below `folder`, which is made when the first piece comes in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, body: bytes) -> str:
        """Keep `body`; gives back its SHA-256, hexadecimal. Putting the same twice changes nothing."""
        digest = hashlib.sha256(body).hexdigest()
        path = self._path(digest)
        if not path.exists():
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
        try:
            body = blobs.decompress(self._path(digest).read_bytes())
        except FileNotFoundError as error:
            raise NotFound(f"no evidence is kept under {digest}") from error
        if hashlib.sha256(body).hexdigest() != digest:
            raise ValueError(f"evidence {digest} does not match its digest: it was altered")
        return body

    def _path(self, digest: str) -> Path:
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise NotFound(f"{digest!r} is not a digest")
        return self.folder / digest[:2] / f"{digest}.zst"


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
