"""The text of a page's bytes, in whatever encoding they are. Pure.

What lives here: which encoding it is. What must not: anything about the markup but its own claim.

    1. a byte order mark
    2. bytes beyond ASCII that are valid UTF-8: no other encoding's text is that by chance
    3. the header's charset, then the page's <meta> or <?xml …?>: where they yield hardly a U+FFFD
    4. the bytes themselves, by charset-normalizer
    5. of all that was tried, what yields the fewest U+FFFD

Claims are hostile, too: what is no character encoding (`zip`, `idna`, `utf-7`, …) is not believed.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

import charset_normalizer
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom

_SAMPLE = 64_000  # bytes that are looked at to detect an encoding
_TOLERATED = 0.02  # U+FFFD, as a share of the bytes beyond ASCII, up to which an encoding is believed


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the encoding it was in, and how many characters of it could not be read (U+FFFD)."""

    text: str
    encoding: str
    unreadable: int


def decode(body: bytes, content_type: str | None) -> Decoded:
    """The text of `body`. `content_type`: the header's value. Never raises; a byte order mark is gone.

    >>> decode("Zürich".encode("cp1252"), "text/html; charset=iso-8859-1").text
    'Zürich'
    """
    marked, mark = read_bom(body)
    if marked and mark:
        return _decoded(body[len(mark) :], str(marked))
    if not body.isascii():
        try:
            return Decoded(body.decode("utf-8"), "utf-8", 0)
        except UnicodeDecodeError:
            pass
    tolerated = _TOLERATED * len(body.translate(None, _ASCII))
    best: Decoded | None = None
    for encoding in _candidates(body, content_type):
        decoded = _decoded(body, encoding)
        if decoded.unreadable <= tolerated:
            return decoded
        if best is None or decoded.unreadable < best.unreadable:
            best = decoded
    return best or _decoded(body, "utf-8")


_ASCII = bytes(range(128))


def _candidates(body: bytes, content_type: str | None) -> Iterator[str]:
    for claim in (of_header(content_type), html_body_declared_encoding(body[:4096])):
        if claim and _is_believed(claim) and not _is_too_wide(claim, body):
            yield claim
    yield "utf-8"  # cut off or damaged in a place or two
    if not body.isascii():
        found = charset_normalizer.from_bytes(body[:_SAMPLE]).best()
        if found is not None and _is_believed(found.encoding):
            yield found.encoding


def of_header(content_type: str | None) -> str | None:
    """The encoding that the header names, by the name that Python knows it by; None where it names none."""
    try:
        return http_content_type_encoding(content_type[:1_000]) if content_type else None
    except ValueError:  # a charset that is no name at all
        return None


_NO_ENCODINGS = frozenset({"utf-7", "idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined"})


def _is_believed(encoding: str) -> bool:
    try:
        info = codecs.lookup(encoding)
    except (LookupError, ValueError):
        return False
    return info.name.replace("_", "-") not in {name.replace("_", "-") for name in _NO_ENCODINGS} and bool(
        getattr(info, "_is_text_encoding", True)  # Python's own mark of `zip`, `rot13` and the like
    )


def _is_too_wide(encoding: str, body: bytes) -> bool:
    """Whether two or four bytes a character are claimed of markup that has no zero byte: then it is one."""
    return codecs.lookup(encoding).name.startswith(("utf-16", "utf-32")) and b"\0" not in body[:4096]


def _decoded(body: bytes, encoding: str) -> Decoded:
    text = body.decode(encoding, "replace")
    return Decoded(text, codecs.lookup(encoding).name, text.count("\ufffd"))
