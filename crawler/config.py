"""config.toml: read once into frozen settings. Every key, its unit, its default and why stand in that file.

What must not live here: anything that opens, fetches or builds (that is `crawler.wiring`). A problem is a
sentence that names the key, says what was given and what is wanted; all problems are told at once.
"""

from __future__ import annotations

import os
import re
import tempfile
import tomllib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, get_args
from zoneinfo import available_timezones

import tomlkit
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails
from rapidfuzz import process
from tomlkit.exceptions import TOMLKitError

from crawler import urls
from crawler.errors import ConfigError
from storage.records import DateOrder, Source

VARIABLE = "PRESSWATCH_CONFIG"
FILE = Path("config.toml")

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)([smhd])")
_MIB = 1024 * 1024
_PUBLIC_DELAY = 1.0  # seconds: below, `check` warns


# ---------------------------------------------------------------- durations


def parse_duration(text: str) -> float:
    """Seconds of "2s", "30m", "6h" or "1d". Raises ValueError.

    >>> parse_duration("30m")
    1800.0
    """
    found = _DURATION.fullmatch(text.strip())
    if found is None or float(found[1]) == 0:
        raise ValueError(f'{text!r} is no duration: write "2s", "30m", "6h" or "1d"')
    return float(found[1]) * _UNITS[found[2]]


def format_duration(seconds: float) -> str:
    """The shortest exact form.

    >>> format_duration(5400)
    '90m'
    """
    for unit in ("d", "h", "m"):
        if seconds >= _UNITS[unit] and seconds % _UNITS[unit] == 0:
            return f"{seconds / _UNITS[unit]:g}{unit}"
    return f"{seconds:g}s"


def _duration(text: str) -> str:
    parse_duration(text)
    return text


def _address(text: str) -> str:
    if urls.absolute("", text) is None:
        raise ValueError(f'{text!r} is no web address: write it whole, as in "https://example.org/news/"')
    return text


def _zone(name: str) -> str:
    if name not in available_timezones():
        hint = _closest(name, available_timezones())
        raise ValueError(f'{name!r} is no time zone: write one such as "{hint or "Asia/Seoul"}"')
    return name


Duration = Annotated[str, AfterValidator(_duration)]
Address = Annotated[str, AfterValidator(_address)]
Zone = Annotated[str, AfterValidator(_zone)]


# ---------------------------------------------------------------- settings


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, strict=True)


class Storage(_Section):
    url: str = "sqlite:///presswatch.db"
    evidence: str = "presswatch-evidence"


class Seeds(_Section):
    paths: list[str] = ["seeds"]


class Fetch(_Section):
    user_agent: str = Field(default="presswatch/0.1", min_length=1, max_length=200, pattern=r"^[\x20-\x7e]+$")
    contact: str = Field(default="", max_length=200, pattern=r"^[\x20-\x7e]*$")
    delay_seconds: float = Field(default=2.0, ge=0, le=3600)
    concurrency: int = Field(default=8, ge=1, le=256)
    per_host: int = Field(default=2, ge=1, le=16)
    connect_seconds: float = Field(default=10.0, gt=0, le=600)
    read_seconds: float = Field(default=20.0, gt=0, le=600)
    total_seconds: float = Field(default=60.0, gt=0, le=3600)
    limit_bytes: int = Field(default=20 * _MIB, ge=1024, le=1024 * _MIB)
    allow_private_addresses: bool = False


class CrawlSettings(_Section):
    parser_processes: int = Field(default=2, ge=1, le=64)
    parser_seconds: float = Field(default=2.0, gt=0, le=60)
    parser_bytes: int = Field(default=1024 * _MIB, ge=128 * _MIB)
    max_new_per_host: int = Field(default=20_000, ge=1)
    batch_pages: int = Field(default=64, ge=1, le=1000)
    verify_moves: bool = True


class ReportSettings(_Section):
    time_zone: Zone = "UTC"


class SourceSettings(_Section):
    name: str = Field(min_length=1, max_length=200)
    recipe: str | None = None
    listings: list[Address] = []
    feeds: list[Address] = []
    sitemaps: list[Address] = []
    articles: list[Address] = []
    hosts: list[str] = []
    time_zone: Zone = "UTC"
    date_order: str | None = Field(default=None, pattern="^(DMY|MDY|YMD)$")
    language: str | None = None
    every: Duration = "30m"
    enabled: bool = True

    @model_validator(mode="after")
    def _leads_somewhere(self) -> SourceSettings:
        if not (self.listings or self.feeds or self.sitemaps or self.articles):
            raise ValueError("a source needs at least one address in listings, feeds, sitemaps or articles")
        return self


