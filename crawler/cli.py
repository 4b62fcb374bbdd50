"""The command line: what a person types, handed on. Every import that costs time is inside its command."""

from __future__ import annotations

import asyncio
import io
import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from crawler.config import Settings

EXIT_FAILED = 1  # something that was asked for could not be done
EXIT_USAGE = 2  # wrong usage or configuration
EXIT_INTERRUPTED = 130


class Commands(TyperGroup):
    """The commands, for which it is no failure that a reader has seen enough (`| head -1`)."""

    def invoke(self, ctx: Any) -> Any:
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except BrokenPipeError:
            _drop_output()
            raise typer.Exit from None


app = typer.Typer(
    name="presswatch",
    cls=Commands,
    help="""Watches the press: what is new, changed, duplicate, moved, removed or restored, with the evidence.

    Example: presswatch demo
    """,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
sources_app = typer.Typer(rich_markup_mode=None)
db_app = typer.Typer(
    help="""The store's schema.

    Example: presswatch db upgrade
    """,
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(sources_app, name="sources")
app.add_typer(db_app, name="db")

Jsonl = Annotated[bool, typer.Option("--jsonl", help="One JSON object a line.")]
Output = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to FILE instead of the screen.")
]


def main() -> None:
    """The command `presswatch`: errors are told in a sentence, with the exit status that fits."""
    from crawler.errors import ConfigError, PresswatchError, UsageError
    from storage.errors import StoreError

    _open_streams()
    try:
        app()
    except (ConfigError, UsageError) as error:
        _say(f"presswatch: {error}")
        sys.exit(EXIT_USAGE)
    except (PresswatchError, StoreError) as error:
        _say(f"presswatch: {error}")
        sys.exit(EXIT_FAILED)
    except OSError as error:
        _drop_output()
        _say(f"presswatch: {error.filename or 'the output'}: {error.strerror or error}")
        sys.exit(EXIT_FAILED)


def _open_streams() -> None:
    """Output that is read on by a program is UTF-8 whatever the locale; a screen shows what it can."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by who called us: nothing else may get its number
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")


def _drop_output() -> None:
    """What is still to be written goes nowhere: nobody takes it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _show_version(is_wanted: bool) -> None:
    if is_wanted:
        from importlib.metadata import version

        print(f"presswatch {version('presswatch')}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH", help="Configuration file. Default: $PRESSWATCH_CONFIG, else ./config.toml."
        ),
    ] = None,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    context.obj = config


def _settings(context: typer.Context) -> Settings:
    from crawler.config import load

    return load(context.obj, os.environ)


