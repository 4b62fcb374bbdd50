"""Correction and update notices: sentences that say how the text was changed. Pure.

What lives here: telling such a sentence, or such a mark on a line, by the pack's words. What must not: what an
edit is that a notice came with (`kinds`).
"""

from __future__ import annotations

import re

from crawler.compare.lexicon import Pack
from crawler.compare.reading import Sentence


def is_notice(text: str, chosen: Pack) -> bool:
    """Whether a sentence is a correction or update notice."""
    s = Sentence.read(text[:600], chosen)
    if len(s.low) > 1 and s.low[0] in chosen["correction", "verbs"]:
        return True
    start = 1 if s.low[:1] in (["("], ["["], ["*"]) else 0
    begins = chosen["correction", "starts"].at(s.low, start, s.bare) if s.low else None
    if begins is not None and start:
        return True
    if begins is not None:
        after = s.low[begins.end] if begins.end < len(s.low) else ""
        if (
            after in (":", "-", "(", "：", ",", "]", ".")
            or after.isdecimal()  # UPDATE 2-
            or begins.end - begins.start > 2
            or (begins.end - begins.start > 1 and after)
        ):
            return True
    return next(s.find("correction", "phrases"), None) is not None


def without_mark(text: str, chosen: Pack) -> str:
    """A line without the mark in which it ends, such as *(corrected)*."""
    inside = re.search(r"[(\[（【]([^()\[\]（）【】]{3,40})[)\]）】]\W{0,3}\Z", text)
    if inside is None or not is_notice(f"{inside[1]}:", chosen):
        return text
    return text[: inside.start()].rstrip()