class Settings(_Section):
    """The whole configuration. `path` is None where there was no file."""

    storage: Storage = Storage()
    seeds: Seeds = Seeds()
    fetch: Fetch = Fetch()
    crawl: CrawlSettings = CrawlSettings()
    report: ReportSettings = ReportSettings()
    sources: list[SourceSettings] = []
    path: Path | None = Field(default=None, exclude=True)

    @property
    def folder(self) -> Path:
        """Where relative paths start."""
        return self.path.parent if self.path else Path.cwd()

    @model_validator(mode="after")
    def _names_differ(self) -> Settings:
        names = [source.name for source in self.sources]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"two sources are named {sorted(twice)[0]!r}: a name stands for one source")
        return self


# ---------------------------------------------------------------- reading


def load(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of `path`, else of PRESSWATCH_CONFIG, else of ./config.toml, else all defaults.

    Raises ConfigError with every problem found.
    """
    named = path or (Path(found) if (found := (environ or {}).get(VARIABLE)) else None)
    chosen = named or FILE
    if named is None and not chosen.exists():
        return Settings()
    try:
        data = tomllib.loads(chosen.read_text("utf-8-sig"))
    except FileNotFoundError as error:
        raise ConfigError(chosen, ["there is no such file"]) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(chosen, [f"cannot be read: {error}"]) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(chosen, [f"is not TOML: {error}"]) from error
    return _validated(data, chosen.resolve())


def _validated(data: dict[str, Any], path: Path) -> Settings:
    if "path" in data:
        raise ConfigError(path, [_unknown_key("path", Settings)])
    try:
        return Settings.model_validate(data | {"path": path})
    except ValidationError as error:
        raise ConfigError(path, [_sentence(details, data) for details in error.errors()]) from error


def _sentence(details: ErrorDetails, data: dict[str, Any]) -> str:
    """One problem as a sentence: which key, what was given, what is wanted."""
    place = details["loc"]
    if details["type"] == "extra_forbidden":
        return _unknown_key(_name(place, data), _section_of(place))
    if details["type"] == "missing":
        return f"{_name(place, data)} is missing"
    message = details["msg"].removeprefix("Value error, ")
    if not place or details["type"] == "value_error":
        name = _name(place, data)
        return f"{name}: {message}" if name else message
    return f"{_name(place, data)} = {details['input']!r}: {message[:1].lower()}{message[1:]}"


def _name(place: tuple[int | str, ...], data: dict[str, Any]) -> str:
    """A key as the file writes it; of a source, with its name: [[sources]] "Gazette" every."""
    if not place:
        return ""
    if place[0] == "sources" and len(place) > 1 and isinstance(place[1], int):
        source = data["sources"][place[1]]
        name = source.get("name", f"number {place[1] + 1}") if isinstance(source, dict) else place[1] + 1
        key = ".".join(str(part) for part in place[2:])
        return f'[[sources]] "{name}" {key}'.rstrip()
    if len(place) == 1:
        return f"[{place[0]}]"
    return f"[{place[0]}] {'.'.join(str(part) for part in place[1:])}"


def _section_of(place: tuple[int | str, ...]) -> type[BaseModel]:
    section: type[BaseModel] = Settings
    for part in place[:-1]:
        if isinstance(part, str) and part in section.model_fields:
            kind = section.model_fields[part].annotation
            section = next((a for a in (kind, *get_args(kind)) if _is_section(a)), section)
    return section


def _is_section(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _unknown_key(name: str, section: type[BaseModel]) -> str:
    known = [key for key in section.model_fields if key != "path"]
    hint = _closest(re.split(r"[\s\[\]]+", name.strip("[]"))[-1], known)
    advice = f"did you mean {hint}?" if hint else f"known keys: {', '.join(known)}"
    return f"{name} is no key of presswatch: {advice}"


def _closest(word: str, known: Collection[str]) -> str | None:
    found = process.extractOne(word, list(known), score_cutoff=60)
    return found[0] if found else None


# ---------------------------------------------------------------- what it means


def store_url(settings: Settings) -> str:
    """The store's SQLAlchemy address; a relative SQLite path starts at the configuration's folder."""
    url = settings.storage.url
    head, found, path = url.partition(":///")
    if not found or not head.startswith("sqlite") or path.startswith("/") or path in ("", ":memory:"):
        return url
    return f"{head}:///{settings.folder / path}"


def evidence_folder(settings: Settings) -> Path:
    return settings.folder / settings.storage.evidence


def seed_paths(settings: Settings) -> tuple[Path, ...]:
    return tuple(settings.folder / path for path in settings.seeds.paths)


def sources(settings: Settings) -> tuple[Source, ...]:
    """The enabled sources, as records."""
    return tuple(_source(source) for source in settings.sources if source.enabled)


def _source(settings: SourceSettings) -> Source:
    return Source(
        name=settings.name,
        recipe=settings.recipe,
        listings=tuple(settings.listings),
        feeds=tuple(settings.feeds),
        sitemaps=tuple(settings.sitemaps),
        articles=tuple(settings.articles),
        hosts=tuple(host.lower() for host in settings.hosts),
        time_zone=settings.time_zone,
        date_order=DateOrder(settings.date_order) if settings.date_order else None,
        language=settings.language,
        every_seconds=parse_duration(settings.every),
    )


def problems(settings: Settings, recipe_names: Collection[str]) -> list[str]:
    """What is wrong though every key is well-formed: for `check`, and before a crawl."""
    found = []
    for source in settings.sources:
        if source.recipe is not None and source.recipe not in recipe_names:
            hint = _closest(source.recipe, recipe_names)
            advice = f"did you mean {hint!r}?" if hint else f"there are: {', '.join(sorted(recipe_names))}"
            found.append(f'[[sources]] "{source.name}" recipe = {source.recipe!r} is unknown: {advice}')
    public = next((s.name for s in settings.sources if s.enabled and not _is_private(s)), None)
    if public is not None and not settings.fetch.contact:
        found.append(
            f"[fetch] contact is empty, and {public!r} is on the public network: name an e-mail address or a "
            "page where a site's owner can reach you; it is sent with every request"
        )
    return found


def explain(settings: Settings, recipe_of: Mapping[str, str]) -> list[str]:
    """What will happen, in sentences. `recipe_of`: by source name, the recipe that reads it."""
    fetch = settings.fetch
    lines = [
        f"Configuration: {settings.path or 'none, all defaults'}",
        f"Store: {store_url(settings)}",
        f"Raw responses: {evidence_folder(settings)}",
        f"Seeds: {', '.join(map(str, seed_paths(settings))) or 'none'}",
        f"Requests: {fetch.delay_seconds:g} s apart on one host, {fetch.concurrency} at once in all",
        f"Limits: {fetch.total_seconds:g} s and {fetch.limit_bytes:,} bytes a page",
    ]
    if fetch.allow_private_addresses:
        lines.append("Warning: private and loopback addresses, and every port, may be connected to.")
    if fetch.delay_seconds < _PUBLIC_DELAY and not all(map(_is_private, settings.sources)):
        lines.append("Warning: [fetch] delay_seconds is below one second; public sites deserve more.")
    for source in settings.sources:
        places = len(source.listings) + len(source.feeds) + len(source.sitemaps)
        state = "" if source.enabled else " (disabled)"
        lines.append(
            f"Source “{source.name}”{state}: {places} listing(s), {len(source.articles)} single article(s), "
            f"every {source.every}, read by {recipe_of.get(source.name, 'the generic parser')}, "
            f"dates in {source.time_zone}."
        )
    if not settings.sources:
        lines.append("No sources: add one with `presswatch sources add NAME URL`.")
    return lines


def _is_private(source: SourceSettings) -> bool:
    """Whether every address of the source is on this machine by its name."""
    every = (*source.listings, *source.feeds, *source.sitemaps, *source.articles)
    return all(urls.host(url).split(":")[0] in ("127.0.0.1", "localhost", "[") for url in every)


# ---------------------------------------------------------------- changing


def add_source(path: Path, name: str, key: str, addresses: Sequence[str], recipe: str | None = None) -> bool:
    """Add `addresses` to `key` (listings, feeds, sitemaps or articles) of source `name` in the file `path`.

    Comments and formatting stay; the file is replaced in one step, and only by one that is valid. Gives back
    whether the source is new. Raises ConfigError.
    """
    text = path.read_text("utf-8") if path.exists() else ""
    try:
        document = tomlkit.parse(text)
    except TOMLKitError as error:
        raise ConfigError(path, [f"is not TOML: {error}"]) from error
    tables = document.setdefault("sources", tomlkit.aot())
    table = next((t for t in tables if t.get("name") == name), None)
    is_new = table is None
    if table is None:
        table = tomlkit.table()
        table["name"] = name
        if recipe:
            table["recipe"] = recipe
        tables.append(table)
    held = table.setdefault(key, tomlkit.array())
    for address in addresses:
        if address not in held:
            held.append(address)
    written = tomlkit.dumps(document)
    _validated(tomllib.loads(written), path)
    _replace(path, written)
    return is_new


def _replace(path: Path, text: str) -> None:
    handle, aside = tempfile.mkstemp(dir=path.resolve().parent, prefix=path.name)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(aside).chmod(path.stat().st_mode if path.exists() else 0o644)
    Path(aside).replace(path)