# ---------------------------------------------------------------- taking in


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

    settings = _settings(context)
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

    with wiring.store(settings) as store, _status("Seeding") as told:
        summary = asyncio.run(run(store, told))
    for problem in summary.problems:
        _say(f"presswatch: {problem}")
    known = f" ({summary.known:,} known already)" if summary.known else ""
    print(
        f"Took {_counted(summary.observations, 'observation')} from "
        f"{_counted(summary.documents, 'document')}{known}: {_change_counts(summary.counts)}"
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

    settings = _settings(context)
    try:
        now = wiring.At(parse_time(at)) if at else wiring.utc_now
    except ValueError as error:
        raise UsageError(f"--at: {error}") from error
    wiring.chosen_sources(settings, sources or ())
    with wiring.store(settings) as store:
        if dry_run:
            with wiring.rehearsal(store) as copy:
                summary = _crawl(settings, copy, EvidenceInMemory(), now, sources, all_articles)
                _print_changes(copy, list(summary.changes), settings)
        else:
            summary = _crawl(settings, store, wiring.evidence(settings), now, sources, all_articles)
    _print_summary(summary, is_dry=dry_run)
    if summary.is_interrupted:
        raise typer.Exit(EXIT_INTERRUPTED)
    if summary.failures or summary.not_followed:
        raise typer.Exit(EXIT_FAILED)


def _crawl(
    settings: Settings, store: Any, evidence: Any, now: Any, names: list[str] | None, is_all: bool
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
                progress=progress,
                started=started,
            )

    return asyncio.run(run())


# ---------------------------------------------------------------- reading


@app.command()
def report(
    context: typer.Context,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="From a date, a time, or so long ago: 24h, 7d.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="Up to a time; a date is included.")
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND", help="new, changed, duplicate, moved, removed, restored; may be repeated."
        ),
    ] = None,
    source: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Name of a source; may be repeated.")
    ] = None,
    campaigns: Annotated[
        bool,
        typer.Option("--campaigns", help="Only campaigns: one term or phrase, or many removals, at once."),
    ] = False,
    heaviest: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Only the N changes of most weight, heaviest first."),
    ] = None,
    format_: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="terminal, html, jsonl, csv or markdown.")
    ] = "terminal",
    output: Output = None,
    zone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="Time zone to show times in. Default: [report].")
    ] = None,
) -> None:
    """The change log: what changed, between when and when.

    Example: presswatch report --since 7d --format html -o week.html
    """
    from crawler import bearings, desk, wiring
    from crawler.errors import UsageError
    from crawler.report import FORMATS, render, render_campaigns
    from storage.records import ChangeKind
    from storage.store import Filter

    settings = _settings(context)
    zone = _zone(zone or settings.report.time_zone)
    if format_ not in FORMATS:
        raise UsageError(f"--format {format_!r} is unknown; there are: {', '.join(FORMATS)}")
    names = [name for value in kind or () for name in value.split(",")]
    unknown = [name for name in names if name not in list(ChangeKind)]
    if unknown:
        raise UsageError(f"--kind {unknown[0]!r} is unknown; there are: {', '.join(ChangeKind)}")
    now = wiring.utc_now()
    wanted = Filter(
        since=desk.parse_moment(since, now, zone) if since else None,
        until=desk.parse_moment(until, now, zone, is_end=True) if until else None,
        kinds=frozenset(map(ChangeKind, names)),
        sources=frozenset(source or ()),
    )
    if wanted.since and wanted.until and wanted.since >= wanted.until:
        raise UsageError(f"nothing can lie between --since {since} and --until {until}: the end is not later")
    with _opened(settings) as store:
        _known_sources(wanted.sources, store, settings)
        with _status("Weighing edits") as told:
            bearings.assess_all(store, lambda done, total: told(f"{done:,} of {total:,}"))
        title = "Campaigns" if campaigns else "Change log"
        folds = format_ not in ("jsonl", "csv") and heaviest is None
        made = desk.report(store, wanted, title=title, made_at=now, zone=zone, folds=folds)
        if heaviest is not None:
            made = desk.heaviest(made, heaviest)
        draw = render_campaigns if campaigns else render
        width, colour = _screen(output)
        _write(draw(made, format_, width=width, colour=colour), output)
    if output is not None:
        _say(f"Wrote {output}")


@app.command()
def diff(
    context: typer.Context,
    change: Annotated[
        str | None, typer.Argument(metavar="ID", help="Id of a change, or <before>..<after>.")
    ] = None,
    pairs: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help='Compare texts instead: lines {"id","old":[sentence…],"new":[…]}.'),
    ] = None,
    zone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="Time zone to show times in. Default: [report].")
    ] = None,
    jsonl: Jsonl = False,
) -> None:
    """One change in full, word by word, with the line to cite it by.

    Example: presswatch diff 3f2a91c07be4d518
    """
    from crawler import desk, workbench
    from crawler.bearings import Bearings
    from crawler.errors import UsageError
    from crawler.report import render_change
    from crawler.report.jsonl import to_json

    if (change is None) == (pairs is None):
        raise UsageError("give the id of a change, or --pairs FILE")
    if pairs is not None:
        _write((_json(line) + "\n" for line in workbench.compare_pairs(pairs)), None)
        return
    assert change is not None
    settings = _settings(context)
    with _opened(settings) as store:
        found = desk.find_change(store, change)
        (entry,) = desk.entries(store, [found], Bearings(store))
        if jsonl:
            _write([_json(to_json(entry)) + "\n"], None)
        else:
            width, colour = _screen(None)
            shown = _zone(zone or settings.report.time_zone)
            _write(render_change(entry, zone=shown, width=width, colour=colour), None)
            if store.is_superseded(found.id):
                print("This change is superseded: older evidence that came in later tells it otherwise.")


