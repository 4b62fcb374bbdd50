"""Text of strangers, made harmless for one place where it will be read. Pure.

Stored text is hostile: escape sequences, bidirectional overrides, markup and formulas of every format stand
in headlines, bodies, addresses and error messages alike. Each output passes every string through:

| output | through | what is lost |
|---|---|---|
| terminal | `inert` | controls, bidirectional marks, piles of combining marks |
| HTML | `inert`, then the template's autoescape | the same |
| Markdown | `markdown` | the same |
| CSV | `cell` | the same; a cell that starts like a formula gets a leading ' |
| JSON lines | `json_line` | lone surrogates only; the rest is written as escapes |

What must not live here: anything that knows what a change is.
"""

from __future__ import annotations

import re

_BLANKS = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029"
_BIDI = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x2070))
_INERT: dict[int, str | None] = {
    **dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)), None),  # C0, DEL, C1
    **dict.fromkeys(_BIDI, None),
    **dict.fromkeys(range(0xFFF9, 0xFFFC), None),  # interlinear annotation
    **dict.fromkeys(range(0xE0000, 0xE0080), None),  # tags: invisible ASCII
    **dict.fromkeys(map(ord, _BLANKS), " "),
    0xFEFF: None,  # byte order mark
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),  # lone surrogates
}
_MARK = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_PILE = re.compile(f"({_MARK}{{4}}){_MARK}+")  # more than any script stacks on one letter

_LONGEST_LINK = 4096  # characters
_LINK = re.compile(r"https?://[^\s/?#\\@:]", re.IGNORECASE)
_UNSAFE_IN_LINK = re.compile(r"[^!#$%&'()*+,\-./0-9:;=?@A-Z_a-z~\[\]\u00a1-\U0010ffff]")

_FORMULA = re.compile(r"[\s\u200b-\u200d\u2060]*[=+\-@\t\r\n＝＋－＠﹦﹢﹣﹫−]")

_MARKDOWN = {
    **{ord(sign): f"\\{sign}" for sign in "\\`*_[]"},  # every dialect knows these escapes,
    **{ord(sign): f"&#{ord(sign)};" for sign in "|~$"},  # not all know these, but all know references
    **{ord("<"): "&lt;", ord(">"): "&gt;", ord("&"): "&amp;"},
    ord("@"): "@\u200b",  # a name after it is nobody's to call
}
_MARKDOWN_START = re.compile(r"\s*(?:\d{1,9}(?=[.)])|(?=[#+=-]))")  # a list, heading or line
_AUTOLINK = re.compile(r":(?=//)|(?<=www)\.", re.IGNORECASE)

_UNSAFE_IN_JSON = re.compile(
    "[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")


def inert(text: str) -> str:
    """`text` without anything that acts on a screen: one line, blanks for line ends, else as it was.

    >>> inert("\\x1b[31mred\\u202e\\r\\nnext")
    '[31mred  next'
    """
    if text.isascii() and text.isprintable():
        return text
    return _PILE.sub(r"\1", text.translate(_INERT))


def one_line(text: str, most: int | None = None) -> str:
    """`text` inert, blanks folded, cut with … after at most `most` characters."""
    if most is not None:
        text = text[: 4 * most + 200]  # what is cut away need not be cleaned first
    folded = " ".join(inert(text).split())
    return folded if most is None or len(folded) <= most else folded[: most - 1].rstrip() + "…"


def link(url: str | None) -> str | None:
    """`url` where a reader may be sent there: http or https with a host, signs that end a link encoded.

    None for anything else: ``javascript:``, ``data:``, a relative address, one that hides its scheme.

    >>> link("javascript:alert(1)"), link("https://example.org/a b")
    (None, 'https://example.org/a%20b')
    """
    if url is None or len(url) > _LONGEST_LINK or not _LINK.match(url):
        return None
    return _UNSAFE_IN_LINK.sub(lambda sign: _percent(sign[0]), inert(url))


def markdown(text: str) -> str:
    """`text` as plain words in any Markdown: no markup, link, mention or HTML of its own."""
    escaped = _AUTOLINK.sub(lambda sign: f"&#{ord(sign[0])};", inert(text).translate(_MARKDOWN))
    start = _MARKDOWN_START.match(escaped)
    return f"{start[0]}\\{escaped[start.end() :]}" if start else escaped


def cell(text: str) -> str:
    """`text` as a spreadsheet shows it: never a formula.

    >>> cell("=1+1"), cell("ten")
    ("'=1+1", 'ten')
    """
    shown = inert(text)
    return f"'{shown}" if _FORMULA.match(text) or _FORMULA.match(shown) else shown


def json_line(line: str) -> str:
    """A line of JSON that stays one line everywhere and does nothing on a screen; its values are unchanged.

    A lone surrogate, which many readers refuse, becomes U+FFFD.
    """
    return _UNSAFE_IN_JSON.sub(_escape, _SURROGATE.sub("\ufffd", line))


def _percent(sign: str) -> str:
    return "".join(f"%{byte:02X}" for byte in sign.encode("utf-8", "replace"))


def _escape(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
