"""What the daemon tells of its work: a log line a visit, counts, and answers to `/metrics`, `/healthz`, `/readyz`.

The server listens on this machine alone unless it is told otherwise, answers GET and HEAD of these three, and
only where it is asked by address, as localhost, or by a name from the settings: no web page can ask by its own.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import logging
import os
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from crawler import notify
from crawler.config import Settings
from crawler.daemon.service import Watcher
from crawler.metrics import CONTENT_TYPE, Metrics
from crawler.run import Summary
from crawler.status import Status
from crawler.wiring import utc_now
from storage.errors import StoreError
from storage.records import LOOKED, ChangeKind, Outcome, Visit
from storage.store import Store

_LATE = timedelta(minutes=2)  # a pulse that old means that the daemon hangs
_SECONDS = 10.0  # that an answer may take

log = logging.getLogger("presswatch")


class Told(Watcher):
    """Logs and counts. `pulse`: when the daemon was last known to be alive."""

    def __init__(self, metrics: Metrics) -> None:
        self.metrics = metrics
        self.pulse: datetime | None = None
        self._errors: dict[str, str] = {}  # by channel, the last

    def visited(self, visit: Visit) -> None:
        self.metrics.visited(visit)
        facts = {
            "outcome": visit.outcome.value,
            "kind": visit.kind.value,
            "source": visit.source,
            "url": visit.url,
            "status": visit.status,
            "seconds": round(visit.seconds, 2),
            "reason": visit.reason,
        }
        level = logging.INFO if visit.outcome in (*LOOKED, Outcome.GONE) else logging.WARNING
        log.log(level, "visit", extra={"facts": facts})

    def passed(self, source: str, summary: Summary) -> None:
        self.metrics.passed(source, summary)
        found = {kind.value: summary.counts[kind.value] for kind in ChangeKind if summary.counts[kind.value]}
        said = ", ".join(f"{count} {kind}" for kind, count in found.items()) or "nothing new"
        log.info("pass over %s: %d pages, %s", source, summary.counts["pages"], said)

    async def tell(self, settings: Settings, store: Store) -> None:
        """Tell the channels what they are due, and count what came of it."""
        for one in await notify.deliver(settings, store, utc_now, os.environ):
            self.metrics.told(one.channel, one.sent, is_failed=bool(one.error))
            if one.sent:
                log.info("told %s of %d changes", one.channel, one.sent)
            if one.error and one.error != self._errors.get(one.channel):
                log.warning("%s was not told: %s", one.channel, one.error)
            self._errors[one.channel] = one.error

    def beaten(self, at: datetime) -> None:
        self.pulse = at
        self.metrics.beaten(at)


class Answers:
    """The three answers. `status` and `is_held`, whether the watch is ours, read the store; `now` is the clock."""

    def __init__(
        self,
        told: Told,
        *,
        status: Callable[[], Status],
        is_held: Callable[[], bool],
        now: Callable[[], datetime],
    ) -> None:
        self.told = told
        self.status = status
        self.is_held = is_held
        self.now = now

    async def serve(self, host: str, port: int, names: Collection[str] = ()) -> web.AppRunner:
        """Answer from now on; `cleanup()` of the result ends it. Raises OSError where the address is taken.

        `names`: further names by which it may be asked.
        """
        app = web.Application(middlewares=[_only_by_name(names)], client_max_size=1024)
        app.router.add_get("/metrics", self._metrics)
        app.router.add_get("/healthz", self._health)
        app.router.add_get("/readyz", self._ready)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0, keepalive_timeout=_SECONDS)
        await runner.setup()
        await web.TCPSite(runner, host, port).start()
        return runner

    async def _metrics(self, request: web.Request) -> web.Response:
        try:
            self.told.metrics.stands(await asyncio.wait_for(asyncio.to_thread(self.status), _SECONDS))
        except (StoreError, TimeoutError) as error:  # what was counted is known all the same
            log.warning("the store does not answer: %s", error)
        return web.Response(body=self.told.metrics.text(), headers={"Content-Type": CONTENT_TYPE})

    async def _health(self, request: web.Request) -> web.Response:
        """That this is answered says that the loop turns; the pulse, that the work does."""
        return _json({"pulse": self._pulse()}, is_well=self._pulse() is None)

    async def _ready(self, request: web.Request) -> web.Response:
        store = "the store does not answer in time"
        try:
            is_held = await asyncio.wait_for(asyncio.to_thread(self.is_held), _SECONDS)
            store = "" if is_held else "the daemon does not hold the watch"
        except StoreError as error:
            store = str(error)
        except TimeoutError:
            pass
        wrong = {name: why for name, why in (("pulse", self._pulse()), ("store", store)) if why}
        return _json(wrong, is_well=not wrong)

    def _pulse(self) -> str | None:
        """What is wrong with the daemon's pulse."""
        if self.told.pulse is None:
            return "none yet"
        age = self.now() - self.told.pulse
        return f"the last was {age.total_seconds():.0f} s ago" if age > _LATE else None


def _json(said: dict[str, Any], *, is_well: bool) -> web.Response:
    body = {"status": "ok"} if is_well else {"status": "failing", **said}
    return web.Response(
        status=200 if is_well else 503, text=json.dumps(body) + "\n", content_type="application/json"
    )


def _only_by_name(names: Collection[str]) -> Any:
    """Refuses who asks by another name than `names`, localhost, or an IP address: a web page could do that."""

    @web.middleware
    async def check(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        host, _, port = request.host.rpartition(":")
        name = host if host and port.isdigit() else request.host
        if name not in names and name != "localhost" and not _is_address(name):
            raise web.HTTPMisdirectedRequest(text="not by that name\n")
        return await handler(request)

    return check


def _is_address(name: str) -> bool:
    try:
        return bool(ipaddress.ip_address(name.strip("[]")))
    except ValueError:
        return False
