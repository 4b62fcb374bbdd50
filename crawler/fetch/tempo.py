"""How much slower than usual a host is to be asked: what its answers say of its load. Pure.

    it asks to wait (429, 503)                      twice as slow as before
    its answers take three times as long as usual   half as slow again, once an answer
    anything else                                   a tenth of the way back

Never more than sixteen times, never more than a minute between two requests because of this.
"""

from __future__ import annotations

from dataclasses import dataclass

_MOST = 16.0
_LONGEST = 60.0  # seconds
_NOTICED = 1.0  # seconds: who answers faster is not slow, whatever is usual
_TIMES = 3.0


@dataclass(slots=True)
class Tempo:
    """`usual` and `latest`: seconds an answer takes, over many answers and over the last few."""

    usual: float = 0.0
    latest: float = 0.0
    factor: float = 1.0

    def answered(self, seconds: float, *, asks_to_wait: bool) -> None:
        """Takes in one answer."""
        self.latest += 0.4 * (seconds - self.latest) if self.usual else seconds
        self.usual += 0.03 * (min(seconds, _TIMES * self.usual) - self.usual) if self.usual else seconds
        if asks_to_wait:
            self.factor = min(_MOST, self.factor * 2)
        elif self.latest > _NOTICED and self.latest > _TIMES * self.usual:
            self.factor = min(_MOST, self.factor * 1.5)
        else:
            self.factor = max(1.0, self.factor - 0.1 * (self.factor - 1) - 0.01)

    def delay(self, seconds: float) -> float:
        """The seconds between two requests, where `seconds` would do."""
        slowed = max(seconds * self.factor, (self.factor - 1) * self.latest)
        return max(seconds, min(_LONGEST, slowed))
