"""Commands for recipes: recipe new, recipe test."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli.program import EXIT_FAILED, app, counted, settings_of

if TYPE_CHECKING:
    from crawler.config import Settings

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
    import re

    from crawler import config, trial, urls, workbench
    from crawler.errors import UsageError

    settings = settings_of(context)
    host = urls.host(workbench.web_address(url))
    name = name or re.sub(r"[^a-z0-9]+", "-", host).strip("-")
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,60}", name):
        raise UsageError(f"--name {name!r}: write small letters, digits, - and _")
    if not from_:
        config.require_contact(settings, url)
    pages = [path.read_bytes() for path in from_] if from_ else [_fetched(settings, url)]
    folder = config.recipes_folder(settings)
    said = trial.write_draft(folder, name, url, pages)
    print(f"Wrote {folder / name}.toml and fixtures in {folder / name}/")
    for field in ("headline", "body", "published", "byline", "rows"):
        print(f"  {field:<10}{said.get(field, '- nothing sure found')}")
    print(f"Fill in what the fixtures should give, then `presswatch recipe test {name}`.")


def _fetched(settings: Settings, url: str) -> bytes:
    import asyncio

    from crawler import urls, wiring
    from crawler.errors import PresswatchError
    from crawler.fetch import Fetcher, FetchLimits
    from storage.records import Page, Target, TargetKind

    async def fetch() -> object:
        async with Fetcher(FetchLimits(**settings.fetch.model_dump()), now=wiring.utc_now) as fetcher:
            return await fetcher.fetch(Target(urls.canonical(url), url, "", TargetKind.ARTICLE))

    found = asyncio.run(fetch())
    if not isinstance(found, Page):
        raise PresswatchError(
            f"{url}: {getattr(found, 'reason', 'not fetched')}; save the page and give --from"
        )
    if found.status != 200:
        raise PresswatchError(f"{url}: answered with status {found.status}; save the page and give --from")
    return found.body


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
    from crawler import trial
    from crawler.parse import read
    from storage.records import Page, Source

    headers = (("Content-Type", "text/html"),)
    pages = (Page("", "", 200, headers, path.read_bytes(), None) for path in files)
    count, there = trial.filled(read(page, Source(name, recipe=name)) for page in pages)
    print(f"{name}: {counted(count, 'page')}")
    for field, number in there.items():
        print(f"  {field:<10}{number:>6}  {number / count:>6.0%}")
