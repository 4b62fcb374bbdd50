"""The sentences of `presswatch check`: what will happen, warnings, and what keeps us from crawling."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import ada_url

from crawler.config.keys import Settings, SourceSettings
from crawler.config.meaning import (
    evidence_folder,
    is_loopback,
    is_public,
    seed_paths,
    sources_needing_contact,
    store_url,
)
from crawler.config.values import format_duration
from crawler.config.wrong import did_you_mean, shown, without_password
from crawler.errors import ConfigError


def explain(settings: Settings, recipe_of: Mapping[str, str]) -> list[str]:
    """Sentences for `presswatch check`: what will happen with these settings, then each ``Warning: …``.

    `recipe_of`: by source name, the recipe that reads it.
    """
    return [
        *_where_things_are(settings),
        *_how_we_ask(settings),
        *_whom_we_ask(settings, recipe_of),
        *_whom_we_tell(settings),
        *_for_operators(settings),
        *_warnings(settings),
    ]


def _where_things_are(settings: Settings) -> Iterator[str]:
    if settings.path:
        yield f"Settings come from {settings.path}."
    else:
        yield f"There is no config.toml in {settings.folder}: every setting has its default."
    url = store_url(settings)
    if url.startswith("sqlite:///"):
        yield f"The store is the SQLite file {url.removeprefix('sqlite:///')}."
    else:
        yield f"The store is PostgreSQL at {without_password(url)}."
    yield f"Raw responses are kept in {evidence_folder(settings)}."
    paths = seed_paths(settings)
    yield f"Seeds are read from {', '.join(map(str, paths))}." if paths else "No seeds are read."
    yield f"Times are shown in {settings.report.time_zone}."


def _for_operators(settings: Settings) -> Iterator[str]:
    listen, kept = settings.daemon.listen, settings.retention
    yield f"The daemon tells how it is at {listen}." if listen else "The daemon tells nobody how it is."
    old = [(kept.evidence_days, "raw responses that prove nothing"), (kept.visits_days, "visits")]
    goes = " and ".join(f"{what} after {days} days" for days, what in old if days)
    yield f"`presswatch prune` removes {goes}." if goes else "`presswatch prune` removes nothing."


def _how_we_ask(settings: Settings) -> Iterator[str]:
    fetch = settings.fetch
    contact = f", reachable at {fetch.contact}" if fetch.contact else ""
    yield f"Requests go out as {fetch.user_agent}{contact}."
    pause = f"once every {format_duration(fetch.delay_seconds)}" if fetch.delay_seconds else "without a pause"
    yield (
        f"A host is asked {pause}, more seldom where its robots.txt says so, {fetch.per_host} requests "
        f"at once at most; all hosts together {fetch.concurrency}."
    )
    yield (
        f"A page may take {format_duration(fetch.total_seconds)} and {fetch.limit_bytes / 1024**2:.3g} MiB; "
        f"its parser {format_duration(settings.crawl.parser_seconds)}."
    )


def _whom_we_ask(settings: Settings, recipe_of: Mapping[str, str]) -> Iterator[str]:
    if not settings.sources:
        yield "No source is configured. Add one: presswatch sources add NAME URL"
    for source in settings.sources:
        if source.enabled:
            yield _watching(source, recipe_of.get(source.name))
        else:
            yield f"{source.name} is not watched: enabled = false."


def _watching(source: SourceSettings, recipe: str | None) -> str:
    counts = ((len(getattr(source, kind)), kind) for kind in ("listings", "feeds", "sitemaps", "articles"))
    what = ", ".join(f"{count} {kind if count > 1 else kind[:-1]}" for count, kind in counts if count)
    if not what:  # a former name
        return f"{source.name}: the articles known by this former name, every {source.every} at most."
    how = f"recipe {recipe}" if recipe else "the generic parser"
    how += ", as a browser shows them" if source.render else ""
    order = f", dates as {source.date_order}" if source.date_order else ""
    return f"{source.name}: {what} every {source.every}; {how}; its times in {source.time_zone}{order}."


def _whom_we_tell(settings: Settings) -> Iterator[str]:
    for channel in settings.notify:
        if not channel.enabled:
            yield f"{channel.name} is told nothing: enabled = false."
            continue
        rules = [
            f"kinds {', '.join(channel.kinds)}" if channel.kinds else "",
            f"sources {', '.join(channel.sources)}" if channel.sources else "",
            f"edits {', '.join(channel.edits)}" if channel.edits else "",
            f"weight {channel.min_weight} and more" if channel.min_weight else "",
            f"words {', '.join(channel.keywords)}" if channel.keywords else "",
        ]
        what = "; ".join(filter(None, rules)) or "everything"
        when = f"{channel.digest}, in {channel.time_zone}" if channel.digest else "at once"
        yield f"{channel.name} is told {when}: {what}."


def _warnings(settings: Settings) -> Iterator[str]:
    public = [source for source in settings.sources if source.enabled and is_public(source)]
    if settings.fetch.delay_seconds < 1 and public:
        yield "Warning: [fetch] delay_seconds is below 1, and not every source is on this machine."
    if settings.fetch.allow_private_addresses:
        yield (
            "Warning: [fetch] allow_private_addresses lets a page lead us to this machine and its "
            "network, on any port."
        )
    if not settings.browser.sandbox and any(source.render for source in settings.sources):
        yield "Warning: [browser] sandbox is off: a page that breaks the browser reaches this machine."
    if settings.daemon.listen and not is_loopback(settings.daemon.listen.rpartition(":")[0]):
        yield "Warning: [daemon] listen is not this machine's own address: others can read how the watch goes."
    if without_password(settings.storage.url) != settings.storage.url:
        yield "Warning: [storage] url holds a password. Take it out and set PGPASSWORD in the environment."
    if "paths" in settings.seeds.model_fields_set:  # else nobody asked for the default folder
        for path in seed_paths(settings):
            if not path.exists():
                yield f"Warning: [seeds] paths names {path}, which does not exist."
    known = {source.name for source in settings.sources}
    for channel in settings.notify:
        for name in channel.sources:
            if name not in known:
                yield f"Warning: [[notify]] {channel.name} waits for {name}, which is no configured source."
    for source in public:
        if "time_zone" not in source.model_fields_set:
            yield f"Warning: {source.name} has no time_zone; times that it prints without one count as UTC."
        if source.date_order is None and source.recipe is None:
            yield f"Warning: {source.name} has no date_order; 01/08/2024 is read only where its page tells how."


def problems(settings: Settings, recipe_names: Collection[str]) -> list[str]:
    """What is well-formed and still keeps us from crawling: the faults, and no contact."""
    return [*faults(settings, recipe_names), *missing_contact(settings)]


def faults(settings: Settings, recipe_names: Collection[str]) -> list[str]:
    """What is well-formed and still wrong, such as an unknown recipe."""
    return [*_unknown_recipes(settings, recipe_names), *_addresses_in_two_sources(settings)]


def _unknown_recipes(settings: Settings, recipe_names: Collection[str]) -> Iterator[str]:
    for source in settings.sources:
        if source.recipe is not None and source.recipe not in recipe_names:
            hint = did_you_mean(source.recipe, recipe_names) or f"there are {', '.join(sorted(recipe_names))}"
            yield f"[[sources]] {shown(source.name)} recipe: no recipe is called {source.recipe}; {hint}"


def missing_contact(settings: Settings) -> Iterator[str]:
    """What is to be written before the first crawl of a public site, if it is not there yet."""
    names = sources_needing_contact(settings)
    if names:
        yield _no_contact(", ".join(names))


def require_contact(settings: Settings, url: str) -> None:
    """Raises ConfigError where `url` is on somebody else's machine and nobody could be reached there about us."""
    if not settings.fetch.contact and not is_loopback(ada_url.URL(url).hostname):
        raise ConfigError(settings.path, [_no_contact(url)])


def _no_contact(what: str) -> str:
    return (
        f"[fetch] contact: it is empty, and {what} is on somebody else's machine; say where "
        'its owner can reach you, such as contact = "desk@news.example"'
    )


def _addresses_in_two_sources(settings: Settings) -> Iterator[str]:
    owners: dict[str, str] = {}
    for source in settings.sources:
        for address in source.addresses:
            owner = owners.setdefault(address, source.name)
            if owner != source.name:
                yield (
                    f"[[sources]] {shown(source.name)}: {address} is watched by {shown(owner)} already; "
                    "an address belongs to one source"
                )
