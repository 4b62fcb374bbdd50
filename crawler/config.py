"""config.toml, read once into frozen settings; every problem in it is told at once, with what to write.

What lives here: the keys with their defaults and bounds, what a relative path is relative to, the sentences
of `presswatch check`, and the one edit we make to the file (`add_source`). What must not: anything that
acts on a setting, a global settings object, knowledge of any recipe (their names are passed in), secrets.

    file              --config PATH, else $PRESSWATCH_CONFIG, else ./config.toml, else every default
    unknown key       an error that names the nearest known one
    relative path     starts at the folder of config.toml (without a file: at the current folder); so does
                      sqlite:///store.db, while sqlite:////srv/store.db (four slashes) is absolute
    `every`           2s, 30m, 6h, 1d
    addresses         complete http(s) addresses without user name or password

Whoever adds a key here documents it in config.toml; tests/test_config.py fails otherwise.
"""

from __future__ import annotations

import difflib
import ipaddress
import json
import os
import re
import secrets
import tomllib
import zoneinfo
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import ada_url
import tomlkit
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, InlineTable, Table

from crawler.errors import ConfigError
from storage.records import DateOrder, Source

VARIABLE = "PRESSWATCH_CONFIG"
FILE = Path("config.toml")

# ---------------------------------------------------------------- durations