@app.command()
def trace(
    context: typer.Context,
    term: Annotated[str, typer.Argument(metavar="TERM", help="A name, word or phrase.")],
    source: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Name of a source; may be repeated.")
    ] = None,
    zone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="Time zone to show times in. Default: [report].")
    ] = None,
    jsonl: Jsonl = False,
) -> None:
    """Where a name, word or phrase appeared, where it vanished, and when.

    Example: presswatch trace "Ri Yong Ho" --source "Pyongyang Times"
    """
    from crawler import desk
    from crawler.errors import UsageError
    from crawler.report import render_trace
    from crawler.report.tracing import trace_json

    if not term.strip():
        raise UsageError("give a name, word or phrase")
    settings = _settings(context)
    with _opened(settings) as store:
        _known_sources(source or (), store, settings)
        with _status("Reading every text"):
            found = desk.trace(store, term, frozenset(source or ()))
        if jsonl:
            _write((_json(line) + "\n" for line in trace_json(found)), None)
            return
        width, colour = _screen(None)
        shown = _zone(zone or settings.report.time_zone)
        _write(render_trace(found, zone=shown, width=width, colour=colour), None)


@app.command()
def lineage(
    context: typer.Context,
    item: Annotated[
        str, typer.Argument(metavar="ITEM", help="Id of an item, the beginning of one, or its address.")
    ],
    zone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="Time zone to show times in. Default: [report].")
    ] = None,
    jsonl: Jsonl = False,
) -> None:
    """Who had a story first, and what each copy of it changed.

    Example: presswatch lineage https://kcnawatch.org/newstream/1722499200-1/bridge/
    """
    from crawler import desk
    from crawler.bearings import Bearings
    from crawler.report import render_lineage

    settings = _settings(context)
    with _opened(settings) as store:
        id_ = desk.find_item(store, item)
        cluster = Bearings(store).cluster(id_)
        if cluster is None:
            if not jsonl:
                print(f"Item {id_} has no copies on record.")
            return
        urls = {m.item.id: desk.address_of(store, m.item.id) for m in cluster.members}
        if jsonl:
            lines = (desk.cluster_json(m, cluster, urls[m.item.id]) for m in cluster.members)
            _write((_json(line) + "\n" for line in lines), None)
            return
        width, colour = _screen(None)
        shown = _zone(zone or settings.report.time_zone)
        told = {m.item.id: desk.edits_to(cluster.members[0], m) for m in cluster.members}
        _write(render_lineage(cluster, urls, told, zone=shown, width=width, colour=colour), None)


@app.command()
def overrule(
    context: typer.Context,
    change: Annotated[str, typer.Argument(metavar="ID", help="Id of a change, or <before>..<after>.")],
    ruling: Annotated[
        str, typer.Argument(metavar="RULING", help="not-duplicate, not-same-item, false-alarm or withdrawn.")
    ],
    by: Annotated[str | None, typer.Option(metavar="NAME", help="Who says so. Default: $USER.")] = None,
    note: Annotated[str, typer.Option(metavar="TEXT", help="Why, for whoever reads it later.")] = "",
) -> None:
    """Say against the program what a change is not; `withdrawn` takes the last word back.

    The change stays in the log as it is. The ruling stands beside it in every report, outlasts every replay,
    and counts: a false alarm weighs nothing and belongs to no campaign, what is no duplicate to no cluster.

    Example: presswatch overrule 3f2a91c07be4d518 not-duplicate --note "another year's harvest"
    """
    from crawler import desk, wiring
    from crawler.errors import UsageError
    from storage.records import Annotation, Ruling

    if ruling not in list(Ruling):
        raise UsageError(f"ruling {ruling!r} is unknown; there are: {', '.join(Ruling)}")
    name = (by or os.environ.get("USER") or os.environ.get("USERNAME") or "").strip()
    if not name:
        raise UsageError("say who overrules it: --by NAME")
    settings = _settings(context)
    with _opened(settings) as store:
        found = desk.find_change(store, change)
        desk.overrule(store, Annotation(found.id, Ruling(ruling), name, wiring.utc_now(), note.strip()))
    print(f"Noted: change {found.id} is {ruling}, says {name}")


