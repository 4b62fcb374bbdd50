"""Content codings (RFC 9110 §8.4.1), undone within a limit. Knows bytes only: no network, no clock.

A body of a few hundred bytes may unpack to gigabytes. So every decoder hands out small pieces, and each
layer may put out no more than the limit: what counts is what comes out, not what went in.

Codings: gzip (also x-gzip), deflate (zlib-wrapped, or raw as some servers send it), br, zstd, identity.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Protocol

import brotli  # type: ignore[import-untyped,unused-ignore]

from crawler.fetch.limits import ENCODING_LIMIT, Trouble

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ACCEPT_ENCODING = "gzip, br, zstd, deflate"

_PIECE_BYTES = 64 * 1024
_MEMBER_LIMIT = 1000  # gzip members or zstd frames in one body: each costs a little even when empty
_ZSTD_WINDOW_LOG = 23  # 8 MiB, all that a client on the web has to take (RFC 9659)


class Body:
    """A response body on its way in. `feed` what arrives, then `finish`.

    Raises Trouble: "too large" past `limit_bytes` decoded, "bad response" where the data is not in its
    coding or the coding is not one of ours, "truncated" where it ends in the middle.
    """

    def __init__(self, content_encoding: str, limit_bytes: int) -> None:
        # The header lists codings in the order they were applied: the last one comes off first.
        self._layers = [_layer(name) for name in reversed(_codings(content_encoding))]
        self._produced = [0] * (len(self._layers) + 1)  # bytes handed to each layer, last: to `_out`
        self._limit_bytes = limit_bytes
        self._out = BytesIO()

    def feed(self, data: bytes) -> None:
        """Takes the next bytes off the wire."""
        try:
            self._push(0, data)
        except (zlib.error, brotli.error, zstd.ZstdError, EOFError) as error:
            raise Trouble("bad response", f"the body is not in its content coding: {error}") from error

    def finish(self) -> bytes:
        """The whole body. No bytes at all are an empty body in any coding."""
        if self._produced[0] and not all(layer.is_complete for layer in self._layers):
            raise Trouble("truncated", "the compressed body ends in the middle")
        return self._out.getvalue()

    def so_far(self) -> bytes:
        """What was decoded until now, at most `limit_bytes`: for readers who need only the start."""
        return self._out.getvalue()

    def _push(self, depth: int, data: bytes) -> None:
        is_decoded = depth > 0 or not self._layers
        room = self._limit_bytes - self._produced[depth]
        self._produced[depth] += len(data)
        if depth == len(self._layers):
            self._out.write(data[:room])
        if is_decoded and len(data) > room:
            raise Trouble("too large", f"the body is more than {self._limit_bytes:,} bytes")
        if depth < len(self._layers):
            for piece in self._layers[depth].pieces(data):
                self._push(depth + 1, piece)


class _Layer(Protocol):
    @property
    def is_complete(self) -> bool: ...

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """What `data` adds, in pieces of about 64 KiB at the most."""


class _Gzip:
    """One or more gzip members. What follows them and is no member is ignored, as browsers do."""

    def __init__(self) -> None:
        self._members = 1
        self._inflate = zlib.decompressobj(wbits=31)
        self._is_over = False

    @property
    def is_complete(self) -> bool:
        return self._inflate.eof

    def pieces(self, data: bytes) -> Iterator[bytes]:
        while data and not self._is_over:
            if self._inflate.eof:
                self._next_member(data)
                continue
            yield from _inflated(self._inflate, data)
            data = self._inflate.unused_data

    def _next_member(self, data: bytes) -> None:
        self._is_over = not data.startswith(b"\x1f")
        if not self._is_over:
            self._members += 1
            _check_members(self._members)
            self._inflate = zlib.decompressobj(wbits=31)


class _Deflate:
    """A zlib stream or, where the first two bytes are no zlib header, a raw deflate stream."""

    def __init__(self) -> None:
        self._head = b""
        self._inflate: zlib._Decompress | None = None

    @property
    def is_complete(self) -> bool:
        return self._inflate is not None and self._inflate.eof

    def pieces(self, data: bytes) -> Iterator[bytes]:
        if self._inflate is None:
            data = self._head = self._head + data
            if len(data) < 2:
                return
            is_zlib = data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0
            self._inflate = zlib.decompressobj(wbits=15 if is_zlib else -15)
            self._head = b""
        if not self._inflate.eof:
            yield from _inflated(self._inflate, data)


class _Brotli:
    def __init__(self) -> None:
        self._decoder = brotli.Decompressor()

    @property
    def is_complete(self) -> bool:
        return bool(self._decoder.is_finished())

    def pieces(self, data: bytes) -> Iterator[bytes]:
        while not self._decoder.is_finished():
            piece = self._decoder.process(data, output_buffer_limit=_PIECE_BYTES)
            yield piece
            data = b""
            if self._decoder.can_accept_more_data() and len(piece) < _PIECE_BYTES:
                return


class _Zstd:
    """One or more zstd frames."""

    def __init__(self) -> None:
        self._frames = 0
        self._next_frame()

    @property
    def is_complete(self) -> bool:
        return self._decoder.eof

    def pieces(self, data: bytes) -> Iterator[bytes]:
        while True:
            if self._decoder.eof:
                if not data:
                    return
                self._next_frame()
            yield self._decoder.decompress(data, _PIECE_BYTES)
            data = self._decoder.unused_data if self._decoder.eof else b""
            if not self._decoder.eof and self._decoder.needs_input:
                return

    def _next_frame(self) -> None:
        self._frames += 1
        _check_members(self._frames)
        options = {int(zstd.DecompressionParameter.window_log_max): _ZSTD_WINDOW_LOG}
        self._decoder = zstd.ZstdDecompressor(options=options)


_LAYERS: dict[str, type[_Gzip] | type[_Deflate] | type[_Brotli] | type[_Zstd]] = {
    "gzip": _Gzip,
    "x-gzip": _Gzip,
    "deflate": _Deflate,
    "br": _Brotli,
    "zstd": _Zstd,
}


def _codings(content_encoding: str) -> list[str]:
    names = [name.strip().lower() for name in content_encoding.split(",")]
    names = [name for name in names if name not in ("", "identity")]
    if len(names) > ENCODING_LIMIT:
        raise Trouble("bad response", f"{len(names)} content codings on top of each other")
    return names


def _layer(name: str) -> _Layer:
    if name not in _LAYERS:
        raise Trouble("bad response", f"content coding {name[:40]!r} is not known")
    return _LAYERS[name]()


def _inflated(inflate: zlib._Decompress, data: bytes) -> Iterator[bytes]:
    while True:
        piece = inflate.decompress(data, _PIECE_BYTES)
        yield piece
        data = inflate.unconsumed_tail
        # A full piece may leave more inside the decoder even when all input was taken.
        if inflate.eof or (not data and len(piece) < _PIECE_BYTES):
            return


def _check_members(count: int) -> None:
    if count > _MEMBER_LIMIT:
        raise Trouble("bad response", f"more than {_MEMBER_LIMIT} compressed streams in one body")
