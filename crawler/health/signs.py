"""What is wrong with one page, by its own last text and by what is usual of its part. Pure.

| sign | of an article | of a listing |
|---|---|---|
| LACKS | a field is empty that nearly all pages have, and this one had | far fewer teasers have it than usual |
| MISSES | a selector finds nothing that nearly always did, and the text is another than last | the same |
| SHRUNK | the text is a small part of what it was | - |
| REPLACED | next to no word of the text is left | - |
| FEW | - | fewer than half the teasers of the leanest look so far |
| SAME | one value at addresses that had several: see `alike` | - |

A sign is about a field, and names it. What is not usual yet is missed by nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from math import exp, lgamma, log, log1p

from crawler.health.profile import Average, Usual
from crawler.health.traits import BLOCKS, Traits

LEAST_PAGES = 5  # articles of a source read so far, from which on something is usual of them
_NEARLY_ALL = 0.9
_SMALL_PART = 1 / 3
_NEXT_TO_NONE = 0.1  # of the pairs of words
_LEAST_TEXT = 300  # letters of a text that can shrink
_LEAST_TEASERS = 4  # of a listing that can shrink
_FAR_BELOW = 0.5  # of the usual share
_LEAST_SHARE = 0.25  # of teasers that must usually have a field for it to be missed
_BY_CHANCE = 1e-3


class SignKind(StrEnum):
    LACKS = "missing"
    MISSES = "selector"
    SHRUNK = "shrunk"
    REPLACED = "replaced"
    FEW = "few"
    SAME = "same"


@dataclass(frozen=True, slots=True, order=True)
class Sign:
    """What is wrong with the page: `field` is one of its fields, of MISSES the name of the selector."""

    kind: SignKind
    field: str


def article_signs(
    traits: Traits, before: Traits | None, usual: Usual, *, is_other: bool = True, left: float = 1.0
) -> frozenset[Sign]:
    """What is wrong with an article's page. `before`: what its last text had; None for a new one.

    `is_other`: whether it reads otherwise than last; of one that does not, no selector is missed. `left`: the
    share of its last text's pairs of words that are still in it.
    """
    if usual.pages < LEAST_PAGES:
        return frozenset()
    signs = set(_lacking(traits, before, usual))
    if before is not None and traits.size is not None and (before.size or 0) >= _LEAST_TEXT:
        if traits.size < (before.size or 0) * _SMALL_PART:
            signs.add(Sign(SignKind.SHRUNK, "paragraphs"))
        if left < _NEXT_TO_NONE:
            signs.add(Sign(SignKind.REPLACED, "paragraphs"))
    return frozenset(signs | (set(_missing(traits, usual)) if is_other else set()))


def listing_signs(traits: Traits, usual: Usual, *, is_other: bool = True) -> frozenset[Sign]:
    """What is wrong with one look at a listing. `is_other`: whether it shows anything else than last."""
    if not usual.pages or not is_other:
        return frozenset()
    count = traits.count or 0
    signs = {Sign(SignKind.LACKS, name) for name in usual.filled if _is_far_below(name, traits, usual, count)}
    least = min(usual.counts, default=0)
    if least >= _LEAST_TEASERS and count < least * _FAR_BELOW and traits.part != BLOCKS:
        signs.add(Sign(SignKind.FEW, "teasers"))
    return frozenset(signs | set(_missing(traits, usual)))


def missed(traits: Traits, usual: Usual) -> frozenset[Sign]:
    """The selectors that found nothing and nearly always did, whether or not anything came of it."""
    is_known = usual.pages >= LEAST_PAGES or traits.count is not None
    return frozenset(_missing(traits, usual)) if is_known else frozenset()


def _lacking(traits: Traits, before: Traits | None, usual: Usual) -> Iterator[Sign]:
    for name, share in traits.filled.items():
        had = before is None or name not in before.filled or before.filled[name] >= _FAR_BELOW
        if had and share < _FAR_BELOW and _is_nearly_all(usual.filled.get(name)):
            yield Sign(SignKind.LACKS, name)


def _missing(traits: Traits, usual: Usual) -> Iterator[Sign]:
    for name, is_found in traits.found.items():
        if not is_found and _is_nearly_all(usual.found.get(name)):
            yield Sign(SignKind.MISSES, name)


def _is_nearly_all(average: Average | None) -> bool:
    return average is not None and average.value >= _NEARLY_ALL


def _is_far_below(name: str, traits: Traits, usual: Usual, count: int) -> bool:
    """Whether so few of `count` teasers have a field that neither chance nor the day explains it."""
    share, is_share = usual.filled[name].value, traits.filled.get(name, 0.0)
    if not count or share < _LEAST_SHARE or is_share >= share * _FAR_BELOW:
        return False
    lacking = round(count * (1 - is_share))
    return tail(lacking, count, 1 - min(share, 0.98)) < _BY_CHANCE or (
        is_share == 0 and share >= _NEARLY_ALL and count >= _LEAST_TEASERS - 1
    )


def tail(least: int, count: int, chance: float) -> float:
    """How likely it is that of `count` at least `least` have what each has by `chance` (binomial).

    >>> round(tail(1, 2, 0.5), 2), tail(0, 2, 0.5)
    (0.75, 1.0)
    """
    if least <= 0 or chance >= 1:
        return 1.0
    if least > count or chance <= 0:
        return 0.0
    logs = lgamma(count + 1), log(chance), log1p(-chance)
    terms = (
        exp(logs[0] - lgamma(k + 1) - lgamma(count - k + 1) + k * logs[1] + (count - k) * logs[2])
        for k in range(least, count + 1)
    )
    return min(sum(terms), 1.0)
