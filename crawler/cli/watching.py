"""Commands about watching without end: the daemon, how it goes, what was not looked at."""

from __future__ import annotations

import asyncio
from typing import Any

import typer

from crawler.cli.program import app, settings_of


@app.command()
def daemon(context: typer.Context) -> None:
    """Watch every enabled source until told to stop. The first visits begin at once.

    SIGTERM and Ctrl-C end it within ten seconds: pages in hand are finished or let go, and stay due. SIGHUP has
    it read the configuration again. A second daemon on one store says so, and exits with status 1.

    Example: presswatch --config /etc/presswatch/config.toml daemon
    """
    import signal

    from crawler import wiring
    from crawler.daemon import Daemon

    settings = settings_of(context)
    wiring.chosen_sources(settings, ())

    async def run(store: Any) -> None:
        watch = Daemon(settings, store, wiring.evidence(settings), load=lambda: settings_of(context))
        await asyncio.to_thread(watch.hold)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, watch.stop)
        if hasattr(signal, "SIGHUP"):
            loop.add_signal_handler(signal.SIGHUP, watch.reload)
        await watch.run()

    with wiring.store(settings) as store:
        asyncio.run(run(store))
