"""Recipes on trial: what each reads from its fixtures, beside what it should read. Files in, differences out.

What lives here: finding fixtures, and comparing. What must not: reading a page; that is `crawler.parse`.

A fixture is a page and a JSON file of the same name, in a folder with the name of the recipe:

    sorrel/article.html     the page (also .xml), with texts of one's own in the site's markup
    sorrel/article.json     {"article": {…} or null, "listing": {…} or null, "obstacle": "…" or null,
                             "page": {"url": …, "captured_at": …, "as": "article"}}

What the JSON leaves out is not compared. `page` may be left out where the article or listing says as much.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawler import urls
from crawler.errors import UsageError
from crawler.parse import Reading, draft, read
from crawler.parse.body import open_body
from storage.jsonl import parse_time, to_json
from storage.records import Page, Source, TargetKind

_ENDINGS = (".html", ".htm", ".xml")


@dataclass(frozen=True, slots=True)
class Fixture:
    """A page, and where it stands what it should give."""

    recipe: str
    page: Path
    expected: Path


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of a fixture that was read otherwise than it should be, such as `article.paragraphs[2]`."""

    fixture: Fixture
    field: str
    expected: Any
    found: Any


def fixtures(folder: Path) -> Iterator[Fixture]:
    """The fixtures in `folder`, sorted: of the one recipe it is named after, or of one in each folder below."""
    for page in sorted(folder.glob("*")) + sorted(folder.glob("*/*")):
        expected = page.with_suffix(".json")
        if page.suffix in _ENDINGS and expected.is_file():
            yield Fixture(page.parent.name, page, expected)


def differences(fixture: Fixture) -> list[Difference]:
    """Where the recipe reads the page otherwise than it should. Raises UsageError for a broken fixture."""
    expected = _expected(fixture)
    found = as_json(reading(fixture, expected))
    wrong: list[Difference] = []
    for name in ("obstacle", "article", "listing"):
        if name in expected:
            _compare(fixture, name, expected[name], found[name], wrong)
    return wrong


def reading(fixture: Fixture, expected: Mapping[str, Any]) -> Reading:
    """What the recipe reads from the page of `fixture`."""
    return read(page_of(fixture, expected), _source(fixture, expected), _kind(fixture, expected))


def page_of(fixture: Fixture, expected: Mapping[str, Any]) -> Page:
    """The page of `fixture`, with the address and the time that its JSON file tells."""
    told = _told(expected)
    url = str(told.get("url") or "")
    try:
        at = parse_time(told["captured_at"]) if told.get("captured_at") else None
    except ValueError as error:
        raise UsageError(f"{fixture.expected}: captured_at: {error}") from error
    kind = "text/xml" if fixture.page.suffix == ".xml" else "text/html"
    headers = (("Content-Type", f"{kind}; charset=utf-8"),)
    return Page(url, url, 200, headers, fixture.page.read_bytes(), at)


def as_json(found: Reading) -> dict[str, Any]:
    """A reading as fixtures write it down."""
    return {
        "article": to_json(found.article) if found.article else None,
        "listing": to_json(found.listing) if found.listing else None,
        "obstacle": found.obstacle,
    }


def filled(readings: Iterable[Reading]) -> tuple[int, dict[str, int]]:
    """The number of pages, and on how many of them each field is there."""
    count = 0
    there: Counter[str] = Counter()
    for one in readings:
        count += 1
        there["obstacle"] += one.obstacle is not None
        there["article"] += one.article is not None
        there["listing"] += one.listing is not None
        for name in ("headline", "byline", "published", "modified"):
            there[name] += bool(one.article and getattr(one.article, name))
    return count, dict(there)


def write_draft(folder: Path, name: str, url: str, pages: Sequence[bytes]) -> dict[str, str]:
    """Write the draft of a recipe and its fixtures; gives the selectors. Raises UsageError, overwrites nothing."""
    file, shown = folder / f"{name}.toml", folder / name
    if file.exists() or shown.exists():
        raise UsageError(f"{file if file.exists() else shown} is there already; give another --name")
    said: dict[str, str] = {}
    readings = []
    for body in pages:
        page = Page(url, url, 200, (("Content-Type", "text/html"),), body, None)
        markup = open_body(page).text
        # A name that is no recipe's: what the generic parser finds is what we are after.
        readings.append((markup, read(page, Source(name, recipe="generic"))))
        said = draft.selectors(markup, url, readings[-1][1]) | said
    if not said:
        raise UsageError(f"{readings[0][1].obstacle or 'neither an article nor a listing found'}: {url}")
    shown.mkdir(parents=True)
    file.write_text(draft.as_toml(urls.host(url), said), "utf-8")
    for number, (markup, found) in enumerate(readings, 1):
        kind = "article" if found.article else "listing"
        stem = shown / f"{kind}{number if len(readings) > 1 else ''}"
        stem.with_suffix(".html").write_text(draft.without_words(markup), "utf-8")
        told = {"page": {"url": url, "as": kind, "source": name}, "obstacle": None}
        stem.with_suffix(".json").write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    return said


def as_table(wrong: Iterable[Difference]) -> Iterator[str]:
    """The differences for a person, fixture by fixture."""
    last = None
    for one in wrong:
        if one.fixture != last:
            yield f"{one.fixture.recipe}: {one.fixture.page}"
            last = one.fixture
        yield f"  {one.field}"
        yield f"    expected  {_shown(one.expected)}"
        yield f"    found     {_shown(one.found)}"


def _shown(value: Any) -> str:
    line = json.dumps(value, ensure_ascii=False)
    return line if len(line) <= 300 else f"{line[:299]}…"


# ---------------------------------------------------------------- what a fixture says


def _expected(fixture: Fixture) -> dict[str, Any]:
    try:
        found = json.loads(fixture.expected.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{fixture.expected}: not JSON: {error}") from error
    if not isinstance(found, dict) or not {"article", "listing", "obstacle"} & set(found):
        raise UsageError(f"{fixture.expected}: not an object with article, listing or obstacle")
    return found


def _told(expected: Mapping[str, Any]) -> dict[str, Any]:
    parts = (expected.get("listing"), expected.get("article"), expected.get("page"))
    told: dict[str, Any] = {}
    for part in parts:
        told |= {name: value for name, value in part.items() if value} if isinstance(part, dict) else {}
    return told


def _source(fixture: Fixture, expected: Mapping[str, Any]) -> Source:
    return Source(str(_told(expected).get("source") or fixture.recipe), recipe=fixture.recipe)


def _kind(fixture: Fixture, expected: Mapping[str, Any]) -> TargetKind | None:
    wanted = _told(expected).get("as")
    try:
        return TargetKind(wanted) if wanted else None
    except ValueError as error:
        raise UsageError(f"{fixture.expected}: as: {error}") from error


def _compare(fixture: Fixture, field: str, expected: Any, found: Any, wrong: list[Difference]) -> None:
    if isinstance(expected, dict) and isinstance(found, dict):
        for name in expected:
            _compare(fixture, f"{field}.{name}", expected[name], found.get(name), wrong)
    elif isinstance(expected, list) and isinstance(found, list):
        for number in range(max(len(expected), len(found))):
            wanted, got = (each[number] if number < len(each) else None for each in (expected, found))
            _compare(fixture, f"{field}[{number}]", wanted, got, wrong)
    elif expected != found:
        wrong.append(Difference(fixture, field, expected, found))
