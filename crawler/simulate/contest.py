"""All policies on one history, at equal budgets: each rival is scaled until it asks for as much as ours.

Counted are requests for articles in the first week after they were found, and, where ours follows a channel,
the looks at the channel, shared by the articles that came out meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from crawler.revisit.keeper import Promise
from crawler.revisit.rates import WEEK
from crawler.simulate import ours, rivals
from crawler.simulate.history import History, even_lot
from crawler.simulate.rivals import Looks, Tally

_SAMPLE = 1000  # stories on which it is searched what a rival needs for the promise
_AIMS = (0.9, 0.8, 0.65, 0.5, 0.3, 0.1)  # parts of what may be missed
_STEPS = 40
_MOST = 4  # times fixed polling: who needs more for the promise does not keep it


@dataclass(frozen=True, slots=True)
class Result:
    """What a policy costs and finds. Shares are of all edits; delays of those that it saw at all, None: none.

    `needs`: requests per article with which it would keep the promise; None where it cannot.
    `follows`: it looks at what signals tell.
    """

    policy: str
    requests_per_article: float
    seen_within: float
    median_delay_seconds: float | None
    p95_delay_seconds: float | None
    seen: float
    needs: float | None
    follows: bool = False


def compare(histories: Sequence[History], promise: Promise) -> list[Result]:
    """A result a policy, ours first. There must be a story in `histories`."""
    articles = sum(len(history.stories) for history in histories)
    mine, follows = _ours(histories, promise)
    needs = _our_needs(mine, histories, promise)
    results = [_result("ours", mine, articles, promise.window, needs, follows)]
    for name, looks in rivals.RIVALS.items():
        tally = _at_budget(looks, histories, mine.requests)
        needed = _for_promise(looks, histories, promise)
        results.append(_result(name, tally, articles, promise.window, needed))
    return results


def _result(
    name: str, tally: Tally, articles: int, window: float, needs: float | None, follows: bool = False
) -> Result:
    return Result(
        name,
        tally.requests / articles,
        tally.seen_within(window),
        tally.delay_seconds(0.5),
        tally.delay_seconds(0.95),
        len(tally.delays) / tally.edits if tally.edits else 1.0,
        needs,
        follows,
    )


def _ours(histories: Sequence[History], promise: Promise) -> tuple[Tally, bool]:
    """Ours, following each source's channel where that pays: its looks are made anyhow, to find articles."""
    whole, follows = Tally(), False
    for history in histories:
        blind, _ = ours.play(history, promise, uses_signals=False)
        told = ours.play(history, promise)[0] if history.polls else blind
        is_better = history.polls and _is_better(told, blind, promise)
        whole.add(told if is_better else blind)
        follows = follows or bool(is_better)
    return whole, follows


def _our_needs(mine: Tally, histories: Sequence[History], promise: Promise) -> float | None:
    """Requests per article with which ours keeps the promise: if it just failed to, it is made to aim higher."""
    articles = sum(len(history.stories) for history in histories)
    tally = mine
    for part in _AIMS:
        if tally.seen_within(promise.window) >= promise.share:
            return tally.requests / articles
        tally, _ = _ours(histories, replace(promise, share=1 - part * (1 - promise.share)))
    return None


def _is_better(one: Tally, other: Tally, promise: Promise) -> bool:
    """Keeps more of the promise, or as much of it for less."""
    kept, rival = (min(promise.share, each.seen_within(promise.window)) for each in (one, other))
    return (
        (kept, -one.requests) > (rival, -other.requests)
        if abs(kept - rival) > 0.01
        else (one.requests < other.requests)
    )


# ---------------------------------------------------------------- scaling the rivals


def _play(looks: Looks, histories: Sequence[History], scale: float) -> Tally:
    whole = Tally()
    for history in histories:
        whole.add(rivals.play(looks, history, scale))
    return whole


def _at_budget(looks: Looks, histories: Sequence[History], requests: float) -> Tally:
    """A rival that asks for just as much: some articles at one scale, the others at the next."""
    dense, sparse = _bisect(lambda scale: _play(looks, histories, scale).requests >= requests)
    much, little = _play(looks, histories, dense), _play(looks, histories, sparse)
    if much.requests <= requests or much.requests == little.requests:
        return much
    part = (requests - little.requests) / (much.requests - little.requests)
    whole = Tally()
    for history in histories:
        stories = enumerate(history.stories)
        for number, story in stories:
            scale = dense if even_lot(number + 0.5) < part else sparse
            whole.take(story.edits, list(looks(story, scale)))
    return whole


def _for_promise(looks: Looks, histories: Sequence[History], promise: Promise) -> float | None:
    """Requests per article with which a rival keeps the promise, on a sample of the stories."""
    sample = [_sampled(history, histories) for history in histories]
    articles = sum(len(history.stories) for history in sample)
    hours = sum(history.hours for history in sample)

    def is_kept(scale: float) -> bool:
        tally = _play(looks, sample, scale)
        return tally.seen_within(promise.window) >= promise.share

    dense, _ = _bisect(is_kept, least=promise.window / 16)
    tally = _play(looks, sample, dense)
    is_sane = tally.requests <= _MOST * hours / promise.window
    kept = tally.seen_within(promise.window) >= promise.share
    return tally.requests / articles if kept and is_sane else None


def _sampled(history: History, histories: Sequence[History]) -> History:
    total = sum(len(each.stories) for each in histories)
    step = max(1, total // _SAMPLE)
    return replace(history, stories=history.stories[::step])


def _bisect(
    is_enough: Callable[[float], bool], least: float = 1e-3, most: float = 4 * WEEK
) -> tuple[float, float]:
    """Two scales close to each other: the first is dense enough (if any is), the second is not."""
    dense, sparse = least, most
    for _ in range(_STEPS):
        middle = (dense * sparse) ** 0.5
        if is_enough(middle):
            dense = middle
        else:
            sparse = middle
        if sparse / dense < 1.0005:
            break
    return dense, sparse
