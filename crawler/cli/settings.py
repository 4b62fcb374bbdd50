"""Commands about what is configured: check, sources, db."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crawler.cli.program import (
    EXIT_FAILED,
    Jsonl,
    app,
    config_path,
    counted,
    json_text,
    known_sources,
    say,
    screen_size,
    settings_of,
)

if TYPE_CHECKING:
    from crawler.config import Settings


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


@app.command()
def check(context: typer.Context) -> None:
    """Validate the configuration and explain what it means.

    Example: presswatch --config news.toml check
    """
    from crawler import config, wiring
    from crawler.errors import ConfigError
    from crawler.parse import sites

    settings = settings_of(context)
    faults = config.faults(settings, sites.names())
    for line in config.explain(settings, {} if faults else wiring.recipes_by_source(settings)):
        print(line)
    if faults:
        raise ConfigError(settings.path, faults)
    print("The configuration is valid.")
    for wanted in (*config.missing_contact(settings), *wiring.missing_browser(settings)):
        print(f"Before the first crawl: {wanted}")


@sources_app.callback(invoke_without_command=True)
def sources(context: typer.Context) -> None:
    """Show the configured sources and how they stand; `add` and `import` bring in more.

    Example: presswatch sources
    """
    if context.invoked_subcommand is None:
        settings = settings_of(context)
        health = _health(settings)
        for source in settings.sources:
            places = [*source.listings, *source.feeds, *source.sitemaps, *source.articles]
            state = f"every {source.every}" if source.enabled else "disabled"
            print(f"{source.name}  ({state})")
            for place in places:
                print(f"  {place}")
            if source.enabled:
                _print_standing(health.get(source.name))
        if not settings.sources:
            print("No sources: add one with `presswatch sources add NAME URL`.")
        _print_forsaken(settings)


def _print_forsaken(settings: Settings) -> None:
    """The sources whose articles nobody visits: they are not in the configuration."""
    from crawler import config, wiring
    from crawler.report.inert import inert

    file = config.store_file(settings)
    if file is not None and not file.exists():
        return
    configured = {source.name for source in settings.sources}
    with wiring.store(settings) as store:
        known = store.due_counts(wiring.utc_now())
        due = {name: count for name, (count, _) in known.items() if name not in configured}
        visits = store.last_visits(due)
    for name, count in sorted(due.items()):
        print(f"{inert(name)}  (not in the configuration: nobody visits its articles, {count:,} of them due)")
        if visits.get(name):
            print(f"    renamed? Give its new block formerly = [{json_text(name)}]")
        else:
            print("    known from seeds or imports; to watch it, give it a block of its own")


def _health(settings: Settings) -> dict[str, Any]:
    """What is kept of the health of sources; nothing where there is no store yet."""
    from crawler import config, wiring

    file = config.store_file(settings)
    if file is not None and not file.exists():
        return {}
    with wiring.store(settings) as store:
        return store.health()


def _print_standing(kept: dict[str, Any] | None) -> None:
    """How a source stands; in red where its pages are not believed or do not come."""
    from crawler.quarantine import State, standing
    from crawler.report.inert import inert

    found = standing(kept)
    if found.state is State.UNSEEN:
        return
    since = f" since {found.since}" if found.since else ""
    last = f"; last read {found.last_read}" if found.last_read else ""
    is_ill = found.state in (State.QUARANTINED, State.BLOCKED, State.FAILING)
    red, plain = ("\x1b[31m", "\x1b[0m") if is_ill and screen_size(None)[1] else ("", "")
    print(f"  {red}{found.state}{since}{plain}{last}")
    for reason in found.reasons:
        print(f"    {red}{inert(reason)}{plain}")
    for warning in found.warnings:
        print(f"    warning: {inert(warning)}")


@sources_app.command("accept")
def sources_accept(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of a quarantined source.")],
) -> None:
    """The new look of a quarantined source is right: record what was withheld, and compare with it from now on.

    Example: presswatch sources accept "Pyongyang Times"
    """
    from crawler import config, wiring
    from crawler.cli.program import change_counts
    from crawler.errors import UsageError
    from crawler.quarantine import accept

    settings = settings_of(context)
    with wiring.store(settings) as store:
        known_sources([name], store, settings)
        parts, counts = accept(store, name, wiring.key_of(config.sources(settings)))
    if not parts:
        raise UsageError(f"nothing of {name!r} is quarantined, and there is no warning to accept")
    print(f"Accepted {', '.join(parts)} of “{name}”: {change_counts(counts)}")


@sources_app.command("add")
def sources_add(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help="Name of the source, new or known. Left out: found out.")
    ],
    url: Annotated[
        str | None,
        typer.Argument(
            metavar="URL", show_default=False, help="Address of a listing, or of an article to watch."
        ),
    ] = None,
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
    called: Annotated[
        str | None,
        typer.Option(
            "--name",
            metavar="NAME",
            show_default=False,
            help="With a URL alone: the source's name, new or known. Default: what the site calls itself.",
        ),
    ] = None,
    is_agreed: Annotated[
        bool, typer.Option("--yes", help="With a URL alone: write what is proposed without asking.")
    ] = False,
    jsonl: Jsonl = False,
) -> None:
    """Watch a site, a listing, or one article. Written to the configuration file; its comments stay.

    With a URL alone the site is looked at: its feeds, sitemaps and listings are shown with what each would
    bring, and the best of them proposed.

    Example: presswatch sources add https://gazette.example/
    """
    from crawler import config, workbench
    from crawler.errors import UsageError

    if url is None:
        if not name.lower().startswith(("http://", "https://")):
            raise UsageError(f"what is to be watched of {name!r}? Give its address, or the address alone")
        _add_site(context, workbench.web_address(name), called, recipe, is_agreed=is_agreed, jsonl=jsonl)
        return
    if called is not None:
        raise UsageError("--name goes with a URL alone; the name was given before the URL already")
    kind = workbench.guess_kind(url, recipe) if as_ == "auto" else as_
    if kind not in ("listing", "feed", "sitemap", "article"):
        raise UsageError(f"--as {as_!r} is unknown; there are: listing, feed, sitemap, article")
    path = config_path(context)
    is_new = config.add_source(path, name, f"{kind}s", [url], recipe)
    where = f"{'new source' if is_new else 'source'} “{name}”"
    print(f"Added to {where} in {path}: {url}, as {'an' if kind == 'article' else 'a'} {kind}")


def _add_site(
    context: typer.Context, url: str, called: str | None, recipe: str | None, *, is_agreed: bool, jsonl: bool
) -> None:
    """Look at the site of `url`, show what it offers, and add what is worth it where the user agrees."""
    import asyncio

    from crawler import config, wiring, workbench
    from crawler.report.inert import inert

    settings = settings_of(context)
    looked = asyncio.run(wiring.look(settings, url, lambda address: say(f"  looking at {inert(address)}")))
    for problem in looked.problems:
        say(f"presswatch: {inert(problem)}")
    taken = [offer for offer in looked.offers if offer.is_taken]
    if jsonl:
        for offer in looked.offers:
            print(json_text(_offer_json(offer)))
    else:
        print("\n".join(map(inert, _offer_lines(looked))))
    if not taken:
        say("presswatch: nothing here lists stories; give the address of a page that does, or a feed")
        raise typer.Exit(EXIT_FAILED)
    if not is_agreed and not (
        sys.stdin.isatty() and typer.confirm("Add what is marked?", default=True, err=True)
    ):
        say("Nothing was written. `--yes` adds what is marked.")
        return
    path, name = config_path(context), called or workbench.source_name(settings, looked)
    for kind in dict.fromkeys(offer.kind for offer in taken):
        addresses = [offer.url for offer in taken if offer.kind is kind]
        config.add_source(path, name, f"{kind.value}s", addresses, recipe)
    say(
        f"Added “{inert(name)}” to {path}: {counted(len(taken), 'address', 'addresses')}. Now: presswatch crawl"
    )


def _offer_json(offer: Any) -> dict[str, Any]:
    return {
        "kind": offer.kind.value,
        "url": offer.url,
        "stories": len(offer.stories),
        "fresh": offer.fresh,
        "stamped": offer.stamped,
        "newest": offer.newest,
        "sample": offer.sample,
        "is_taken": offer.is_taken,
    }


def _offer_lines(looked: Any) -> list[str]:
    lines = [f"“{looked.name}”, after {counted(looked.requests, 'request', 'requests')}:", ""]
    for offer in looked.offers:
        mark = "+" if offer.is_taken else " "
        stamps = f", {offer.stamped} with the time of their last edit" if offer.stamped else ""
        stories = counted(len(offer.stories), "story", "stories")
        lines.append(f" {mark} {offer.kind.value:8} {offer.url}")
        lines.append(
            f"     {stories}, {offer.fresh} that nothing above brings{stamps}; newest {offer.newest or 'undated'}"
        )
        if offer.sample:
            lines.append(f"     “{offer.sample[:90]}”")
    shape = (
        f"Most articles stand at {looked.shape}\n"
        f'To visit only such ones, write in its block: articles_like = ["{_pattern(looked.shape)}"]'
        if looked.shape
        else "Its articles' addresses have no one shape"
    )
    return [*lines, "", shape, ""]


def _pattern(shape: str) -> str:
    """
    >>> _pattern("gazette.example/news/<year>/<words and number>")
    '/news/*/*'
    """
    return "/" + re.sub("<[^>]*>", "*", shape.partition("/")[2])


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

    settings = settings_of(context)
    if name not in {source.name for source in settings.sources}:
        raise UsageError(f"no source is named {name!r}: add it first with `presswatch sources add`")
    key_of = wiring.key_of(config.sources(settings))
    with wiring.store(settings) as store:
        result = workbench.import_addresses(store, name, file, key_of)
    for problem in result.problems:
        say(f"presswatch: {problem}")
    print(f"Imported {counted(result.added, 'address', 'addresses')}, {result.known} known already")
    if result.problems:
        raise typer.Exit(EXIT_FAILED)


@db_app.command("upgrade")
def db_upgrade(context: typer.Context) -> None:
    """Raise the store to this version's schema. Make a copy of it first.

    Example: presswatch db upgrade
    """
    from crawler import config
    from storage import upgrade_store

    print(f"The store has schema {upgrade_store(config.store_url(settings_of(context)))}.")
