"""The keys of config.toml with their defaults and bounds, as frozen settings.

Whoever adds a key here documents it in config.toml; tests/test_config.py fails otherwise.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from crawler.config.values import (
    Address,
    FilePath,
    Host,
    TimeZone,
    contact_address,
    cron_line,
    digest_times,
    header,
    hours_open,
    interval,
    listening,
    outlet,
    path_pattern,
    source_name,
    span,
    store_address,
    variable,
    window,
)


def number(default: float, unit: str, low: float, high: float) -> Any:
    kind = "a whole number" if isinstance(default, int) else "a number"
    expected = f"{kind} of {unit} from {low} to {high}"
    return Field(default, ge=low, le=high, description=expected, examples=[default])


def value(default: Any, expected: str, example: Any = None) -> Any:
    shown = default if example is None else example
    # Lists arrive as lists and are kept as tuples: the one conversion that strict mode must let through.
    strict = False if isinstance(default, tuple) else None
    return Field(default, strict=strict, description=expected, examples=[shown])


class Section(BaseModel):
    # Strict, so that "8" is no number and 1 is no boolean: what is meant must be what is written.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)
    unspoken: ClassVar[frozenset[str]] = frozenset()  # keys whose wrong values may be secrets: never repeated


class StorageSettings(Section):
    url: Annotated[str, AfterValidator(store_address)] = Field(
        default="sqlite:///presswatch.db",
        description="sqlite:///FILE or postgresql+psycopg://USER@HOST/DATABASE",
        examples=["sqlite:///presswatch.db"],
        repr=False,  # somebody's URL holds a password, and settings get printed
    )
    evidence: FilePath = value("presswatch-evidence", "the path of a folder")


class SeedSettings(Section):
    paths: tuple[FilePath, ...] = value(("seeds",), "a list of files or folders")


class FetchSettings(Section):
    user_agent: Annotated[str, AfterValidator(header)] = value("presswatch/0.1", "a name and version")
    contact: Annotated[str, AfterValidator(contact_address)] = value(
        "", "an e-mail address or web page where we can be reached", "desk@news.example"
    )
    delay_seconds: float = number(2.0, "seconds", 0, 86400)
    concurrency: int = number(8, "requests", 1, 256)
    per_host: int = number(2, "requests", 1, 64)
    connect_seconds: float = number(10.0, "seconds", 0.1, 300)
    read_seconds: float = number(20.0, "seconds", 0.1, 600)
    total_seconds: float = number(60.0, "seconds", 0.1, 3600)
    limit_bytes: int = number(20 * 1024**2, "bytes", 1024, 1024**3)
    allow_private_addresses: bool = value(False, "true or false")


class BrowserSettings(Section):
    executable: str = value("", "the path of Chromium, or nothing", "/usr/bin/chromium")
    sandbox: bool = value(True, "true or false")
    settle_seconds: float = number(5.0, "seconds", 0.5, 60)
    pages: int = number(2, "pages", 1, 16)


class CrawlSettings(Section):
    parser_processes: int = number(2, "processes", 1, 64)
    parser_seconds: float = number(2.0, "seconds", 0.1, 60)
    parser_bytes: int = number(1024**3, "bytes", 64 * 1024**2, 64 * 1024**3)
    max_new_per_host: int = number(20_000, "addresses", 1, 100_000_000)
    batch_pages: int = number(64, "pages", 1, 4096)
    verify_moves: bool = value(True, "true or false")
    notice_within: Annotated[str, AfterValidator(window)] = value("1h", "a duration from 1m to 7d")
    max_interval: Annotated[str, AfterValidator(interval)] = value("30d", "a duration from 1s to 366d")


class ParseSettings(Section):
    recipes: FilePath = value("recipes", "the path of a folder")


class DaemonSettings(Section):
    listen: Annotated[str, AfterValidator(listening)] = value(
        "127.0.0.1:9477", "an address and a port, or nothing", "127.0.0.1:9477"
    )
    hosts: tuple[Host, ...] = value((), "a list of host names", ["presswatch.internal"])
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = value(
        "INFO", '"DEBUG", "INFO", "WARNING" or "ERROR"'
    )


class RetentionSettings(Section):
    evidence_days: int = number(0, "days", 0, 36_500)
    visits_days: int = number(0, "days", 0, 36_500)


class ReportSettings(Section):
    time_zone: TimeZone = value("UTC", "the IANA name of a time zone", "Europe/London")


# As `crawler.compare.kinds.Kind` has them, which stands above this.
# fmt: off
EditKind = Literal[
    "number", "date", "person", "organisation", "place", "title", "quotation", "attribution", "certainty",
    "claim_added", "claim_removed", "correction", "order", "form", "wording", "headline", "byline", "lead",
]
# fmt: on


class NotifySettings(Section):
    unspoken = frozenset({"url", "url_env", "secret_env"})

    name: Annotated[str, AfterValidator(source_name)] = Field(
        description="the name of the channel", examples=["desk"]
    )
    url: Annotated[str, AfterValidator(outlet)] | None = value(
        None, "an address without a secret in it", "https://desk.example/hook"
    )
    url_env: Annotated[str, AfterValidator(variable)] | None = value(
        None, "the name of an environment variable", "DESK_URL"
    )
    secret_env: Annotated[str, AfterValidator(variable)] | None = value(
        None, "the name of an environment variable", "DESK_SECRET"
    )
    sources: tuple[str, ...] = value((), "a list of names of sources", ["Pyongyang Times"])
    kinds: tuple[Literal["new", "changed", "duplicate", "moved", "removed", "restored"], ...] = value(
        (), "a list of kinds of change", ["changed", "removed"]
    )
    edits: tuple[EditKind, ...] = value((), "a list of kinds of edit", ["number", "person"])
    min_weight: int = number(0, "points", 0, 100)
    keywords: tuple[str, ...] = value((), "a list of words or phrases", ["harvest"])
    digest: Annotated[str, AfterValidator(digest_times)] = value(
        "", 'nothing, "daily 08:00" or "every 6h"', "daily 08:00"
    )
    time_zone: TimeZone = value("UTC", "the IANA name of a time zone", "Europe/London")
    max_items: int = number(50, "changes", 1, 1000)
    enabled: bool = value(True, "true or false")


_ADDRESSES = "a list of complete http(s) addresses"


class SourceSettings(Section):
    name: Annotated[str, AfterValidator(source_name)] = Field(
        description="the name under which the source is reported", examples=["Pyongyang Times"]
    )
    formerly: tuple[Annotated[str, AfterValidator(source_name)], ...] = value(
        (), "a list of names that the source had", ["Pyongyang News"]
    )
    recipe: str | None = value(None, "the name of a recipe", "kcnawatch")
    listings: tuple[Address, ...] = value((), _ADDRESSES, ["https://news.example/latest/"])
    feeds: tuple[Address, ...] = value((), _ADDRESSES, ["https://news.example/feed/"])
    sitemaps: tuple[Address, ...] = value((), _ADDRESSES, ["https://news.example/sitemap.xml"])
    articles: tuple[Address, ...] = value((), _ADDRESSES, ["https://news.example/2026/bridge/"])
    hosts: tuple[Host, ...] = value((), "a list of host names", ["www.news.example"])
    articles_like: tuple[Annotated[str, AfterValidator(path_pattern)], ...] = value(
        (), "a list of paths, with * where anything may stand", ["/2026/*"]
    )
    time_zone: TimeZone = value("UTC", "the IANA name of a time zone", "Asia/Seoul")
    date_order: Literal["DMY", "MDY", "YMD"] | None = value(None, '"DMY", "MDY" or "YMD"', "DMY")
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")] | None = value(
        None, "a language tag", "en"
    )
    every: Annotated[str, AfterValidator(interval)] = value("30m", "a duration from 1s to 366d", "6h")
    cron: Annotated[str, AfterValidator(cron_line)] | None = value(
        None, "minute, hour, day, month and weekday, as in a crontab", "15 6,18 * * mon-fri"
    )
    jitter: Annotated[str, AfterValidator(span)] | None = value(None, "a duration up to 1d", "2m")
    open_hours: Annotated[str, AfterValidator(hours_open)] | None = value(
        None, "days and hours", "weekdays 06:00-22:00"
    )
    quiet_hours: Annotated[str, AfterValidator(hours_open)] | None = value(
        None, "hours, or days and hours", "01:00-05:00"
    )
    notice_within: Annotated[str, AfterValidator(window)] | None = value(
        None, "a duration from 1m to 7d", "30m"
    )
    budget_per_day: int = number(0, "requests", 0, 10_000_000)
    render: bool = value(False, "true or false")
    enabled: bool = value(True, "true or false")

    @field_validator("cron")
    @classmethod
    def _one_rhythm(cls, cron: str | None, info: ValidationInfo) -> str | None:
        if (
            cron is not None
            and "every" in info.data
            and info.data["every"] != cls.model_fields["every"].default
        ):
            raise ValueError("give every or cron, not both")
        return cron

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address it watches; none of what goes on under a former name."""
        return self.listings + self.feeds + self.sitemaps + self.articles

    def before(self) -> tuple[SourceSettings, ...]:
        """The source under each of its former names: the articles known by that name are watched as before.

        What is recorded keeps the name it was recorded under, for good. Nothing new is followed under that name.
        """
        nothing = dict.fromkeys(("formerly", "listings", "feeds", "sitemaps", "articles", "hosts"), ())
        return tuple(self.model_copy(update={**nothing, "name": name}) for name in self.formerly)


