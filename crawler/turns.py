"""The turns at hosts that all processes of one store share: a daemon and a crawl by hand keep one distance."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from storage.store import Store


class StoreTurns:
    """Asks the store. `most`: requests under way at one host; `lasts_seconds`: the longest one can take.

    `now` must run as time does, not stand still as in a pass that is dated.
    """

    def __init__(self, store: Store, *, now: Callable[[], datetime], most: int, lasts_seconds: float) -> None:
        self._store = store
        self._now = now
        self._most = most
        self._lasts = timedelta(seconds=2 * lasts_seconds)

    async def take(self, host: str, delay_seconds: float) -> str | datetime:
        token, delay = secrets.token_hex(8), timedelta(seconds=delay_seconds)
        taken = False
        try:
            while True:
                now = self._now()
                turn = await asyncio.to_thread(
                    self._store.take_turn, host, token, now, delay, self._most, self._lasts
                )
                if turn.is_backed_off:
                    return turn.at
                taken = turn.is_taken
                await asyncio.sleep((turn.at - now).total_seconds())
                if taken:
                    return token
        except asyncio.CancelledError:
            if taken:
                await self.give_back(host, token, None)
            raise

    async def give_back(self, host: str, token: str, backed_off_until: datetime | None) -> None:
        await asyncio.to_thread(self._ended, host, token, backed_off_until)

    def _ended(self, host: str, token: str, backed_off_until: datetime | None) -> None:
        if backed_off_until is not None:
            self._store.put_back_offs({host: backed_off_until})
        self._store.end_turn(host, token, self._now())