@app.command()
def items(context: typer.Context, jsonl: Jsonl = False) -> None:
    """Every item with its current state and number of snapshots.

    Example: presswatch items --jsonl
    """
    from crawler import desk
    from crawler.report.inert import one_line

    settings = _settings(context)
    with _opened(settings) as store:
        for state in store.items():
            line = desk.item_json(state)
            if jsonl:
                print(_json(line))
            else:
                what = one_line(line["headline"] or line["url"] or "(no headline)", 60)
                print(
                    f"{line['id']}  {line['subject']:<7}  {line['state']:<7}  {line['snapshots']:>3}  {what}"
                )


@app.command()
def show(
    context: typer.Context,
    item: Annotated[
        str, typer.Argument(metavar="ITEM", help="Id of an item, the beginning of one, or its address.")
    ],
    jsonl: Jsonl = False,
) -> None:
    """Every snapshot of one item, with its full text.

    Example: presswatch show 91c07be4d5183f2a --jsonl
    """
    from crawler import desk
    from crawler.report.inert import inert

    settings = _settings(context)
    with _opened(settings) as store:
        id_ = desk.find_item(store, item)
        state = store.item_state(id_)
        assert state is not None
        for snapshot in store.snapshots(id_):
            line = desk.snapshot_json(snapshot, state)
            if jsonl:
                print(_json(line))
                continue
            url = inert(line["url"] or "")
            print(f"Snapshot {snapshot.number}  {line['id']}  seen {line['seen_at']}  {url}")
            for name in ("headline", "byline", "published", "modified", "date", "excerpt"):
                if line.get(name):
                    print(f"  {name}: {inert(line[name])}")
            for paragraph in line.get("paragraphs", ()):
                print(f"\n  {inert(paragraph)}")
            print()


@app.command()
def parse(
    context: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", help="Saved pages or seed documents, also .gz.")
    ],
    url: Annotated[str | None, typer.Option(metavar="URL", help="The address of the one file given.")] = None,
    urls: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help='Addresses: lines {"file","url"}, by base name unless it names a folder.'
        ),
    ] = None,
    recipe: Annotated[
        str | None, typer.Option(metavar="NAME", help="Read with this recipe, or `generic`.")
    ] = None,
    as_: Annotated[
        str | None,
        typer.Option("--as", metavar="KIND", help="article or listing: exactly one line of it a file."),
    ] = None,
    jsonl: Jsonl = False,
) -> None:
    """What the parser sees in saved pages or documents, without storing it.

    Example: presswatch parse page.html --url https://example.org/a --jsonl
    """
    from crawler import wiring, workbench
    from crawler.errors import UsageError
    from crawler.report.inert import inert

    settings = _settings(context)
    if as_ not in (None, "article", "listing"):
        raise UsageError(f"--as {as_!r} is unknown; there are: article, listing")
    if url is not None:
        workbench.web_address(url)
        if len(files) != 1:
            raise UsageError("--url goes with exactly one file; for many there is --urls")
    bench = workbench.Bench(settings, as_, recipe, workbench.read_addresses(urls) if urls else {}, url)

    async def run() -> int:
        broken = 0
        async with wiring.parsers(settings) as reader:
            async for line in bench.read(files, reader):
                if isinstance(line, Exception):
                    broken += 1
                    _say(f"presswatch: {line}")
                elif jsonl:
                    print(_json(line))
                else:
                    print("\n".join(map(inert, workbench.as_text(line).split("\n"))))
        return broken

    if asyncio.run(run()):
        raise typer.Exit(EXIT_FAILED)


