"""The normaliser: one text, one form for comparing. Pure; what is *shown* is always the original.

Two captures of an unedited text must normalise alike; two texts that a reader would call different must
not. So this folds what carries no meaning (Unicode form, blanks, invisible and bidirectional marks, the
shapes of quotes and dashes, the width of letters and digits, ligatures and presentation forms, tatweel, blanks
within a run of ideographs or kana) and keeps what does: letters, digits, case, punctuation, order.

Whoever changes what this file returns raises `VERSION`: stored fingerprints carry it, and verdicts are taken on the
texts themselves, so that a raised version makes no change.

version   folds, beside what the one before folds
1         NFC, blanks, invisible signs, quotes, dashes, the ellipsis
2         widths of letters and digits, ligatures, presentation forms, tatweel; blanks between ideographs
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

VERSION = 2

_SHAPES = {
    **dict.fromkeys(map(ord, "‘’‚‛ʼ´`′＇"), "'"),  # ʼ U+02BC as in transliteration
    **dict.fromkeys(map(ord, "“”„‟″＂«»"), '"'),
    **dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣－"), "-"),
    ord("…"): "...",
}
_INVISIBLE = dict.fromkeys(
    [
        0x00AD,  # soft hyphen
        0x034F,  # combining grapheme joiner
        0x061C,  # Arabic letter mark
        0x0640,  # tatweel: a letter drawn out
        0x180E,  # Mongolian vowel separator
        *range(0x200B, 0x2010),  # zero-width space, joiners, direction marks
        *range(0x202A, 0x202F),  # bidirectional embedding and override
        *range(0x2060, 0x2070),  # word joiner, invisible operators, isolates
        0xFEFF,  # byte order mark
        *range(0xFE00, 0xFE10),  # variation selectors
        *range(0xD800, 0xE000),  # lone surrogates: they break every encoder further on
        *(code for code in range(0x20) if chr(code) not in "\t\n\r\f\v"),
        *range(0x7F, 0x85),
        *range(0x86, 0xA0),
    ]
)
_FORMS = {  # of one and the same letters: UAX 15's compatibility mappings, where they change no meaning
    code: unicodedata.normalize("NFKC", chr(code))
    for code in (
        *range(0xFB00, 0xFB07),  # Latin ligatures
        *range(0xFB50, 0xFDFE),  # Arabic presentation forms
        *range(0xFE70, 0xFEFD),
        *range(0xFF10, 0xFF1A),  # full-width digits and letters
        *range(0xFF21, 0xFF3B),
        *range(0xFF41, 0xFF5B),
        *range(0xFF66, 0xFFDD),  # half-width kana and jamo
    )
    if unicodedata.category(chr(code)) != "Cn"
}
_FOLD = {**_FORMS, **_INVISIBLE, **_SHAPES}
_ASCII_SHAPES = bytes.maketrans(b"`", b"'")
_ASCII_INVISIBLE = bytes(code for code in _INVISIBLE if code < 0x80)
_FOLDED = re.compile(
    f"[{''.join(map(re.escape, map(chr, _FOLD)))}]"
)  # rare in a text: quicker than to ask of each
_WORD = re.compile(r"\w+|[^\w\s]")


def normalise(text: str) -> str:
    """`text` in its comparing form: NFC, one blank between words, plain quotes and dashes, no invisibles.

    >>> normalise("The  US’ “plan” – again\\u200b…")
    'The US\\' "plan" - again...'
    """
    if text.isascii():
        return " ".join(text.encode().translate(_ASCII_SHAPES, _ASCII_INVISIBLE).decode().split())
    folded = _FOLDED.sub(_fold, unicodedata.normalize("NFC", text))
    if (
        "\u3099" in folded or "\u309a" in folded
    ):  # a half-width kana's voicing mark is part of the kana before it
        folded = unicodedata.normalize("NFC", folded)
    folded = " ".join(folded.split())
    return _NO_BLANK.sub("", folded) if _is_ideographic(folded) else folded


def _is_ideographic(text: str) -> bool:
    """Whether there are ideographs or kana in `text`: by the bytes of UTF-8, a tenth of the time of asking a regex."""
    data = text.encode()
    return len(data.translate(None, _LEADS)) != len(data)


_IDEOGRAPHIC = (
    "\u2e80-\u2fdf\u3001-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff65\U00020000-\U0003ffff"
)
_LEADS = bytes([*range(0xE3, 0xEA), 0xEF, 0xF0])  # the first bytes of nearly all of these
_NO_BLANK = re.compile(f" (?<=[{_IDEOGRAPHIC}] )(?=[{_IDEOGRAPHIC}])")


def _fold(found: re.Match[str]) -> str:
    return found[0].translate(_FOLD)


def clean(text: str) -> str:
    """`text` fit to store and show: lone surrogates and control characters out, blanks folded; rest kept."""
    folded = " ".join(text.split())
    return folded if folded.isprintable() else " ".join(text.translate(_UNSAFE).split())


_UNSAFE = {
    code: None
    for code in (*range(0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000))
    if chr(code) not in "\t\n\r\f\v\x85"
}


def words(text: str) -> list[str]:
    """The words and marks of `text`, in order: runs of letters and digits, and each other sign alone.

    >>> words("No. 12's end.")
    ['No', '.', '12', "'", 's', 'end', '.']
    """
    return _WORD.findall(text)


def digest(*parts: str | None) -> str:
    """SHA-256 over `parts`, each with its length, so that no two lists of parts share one; hexadecimal."""
    state = hashlib.sha256()
    for part in parts:
        data = b"" if part is None else part.encode("utf-8", "surrogatepass")
        state.update(b"-" if part is None else b"%d:" % len(data))
        state.update(data)
    return state.hexdigest()


def hash64(kind: str, text: str) -> int:
    """A signed 64-bit hash of `text` within `kind`; fits an SQL BIGINT."""
    data = f"{kind}\x00{text}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big", signed=True)