class Settings(BaseModel):
    """All of config.toml. `path` is None where no file was read; `folder` is where relative paths start."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    storage: StorageSettings = StorageSettings()
    seeds: SeedSettings = SeedSettings()
    fetch: FetchSettings = FetchSettings()
    browser: BrowserSettings = BrowserSettings()
    crawl: CrawlSettings = CrawlSettings()
    parse: ParseSettings = ParseSettings()
    daemon: DaemonSettings = DaemonSettings()
    report: ReportSettings = ReportSettings()
    retention: RetentionSettings = RetentionSettings()
    sources: tuple[SourceSettings, ...] = ()
    notify: tuple[NotifySettings, ...] = ()
    path: Path | None = None
    folder: Path = Field(default_factory=Path.cwd)


SECTIONS: dict[str, type[Section]] = {
    "storage": StorageSettings,
    "seeds": SeedSettings,
    "fetch": FetchSettings,
    "browser": BrowserSettings,
    "crawl": CrawlSettings,
    "parse": ParseSettings,
    "daemon": DaemonSettings,
    "report": ReportSettings,
    "retention": RetentionSettings,
    "sources": SourceSettings,
    "notify": NotifySettings,
}
BLOCKS = ("sources", "notify")  # these are written [[name]], one block for each

# What people call a key who know it from other programs, where spelling alone would not lead there.
ALSO_CALLED = {
    "delay": "delay_seconds",
    "crontab": "cron",
    "disabled": "enabled",
    "email": "contact",
    "frequency": "every",
    "interval": "every",
    "parser": "recipe",
    "pattern": "articles_like",
    "javascript": "render",
    "quiet": "quiet_hours",
    "rss": "feeds",
    "schedule": "cron",
    "timeout": "total_seconds",
    "timezone": "time_zone",
    "tz": "time_zone",
    "url": "listings",
    "window": "open_hours",
}
