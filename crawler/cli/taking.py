"""Commands that take in: seed, crawl."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.cli.program import (
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    KINDS,
    app,
    change_counts,
    counted,
    moment,
    say,
    screen_size,
    settings_of,
    status,
    write,
)

if TYPE_CHECKING:
    from crawler.config import Settings


@app.command()
def seed(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH", help="Files or folders. Default: [seeds] paths."),
    ] = None,
    url: Annotated[
        str | None, typer.Option(metavar="URL", help="The address of the one document given.")
    ] = None,
) -> None:
    """Take in seed documents: text captures, saved HTML, JSON lines of observations.

    Example: presswatch seed seeds/ archive-2013.jsonl
    """
    from crawler import config, wiring, workbench
    from crawler import seed as seeding
    from crawler.errors import UsageError

    settings = settings_of(context)
    chosen = paths or list(config.seed_paths(settings))
    if url is not None:
        workbench.web_address(url)
        if len(chosen) != 1 or chosen[0].is_dir():
            raise UsageError("--url goes with exactly one file")
    sources = config.sources(settings)

    async def run(store: Any, told: Any) -> seeding.Summary:
        async with wiring.parsers(settings) as parse:
            return await seeding.seed(
                store,
                chosen,
                parse=parse,
                source_of=seeding.source_of(sources),
                key_of=wiring.key_of(sources),
                url=url,
                apart_from=config.own_paths(settings),
                progress=told,
            )

    with wiring.store(settings) as store, status("Seeding") as told:
        summary = asyncio.run(run(store, told))
    for problem in summary.problems:
        say(f"presswatch: {problem}")
    known = f" ({summary.known:,} known already)" if summary.known else ""
    print(
        f"Took {counted(summary.observations, 'observation')} from "
        f"{counted(summary.documents, 'document')}{known}: {change_counts(summary.counts)}"
    )
    if summary.problems:
        raise typer.Exit(EXIT_FAILED)


@app.command()
def crawl(
    context: typer.Context,
    sources: Annotated[
        list[str] | None, typer.Argument(metavar="SOURCE", help="Names of sources. Default: all.")
    ] = None,
    all_articles: Annotated[
        bool, typer.Option("--all", help="Visit every known article, due or not, removed ones too.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be recorded; keep nothing.")
    ] = False,
    backfill: Annotated[
        bool,
        typer.Option(
            "--backfill",
            help="Go back through the older pages of the listings; goes on where it was broken off.",
        ),
    ] = False,
    until: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="With --backfill: the day at which it ends. Default: none."),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Date the pass (RFC 3339): the one clock of everything in it."),
    ] = None,
) -> None:
    """One pass now, over the listings and what they lead to.

    Exit status: 0 when everything due was visited, 1 when some failed, 2 for wrong usage or configuration.

    Example: presswatch crawl "Pyongyang Times"
    """
    from crawler import wiring
    from crawler.errors import UsageError
    from storage.evidence import EvidenceInMemory
    from storage.jsonl import parse_time

    settings = settings_of(context)
    try:
        now = wiring.At(parse_time(at)) if at else wiring.utc_now
    except ValueError as error:
        raise UsageError(f"--at: {error}") from error
    if until and not backfill:
        raise UsageError("--until belongs to --backfill: presswatch crawl --backfill --until 2024-01-31")
    try:
        back = {"goes_back": backfill, "back_until": date.fromisoformat(until) if until else None}
    except ValueError as error:
        raise UsageError(f"--until {until}: give a day, such as 2024-01-31") from error
    wiring.chosen_sources(settings, sources or ())
    with wiring.store(settings) as store:
        if dry_run:
            with wiring.rehearsal(store) as copy:
                summary = _crawl(settings, copy, EvidenceInMemory(), now, sources, all_articles, back)
                _print_changes(copy, list(summary.changes), settings)
        else:
            summary = _crawl(settings, store, wiring.evidence(settings), now, sources, all_articles, back)
    _print_summary(summary, is_dry=dry_run)
    if summary.is_interrupted:
        raise typer.Exit(EXIT_INTERRUPTED)
    if summary.failures or summary.not_followed:
        raise typer.Exit(EXIT_FAILED)


def _crawl(
    settings: Settings,
    store: Any,
    evidence: Any,
    now: Any,
    names: list[str] | None,
    is_all: bool,
    back: dict[str, Any],
) -> Any:
    """Run one pass with progress; Ctrl-C ends it after the pages in hand."""
    import signal

    from crawler import wiring

    async def run() -> Any:
        def started(running: Any) -> None:
            loop = asyncio.get_running_loop()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, running.stop)

        with _crawl_progress() as progress:
            return await wiring.crawl(
                settings,
                store,
                evidence,
                now=now,
                names=names or (),
                is_all=is_all,
                **back,
                progress=progress,
                started=started,
            )

    return asyncio.run(run())


@contextmanager
def _crawl_progress() -> Iterator[Any]:
    from crawler.run import Progress

    with status("Crawling") as told:

        class Told(Progress):
            def visited(self, visit: Any, summary: Any, queued: int) -> None:
                found = sum(summary.counts[k] for k in KINDS)
                told(
                    f"{summary.counts['pages']} of {queued} pages, {found} changes, "
                    f"{len(summary.failures)} failed  {visit.url}"
                )

        yield Told()


def _print_summary(summary: Any, *, is_dry: bool) -> None:
    """What the pass found, and what it could not look at."""
    from crawler.report.inert import inert

    counts = summary.counts
    if is_dry:
        print("Dry run: nothing was kept.")
    print(
        f"Pages: {counts['pages']:,} ({counts['ok']:,} read, {counts['not_modified']:,} not modified, "
        f"{counts['gone']:,} gone, {counts['disallowed']:,} disallowed, {counts['blocked']:,} blocked, "
        f"{counts['failed']:,} failed)"
    )
    print(f"Items: {change_counts(counts)}")
    print(f"Time:  {moment(summary.started)} to {moment(summary.finished)}")
    for walk in summary.walks:
        since = f" (gone on from {inert(walk.begun_at)})" if walk.begun_at != walk.start else ""
        oldest = f", back to {walk.oldest}" if walk.oldest else ""
        print(
            f"Walked back: {inert(walk.start)}{since}: {counted(walk.pages, 'page')}{oldest}. {_how_it_ended(walk)}"
        )
    for finding in summary.findings:
        told, what = finding.diagnosis, "Quarantined" if finding.diagnosis.is_held else "Warning"
        print(f"{what}: {inert(finding.source)}, {inert(told.part)}: {inert(told.text)}")
    for visit in summary.failures:
        print(f"Failed: {inert(visit.url)}: {inert(visit.reason)}")
    for host, count in summary.not_followed.items():
        print(f"Not followed: {count:,} new addresses on {inert(host)}, over [crawl] max_new_per_host")
    if summary.is_interrupted:
        print("Interrupted: the pages in hand were finished and recorded.")


def _how_it_ended(walk: Any) -> str:
    from crawler.report.inert import inert

    if walk.is_over:
        return f"Over: {inert(walk.ended)}."
    return (
        f"Broken off: {inert(walk.ended) or 'the pass was interrupted'}. The same command goes on from there."
    )


def _print_changes(store: Any, ids: list[str], settings: Settings) -> None:
    """The changes of a rehearsal, as a report."""
    from collections import Counter

    from crawler import desk, wiring
    from crawler.bearings import Bearings
    from crawler.report import Report, render

    changes = [change for id_ in ids for change in store.find_changes(id_)]
    made = Report(
        title="What would be recorded",
        made_at=wiring.utc_now(),
        entries=desk.entries(store, changes, Bearings(store)),
        counts=Counter(change.kind for change in changes),
        zone=settings.report.time_zone,
    )
    width, colour = screen_size(None)
    write(render(made, "terminal", width=width, colour=colour), None)