@app.command()
def cluster(
    file: Annotated[Path, typer.Argument(metavar="FILE", help='Texts: lines {"id","text"}, also .gz.')],
) -> None:
    """Which texts tell one story: lines {"id","label"}, one label a story.

    Example: presswatch cluster texts.jsonl
    """
    from crawler import workbench

    _write((_json(line) + "\n" for line in workbench.cluster(file)), None)


@app.command()
def export(
    context: typer.Context,
    observations: Annotated[
        bool, typer.Option("--observations", help="Every observation kept, in the interchange format.")
    ] = False,
    output: Output = None,
) -> None:
    """Write the observations kept, oldest first: `presswatch seed` reads them back.

    Example: presswatch export --observations -o archive.jsonl
    """
    from crawler.errors import UsageError
    from storage.jsonl import to_json

    if not observations:
        raise UsageError("say what to export: --observations")
    with _opened(_settings(context)) as store:
        lines = (_json(to_json(s.observation)) + "\n" for s in store.sightings())
        _write(lines, output)


@app.command()
def simulate(
    history: Annotated[
        Path | None,
        typer.Argument(
            metavar="[HISTORY]", help="Observations in JSON lines, also .gz. Default: a made-up site."
        ),
    ] = None,
    jsonl: Jsonl = False,
    notice_within: Annotated[
        str, typer.Option(metavar="TIME", help="Within what time 95 % of edits are to be noticed.")
    ] = "1h",
    preset: Annotated[
        str, typer.Option(metavar="NAME", help="What the made-up site is like: plain, feed or sitemap.")
    ] = "plain",
    articles: Annotated[
        int, typer.Option(metavar="N", min=1, max=100_000, help="Articles of the made-up site.")
    ] = 1000,
    seed: Annotated[
        int, typer.Option(metavar="S", help="Draws the lots; the same seed, the same result.")
    ] = 1,
    budget_per_day: Annotated[
        int,
        typer.Option(metavar="N", min=0, help="Most requests a day for a source's articles; 0: no limit."),
    ] = 0,
) -> None:
    """How soon edits are noticed, and for how many requests: our policy and others.

    Each other policy gets as many requests as ours. Requests are those for an article in its first week.

    Example: presswatch simulate archive.jsonl --notice-within 30m
    """
    from crawler import workbench
    from crawler.simulate import compare

    promise = workbench.promise(notice_within, budget_per_day)
    problems: list[Any] = []
    if history is None:
        histories = [workbench.made_up(preset, articles, seed)]
    else:
        observations, problems = workbench.read_history(history)
        histories = workbench.histories(history, observations, seed, promise.window)
    results = compare(histories, promise)
    for problem in problems:
        _say(f"presswatch: {problem}")
    lines = (
        map(_json, map(workbench.result_json, results)) if jsonl else workbench.as_table(histories, results)
    )
    _write((f"{line}\n" for line in lines), None)
    if problems:
        raise typer.Exit(EXIT_FAILED)


# ---------------------------------------------------------------- configuration


@app.command()
def check(context: typer.Context) -> None:
    """Validate the configuration and explain what it means.

    Example: presswatch --config news.toml check
    """
    from crawler import config, wiring
    from crawler.errors import ConfigError
    from crawler.parse import sites

    settings = _settings(context)
    faults = config.faults(settings, sites.names())
    for line in config.explain(settings, {} if faults else wiring.recipes_by_source(settings)):
        print(line)
    if faults:
        raise ConfigError(settings.path, faults)
    print("The configuration is valid.")
    for wanted in config.missing_contact(settings):
        print(f"Before the first crawl: {wanted}")


