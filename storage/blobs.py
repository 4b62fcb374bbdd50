"""Texts as the store keeps them: canonical JSON, zstd-compressed, under the digest of its plain form."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from typing import Any

from storage.jsonl import about_from, about_json
from storage.records import Article, Content, Gone, Listing, Observation, Teaser

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_MOST_BYTES = 64 * 1024 * 1024  # a stored text is never larger than that once unpacked
_CHUNK = 1024 * 1024

_ARTICLE_FIELDS = ("headline", "byline", "published", "modified", "paragraphs", "source_line")
_TEASER_FIELDS = ("headline", "excerpt", "date")


def compress(data: bytes) -> bytes:
    return zstd.compress(data)


def decompress(data: bytes) -> bytes:
    """The plain form; raises ValueError for one that is damaged or larger than any text we store."""
    decompressor = zstd.ZstdDecompressor()
    try:
        plain = decompressor.decompress(data, max_length=_MOST_BYTES)
    except zstd.ZstdError as error:
        raise ValueError(f"damaged text in the store: {error}") from error
    if not decompressor.eof:
        raise ValueError("damaged text in the store: it does not end")
    return plain


def chunks(data: bytes, most: int) -> Iterator[bytes]:
    """The plain form in parts of a megabyte; raises ValueError for one that is damaged or longer than `most`."""
    decompressor = zstd.ZstdDecompressor()
    length = 0
    while not decompressor.eof:
        try:
            chunk = decompressor.decompress(b"" if length else data, max_length=_CHUNK)
        except zstd.ZstdError as error:
            raise ValueError(f"damaged text in the store: {error}") from error
        length += len(chunk)
        if length > most or (not chunk and not decompressor.eof):
            raise ValueError("damaged text in the store: it does not end")
        yield chunk


def digest(data: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def content_json(content: Content) -> bytes:
    """What is kept of an article or a teaser: its text; source and address have columns of their own."""
    names = _ARTICLE_FIELDS if isinstance(content, Article) else _TEASER_FIELDS
    kept = {name: getattr(content, name) for name in names}
    if isinstance(content, Article) and content.original is not None:
        kept["original"] = content.original
    if isinstance(content, Article) and content.about is not None:
        kept["about"] = about_json(content.about)
    return _dump(kept)


def observation_json(observation: Observation) -> bytes | None:
    """What is kept of an observation; None for one that has no text."""
    match observation:
        case Article():
            return content_json(observation)
        case Listing():
            teasers = [[t.url, t.headline, t.excerpt, t.date] for t in observation.teasers]
            return _dump({"teasers": teasers, "source_line": observation.source_line})
        case Gone():
            return None


def article_from(data: bytes) -> Article:
    """The article of a stored text, without source, address and time."""
    fields = json.loads(decompress(data))
    return _article(fields)


def content_from(data: bytes) -> Content:
    """The article or teaser of a stored text."""
    fields = json.loads(decompress(data))
    if "paragraphs" in fields:
        return _article(fields)
    return Teaser(None, **fields)


def _article(fields: dict[str, Any]) -> Article:
    own = {"paragraphs": tuple(fields["paragraphs"]), "about": about_from(fields.get("about"))}
    return Article("", None, None, **fields | own)


def listing_from(data: bytes) -> tuple[tuple[Teaser, ...], str | None]:
    """Teasers and source line of a stored listing."""
    fields = json.loads(decompress(data))
    return tuple(Teaser(*values) for values in fields["teasers"]), fields["source_line"]


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
