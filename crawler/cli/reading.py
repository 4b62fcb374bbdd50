"""Commands that read what is stored, and say something of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli.program import (
    Jsonl,
    Output,
    Since,
    SourceNames,
    Until,
    Zone,
    app,
    json_text,
    known_sources,
    opened,
    say,
    screen_size,
    settings_of,
    status,
    write,
    zone_name,
)

if TYPE_CHECKING:
    pass


@app.command()
def report(
    context: typer.Context,
    since: Since = None,
    until: Until = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND", help="new, changed, duplicate, moved, removed, restored; may be repeated."
        ),
    ] = None,
    source: SourceNames = None,
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
    zone: Zone = None,
) -> None:
    """The change log: what changed, between when and when.

    Example: presswatch report --since 7d --format html -o week.html
    """
    from crawler import bearings, desk, wiring
    from crawler.errors import UsageError
    from crawler.report import FORMATS, render, render_campaigns
    from crawler.rota import Rota
    from storage.records import ChangeKind
    from storage.store import Filter

    settings = settings_of(context)
    zone = zone_name(zone or settings.report.time_zone)
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
    with opened(settings) as store:
        known_sources(wanted.sources, store, settings)
        with status("Weighing edits") as told:
            bearings.assess_all(store, lambda done, total: told(f"{done:,} of {total:,}"))
        title = "Campaigns" if campaigns else "Change log"
        folds = format_ not in ("jsonl", "csv")
        rota = Rota(settings.sources)
        made = desk.report(
            store, wanted, title=title, made_at=now, zone=zone, folds=folds and heaviest is None, rota=rota
        )
        if heaviest is not None:
            made = desk.heaviest(made, heaviest, folds=folds)
        draw = render_campaigns if campaigns else render
        width, colour = screen_size(output)
        write(draw(made, format_, width=width, colour=colour), output)
    if output is not None:
        say(f"Wrote {output}")


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
    zone: Zone = None,
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
        write((json_text(line) + "\n" for line in workbench.compare_pairs(pairs)), None)
        return
    assert change is not None
    settings = settings_of(context)
    with opened(settings) as store:
        found = desk.find_change(store, change)
        (entry,) = desk.entries(store, [found], Bearings(store))
        if jsonl:
            write([json_text(to_json(entry)) + "\n"], None)
        else:
            width, colour = screen_size(None)
            shown = zone_name(zone or settings.report.time_zone)
            write(render_change(entry, zone=shown, width=width, colour=colour), None)
            if store.is_superseded(found.id):
                print("This change is superseded: older evidence that came in later tells it otherwise.")


@app.command()
def trace(
    context: typer.Context,
    term: Annotated[str, typer.Argument(metavar="TERM", help="A name, word or phrase.")],
    source: SourceNames = None,
    zone: Zone = None,
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
    settings = settings_of(context)
    with opened(settings) as store:
        known_sources(source or (), store, settings)
        with status("Reading every text"):
            found = desk.trace(store, term, frozenset(source or ()))
        if jsonl:
            write((json_text(line) + "\n" for line in trace_json(found)), None)
            return
        width, colour = screen_size(None)
        shown = zone_name(zone or settings.report.time_zone)
        write(render_trace(found, zone=shown, width=width, colour=colour), None)


@app.command()
def lineage(
    context: typer.Context,
    item: Annotated[
        str, typer.Argument(metavar="ITEM", help="Id of an item, the beginning of one, or its address.")
    ],
    zone: Zone = None,
    jsonl: Jsonl = False,
) -> None:
    """Who had a story first, and what each copy of it changed.

    Example: presswatch lineage https://kcnawatch.org/newstream/1722499200-1/bridge/
    """
    from crawler import desk
    from crawler.bearings import Bearings
    from crawler.report import render_lineage

    settings = settings_of(context)
    with opened(settings) as store:
        id_ = desk.find_item(store, item)
        cluster = Bearings(store).cluster(id_)
        if cluster is None:
            if not jsonl:
                print(f"Item {id_} has no copies on record.")
            return
        urls = {m.item.id: desk.address_of(store, m.item.id) for m in cluster.members}
        if jsonl:
            lines = (desk.cluster_json(m, cluster, urls[m.item.id]) for m in cluster.members)
            write((json_text(line) + "\n" for line in lines), None)
            return
        width, colour = screen_size(None)
        shown = zone_name(zone or settings.report.time_zone)
        told = {m.item.id: desk.edits_to(cluster.members[0], m) for m in cluster.members}
        write(render_lineage(cluster, urls, told, zone=shown, width=width, colour=colour), None)


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
    settings = settings_of(context)
    with opened(settings) as store:
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

    settings = settings_of(context)
    with opened(settings) as store:
        for state in store.items():
            line = desk.item_json(state)
            if jsonl:
                print(json_text(line))
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
    from storage.records import Origin

    settings = settings_of(context)
    with opened(settings) as store:
        id_ = desk.find_item(store, item)
        state = store.item_state(id_)
        assert state is not None
        for snapshot in store.snapshots(id_):
            line = desk.snapshot_json(snapshot, state)
            if jsonl:
                print(json_text(line))
                continue
            url = inert(line["url"] or "")
            print(f"Snapshot {snapshot.number}  {line['id']}  seen {line['seen_at']}  {url}")
            if snapshot.origin is Origin.REREAD:
                print("  technical: the page of the snapshot before, read by a newer version; no edit")
            for name in ("headline", "byline", "published", "modified", "date", "excerpt"):
                if line.get(name):
                    print(f"  {name}: {inert(line[name])}")
            for name, said in (line.get("about") or {}).items():
                print(f"  {name}: {inert(str(said))}")
            for paragraph in line.get("paragraphs", ()):
                print(f"\n  {inert(paragraph)}")
            print()


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
    from storage.records import Origin

    if not observations:
        raise UsageError("say what to export: --observations")
    with opened(settings_of(context)) as store:
        lines = (
            json_text(to_json(s.observation)) + "\n"
            for s in store.sightings()
            if s.origin is not Origin.REREAD  # no capture, but another reading of one
        )
        write(lines, output)
