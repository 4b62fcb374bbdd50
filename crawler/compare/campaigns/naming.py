"""What an event is called: what happened, to which term, and what went the same way.

What must not live here: which changes are one event (`folding`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence, Set

from crawler.compare.campaigns.folding import ORDER, Episode, Fold, covers, strength
from crawler.compare.campaigns.phrases import is_nested, length_of
from crawler.compare.campaigns.records import Campaign, Delta, Key, Kind
from crawler.compare.campaigns.significance import CERTAIN, LEVEL
from crawler.compare.campaigns.windows import NAMES
from crawler.text import digest

_MOST_ALSO = 5


def campaign_of(fold: Fold, deltas: Sequence[Delta], taken: Set[str]) -> Campaign:
    """The campaign that a fold is. `taken`: ids of others, which have their first change in common with it."""
    seed, named = fold.seed, _named(fold)
    chosen = [deltas[index] for index in sorted(seed.changes | named.changes)]
    kind, key = _told(named, chosen[0])
    term, replacement = _as_written(kind, key, chosen)
    names = key if isinstance(key, tuple) else (key,)
    first_id = min((delta.at, delta.change_id) for delta in chosen)[1]
    id_ = digest("campaign", chosen[0].source, first_id)[:16]
    best = seed.span.best
    return Campaign(
        id=digest("campaign", id_, kind, *names)[:16] if id_ in taken else id_,
        source=chosen[0].source,
        kind=kind,
        term=term,
        replacement=replacement,
        first_at=chosen[0].at,
        last_at=chosen[-1].at,
        change_ids=tuple(delta.change_id for delta in chosen),
        items=tuple(dict.fromkeys(delta.item_id for delta in chosen)),
        expected=best.expected,
        p_value=math.exp(max(CERTAIN, best.log_p)),
        q_value=math.exp(max(CERTAIN, seed.span.log_q)),
        test=f"{NAMES[best.length]} scan, negative binomial tail (clumping {best.clumping:.2f}), "
        f"Benjamini-Hochberg {LEVEL:g}",
        also=tuple(_also(fold, named, chosen)),
    )


def _told(named: Episode, first: Delta) -> tuple[Kind, Key]:
    """What happened, and to which term; of one and the same edit, the first thing that it did."""
    way = named.series.way
    if way != "copied":
        return way, named.series.key
    if first.replaced:
        old, new = max(first.replaced, key=lambda pair: length_of(pair))
        return "replaced", (old.casefold(), new.casefold())
    kind: Kind = "removed" if first.removed else "added"
    terms = first.removed or first.added or ("",)
    return kind, max(terms, key=length_of).casefold()


def _named(fold: Fold) -> Episode:
    """The member that says best what happened: a replacement first, then the longest phrase."""
    seed = fold.seed
    fitting = [
        one
        for one in fold.members
        if covers(one, seed) and (one is seed or is_nested(one.series.key, seed.series.key))
    ]
    return min(fitting, key=lambda one: (ORDER[one.series.way], -one.words, strength(one)))


def _also(fold: Fold, named: Episode, chosen: Sequence[Delta]) -> Iterator[str]:
    """Other terms that went the same way, each by its longest phrase."""
    told = [named.series.key]
    for one in sorted(fold.members, key=lambda one: (ORDER[one.series.way], -one.words, strength(one))):
        key = one.series.key
        if (
            one.series.way == "copied"
            or not key
            or not covers(one, fold.seed)
            or any(is_nested(key, other) for other in told)
        ):
            continue
        told.append(key)
        term, replacement = _as_written(_told(one, chosen[0])[0], key, chosen)
        yield f"{term} → {replacement}" if replacement else term or ""
        if len(told) > _MOST_ALSO:
            return


def _as_written(kind: Kind, key: Key, deltas: Sequence[Delta]) -> tuple[str | None, str | None]:
    """The term as most of the changes write it."""
    if not key:
        return None, None
    if isinstance(key, tuple):
        pairs = (pair for delta in deltas for pair in delta.replaced)
        written = Counter(pair for pair in pairs if (pair[0].casefold(), pair[1].casefold()) == key)
        return written.most_common(1)[0][0] if written else key
    terms = (term for delta in deltas for term in (delta.added if kind == "added" else delta.removed))
    forms = Counter(term for term in terms if term.casefold() == key)
    return (forms.most_common(1)[0][0] if forms else key), None
