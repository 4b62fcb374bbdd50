"""The command that tells channels, tries them out, and says how far they were told."""

from __future__ import annotations

import asyncio
import os
from typing import Annotated, Any

import typer

from crawler.cli.program import EXIT_FAILED, app, counted, moment, opened, say, settings_of


@app.command()
def notify(
    context: typer.Context,
    channels: Annotated[
        list[str] | None, typer.Argument(metavar="CHANNEL", help="Names of channels. Default: all.")
    ] = None,
    test: Annotated[
        bool, typer.Option("--test", help="Send a sample that says that it is one, whatever is due.")
    ] = False,
    status: Annotated[
        bool, typer.Option("--status", help="Show how far each channel was told; send nothing.")
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
    if test + status + from_start > 1:
        raise UsageError("give one of --test, --status and --from-start")
    wanted = [one for name, one in known.items() if not channels or name in channels]
    if status:
        _show(settings, wanted)
        return
    failed = _try(settings, wanted) if test else _deliver(settings, channels or [], from_start)
    if failed:
        raise typer.Exit(EXIT_FAILED)


def _show(settings: Any, wanted: Any) -> None:
    """How far each was told, a line each."""
    from crawler.report.inert import inert

    with opened(settings) as store:
        known, last = store.deliveries(), store.last_arrival()
    for channel in wanted:
        said = _standing(known.get(channel.name), last)
        off = "" if channel.enabled else "not enabled; "
        print(inert(f"{channel.name}: {off}{said}"))


def _standing(one: Any, last: int) -> str:
    if one is None:
        return "never told yet: it begins with what comes in after its first pass"
    told = f"last told {moment(one.sent_at)}" if one.sent_at else "nothing sent yet"
    said = [told, f"{counted(last - one.cursor, 'change')} not looked through yet"]
    if one.is_off:
        said.append(f"switched off: {one.error}; `presswatch notify {one.channel}` tries it again")
    elif one.attempts:
        tried = counted(one.attempts, "attempt")
        said.append(f"failed at {tried}, again at {moment(one.next_try)}: {one.error}")
    elif one.digest_at:
        said.append(f"next digest {moment(one.digest_at)}")
    return "; ".join(said)


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