def parse_duration(text: str) -> float:
    """The seconds of ``2s``, ``30m``, ``6h`` or ``1d``. Raises ValueError for anything else.

    >>> parse_duration("6h")
    21600.0
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text[:40]!r} is no duration: write a number and s, m, h or d, such as 30m")
    return float(match[1]) * _UNIT_SECONDS[match[2]]


def format_duration(seconds: float) -> str:
    """`seconds` as `parse_duration` reads it back, in the largest unit that divides it.

    >>> format_duration(21600), format_duration(90), format_duration(0.5)
    ('6h', '90s', '0.5s')
    """
    for unit, size in reversed(_UNIT_SECONDS.items()):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:.0f}{unit}"
    return f"{seconds:.6f}".rstrip("0").rstrip(".") + "s"


_UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?) ?([smhd])")

# ---------------------------------------------------------------- what a value may be


def _address(text: str) -> str:
    if not re.match(r"https?://", text, re.IGNORECASE):
        raise ValueError("it must begin with http:// or https://")
    if len(text) > 4096 or re.search(r"[\s\x00-\x1f\x7f]", text):
        raise ValueError("it must have no blanks, and at most 4096 characters")
    try:
        url = ada_url.URL(text)
    except ValueError as error:
        raise ValueError("no browser could open it") from error
    if url.username or url.password:
        raise ValueError("no user name or password may stand in an address")
    return text


def _host(text: str) -> str:
    if re.search(r"[\s/@?#\\]", text):
        raise ValueError("only the host name, without http:// and path")
    try:
        return ada_url.URL(f"http://{text}/").host
    except ValueError as error:
        raise ValueError("no browser could find it") from error


def _time_zone(name: str) -> str:
    try:
        zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # OSError: the name of a folder, such as "Asia"
        raise ValueError(_did_you_mean(name, zoneinfo.available_timezones(), '"{}"')) from error
    return name


def _store(url: str) -> str:
    if url.startswith(("postgres://", "postgresql://")):
        raise ValueError("write postgresql+psycopg:// for PostgreSQL")
    if not re.match(r"sqlite:///(?!:memory:).|postgresql\+psycopg://", url):
        raise ValueError("a store is a SQLite file or a PostgreSQL database")
    return url


def _path(text: str) -> str:
    if not text.strip() or "\x00" in text:
        raise ValueError("a path cannot be empty")
    if text.startswith("~"):
        raise ValueError("~ is not expanded here: write the whole path")
    return text


def _every(text: str) -> str:
    if not 1 <= parse_duration(text) <= 366 * 86400:
        raise ValueError("it must be between 1s and 366d")
    return text


def _name(text: str) -> str:
    if not text.strip() or len(text) > 200 or not text.isprintable():
        raise ValueError("a name has 1 to 200 printable characters")
    return text.strip()


def _header(text: str) -> str:
    # It becomes a header of every request: one line of ASCII, or some server reads another header into it.
    if not re.fullmatch(r"[!-~][ -~]{0,254}", text):
        raise ValueError("1 to 255 ASCII characters on one line")
    return text


def _contact(text: str) -> str:
    if text and not re.fullmatch(r"https?://[!-~]{1,200}|[!-~]{1,64}@[!-~]{1,190}", text):
        raise ValueError("in ASCII and without blanks; a web page with its https://")
    if re.search(r"[()<>\\]", text):  # it may stand in parentheses in a header
        raise ValueError("without brackets and backslashes")
    return text


Address = Annotated[str, AfterValidator(_address)]
Host = Annotated[str, AfterValidator(_host)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
FilePath = Annotated[str, AfterValidator(_path)]

# ---------------------------------------------------------------- the keys


def _number(default: float, unit: str, low: float, high: float) -> Any:
    kind = "a whole number" if isinstance(default, int) else "a number"
    expected = f"{kind} of {unit} from {low} to {high}"
    return Field(default, ge=low, le=high, description=expected, examples=[default])


def _value(default: Any, expected: str, example: Any = None) -> Any:
    shown = default if example is None else example
    # Lists arrive as lists and are kept as tuples: the one conversion that strict mode must let through.
    strict = False if isinstance(default, tuple) else None
    return Field(default, strict=strict, description=expected, examples=[shown])


class _Section(BaseModel):
    # Strict, so that "8" is no number and 1 is no boolean: what is meant must be what is written.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class StorageSettings(_Section):
    url: Annotated[str, AfterValidator(_store)] = Field(
        default="sqlite:///presswatch.db",
        description="sqlite:///FILE or postgresql+psycopg://USER@HOST/DATABASE",
        examples=["sqlite:///presswatch.db"],
        repr=False,  # somebody's URL holds a password, and settings get printed
    )
    evidence: FilePath = _value("presswatch-evidence", "the path of a folder")


class SeedSettings(_Section):
    paths: tuple[FilePath, ...] = _value(("seeds",), "a list of files or folders")


class FetchSettings(_Section):
    user_agent: Annotated[str, AfterValidator(_header)] = _value("presswatch/0.1", "a name and version")
    contact: Annotated[str, AfterValidator(_contact)] = _value(
        "", "an e-mail address or web page where we can be reached", "desk@news.example"
    )
    delay_seconds: float = _number(2.0, "seconds", 0, 86400)
    concurrency: int = _number(8, "requests", 1, 256)
    per_host: int = _number(2, "requests", 1, 64)
    connect_seconds: float = _number(10.0, "seconds", 0.1, 300)
    read_seconds: float = _number(20.0, "seconds", 0.1, 600)
    total_seconds: float = _number(60.0, "seconds", 0.1, 3600)
    limit_bytes: int = _number(20 * 1024**2, "bytes", 1024, 1024**3)
    allow_private_addresses: bool = _value(False, "true or false")


class CrawlSettings(_Section):
    parser_processes: int = _number(2, "processes", 1, 64)
    parser_seconds: float = _number(2.0, "seconds", 0.1, 60)
    parser_bytes: int = _number(1024**3, "bytes", 64 * 1024**2, 64 * 1024**3)
    max_new_per_host: int = _number(20_000, "addresses", 1, 100_000_000)
    batch_pages: int = _number(64, "pages", 1, 4096)
    verify_moves: bool = _value(True, "true or false")


class ReportSettings(_Section):
    time_zone: TimeZone = _value("UTC", "the IANA name of a time zone", "Europe/London")


_ADDRESSES = "a list of complete http(s) addresses"


class SourceSettings(_Section):
    name: Annotated[str, AfterValidator(_name)] = Field(
        description="the name under which the source is reported", examples=["Pyongyang Times"]
    )
    recipe: str | None = _value(None, "the name of a recipe", "kcnawatch")
    listings: tuple[Address, ...] = _value((), _ADDRESSES, ["https://news.example/latest/"])
    feeds: tuple[Address, ...] = _value((), _ADDRESSES, ["https://news.example/feed/"])
    sitemaps: tuple[Address, ...] = _value((), _ADDRESSES, ["https://news.example/sitemap.xml"])
    articles: tuple[Address, ...] = _value((), _ADDRESSES, ["https://news.example/2026/bridge/"])
    hosts: tuple[Host, ...] = _value((), "a list of host names", ["www.news.example"])
    time_zone: TimeZone = _value("UTC", "the IANA name of a time zone", "Asia/Seoul")
    date_order: Literal["DMY", "MDY", "YMD"] | None = _value(None, '"DMY", "MDY" or "YMD"', "DMY")
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")] | None = _value(
        None, "a language tag", "en"
    )
    every: Annotated[str, AfterValidator(_every)] = _value("30m", "a duration from 1s to 366d", "6h")
    enabled: bool = _value(True, "true or false")

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address it watches."""
        return self.listings + self.feeds + self.sitemaps + self.articles


