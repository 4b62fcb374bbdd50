"""Commands about keeping what was collected, and for how long: backup, restore, prune."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crawler.cli.program import EXIT_FAILED, app, counted, opened, say, settings_of, status

Force = Annotated[bool, typer.Option("--force", help="Write over FILE, if it is there.")]


@app.command()
def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The backup; by custom NAME.tar.zst.")],
    store_only: Annotated[
        bool, typer.Option("--store-only", help="Leave out the raw responses, the larger part.")
    ] = False,
    force: Force = False,
) -> None:
    """Everything in one file: the store as of one instant, and the raw responses. A crawl may go on meanwhile.

    Exit status 1 where a raw response was altered since it came in: it is named, and the rest is kept.

    Example: presswatch backup /mnt/backup/march.tar.zst
    """
    from importlib.metadata import version

    from crawler import config, wiring
    from crawler.errors import UsageError
    from storage.backup import back_up

    settings = settings_of(context)
    if file.is_dir() or not file.absolute().parent.is_dir():
        raise UsageError(f"{file}: name a file in a folder that is there")
    if file.exists() and not force:
        raise UsageError(f"{file} is there already: name another one, or give --force to replace it")
    evidence = None if store_only else wiring.evidence(settings)
    with status("Backing up") as told:
        made = back_up(
            config.store_url(settings),
            evidence,
            file.absolute(),
            now=wiring.utc_now(),
            version=version("presswatch"),
            told=told,
        )
    held = made.manifest
    print(
        f"{file}: {_size(file.stat().st_size)}, the store ({_size(held.store_bytes)}, schema {held.schema}) "
        f"and {counted(held.evidence, 'raw response')} ({_size(held.evidence_bytes)})"
    )
    for digest in made.damaged:
        say(f"presswatch: the raw response {digest} was altered since it came in: left out")
    if made.damaged:
        raise typer.Exit(EXIT_FAILED)


@app.command()
def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `presswatch backup` made.")],
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Restore where a store is; that one is kept beside, under another name."
        ),
    ] = False,
) -> None:
    """A backup back into the configured store, which must hold nothing. Checked first; all of it, or nothing.

    Raw responses that are there stay; those of the backup join them.

    Example: presswatch restore /mnt/backup/march.tar.zst
    """
    from crawler import config, wiring
    from crawler.errors import UsageError
    from storage.backup import restore as put_back

    settings = settings_of(context)
    if not file.is_file():
        raise UsageError(f"{file}: there is no such file")
    now = wiring.utc_now()
    with status("Restoring") as told:
        held, old = put_back(
            file,
            config.store_url(settings),
            wiring.evidence(settings),
            aside=f"before-{now:%Y%m%dT%H%M%SZ}",
            is_forced=force,
            told=told,
        )
    print(
        f"Restored: the store of {held.made_at} ({_size(held.store_bytes)}) "
        f"and {counted(held.evidence, 'raw response')}"
    )
    if old is not None:
        print(f"The store that was there is kept as {old}")


@app.command()
def prune(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go; remove nothing.")] = False,
    vacuum: Annotated[
        bool,
        typer.Option("--vacuum", help="Pack the store afterwards: takes a while, and room for a second one."),
    ] = False,
) -> None:
    """Forget what [retention] says is old: visits, runs, and raw responses that nothing was read from.

    The change log, its texts and their proof stay. A crawl may go on meanwhile, but for --vacuum.

    Example: presswatch prune --dry-run
    """
    from datetime import datetime, timedelta

    from crawler import wiring
    from storage import retention

    settings = settings_of(context)
    now, kept = wiring.utc_now(), settings.retention

    def before(days: int) -> datetime | None:
        return now - timedelta(days=days) if days else None

    rules = retention.Rules(before(kept.evidence_days), before(kept.visits_days))
    if rules == retention.Rules(None, None):
        say("presswatch: [retention] keeps everything: set evidence_days or visits_days")
    with opened(settings) as store, status("Pruning") as told:
        gone = retention.prune(store, wiring.evidence(settings), rules, is_dry=dry_run, told=told)
        if vacuum and not dry_run:
            told("packing the store")
            store.vacuum()
    print(
        f"{'Would remove' if dry_run else 'Removed'} {counted(gone.evidence, 'raw response')} "
        f"({_size(gone.evidence_bytes)}), {counted(gone.visits, 'visit')} (about {_size(gone.visits_bytes)} "
        f"within the store) and {counted(gone.runs, 'run')}"
    )


def _size(count: float) -> str:
    return f"{count / 1024**2:,.1f} MiB"
