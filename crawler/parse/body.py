"""What a response's body is: HTML, a feed, a sitemap, nothing, or something else; and its text. Pure.

What lives here: telling forms apart, by what a body holds and then by its content type. What must not:
reading them.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from crawler.parse import json_rows
from crawler.parse.encoding import decode
from storage.records import Page

_JSON_LIMIT = 5_000_000  # characters
_VALUE_LIMIT = 20_000  # values of a JSON document that are looked at


class Form(Enum):
    EMPTY = auto()
    HTML = auto()
    FEED = auto()
    SITEMAP = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Body:
    """`text` of HTML, also where JSON was wrapped around it; "" for bodies that are no text."""

    form: Form
    text: str
    content_type: str  # without parameters


def open_body(page: Page) -> Body:
    """The form and text of a page's body."""
    header = page.header("content-type")
    declared = (header or "").split(";")[0].strip().lower()[:100]
    start = page.body[:2_000].lstrip(b"\xef\xbb\xbf \t\r\n\x00")
    if not start:
        return Body(
            Form.EMPTY if not page.body.strip(b"\xef\xbb\xbf \t\r\n\x00") else Form.OTHER, "", declared
        )
    kind = next((kind for magic, kind in _MAGIC if start.startswith(magic)), None)
    if kind is not None:
        return Body(Form.SITEMAP if kind == _GZIP and _is_map(page.url) else Form.OTHER, "", kind)
    text = decode(page.body, header).text
    return Body(Form.OTHER, "", "no text") if _is_noise(text) else _of_text(text, declared)


def _is_noise(text: str) -> bool:
    """Whether these are bytes that were never text: too many stand for no character at all."""
    start = text[:_NOISE_LIMIT]
    plain = start.encode("utf-8", "surrogatepass")
    odd = start.count("\ufffd") + len(plain) - len(plain.translate(None, _ODD))
    return odd >= _NOISE_LEAST and odd > _NOISE_SHARE * len(start)


_NOISE_LIMIT, _NOISE_LEAST, _NOISE_SHARE = 20_000, 16, 0.02
_ODD = bytes([*range(1, 9), 11, *range(14, 27), *range(28, 32), 127])


_GZIP = "application/gzip"
_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"RIFF", "image/webp"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", _GZIP),
    (b"\xd0\xcf\x11\xe0", "application/msword"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
)


def _is_map(url: str) -> bool:
    return "sitemap" in url.rpartition("/")[2].lower()


def _of_text(text: str, declared: str) -> Body:
    start = text[:4_000].lstrip("\ufeff \t\r\n\x00")
    if not start:
        return Body(Form.EMPTY if not text.strip("\ufeff \t\r\n\x00") else Form.HTML, text, declared)
    if start[0] in "{[":
        return _of_json(text, declared)
    prologue = _PROLOGUE.match(start)
    root = _ROOT.match(start[prologue.end() :] if prologue else start)
    if root is not None:
        name = root[1].lower()
        return Body(Form.SITEMAP if name in ("urlset", "sitemapindex") else Form.FEED, text, declared)
    if _is_html_type(declared) or _HTML.search(start):
        return Body(Form.HTML, text, declared)
    return Body(Form.OTHER, text, declared or "unknown")


_PROLOGUE = re.compile(
    r"(?:<\?xml[^>]{0,300}>|<!--(?:(?!-->).){0,2000}-->|<!DOCTYPE[^>\[]{0,300}>|\s{1,500}){1,20}", re.I | re.S
)
_ROOT = re.compile(r"<(?:[\w.-]{1,40}:)?(urlset|sitemapindex|rss|feed|rdf)[\s>]", re.I)
_HTML = re.compile(
    r"<(?:!doctype html|html|head|body|div|p|article|section|main|table|h[1-6]|ul|a)[\s>/]", re.I
)


def _is_html_type(declared: str) -> bool:
    return declared in ("", "text/html", "application/xhtml+xml", "text/xml", "application/xml")


# ---------------------------------------------------------------- JSON


def _of_json(text: str, declared: str) -> Body:
    """A JSON Feed; or the HTML fragments in a JSON answer, one after another; or its stories, told as a page."""
    try:
        value = json.loads(text[:_JSON_LIMIT].lstrip("\ufeff"))
    except (ValueError, RecursionError):
        is_html = _is_html_type(declared) and _HTML.search(text[:4_000])
        return Body(Form.HTML if is_html else Form.OTHER, text, declared or "unknown")
    if isinstance(value, dict) and "jsonfeed.org" in str(value.get("version", ""))[:100]:
        return Body(Form.FEED, text, declared)
    fragments = [string for string in _strings(value) if _FRAGMENT.search(string)]
    if fragments:
        return Body(Form.HTML, "\n".join(fragments), declared)
    if (stories := json_rows.markup(value)) is not None:
        return Body(Form.HTML, stories, declared)
    return Body(Form.OTHER, text, declared or "application/json")


_FRAGMENT = re.compile(r"<[a-z][a-z0-9]{0,10}[\s>][^<]{0,2000}<")


def _strings(value: Any) -> list[str]:
    """The strings in a JSON value, in its order; not those that belong to a story in it."""
    found: list[str] = []
    pending = [value]
    for _ in range(_VALUE_LIMIT):
        if not pending:
            break
        one = pending.pop()
        if isinstance(one, str):
            found.append(one)
        elif isinstance(one, dict) and json_rows.is_story(one):
            continue
        elif isinstance(one, dict | list):
            inside = list(one.values()) if isinstance(one, dict) else one
            pending.extend(reversed(inside[:_VALUE_LIMIT]))
    return found
