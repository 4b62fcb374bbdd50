"""The demo: the main job in a minute, on a press site of our own, checked against the site's script.

Seeds, six dated passes over HTTP through the real fetcher, the change log report, and the check that every
scripted event is in the log and nothing else is. The site and what it must give: `crawler.demo_site`.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import tomlkit

from crawler import config, desk, seed, wiring
from crawler.bearings import Bearings
from crawler.config import Settings
from crawler.demo_site.captures import notices
from crawler.demo_site.expectation import Expectation, expected
from crawler.demo_site.notices import NAME_STRUCK, NOTICES
from crawler.demo_site.server import DemoSite
from crawler.demo_site.story import LAST_DAY, SCRIPT, TIME_ZONE, Script, date_of, pass_time
from crawler.errors import UsageError
from crawler.report import Report, render
from storage.records import Change
from storage.store import Filter, Store

SEEDS = Path(__file__).parent.parent / "seeds"

_CONFIG = "config.toml"
_REPORT = "report.html"
_NOTICES = "port-office-notices-of-today.jsonl"
_SHOWN_SINCE = -10  # the first day that the report shows
_KINDS = ("new", "changed", "duplicate", "moved", "removed", "restored")


async def run(
    folder: Path,
    *,
    script: Script = SCRIPT,
    told: Script | None = None,
    seeds: Path = SEEDS,
    say: Callable[[str], None] = print,
) -> int:
    """Live through the demo in `folder`. Gives back the exit status: 0 if the log is what the script says.

    The site follows `script`; the log is checked against `told`, by default the same.
    """
    begun = time.monotonic()
    _clear(folder)
    async with DemoSite(script) as site:
        settings = _configure(folder, site)
        with wiring.store(settings) as store:
            await _seed(settings, store, seeds, say)
            for day in range(1, LAST_DAY + 1):
                if day == LAST_DAY:
                    await _take_notices(folder, settings, store, say)
                await _live(day, site, settings, store, say)
            html = _report(store, folder, say)
            problems = mismatches(expected(told or script), list(store.changes(Filter())), store)
            problems += _missed_meaning(store)
    say(f"The HTML report lies in {html}")
    say(f"Read on: {_command()} --config {folder / _CONFIG} report --kind changed")
    seconds = time.monotonic() - begun
    if problems:
        say(f"THE DEMO FAILED: {len(problems)} differences from its script:")
        for problem in problems:
            say(f"  {problem}")
        return 1
    rows = len(list(expected(told or script)))
    say(f"Checked: all {rows} scripted rows are in the log, and nothing else. Took {seconds:.0f} s.")
    return 0


def mismatches(wanted: Sequence[Expectation], log: Sequence[Change], store: Store) -> list[str]:
    """How the log differs from what the script says, a line a difference; empty where it does not."""
    stories = {one.path: one.story for one in wanted if one.path}
    expected_rows = Counter(_expected_row(one) for one in wanted)
    found_rows = Counter(_found_row(change, wanted, stories, store) for change in log)
    missing = [f"missing:  {_in_words(row)}" for row in (expected_rows - found_rows).elements()]
    surplus = [f"unscripted: {_in_words(row)}" for row in (found_rows - expected_rows).elements()]
    return missing + surplus


def _missed_meaning(store: Store) -> list[str]:
    """What the changes mean together, where it is not what the notices were made for: one campaign."""
    bearings = Bearings(store)
    found = [(c.term, len(c.change_ids)) for c in bearings.campaigns]
    wanted = [(NAME_STRUCK, len(NOTICES))]
    return [] if found == wanted else [f"campaigns: {found} instead of {wanted}"]


Row = tuple[str, ...]


def _expected_row(one: Expectation) -> Row:
    return (
        one.at.isoformat(),
        one.subject,
        one.kind,
        one.source,
        one.headline or "",
        one.path or "",
        ",".join(one.fields) if one.fields is not None and one.kind == "changed" else "",
        "reverts" if one.reverts else "",
        f"of {one.of}" if one.of else "",
        {True: "exact", False: "near", None: ""}[one.is_exact],
    )


def _found_row(change: Change, wanted: Sequence[Expectation], stories: dict[str, str], store: Store) -> Row:
    """A change in the words of an expectation. What the script leaves open is left out of both."""
    path = urlsplit(change.url).path if change.url else ""
    key = (change.detected_at, change.subject.value, change.kind.value, path)
    twin = next((w for w in wanted if (w.at, w.subject, w.kind, w.path or "") == key), None)
    has_fields = change.kind.value == "changed" and (twin is None or twin.fields is not None)
    has_degree = change.kind.value == "duplicate" and (twin is None or twin.is_exact is not None)
    return (
        change.detected_at.isoformat(),
        change.subject.value,
        change.kind.value,
        change.source,
        change.headline or "",
        path,
        ",".join(change.fields) if has_fields else "",
        "reverts" if change.reverts_to else "",
        f"of {_story_of(change, stories, store)}" if change.of else "",
        ("exact" if change.similarity == 1 else "near") if has_degree else "",
    )


def _story_of(change: Change, stories: dict[str, str], store: Store) -> str:
    """The name of the story whose item this change names as the older one."""
    state = store.item_state(change.of or "")
    paths = [urlsplit(address.url).path for address in state.addresses] if state else []
    return next((stories[path] for path in paths if path in stories), "an unscripted item")


def _in_words(row: Row) -> str:
    return "  ".join(part for part in row if part)


# ---------------------------------------------------------------- the story


def _clear(folder: Path) -> None:
    """An empty place for this run. Raises UsageError rather than touch a folder that is not the demo's."""
    if folder.exists() and any(folder.iterdir()) and not (folder / "demo.db").exists():
        raise UsageError(f"{folder} is not empty and not a demo's: name another folder with --folder")
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("demo.db", "demo.db-wal", "demo.db-shm", _CONFIG, _REPORT, _NOTICES):
        (folder / name).unlink(missing_ok=True)


