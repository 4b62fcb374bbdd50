"""Commands that need no store: what the parser and the rules make of files, simulations, the demo."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from crawler.cli.program import EXIT_FAILED, Jsonl, app, json_text, say, settings_of, write


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

    settings = settings_of(context)
    if as_ not in (None, "article", "listing"):
        raise UsageError(f"--as {as_!r} is unknown; there are: article, listing")
    if url is not None:
        workbench.web_address(url)
        if len(files) != 1:
            raise UsageError("--url goes with exactly one file; for many there is --urls")
    addresses, slips = workbench.read_addresses(urls) if urls else ({}, [])
    for slip in slips:
        say(f"presswatch: {slip}")
    bench = workbench.Bench(settings, as_, recipe, addresses, url)

    async def run() -> int:
        broken = 0
        async with wiring.parsers(settings) as reader:
            async for line in bench.read(files, reader):
                if isinstance(line, Exception):
                    broken += 1
                    say(f"presswatch: {line}")
                elif jsonl:
                    print(json_text(line))
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

    write((json_text(line) + "\n" for line in workbench.cluster(file)), None)


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
        say(f"presswatch: {problem}")
    lines = (
        map(json_text, map(workbench.result_json, results))
        if jsonl
        else workbench.as_table(histories, results)
    )
    write((f"{line}\n" for line in lines), None)
    if problems:
        raise typer.Exit(EXIT_FAILED)


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
