"""Time that passes only while everybody waits, and a wall clock over it that can be set wrong."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import apscheduler.executors.base
import apscheduler.schedulers.base
import apscheduler.triggers.interval

_MOST_STEPS = 100_000  # of the loop within one instant


class _Leaping(selectors.SelectSelector):
    """Where nothing is ready, time leaps to when something will be."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0
        self._steps = 0  # since time last passed

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            raise RuntimeError("everybody waits, and nothing will ever happen")
        self._steps = 0 if timeout > 0 else self._steps + 1
        if self._steps > _MOST_STEPS:
            raise RuntimeError("everybody is busy, and no time passes")
        self.passed += max(0.0, timeout)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time is made up. What runs in threads elsewhere runs here, at once."""

    def __init__(self, start: float = 0.0) -> None:
        self._leaping = _Leaping()
        self._leaping.passed = start
        super().__init__(self._leaping)
        self._clock_resolution = (
            1e-6  # the machine's, 1e-9, is lost in a float after 194 days: time stood still
        )

    def time(self) -> float:
        return self._leaping.passed

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> Any:
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:
            future.set_exception(error)
        return future


class WallClock:
    """What the machine takes the time to be. `jump` sets it."""

    def __init__(self, start: datetime) -> None:
        self.start = start
        self.loop: VirtualLoop | None = None
        self.elapsed = 0.0  # of the loops that are no more
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return self.true() + self.ahead

    def true(self) -> datetime:
        """The time that it really is."""
        seconds = self.loop.time() if self.loop else self.elapsed
        return self.start + timedelta(seconds=seconds)

    def jump(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)


def rule_over_apscheduler(clock: WallClock) -> None:
    """Let APScheduler, which reads the machine's clock by itself, read this one."""

    class Told(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return clock().astimezone(tz or UTC)

    for module in (apscheduler.schedulers.base, apscheduler.executors.base, apscheduler.triggers.interval):
        module.datetime = Told
