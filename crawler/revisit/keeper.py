"""Keeps a source's promise: learns from every look, and sets the price of looks so that enough is noticed.

A `Keeper` holds a source's `Experience` and the `Policy` that follows from it. It is told of every look and
every signal, and gives back when to look next. It reads no clock and draws no lots. It asks for a new price
when it has learned enough more. Where more edits turn out late than promised, looks get cheaper; where many
more do, the model does not fit (yet), and looks cost next to nothing: every article of up to a week is
then looked at once a window, as fixed polling does, until the promise is kept again.

To be kept: of a source what `as_json` gives, and of an article what `Watched` holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy, deepcopy
from dataclasses import dataclass, replace
from math import exp, floor, inf
from typing import Any, Self

from crawler.revisit import plan
from crawler.revisit.experience import Experience
from crawler.revisit.policy import Policy
from crawler.revisit.rates import DAY, WEEK, Watched


@dataclass(frozen=True, slots=True)
class Promise:
    """What a source is to get. Hours; `requests_per_day` 0 = as many as the promise needs.

    `share` of the edits is to be noticed within `window` of their happening; nobody waits longer than `longest`.
    `poll`: the time between two looks at the channel that tells of edits, where there is one.
    """

    window: float = 1.0
    share: float = 0.95
    longest: float = 30 * DAY
    requests_per_day: float = 0.0
    poll: float = 0.5


Next = tuple[Watched, float]
"""An article as it is known now, and when to look at it next."""

_LEARN_MORE = 1.25  # a new price when so many times as many edits were seen
_LEARN_AT_MOST = 150  # or so many more
_CAUTION = 0.8  # of what may be missed is planned to be: edits come by luck
_CAUTION_IF_TOLD = 0.95  # looks at what was told find untold edits too, which the plan leaves out
_ENOUGH = 6  # edits in the account before it is believed
_FADES = 0.999  # weight of what was noticed or late, an edit later
_GAIN = 0.3
_FACTORS = (1e-3, 1.0)
_BROKEN, _MENDED = 4.0, 2.0  # times what may be late: the promise is broken above, and kept again below
_NEARLY_FIXED = 0.85  # of the looks of fixed polling: where so many are needed, it does as well
_NEARLY_NOTHING = 1e-4  # edits an hour: an article of which less is expected is left alone even then
_PROBED_AT_FIRST = 12
_PROBED = 0.04  # the share of articles that are looked at in old age for the sake of learning
_AHEAD = 0.05  # the part of a day by which the budget may be used before its time


class Keeper:
    """`begin`, then `looked`, `told` and `left` as they happen, for every article of one source."""

    def __init__(self, promise: Promise, experience: Experience | None = None) -> None:
        self.promise = promise
        self.experience = experience or Experience()
        self.policy = Policy(promise.window, longest=promise.longest)
        self._scarcity = 1.0  # on the price, from how fast the budget was used up
        self._day, self._spent = 0, 0
        self._judged = (self.experience.edits, self.experience.looks)  # as the account was last judged
        self._plan()

    def as_json(self) -> dict[str, Any]:
        """What is to be kept of the source: what was learned and when it was judged, and the day's budget as spent."""
        spent = {"day": self._day, "spent": self._spent, "scarcity": self._scarcity}
        return {"experience": self.experience.as_json(), "judged": list(self._judged), "budget": spent}

    @classmethod
    def from_json(cls, promise: Promise, kept: Mapping[str, Any]) -> Self:
        """The keeper that `as_json` was asked of; a new one where `kept` is empty or of another model."""
        experience = Experience.from_json(kept.get("experience", {}))
        if (
            "judged" not in kept
        ):  # by an older version, which judged it once a pass: the price fell to nothing
            experience.factor = 1.0
        keeper = cls(promise, experience)
        if "judged" in kept:
            keeper._judged = tuple(kept["judged"])
        spent = kept.get("budget", {})
        keeper._day, keeper._spent = spent.get("day", 0), spent.get("spent", 0)
        keeper._scarcity = spent.get("scarcity", 1.0)
        keeper._set_price()
        return keeper

    def copy(self) -> Self:
        """A keeper that learns on its own from here."""
        twin = copy(self)
        twin.experience = deepcopy(self.experience)
        return twin

    # ---------------------------------------------------------------- what happens

    def begin(self, born: float, seen_at: float, *, lot: float = 0.5, is_covered: bool = False) -> Next:
        """An article is new: it came out at `born` (as far as known) and was fetched at `seen_at`."""
        return self._next(Watched(born, seen_at, seen_at, is_covered=is_covered, lot=lot))

    def looked(self, watched: Watched, at: float, *, is_edited: bool, polled_at: float | None = None) -> Next:
        """The article was looked at, and had changed since the last look or not.

        `polled_at`: when the channel was last looked at, if that is known.
        """
        poll = self.promise.poll
        polled = at - poll / 2 if polled_at is None else polled_at
        heard = polled - poll if watched.told_at is not None else polled
        self._spent += 1
        known = self.experience
        known.probes += at - watched.seen_at > 4 * self.promise.window
        after, found = known.look(self.policy.rates, watched, at, is_edited=is_edited, heard_at=heard)
        self._account(watched, at, found)
        if self._has_learned():
            self._judge_account()
            self._plan()
        return self._next(after)

    def told(self, watched: Watched, at: float) -> Next:
        """A signal says that the article was edited after the last look."""
        if watched.told_at is not None or not self.policy.trusts(self.experience.precision):
            return self._next(watched)
        return self._next(replace(watched, told_at=at))

    def left(self, watched: Watched, at: float) -> Next:
        """The channel no longer lists the article, and had not told of an edit since the last look."""
        known = self.experience
        known.left(at - watched.born)
        hidden = self._expected(watched, at)
        known.late += hidden
        after = replace(watched, seen_at=at, is_covered=False, hidden=hidden)
        return self._next(after)

    def may_look(self, now: float) -> float:
        """`now`, or when the budget will have a request for it: it is spread over the day (UTC)."""
        if self.room(now):
            return now
        self._scarcity = min(1e6, self._scarcity * 1.002)
        self._set_price()
        later = self._day * DAY + DAY * ((self._spent + 1) / self.promise.requests_per_day - _AHEAD)
        return max(now + 1 / 60, min(later, (self._day + 1) * DAY))

    def room(self, now: float) -> float:
        """How many requests the budget has for `now`, being spread over the day; infinite without a budget."""
        budget = self.promise.requests_per_day
        if not budget:
            return inf
        day = floor(now / DAY)
        if day != self._day:
            self._day, self._spent = day, 0
        return max(0, floor(budget * min(1.0, _AHEAD + (now / DAY - day))) - self._spent)

    # ---------------------------------------------------------------- when to look next

    def _next(self, watched: Watched) -> Next:
        due = self.policy.next_look(watched)
        probe = watched.seen_at + max(2 * self.promise.window, watched.seen_at - watched.born)
        if probe < due and self._is_probed(watched):
            due = probe
        if not watched.is_covered:
            end = min(due, watched.born + WEEK) - self.promise.window
            self.experience.late += self._expected(watched, end)
        return watched, due

    def _is_probed(self, watched: Watched) -> bool:
        share = max(_PROBED, 1 / (1 + self.experience.probes / _PROBED_AT_FIRST))
        return watched.lot < share and watched.seen_at - watched.born < WEEK

    def _expected(self, watched: Watched, end: float) -> float:
        """Edits expected from the last look to `end`; of a covered article, those that nothing tells."""
        return self.policy.expected(watched, watched.seen_at, end) if end > watched.seen_at else 0.0

    # ---------------------------------------------------------------- the account, and the price

    def _account(self, watched: Watched, at: float, found: float) -> None:
        """What was found came in time or late; what was expected to come late stood in the account already."""
        known = self.experience
        whole, in_time = self._expected(watched, at) + watched.hidden, 1.0
        if watched.told_at is None and at - watched.seen_at > self.promise.window:
            in_time = min(1.0, self.policy.worth(watched, at) / max(1e-12, whole))
        fade = _FADES**found
        booked = 0.0 if watched.is_covered else whole * (1 - in_time)
        known.noticed = known.noticed * fade + found * in_time
        known.late = max(0.0, known.late * fade + found * (1 - in_time) - booked)

    def _has_learned(self) -> bool:
        edits, looks = self._judged
        return (
            self.experience.edits > min(edits * _LEARN_MORE + 2, edits + _LEARN_AT_MOST)
            or self.experience.looks > 1.5 * looks + 50
        )

    def _plan(self) -> None:
        """Take in what was learned, and set the price anew."""
        known, promise = self.experience, self.promise
        rates = known.rates()
        aim = 1 - (1 - promise.share) * (_CAUTION_IF_TOLD if known.covered_age else _CAUTION)
        self._planned = plan.price(rates, promise.window, aim, known.covered_age)
        planned = plan.outlook(rates, promise.window, self._planned, known.covered_age)
        self._is_even = planned.looks > _NEARLY_FIXED * WEEK / promise.window
        self.policy = replace(self.policy, rates=rates)
        self._set_price()

    def _judge_account(self) -> None:
        """Looks get cheaper where too much was late; where far too much was, they cost next to nothing.

        Once for all that was learned since the last time: judged anew at each pass, one verdict would count many times.
        """
        self._judged = (self.experience.edits, self.experience.looks)
        known, missed = self.experience, 1 - self.promise.share
        whole = known.noticed + known.late
        if whole <= _ENOUGH:
            return
        late = known.late / whole
        known.factor *= exp(_GAIN * max(-2.0, min(0.3, (missed - late) / missed)))
        known.factor = max(_FACTORS[0], min(_FACTORS[1], known.factor))
        known.is_broken = late > missed * (_MENDED if known.is_broken else _BROKEN)

    def _set_price(self) -> None:
        price, least = self._planned * self.experience.factor, 1.0
        if self.experience.is_broken or self._is_even:
            price = min(price, _NEARLY_NOTHING * self.promise.window)
            least = 1 / self.promise.share  # as fixed polling that keeps the promise
        self.policy = replace(self.policy, price=price * self._scarcity, least=least)
