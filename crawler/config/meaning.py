"""What the settings mean for the rest of the program: addresses, folders, sources."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import ada_url

from crawler.config.keys import Settings, SourceSettings
from crawler.config.values import parse_duration
from storage.records import DateOrder, Source

# ---------------------------------------------------------------- what the settings mean


def store_url(settings: Settings) -> str:
    """The store's SQLAlchemy URL; a SQLite file is an absolute path in it."""
    url = settings.storage.url
    if not url.startswith("sqlite:///"):
        return url
    return f"sqlite:///{settings.folder / url.removeprefix('sqlite:///')}"


def store_file(settings: Settings) -> Path | None:
    """The SQLite file of the store, absolute; None where it is another kind of database."""
    _, is_sqlite, file = store_url(settings).partition("sqlite:///")
    return Path(file) if is_sqlite else None


def own_paths(settings: Settings) -> tuple[Path, ...]:
    """Absolute paths of what is the program's own: no seeds, although they may lie in a folder of seeds."""
    file = store_file(settings)
    beside = [file.with_name(f"{file.name}{end}") for end in ("", "-wal", "-shm", "-journal")] if file else []
    given = [settings.path.absolute()] if settings.path else []
    return (*beside, *given, evidence_folder(settings))


def seed_paths(settings: Settings) -> tuple[Path, ...]:
    """The files and folders of seeds, absolute, in the order written. They need not exist."""
    return tuple(settings.folder / path for path in settings.seeds.paths)


def evidence_folder(settings: Settings) -> Path:
    """The folder of raw responses, absolute. It need not exist yet."""
    return settings.folder / settings.storage.evidence


def recipes_folder(settings: Settings) -> Path:
    """The folder of a user's own recipes, absolute. It need not exist."""
    return settings.folder.absolute() / settings.parse.recipes


def sources(settings: Settings) -> tuple[Source, ...]:
    """The enabled sources, in the order written."""
    return tuple(_source(each, settings) for each in settings.sources if each.enabled)


def _source(given: SourceSettings, settings: Settings) -> Source:
    crawl = settings.crawl
    return Source(
        name=given.name,
        recipe=given.recipe,
        listings=given.listings,
        feeds=given.feeds,
        sitemaps=given.sitemaps,
        articles=given.articles,
        hosts=given.hosts,
        articles_like=given.articles_like,
        time_zone=given.time_zone,
        date_order=DateOrder(given.date_order) if given.date_order else None,
        language=given.language,
        every_seconds=parse_duration(given.every),
        notice_within_seconds=parse_duration(given.notice_within or crawl.notice_within),
        max_interval_seconds=parse_duration(crawl.max_interval),
        budget_per_day=given.budget_per_day,
        is_rendered=given.render,
    )


def sources_needing_contact(settings: Settings) -> tuple[str, ...]:
    """The names of enabled sources on other people's machines, while no contact is set: not to be crawled."""
    if settings.fetch.contact:
        return ()
    return tuple(source.name for source in settings.sources if source.enabled and is_public(source))


def is_public(source: SourceSettings) -> bool:
    followed = tuple(f"http://{host}/" for host in source.hosts)
    return not all(is_loopback(ada_url.URL(address).hostname) for address in source.addresses + followed)


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
