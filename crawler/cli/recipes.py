"""Commands for recipes: recipe test."""

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

    Example: presswatch recipe test sorrel
    Example: presswatch recipe test sorrel --saved monday.html --saved tuesday.html
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
    from crawler import trial
    from crawler.parse import read
    from storage.records import Page, Source

    headers = (("Content-Type", "text/html"),)
    pages = (Page("", "", 200, headers, path.read_bytes(), None) for path in files)
    count, there = trial.filled(read(page, Source(name, recipe=name)) for page in pages)
    print(f"{name}: {counted(count, 'page')}")
    for field, number in there.items():
        print(f"  {field:<10}{number:>6}  {number / count:>6.0%}")