class Settings(BaseModel):
    """All of config.toml. `path` is None where no file was read; `folder` is where relative paths start."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    storage: StorageSettings = StorageSettings()
    seeds: SeedSettings = SeedSettings()
    fetch: FetchSettings = FetchSettings()
    crawl: CrawlSettings = CrawlSettings()
    report: ReportSettings = ReportSettings()
    sources: tuple[SourceSettings, ...] = ()
    path: Path | None = None
    folder: Path = Field(default_factory=Path.cwd)


SECTIONS: dict[str, type[_Section]] = {
    "storage": StorageSettings,
    "seeds": SeedSettings,
    "fetch": FetchSettings,
    "crawl": CrawlSettings,
    "report": ReportSettings,
    "sources": SourceSettings,
}

# What people call a key who know it from other programs, where spelling alone would not lead there.
_ALSO_CALLED = {
    "cron": "every",
    "delay": "delay_seconds",
    "disabled": "enabled",
    "email": "contact",
    "frequency": "every",
    "interval": "every",
    "parser": "recipe",
    "rss": "feeds",
    "timeout": "total_seconds",
    "timezone": "time_zone",
    "tz": "time_zone",
    "url": "listings",
}

# ---------------------------------------------------------------- reading


def load(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of `path`, else of `VARIABLE` in `environ`, else of ``./config.toml``.

    Where none of the three is given or there, every default. Raises ConfigError with all problems at once.
    """
    named = path or Path((environ or {}).get(VARIABLE, ""))
    if named != Path():
        return _parsed(_text(named), named)
    here = Path.cwd() / FILE
    return _parsed(_text(here), here) if here.is_file() else Settings()


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_LIMIT_BYTES + 1)
        if len(data) > _LIMIT_BYTES:
            raise ConfigError(path, [f"it is larger than {_LIMIT_BYTES} bytes: is it the right file?"])
        return data.decode("utf-8-sig")  # editors on Windows put a byte order mark in front
    except OSError as error:
        raise ConfigError(path, [f"it cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise ConfigError(path, [f"it is not UTF-8 text: see byte {error.start}"]) from error


_LIMIT_BYTES = 16 * 1024**2


def _parsed(text: str, path: Path) -> Settings:
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError: also a number of 5,000 digits
        raise ConfigError(path, [f"it is not TOML: {error}"]) from error
    wrong = [_misplaced(name, value) for name, value in data.items() if name not in SECTIONS]
    storage = _section(StorageSettings, data.get("storage", {}), "[storage]", wrong)
    seeds = _section(SeedSettings, data.get("seeds", {}), "[seeds]", wrong)
    fetch = _section(FetchSettings, data.get("fetch", {}), "[fetch]", wrong)
    crawl = _section(CrawlSettings, data.get("crawl", {}), "[crawl]", wrong)
    report = _section(ReportSettings, data.get("report", {}), "[report]", wrong)
    watched = _sources(data.get("sources", []), wrong)
    if wrong or not (storage and seeds and fetch and crawl and report):
        raise ConfigError(path, wrong)
    return Settings(
        storage=storage,
        seeds=seeds,
        fetch=fetch,
        crawl=crawl,
        report=report,
        sources=watched,
        path=path,
        folder=path.absolute().parent,
    )


_S = TypeVar("_S", bound=_Section)


def _section(model: type[_S], table: object, where: str, wrong: list[str]) -> _S | None:
    if not isinstance(table, dict):
        wrong.append(f"{where}: {_shown(table)} was given; expected a section of keys")
        return None
    try:
        return model.model_validate(table)
    except ValidationError as error:
        wrong.extend(_problem(model, details, where) for details in error.errors(include_url=False))
        return None


def _sources(tables: object, wrong: list[str]) -> tuple[SourceSettings, ...]:
    if not isinstance(tables, list):
        wrong.append("[sources]: write [[sources]], with two brackets, one block for each source")
        return ()
    found = []
    names: set[str] = set()
    for number, table in enumerate(tables, 1):
        where = _source_label(table, number)
        found.append(_section(SourceSettings, table, where, wrong))
        wrong.extend(_problems_of_a_whole_source(table, where, names))
    return tuple(source for source in found if source is not None)


def _source_label(table: object, number: int) -> str:
    name = table.get("name") if isinstance(table, dict) else None
    return f"[[sources]] {_shown(name)}" if name and isinstance(name, str) else f"[[sources]] number {number}"


def _problems_of_a_whole_source(table: object, where: str, names: set[str]) -> Iterator[str]:
    """What no single key shows. Looks at the raw table, so that it is told beside the other problems."""
    if not isinstance(table, dict):
        return
    name = table.get("name")
    if isinstance(name, str):
        if (folded := _folded(name)) in names:
            yield f"{where}: this name is given twice; every source needs a name of its own"
        names.add(folded)
    watches = any(table.get(key) for key in ("listings", "feeds", "sitemaps", "articles"))
    if (
        not watches and table.keys() <= SourceSettings.model_fields.keys()
    ):  # else: a misspelt key, told already
        yield (
            f"{where}: it watches nothing; give at least one of listings, feeds, sitemaps and articles, "
            'such as listings = ["https://news.example/latest/"]'
        )


def _folded(name: str) -> str:
    return name.strip().casefold()


# ---------------------------------------------------------------- saying what is wrong


def _problem(model: type[_Section], details: ErrorDetails, where: str) -> str:
    key = str(details["loc"][0])
    if details["type"] == "extra_forbidden":
        return f"{where} {key}: unknown key; {_known(key, model.model_fields)}"
    about = model.model_fields[key]
    example = f"{key} = {_toml((about.examples or [''])[0])}"
    if details["type"] == "missing":
        return f"{where}: {key} is missing; give {about.description}, such as {example}"
    given = _shown(_without_password(details["input"]))
    reason = details.get("ctx", {}).get("error")
    because = f" ({reason})" if isinstance(reason, ValueError) and str(reason) else ""
    return f"{where} {key}: {given} was given; expected {about.description}, such as {example}{because}"


def _misplaced(name: str, value: object) -> str:
    if isinstance(value, (dict, list)):
        nearest = difflib.get_close_matches(name.lower(), SECTIONS, 1, 0.6)
        hint = f"did you mean {_heading(nearest[0])}?" if nearest else f"known are {', '.join(SECTIONS)}"
        return f"[{name}]: unknown section; {hint}"
    return f"{name}: unknown key outside of any section; {_known(name, ())}"


def _known(name: str, known: Collection[str]) -> str:
    """What to write for the unknown `name`: the nearest of `known`, its place elsewhere, or all of them."""
    other = _ALSO_CALLED.get(name)
    nearest = [other] if other in known else difflib.get_close_matches(name.lower(), known, 1, 0.6)
    if nearest:
        return f"did you mean {nearest[0]}?"
    for section, model in SECTIONS.items():
        if name in model.model_fields:
            return f"did you mean {_heading(section)} {name}?"
    return f"known here are {', '.join(known)}" if known else f"keys stand below {_headings()}"


def _headings() -> str:
    return ", ".join(map(_heading, SECTIONS))


def _heading(section: str) -> str:
    return "[[sources]]" if section == "sources" else f"[{section}]"


def _did_you_mean(name: str, known: Collection[str], form: str = "{}") -> str:
    by_folded = {each.casefold(): each for each in sorted(known)}
    nearest = difflib.get_close_matches(name[:100].casefold().replace(" ", "_"), by_folded, 1, 0.7)
    return f"did you mean {form.format(by_folded[nearest[0]])}?" if nearest else ""


def _toml(value: object) -> str:
    """`value` as config.toml would write it; JSON and TOML agree on strings, numbers, booleans and lists."""
    return json.dumps(value, ensure_ascii=False, default=str)


def _shown(value: object) -> str:
    text = _toml(value)
    return text if len(text) <= 120 else f"{text[:117]}..."


def _without_password(value: Any) -> Any:
    if not isinstance(value, str) or "://" not in value:
        return value
    scheme, _, rest = value.partition("://")
    user, at, host = rest.rpartition("@")
    name, colon, _ = user.partition(":")
    return f"{scheme}://{name}{':***' if colon else ''}{at}{host}"


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


def sources(settings: Settings) -> tuple[Source, ...]:
    """The enabled sources, in the order written."""
    return tuple(_source(each) for each in settings.sources if each.enabled)


def _source(given: SourceSettings) -> Source:
    return Source(
        name=given.name,
        recipe=given.recipe,
        listings=given.listings,
        feeds=given.feeds,
        sitemaps=given.sitemaps,
        articles=given.articles,
        hosts=given.hosts,
        time_zone=given.time_zone,
        date_order=DateOrder(given.date_order) if given.date_order else None,
        language=given.language,
        every_seconds=parse_duration(given.every),
    )


def sources_needing_contact(settings: Settings) -> tuple[str, ...]:
    """The names of enabled sources on other people's machines, while no contact is set: not to be crawled."""
    if settings.fetch.contact:
        return ()
    return tuple(source.name for source in settings.sources if source.enabled and _is_public(source))


def _is_public(source: SourceSettings) -> bool:
    followed = tuple(f"http://{host}/" for host in source.hosts)
    return not all(_is_loopback(ada_url.URL(address).hostname) for address in source.addresses + followed)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


# ---------------------------------------------------------------- presswatch check


def explain(settings: Settings, recipe_of: Mapping[str, str]) -> list[str]:
    """Sentences for `presswatch check`: what will happen with these settings, then each ``Warning: …``.

    `recipe_of`: by source name, the recipe that reads it.
    """
    return [
        *_where_things_are(settings),
        *_how_we_ask(settings),
        *_whom_we_ask(settings, recipe_of),
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
        yield f"The store is PostgreSQL at {_without_password(url)}."
    yield f"Raw responses are kept in {evidence_folder(settings)}."
    paths = seed_paths(settings)
    yield f"Seeds are read from {', '.join(map(str, paths))}." if paths else "No seeds are read."
    yield f"Times are shown in {settings.report.time_zone}."


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
    how = f"recipe {recipe}" if recipe else "the generic parser"
    order = f", dates as {source.date_order}" if source.date_order else ""
    return f"{source.name}: {what} every {source.every}; {how}; its times in {source.time_zone}{order}."


def _warnings(settings: Settings) -> Iterator[str]:
    public = [source for source in settings.sources if source.enabled and _is_public(source)]
    if settings.fetch.delay_seconds < 1 and public:
        yield "Warning: [fetch] delay_seconds is below 1, and not every source is on this machine."
    if settings.fetch.allow_private_addresses:
        yield (
            "Warning: [fetch] allow_private_addresses lets a page lead us to this machine and its "
            "network, on any port."
        )
    if _without_password(settings.storage.url) != settings.storage.url:
        yield "Warning: [storage] url holds a password. Take it out and set PGPASSWORD in the environment."
    if "paths" in settings.seeds.model_fields_set:  # else nobody asked for the default folder
        for path in seed_paths(settings):
            if not path.exists():
                yield f"Warning: [seeds] paths names {path}, which does not exist."
    for source in public:
        if "time_zone" not in source.model_fields_set:
            yield f"Warning: {source.name} has no time_zone; times that it prints without one count as UTC."
        if source.date_order is None and source.recipe is None:
            yield f"Warning: {source.name} has no date_order; a date such as 01/08/2024 stays unread."


def problems(settings: Settings, recipe_names: Collection[str]) -> list[str]:
    """What is well-formed and still keeps us from crawling: the faults, and no contact."""
    return [*faults(settings, recipe_names), *missing_contact(settings)]


def faults(settings: Settings, recipe_names: Collection[str]) -> list[str]:
    """What is well-formed and still wrong, such as an unknown recipe."""
    return [*_unknown_recipes(settings, recipe_names), *_addresses_in_two_sources(settings)]


def _unknown_recipes(settings: Settings, recipe_names: Collection[str]) -> Iterator[str]:
    for source in settings.sources:
        if source.recipe is not None and source.recipe not in recipe_names:
            hint = (
                _did_you_mean(source.recipe, recipe_names) or f"there are {', '.join(sorted(recipe_names))}"
            )
            yield f"[[sources]] {_shown(source.name)} recipe: no recipe is called {source.recipe}; {hint}"


def missing_contact(settings: Settings) -> Iterator[str]:
    """What is to be written before the first crawl of a public site, if it is not there yet."""
    names = sources_needing_contact(settings)
    if names:
        yield (
            f"[fetch] contact: it is empty, and {', '.join(names)} is on somebody else's machine; say where "
            'its owner can reach you, such as contact = "desk@news.example"'
        )


def _addresses_in_two_sources(settings: Settings) -> Iterator[str]:
    owners: dict[str, str] = {}
    for source in settings.sources:
        for address in source.addresses:
            owner = owners.setdefault(address, source.name)
            if owner != source.name:
                yield (
                    f"[[sources]] {_shown(source.name)}: {address} is watched by {_shown(owner)} already; "
                    "an address belongs to one source"
                )


# ---------------------------------------------------------------- adding a source


def add_source(path: Path, name: str, key: str, addresses: Sequence[str], recipe: str | None = None) -> bool:
    """Add `addresses` to `key` (listings, feeds, sitemaps or articles) of source `name` in the file `path`.

    Gives back whether the source is new. Makes the file where there is none.
    Comments and formatting stay as they are. The file is replaced in one step, and only by one that can be
    read; raises ConfigError with what is wrong otherwise, and the file is as it was.
    """
    text = _text(path) if path.exists() else ""
    _parsed(text, path)  # a broken file is for its owner to mend, not for us to add to
    try:
        document = tomlkit.parse(text)
        is_new = _write_source(document, name, key, addresses, recipe)
        result = _like(text, tomlkit.dumps(document))
    except TOMLKitError as error:
        raise ConfigError(path, [f"it cannot be added to: {error}"]) from error
    _parsed(result, path)
    if result != text:
        _replace(path, result)
    return is_new


def _write_source(
    document: tomlkit.TOMLDocument, name: str, key: str, addresses: Sequence[str], recipe: str | None
) -> bool:
    tables = document.get("sources")
    if tables is None:
        tables = tomlkit.aot()
        document["sources"] = tables
    table = next((each for each in tables if _folded(each["name"]) == _folded(name)), None)
    if table is None:
        new = _new_source(name, key, addresses, recipe, isinstance(tables, AoT))
        _append(tables, new, list(document)[-1])
        return True
    if recipe is not None and table.get("recipe") != recipe:
        _set(table, "recipe", recipe)
    _extend(table, key, addresses)
    return False


def _new_source(
    name: str, key: str, addresses: Sequence[str], recipe: str | None, is_block: bool
) -> Table | InlineTable:
    table: Table | InlineTable = tomlkit.table() if is_block else tomlkit.inline_table()
    table["name"] = name.strip()
    if recipe is not None:
        table["recipe"] = recipe
    table[key] = _array(list(dict.fromkeys(addresses)))
    return table


def _append(tables: Any, new: Table | InlineTable, last_section: str) -> None:
    if isinstance(new, Table):
        new.trivia.indent = "\n"  # a blank line above
        if tables and last_section != "sources":
            # What stands above the next section is about that one, so it goes below the new block.
            new.value.body.extend(_ending(tables[-1]))
    tables.append(new)


def _ending(table: Table) -> list[Any]:
    """The blank lines and comments that end the block, taken out of it."""
    body = table.value.body
    start = len(body)
    while start and body[start - 1][0] is None:
        start -= 1
    ending = body[start:]
    del body[start:]
    return ending


def _extend(table: Any, key: str, wanted: Sequence[str]) -> None:
    missing = [each for each in dict.fromkeys(wanted) if each not in table.get(key, ())]
    if not missing:
        return
    if key in table:
        table[key].extend(missing)
    else:
        _set(table, key, _array(missing))


def _set(table: Any, key: str, value: Any) -> None:
    """`table[key] = value`, with a new key above the blank lines and comments that end the block.

    Those belong to what follows: without this the key would stand below the next source's own comment.
    """
    is_new_key = isinstance(table, Table) and key not in table
    ending = _ending(table) if is_new_key else []
    table[key] = value
    if is_new_key:
        table.value.body.extend(ending)


def _array(addresses: Sequence[str]) -> Any:
    array = tomlkit.array()
    array.extend(addresses)
    return array.multiline(len(addresses) > 1)


def _like(before: str, after: str) -> str:
    """`after` with the line ends of `before`, and no blank lines around it that `before` has not."""
    after = after.rstrip("\r\n") + "\n"
    after = after if before else after.lstrip("\n")
    return after.replace("\r\n", "\n").replace("\n", "\r\n") if "\r\n" in before else after


def _replace(path: Path, text: str) -> None:
    real = path.resolve()  # a link to the file stays a link
    beside = real.with_name(f".{real.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(text.encode("utf-8"))
                file.flush()
                os.fsync(file.fileno())
            if real.exists():
                beside.chmod(real.stat().st_mode & 0o7777)
            beside.replace(real)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigError(path, [f"it cannot be written: {error.strerror}"]) from error
