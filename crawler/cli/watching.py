"""Commands about watching without end: the daemon, how it goes, what was not looked at."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.cli.program import (
    Jsonl,
    Since,
    SourceNames,
    Until,
    Zone,
    app,
    json_text,
    known_sources,
    opened,
    say,
    settings_of,
    write,
    zone_name,
)

if TYPE_CHECKING:
    from crawler.config import Settings


@app.command()
def daemon(context: typer.Context) -> None:
    """Watch every enabled source until told to stop. The first visits begin at once.

    SIGTERM and Ctrl-C end it within ten seconds: pages in hand are finished or let go, and stay due. SIGHUP has
    it read the configuration again. A second daemon on one store says so, and exits with status 1.

    Example: presswatch daemon
    """
    import sys

    from crawler import log, wiring

    settings = settings_of(context)
    wiring.chosen_sources(settings, ())
    log.configure(sys.stderr, level=settings.daemon.log_level, colour="NO_COLOR" not in os.environ)
    with wiring.store(settings) as store:
        asyncio.run(_watch(settings, store, lambda: settings_of(context)))


async def _watch(settings: Settings, store: Any, load: Callable[[], Settings]) -> None:
    """Run the daemon, with its signals and its answers to whoever monitors it."""
    import signal

    from crawler import status as watch
    from crawler import wiring
    from crawler.daemon import Daemon
    from crawler.daemon.service import LEASE
    from crawler.daemon.told import Answers, Told
    from crawler.metrics import Metrics

    told = Told(Metrics())
    daemon = Daemon(settings, store, wiring.evidence(settings), load=load, watcher=told, tell=told.tell)
    await asyncio.to_thread(daemon.hold)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, daemon.stop)
    if hasattr(signal, "SIGHUP"):
        loop.add_signal_handler(signal.SIGHUP, daemon.reload)
    answers = Answers(
        told,
        status=lambda: watch.status(store, daemon.settings, daemon.now(), LEASE),
        is_held=daemon.is_held,
        now=daemon.now,
    )
    server = await _served(answers, settings)
    try:
        await daemon.run()
    finally:
        if server is not None:
            await server.cleanup()


async def _served(answers: Any, settings: Settings) -> Any:
    """The server, if one is wanted and its address is free: without it the watch goes on all the same."""
    listen = settings.daemon.listen
    if not listen:
        return None
    host, _, port = listen.rpartition(":")
    try:
        return await answers.serve(host.strip("[]"), int(port), settings.daemon.hosts)
    except OSError as error:
        say(f"presswatch: nothing answers at {listen}: {error.strerror}; see [daemon] listen")
        return None


@app.command()
def status(context: typer.Context, zone: Zone = None, jsonl: Jsonl = False) -> None:
    """How the watch goes: the daemon, next and last visits, what failed, what is due, the promise, the store.

    Example: presswatch status --jsonl
    """
    from crawler import status as watch
    from crawler import wiring
    from crawler.daemon import holder
    from crawler.daemon.service import LEASE
    from crawler.report.inert import inert

    settings = settings_of(context)
    with opened(settings) as store:
        found = watch.status(store, settings, wiring.utc_now(), LEASE)
    if jsonl:
        write([json_text(watch.status_json(found)) + "\n"], None)
        return
    spoken = holder.spoken(found.daemon.holder) if found.daemon else ""
    lines = watch.status_lines(found, spoken, _moments(zone or settings.report.time_zone))
    write((inert(line) + "\n" for line in lines), None)


@app.command()
def coverage(
    context: typer.Context,
    source: SourceNames = None,
    item: Annotated[
        str | None,
        typer.Option(metavar="ITEM", help="Only this item: its id, the beginning of one, or its address."),
    ] = None,
    since: Since = None,
    until: Until = None,
    zone: Zone = None,
    jsonl: Jsonl = False,
) -> None:
    """When everything was really looked at, and every gap with its cause.

    Example: presswatch coverage --source "Pyongyang Times" --since 7d
    """
    from crawler import coverage as ledger
    from crawler import desk, wiring
    from crawler import status as watch
    from crawler.report.inert import inert
    from crawler.rota import Rota

    settings = settings_of(context)
    shown, now = zone_name(zone or settings.report.time_zone), wiring.utc_now()
    start = desk.parse_moment(since, now, shown) if since else None
    end = min(now, desk.parse_moment(until, now, shown, is_end=True)) if until else now
    with opened(settings) as store:
        known_sources(source or (), store, settings)
        urls = _addresses(store, item) if item else ()
        rota = Rota(settings.sources)
        names = [name for name in rota.names() if not source or name in source]
        watched = [one for one in store.sources() if one.name in names]
        lines = ledger.ledger(store, watched, rota, start, end, urls=urls)
        if jsonl:
            write((json_text(watch.coverage_json(line)) + "\n" for line in lines), None)
        else:
            write((inert(line) + "\n" for line in watch.coverage_lines(lines, _moments(shown))), None)


def _addresses(store: Any, item: str) -> list[str]:
    from crawler import desk

    state = store.item_state(desk.find_item(store, item))
    return [address.url for address in state.addresses]


def _moments(zone: str) -> Any:
    """How times are shown to a person: local, to the minute."""
    from zoneinfo import ZoneInfo

    from crawler.report.wording import moment

    known = ZoneInfo(zone_name(zone))

    def shown(at: datetime | None) -> str:
        return moment(at, known) if at else "?"

    return shown