@sources_app.callback(invoke_without_command=True)
def sources(context: typer.Context) -> None:
    """Show the configured sources; `add` and `import` bring in more.

    Example: presswatch sources
    """
    if context.invoked_subcommand is None:
        settings = _settings(context)
        for source in settings.sources:
            places = [*source.listings, *source.feeds, *source.sitemaps, *source.articles]
            state = f"every {source.every}" if source.enabled else "disabled"
            print(f"{source.name}  ({state})")
            for place in places:
                print(f"  {place}")
        if not settings.sources:
            print("No sources: add one with `presswatch sources add NAME URL`.")


@sources_app.command("add")
def sources_add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the source, new or known.")],
    url: Annotated[
        str, typer.Argument(metavar="URL", help="Address of a listing, or of one article to watch.")
    ],
    as_: Annotated[
        str,
        typer.Option(
            "--as",
            metavar="KIND",
            show_default=False,
            help="listing, feed, sitemap or article. Default: told by the address.",
        ),
    ] = "auto",
    recipe: Annotated[str | None, typer.Option(metavar="NAME", help="Recipe of the source.")] = None,
) -> None:
    """Watch a listing, or one single article. Written to the configuration file; its comments stay.

    Example: presswatch sources add Gazette https://gazette.example/latest/
    """
    from crawler import config, workbench
    from crawler.errors import UsageError

    kind = workbench.guess_kind(url, recipe) if as_ == "auto" else as_
    if kind not in ("listing", "feed", "sitemap", "article"):
        raise UsageError(f"--as {as_!r} is unknown; there are: listing, feed, sitemap, article")
    path = _config_path(context)
    is_new = config.add_source(path, name, f"{kind}s", [url], recipe)
    where = f"{'new source' if is_new else 'source'} “{name}”"
    print(f"Added to {where} in {path}: {url}, as {'an' if kind == 'article' else 'a'} {kind}")


@sources_app.command("import")
def sources_import(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of a configured source.")],
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Addresses of articles, one a line; # begins a comment.")
    ],
) -> None:
    """Watch every article of a list of addresses. They are kept in the store and visited by the next crawl.

    Example: presswatch sources import "Pyongyang Times" addresses.txt
    """
    from crawler import config, wiring, workbench
    from crawler.errors import UsageError

    settings = _settings(context)
    if name not in {source.name for source in settings.sources}:
        raise UsageError(f"no source is named {name!r}: add it first with `presswatch sources add`")
    key_of = wiring.key_of(config.sources(settings))
    with wiring.store(settings) as store:
        result = workbench.import_addresses(store, name, file, key_of)
    for problem in result.problems:
        _say(f"presswatch: {problem}")
    print(f"Imported {_counted(result.added, 'address', 'addresses')}, {result.known} known already")
    if result.problems:
        raise typer.Exit(EXIT_FAILED)


@db_app.command("upgrade")
def db_upgrade(context: typer.Context) -> None:
    """Raise the store to this version's schema. Make a copy of it first.

    Example: presswatch db upgrade
    """
    from crawler import config
    from storage import upgrade_store

    print(f"The store has schema {upgrade_store(config.store_url(_settings(context)))}.")


@app.command()
def demo(
    folder: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where the demo's store and report go.", show_default=True)
    ] = Path("presswatch-demo"),
) -> None:
    """The main job in a minute: a press site of our own lives through six days, and is watched.

    Example: presswatch demo
    """
    from crawler import demo as show

    raise typer.Exit(asyncio.run(show.run(folder)))


# ---------------------------------------------------------------- on the screen


def _config_path(context: typer.Context) -> Path:
    from crawler import config

    return context.obj or Path(os.environ.get(config.VARIABLE) or config.FILE)


@contextmanager
def _opened(settings: Settings) -> Iterator[Any]:
    """The store, to be read. Says so where there was none: perhaps this is not the folder that was meant."""
    from crawler import config, wiring

    file = config.store_file(settings)
    if file is not None and not file.exists():
        _say(f"presswatch: there was no store at {file}: `presswatch seed` and `presswatch crawl` fill it")
    with wiring.store(settings) as store:
        yield store


def _zone(name: str) -> str:
    from zoneinfo import available_timezones

    from crawler.errors import UsageError

    if name not in available_timezones():
        raise UsageError(f"--zone {name!r} is no time zone: give one such as Asia/Seoul")
    return name


