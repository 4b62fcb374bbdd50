"""The command that tells channels, and tries them out."""

from __future__ import annotations

import asyncio
import os
from typing import Annotated, Any

import typer

from crawler.cli.program import EXIT_FAILED, app, counted, opened, say, settings_of


@app.command()
def notify(
    context: typer.Context,
    channels: Annotated[
        list[str] | None, typer.Argument(metavar="CHANNEL", help="Names of channels. Default: all.")
    ] = None,
    test: Annotated[
        bool, typer.Option("--test", help="Send a sample that says that it is one, whatever is due.")
    ] = False,
    from_start: Annotated[
        bool, typer.Option("--from-start", help="Tell a channel that is new of the whole log.")
    ] = False,
) -> None:
    """Tell every channel of [[notify]] what it is due. The daemon does so by itself.

    Exit status: 0 when everything that was due was taken, 1 when a channel failed, 2 for wrong usage.

    Example: presswatch notify --test desk
    """
    from crawler.errors import UsageError

    settings = settings_of(context)
    known = {one.name: one for one in settings.notify}
    strange = [name for name in channels or () if name not in known]
    if strange:
        raise UsageError(f"no channel is named {strange[0]!r}; there are: {', '.join(known) or 'none'}")
    if not known:
        raise UsageError("no channel is configured: see [[notify]] in config.toml")
    wanted = [one for name, one in known.items() if not channels or name in channels]
    failed = _try(settings, wanted) if test else _deliver(settings, channels or [], from_start)
    if failed:
        raise typer.Exit(EXIT_FAILED)


def _try(settings: Any, wanted: Any) -> int:
    """Send each its sample; how many did not take it."""
    from crawler import notify as telling
    from crawler import wiring
    from crawler.errors import PresswatchError

    failed = 0
    for channel in wanted:
        try:
            asyncio.run(telling.try_out(channel, settings, os.environ, wiring.utc_now()))
            print(f"{channel.name}: took the test")
        except PresswatchError as error:
            failed += 1
            say(f"presswatch: {channel.name}: {error}")
    return failed


def _deliver(settings: Any, names: list[str], from_start: bool) -> int:
    """One pass; how many channels failed."""
    from crawler import notify as telling
    from crawler import wiring
    from storage.jsonl import format_time

    with opened(settings) as store:
        passed = telling.deliver(
            settings, store, wiring.utc_now, os.environ, names=names, from_start=from_start
        )
        told = asyncio.run(passed)
    for one in told:
        if one.error:
            later = f"; again at {format_time(one.waits_until)}" if one.waits_until else ""
            say(f"presswatch: {one.channel}: {one.error}{later}")
        elif one.waits_until:
            print(f"{one.channel}: due at {format_time(one.waits_until)}")
        else:
            print(f"{one.channel}: told of {counted(one.sent, 'change')}")
    return sum(bool(one.error) for one in told)
