"""Our policy, let loose on a history: it knows nothing but what its looks and the signals tell it."""

from __future__ import annotations

import heapq
from bisect import bisect_right
from dataclasses import replace
from enum import IntEnum

from crawler.revisit.keeper import Keeper, Next, Promise
from crawler.revisit.rates import Watched
from crawler.simulate.history import History, even_lot
from crawler.simulate.rivals import Tally


class _Event(IntEnum):
    PUBLISHED = 0
    LEFT = 1  # the channel no longer lists it
    TOLD = 2
    DUE = 3


def play(history: History, promise: Promise, uses_signals: bool = True) -> tuple[Tally, Keeper]:
    """What comes of our policy on `history`, and what it has learned by the end."""
    run = _Run(history, replace(promise, poll=history.poll_hours or promise.poll), uses_signals)
    run.run()
    tally = Tally()
    for story, looks in zip(history.stories, run.looks, strict=True):
        tally.take(story.edits, looks)
    if uses_signals:
        tally.requests += history.polls_while_publishing
    return tally, run.keeper


class _Run:
    def __init__(self, history: History, promise: Promise, uses_signals: bool) -> None:
        self.stories = history.stories
        self.keeper = Keeper(promise)
        self.polls = history.polls
        self.uses_signals = uses_signals and bool(history.polls)
        self.looks: list[list[float]] = [[] for _ in self.stories]
        self.watched: list[Watched | None] = [None] * len(self.stories)
        self.due = [0.0] * len(self.stories)  # the look that counts, where several are booked
        self.seen = [0] * len(self.stories)  # edits so far
        self.events: list[tuple[float, int, int]] = []

    def run(self) -> None:
        for number, story in enumerate(self.stories):
            self.events.append((story.first_seen, _Event.PUBLISHED, number))
            if self.uses_signals:
                self.events.extend((at, _Event.TOLD, number) for at in story.signals)
                if story.covered_until is not None:
                    self.events.append((story.covered_until, _Event.LEFT, number))
        heapq.heapify(self.events)
        while self.events:
            at, kind, number = heapq.heappop(self.events)
            if at <= self.stories[number].until:
                self._happens(at, _Event(kind), number)

    def _happens(self, at: float, kind: _Event, number: int) -> None:
        watched = self.watched[number]
        if kind is _Event.PUBLISHED:
            self._begin(number)
        elif watched is None:
            return
        elif kind is _Event.LEFT:
            if watched.told_at is None:
                self._book(number, self.keeper.left(watched, at))
        elif kind is _Event.TOLD:
            if watched.seen_at < at and watched.is_covered:
                self._book(number, self.keeper.told(watched, at))
        elif at == self.due[number]:
            self._look(at, number, watched)

    def _begin(self, number: int) -> None:
        story = self.stories[number]
        covered = self.uses_signals and story.covered_until is not None
        lot = even_lot(number)
        self._book(number, self.keeper.begin(story.born, story.first_seen, lot=lot, is_covered=covered))

    def _book(self, number: int, following: Next) -> None:
        self.watched[number], self.due[number] = following
        heapq.heappush(self.events, (self.due[number], _Event.DUE, number))

    def _look(self, at: float, number: int, watched: Watched) -> None:
        later = self.keeper.may_look(at)
        if later > at:
            self.due[number] = later
            heapq.heappush(self.events, (later, _Event.DUE, number))
            return
        edits, before = self.stories[number].edits, self.seen[number]
        self.seen[number] = bisect_right(edits, at)
        self.looks[number].append(at)
        is_edited = self.seen[number] > before
        self._book(
            number, self.keeper.looked(watched, at, is_edited=is_edited, polled_at=self._polled_at(at))
        )

    def _polled_at(self, at: float) -> float | None:
        """When the channel was last looked at."""
        place = bisect_right(self.polls, at)
        return self.polls[place - 1] if place else None
