"""Terms in comparing form beside each other: which is part of which, and which is longer.

What must not live here: where terms come from (`crawler.compare.terms`).
"""

from __future__ import annotations

from crawler.compare.campaigns.records import Key


def is_nested(one: Key, other: Key) -> bool:
    """Whether a side of one key is part of a side of the other, word for word; any removal is part of all."""
    return any(
        _holds(left, right) or _holds(right, left)
        for left in map(_spaced, _sides(one))
        for right in map(_spaced, _sides(other))
    )


def length_of(key: Key) -> int:
    """Words, or characters of Chinese, of the longer side; 0 for any removal."""
    return max(len(side.split()) if _spaced(side) != side else len(side) for side in _sides(key))


def _sides(key: Key) -> tuple[str, ...]:
    return key if isinstance(key, tuple) else (key,)


def _holds(phrase: str, part: str) -> bool:
    return not part.strip() or part in phrase


def _spaced(term: str) -> str:
    """A term with a blank at either end, so that words are found whole; in Chinese every character is one."""
    return term if term and term[0] >= "⺀" and not "가" <= term[0] <= "힣" else f" {term} "
