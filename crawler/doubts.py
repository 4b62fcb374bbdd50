"""DOUBTS: stories at a second address, held back until the first one was looked at: has it moved, or is it a copy?

What lives here: which looks wait for which older address, and what becomes of them when that answered, failed, or is
not looked at any more. What must not: finding the older address, visiting it, recording (`run`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from crawler.compare.fingerprint import sight_again
from crawler.pipeline import Look
from storage.records import Outcome, Target

UNREAD = (Outcome.FAILED, Outcome.BLOCKED)
NOT_LOOKED_AT = "which was not looked at any more, as the pass was interrupted"
_MOST_PUT_OFF = 3  # times that a copy waits for its older address to answer


class Doubts:
    """Looks held back until an older address of their story has been looked at."""

    def __contains__(self, key: object) -> bool:
        """Whether a look waits for the target of `key`."""
        return key in self._held

    def __init__(self) -> None:
        self._held: dict[str, list[Look]] = defaultdict(list)  # by the key of the older address
        self._urls: dict[str, str] = {}  # of these
        self._answered: set[str] = set()
        self._unanswered: set[str] = set()
        self._settled: set[str] = set()

    def seen(self, looks: Iterable[Look]) -> None:
        for look in looks:
            is_answer = look.visit.outcome not in UNREAD
            (self._answered if is_answer else self._unanswered).add(look.target.key)

    def is_answered(self, key: str) -> bool:
        """Whether the target of `key` was looked at in this pass, and said something."""
        return key in self._answered

    def is_unanswered(self, key: str) -> bool:
        return key in self._unanswered

    def is_settled(self, look: Look) -> bool:
        return look.target.key in self._settled

    def hold(self, look: Look, older: Target) -> None:
        """Keep `look` until the target `older` is recorded. Each look is held once."""
        self._settled.add(look.target.key)
        self._held[older.key].append(look)
        self._urls[older.key] = older.url

    def held_of(self) -> Counter[str]:
        """How many looks wait here, by source."""
        return Counter(look.target.source for looks in self._held.values() for look in looks)

    def release(self, older: Look) -> list[Look]:
        """What waited for the target of `older`, recorded as of when that was looked at.

        The two pages are one finding, and it stood when the second of them had been seen: dating it so
        keeps it after the redirect or the 404 that explains it, and its interval true.
        """
        looks = [_dated(look, older.visit.at) for look in self._held.pop(older.target.key, [])]
        if older.visit.outcome not in UNREAD:
            return looks
        return [self.put_off(look, older.target.url) for look in looks]

    def put_off(self, look: Look, older: str, why: str = "which does not answer") -> Look:
        """`look` without what it showed: nobody can say yet whether the story moved from the address `older`.

        It is looked at again as what failed is; a story whose older address never answers is a copy in the end.
        """
        self._settled.add(look.target.key)
        if look.target.failures >= _MOST_PUT_OFF:
            return look
        reason = f"it tells what {older} told, {why}: moved or a copy is not known yet"
        return replace(
            look, visit=replace(look.visit, outcome=Outcome.FAILED, reason=reason), sightings=(), stamps=()
        )

    def release_all(self) -> list[Look]:
        """Every look that waited, put off: what it waits for is not looked at in this pass any more."""
        held = [(look, self._urls[key]) for key in list(self._held) for look in self._held.pop(key)]
        return [self.put_off(look, older, NOT_LOOKED_AT) for look, older in held]


def _dated(look: Look, at: datetime) -> Look:
    at = max(at, look.visit.at)
    sightings = tuple(
        sight_again(sighting, replace(sighting.observation, captured_at=at)) for sighting in look.sightings
    )
    return replace(look, visit=replace(look.visit, at=at), sightings=sightings)
