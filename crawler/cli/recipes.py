"""Commands for recipes: recipe new, recipe test."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crawler.cli.program import EXIT_FAILED, app, counted, settings_of

recipe_app = typer.Typer(
    help="""Recipes: how the pages of one site are read.

    Example: presswatch recipe test tests/sites
    """,
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(recipe_app, name="recipe")


@recipe_app.command("new")
def recipe_new(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="Address of an article or a listing.")],
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name of the recipe. Default: the host's.")
    ] = None,
    from_: Annotated[
        list[Path] | None,
        typer.Option("--from", metavar="FILE", help="Take this saved page instead; may be repeated."),
    ] = None,
) -> None:
    """Draft a recipe from what the generic parser finds: a TOML file, and a folder of fixtures without words.

    Example: presswatch recipe new https://gazette.example/story/41 --name gazette
    """
    import asyncio
    import re

    from crawler import config, seed, trial, urls, wiring, workbench
    from crawler.errors import UsageError

    settings = settings_of(context)
    host = urls.host(workbench.web_address(url))
    name = name or re.sub(r"[^a-z0-9]+", "-", host).strip("-")
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,60}", name):
        raise UsageError(f"--name {name!r}: write small letters, digits, - and _")
    if from_:
        pages = [seed.read_bytes(path) for path in from_]
    else:
        pages = [asyncio.run(wiring.fetched(settings, url)).body]
    folder = config.recipes_folder(settings)
    said = trial.write_draft(folder, name, url, pages)
    print(f"Wrote {folder / name}.toml and fixtures in {folder / name}/")
    for field in ("headline", "body", "published", "byline", "rows"):
        print(f"  {field:<10}{said.get(field, '- nothing sure found')}")
    print(f"Fill in what the fixtures should give, then `presswatch recipe test {name}`.")


@recipe_app.command("test")
def recipe_test(
    context: typer.Context,
    what: Annotated[
        str | None,
        typer.Argument(metavar="NAME|FOLDER", help="A recipe, or a folder of fixtures. Default: all."),
    ] = None,
    saved: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE", help="A saved page: tell how often each field is found. May be repeated."
        ),
    ] = None,
) -> None:
    """Read the fixtures of recipes and show what is read otherwise than it should be.

    Exit status: 0 when all is read as it should be, 1 otherwise.

    Example: presswatch recipe test sorrel --saved monday.html
    """
    from crawler import config, trial
    from crawler.errors import UsageError
    from crawler.parse import sites

    settings = settings_of(context)
    if saved:
        if what is None or sites.by_name(what) is None:
            raise UsageError(f"--saved goes with the name of a recipe; there are: {', '.join(sites.names())}")
        _print_filled(what, saved)
        return
    folders = (config.recipes_folder(settings), Path("tests/sites"))
    found = (
        list(trial.fixtures(Path(what)))
        if what and Path(what).is_dir()
        else [one for f in folders for one in trial.fixtures(f) if what in (None, one.recipe)]
    )
    if not found:
        raise UsageError(f"no fixtures of {what or 'any recipe'} in {', '.join(map(str, folders))}")
    wrong = [difference for one in found for difference in trial.differences(one)]
    for line in trial.as_table(wrong):
        print(line)
    print(f"{counted(len(found), 'fixture')} read, {counted(len(wrong), 'difference')}")
    if wrong:
        raise typer.Exit(EXIT_FAILED)


def _print_filled(name: str, files: list[Path]) -> None:
    from crawler import seed, trial
    from crawler.parse import read
    from storage.records import Page, Source

    headers = (("Content-Type", "text/html"),)
    pages = (Page("", "", 200, headers, seed.read_bytes(path), None) for path in files)
    count, there = trial.filled(read(page, Source(name, recipe=name)) for page in pages)
    print(f"{name}: {counted(count, 'page')}")
    for field, number in there.items():
        print(f"  {field:<10}{number:>6}  {number / count:>6.0%}")