def _configure(folder: Path, site: DemoSite) -> Settings:
    """The demo's config.toml: kept, so that its store can be read afterwards."""
    sources = [
        {
            "name": name,
            "recipe": "kcnawatch",
            "listings": [url],
            "time_zone": TIME_ZONE,
            "date_order": "DMY",
            "language": "en",
        }
        for name, url in site.listing_urls.items()
    ]
    document = {
        "storage": {"url": "sqlite:///demo.db", "evidence": "evidence"},
        "seeds": {"paths": []},
        "fetch": {
            "user_agent": "presswatch-demo",
            "contact": "demo@localhost",
            "delay_seconds": 0.0,
            "allow_private_addresses": True,  # the site stands on loopback
        },
        "report": {"time_zone": TIME_ZONE},
        "sources": sources,
    }
    path = folder / _CONFIG
    path.write_text(tomlkit.dumps(document), "utf-8")
    return config.load(path)


async def _seed(settings: Settings, store: Store, seeds: Path, say: Callable[[str], None]) -> None:
    sources = config.sources(settings)
    async with wiring.parsers(settings) as parse:
        summary = await seed.seed(
            store,
            [seeds],
            parse=parse,
            source_of=seed.source_of(sources),
            key_of=wiring.key_of(sources),
        )
    say(f"Seeds   {summary.documents} documents: {_counted(summary.counts)}")


async def _take_notices(folder: Path, settings: Settings, store: Store, say: Callable[[str], None]) -> None:
    """The port office's notices of the last day, as somebody else's archive hands them on."""
    path = folder / _NOTICES
    path.write_text(notices([LAST_DAY]), "utf-8")
    sources = config.sources(settings)
    async with wiring.parsers(settings) as parse:
        summary = await seed.seed(
            store,
            [path],
            parse=parse,
            source_of=seed.source_of(sources),
            key_of=wiring.key_of(sources),
        )
    say(f"Import  {_NOTICES}: {_counted(summary.counts)}")


async def _live(
    day: int, site: DemoSite, settings: Settings, store: Store, say: Callable[[str], None]
) -> None:
    site.set_day(day)
    summary = await wiring.crawl(
        settings, store, wiring.evidence(settings), now=wiring.At(pass_time(day)), is_all=True
    )
    failed = f", {len(summary.failures)} failed" if summary.failures else ""
    say(f"Day {day}   {date_of(day)}  {summary.counts['pages']:>2} pages: {_counted(summary.counts)}{failed}")


def _command() -> str:
    """How this program is called from here: by its name, or by its path where that is not on PATH."""
    return "presswatch" if shutil.which("presswatch") else sys.argv[0]


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{counts[kind]} {kind}" for kind in _KINDS if counts[kind]) or "nothing changed"


def _report(store: Store, folder: Path, say: Callable[[str], None]) -> Path:
    """The change log on the screen, and as a page beside the store."""
    wanted = Filter(
        since=pass_time(_SHOWN_SINCE)
    )  # the archive's past year is in the store, not in the report

    def made() -> Report:
        return desk.report(
            store, wanted, title="Change log of the demo", made_at=pass_time(LAST_DAY), zone=TIME_ZONE
        )

    say("")
    for chunk in render(made(), "terminal"):
        say(chunk.removesuffix("\n"))
    path = folder / _REPORT
    with path.open("w", encoding="utf-8") as file:
        file.writelines(render(made(), "html"))
    return path.resolve()