def _screen(output: Path | None) -> tuple[int, bool]:
    """Columns and whether colour is wanted: a file and a pipe get 80 columns, plain."""
    import shutil

    if output is not None or not sys.stdout.isatty():
        return 80, False
    return min(shutil.get_terminal_size().columns, 120), "NO_COLOR" not in os.environ


def _write(chunks: Iterable[str], output: Path | None) -> None:
    if output is None:
        for chunk in chunks:
            sys.stdout.write(chunk)
        sys.stdout.flush()
    else:
        from crawler.errors import UsageError

        try:
            file = output.open("w", encoding="utf-8", newline="")
        except OSError as error:
            raise UsageError(f"-o {output}: cannot be written: {error.strerror}") from error
        with file:
            file.writelines(chunks)


def _json(line: Any) -> str:
    """A line of JSON, harmless on a screen."""
    from crawler.report.inert import json_line

    return json_line(json.dumps(line, ensure_ascii=False))


def _say(line: str) -> None:
    """To the person, not into the data: on standard error, stripped of what a terminal would obey."""
    from crawler.report.inert import inert

    print("\n".join(map(inert, line.split("\n"))), file=sys.stderr)


@contextmanager
def _status(what: str) -> Iterator[Any]:
    """A line that tells how far it is, on a terminal; silent otherwise."""
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda where: None
        return
    with console.status(what) as status:
        yield lambda where: status.update(Text(f"{what}: {where}"))


@contextmanager
def _crawl_progress() -> Iterator[Any]:
    from crawler.run import Progress

    with _status("Crawling") as told:

        class Told(Progress):
            def visited(self, visit: Any, summary: Any, queued: int) -> None:
                found = sum(summary.counts[k] for k in _KINDS)
                told(
                    f"{summary.counts['pages']} of {queued} pages, {found} changes, "
                    f"{len(summary.failures)} failed  {visit.url}"
                )

        yield Told()


_KINDS = ("new", "changed", "duplicate", "moved", "removed", "restored")


def _counted(count: int, one: str, many: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _change_counts(counts: Any) -> str:
    return ", ".join(f"{counts[kind]:,} {kind}" for kind in (*_KINDS, "unchanged"))


def _print_summary(summary: Any, *, is_dry: bool) -> None:
    """What the pass found, and what it could not look at."""
    from crawler.report.inert import inert

    counts = summary.counts
    if is_dry:
        print("Dry run: nothing was kept.")
    print(
        f"Pages: {counts['pages']:,} ({counts['ok']:,} read, {counts['not_modified']:,} not modified, "
        f"{counts['gone']:,} gone, {counts['disallowed']:,} disallowed, {counts['failed']:,} failed)"
    )
    print(f"Items: {_change_counts(counts)}")
    print(f"Time:  {_moment(summary.started)} to {_moment(summary.finished)}")
    for visit in summary.failures:
        print(f"Failed: {inert(visit.url)}: {inert(visit.reason)}")
    for host, count in summary.not_followed.items():
        print(f"Not followed: {count:,} new addresses on {inert(host)}, over [crawl] max_new_per_host")
    if summary.is_interrupted:
        print("Interrupted: the pages in hand were finished and recorded.")


def _known_sources(names: Iterable[str], store: Any, settings: Settings) -> None:
    """Raises UsageError for a name that no source has."""
    from crawler.errors import UsageError

    known = {one.name for one in store.sources()} | {one.name for one in settings.sources}
    strange = sorted(set(names) - known)
    if strange:
        there_are = ", ".join(sorted(known)) or "none yet"
        raise UsageError(f"no source is named {strange[0]!r}; there are: {there_are}")


def _moment(at: datetime | None) -> str:
    from storage.jsonl import format_time

    return format_time(at.replace(microsecond=0)) or "" if at else "?"


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
    width, colour = _screen(None)
    _write(render(made, "terminal", width=width, colour=colour), None)


if __name__ == "__main__":
    main()
