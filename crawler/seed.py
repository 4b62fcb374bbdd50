"""Documents -> the store: what was known on day zero, or kept elsewhere. Recognised by content, not by name.

    text captures of a page    saved HTML    JSON lines of observations

`read_document` gives the observations of one file; `seed` takes in many, in order of time whatever the order
of the files. A broken document or line is named, with the reason, and the rest is taken.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections import Counter
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from configparser import ConfigParser
from configparser import Error as ConfigParserError
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from crawler import pipeline, urls
from crawler.compare.fingerprint import KeyOf, sight
from crawler.compare.observe import article_key
from crawler.errors import SeedError
from crawler.frontier import is_followed
from crawler.parse import Reading
from crawler.parse.snapshot import is_snapshot, read_snapshot
from storage.jsonl import from_json
from storage.records import (
    Article,
    Observation,
    Origin,
    Page,
    Sighting,
    Source,
    Target,
    TargetKind,
)
from storage.store import Store

LIMIT_BYTES = 256 * 1024 * 1024  # of one document, unpacked
BATCH = 500  # observations recorded in one transaction

Parse = Callable[[Page, Source, TargetKind | None], Awaitable[Reading]]
SourceOf = Callable[[str | None], Source]


@dataclass(frozen=True, slots=True)
class Taken:
    """One observation of a document, with what tells how far its source name is to be trusted."""

    observation: Observation
    origin: Origin


@dataclass(slots=True)
class Summary:
    """How seeding went: documents read, observations, changes by kind, and what was broken.

    `known`: how many of the observations the store held already.
    """

    documents: int = 0
    observations: int = 0
    known: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[SeedError] = field(default_factory=list)


async def seed(
    store: Store,
    paths: Sequence[Path],
    *,
    parse: Parse,
    source_of: SourceOf,
    key_of: KeyOf,
    url: str | None = None,
    apart_from: Collection[Path] = (),
    progress: Callable[[str], None] = lambda what: None,
) -> Summary:
    """Take the documents at `paths` (files, or folders read recursively) into the store.

    `apart_from`: absolute paths of what lies in those folders and is ours, such as the store itself.
    """
    summary = Summary()
    sightings: list[Sighting] = []
    for path in files(paths, summary.problems, apart_from):
        progress(str(path))
        try:
            taken, problems = await read_document(path, parse=parse, source_of=source_of, url=url)
        except SeedError as problem:
            summary.problems.append(problem)
            continue
        summary.problems += problems
        summary.documents += 1
        sightings += [_sighting(one, path) for one in taken]
    summary.observations = len(sightings)
    _take_all(store, sightings, key_of, summary, progress)
    return summary


def files(
    paths: Iterable[Path], problems: list[SeedError], apart_from: Collection[Path] = ()
) -> Iterator[Path]:
    """The documents at `paths`, folders walked in order of name; sidecars and hidden files are none."""
    for path in paths:
        if path.is_dir():
            for found in sorted(path.rglob("*")):
                is_hidden = any(part.startswith(".") for part in found.relative_to(path).parts)
                is_document = found.is_file() and not (is_hidden or found.is_symlink())
                if is_document and found.suffix != ".url" and not _is_in(found, apart_from):
                    yield found
        elif path.is_file():
            yield path
        else:
            reason = "is neither a file nor a folder" if path.exists() else "there is no such file or folder"
            problems.append(SeedError(str(path), None, reason))


def _is_in(path: Path, places: Collection[Path]) -> bool:
    return any(path.absolute().is_relative_to(place) for place in places)


async def read_document(
    path: Path, *, parse: Parse, source_of: SourceOf, url: str | None = None
) -> tuple[list[Taken], list[SeedError]]:
    """The observations of one document, and the lines of it that are broken.

    Raises SeedError where the document as a whole cannot be read.
    """
    body = read_bytes(path)
    name = str(path)
    start = body[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        raise SeedError(name, 1, "the document is empty")
    if start.startswith(b"{"):
        return read_lines(body, name)
    if start.startswith(b"<"):
        return [one async for one in _read_html(body, path, url, parse, source_of)], []
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if _has_objects(body):
            return read_lines(body, name)
        line = body[: error.start].count(b"\n") + 1
        raise SeedError(name, line, f"not UTF-8 text: {error.reason} at byte {error.start}") from error
    if not is_snapshot(text):
        if _has_objects(body):
            return read_lines(body, name)
        raise SeedError(name, 1, "neither a text capture of an article page, nor HTML, nor JSON lines")
    article, listing = read_snapshot(text, file=name)
    if url is not None:
        article = replace(article, url=url)
    listing = replace(listing, is_block=True)
    return [Taken(article, Origin.DOCUMENT), Taken(listing, Origin.DOCUMENT)], []


def read_bytes(path: Path) -> bytes:
    """The bytes of a document, unpacked if it is gzip. Raises SeedError."""
    try:
        with path.open("rb") as file:
            body = file.read(LIMIT_BYTES + 1)
        if body.startswith(b"\x1f\x8b"):
            with gzip.open(path) as packed:
                body = packed.read(LIMIT_BYTES + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise SeedError(str(path), 1, f"broken gzip: {error}") from error
    except OSError as error:
        raise SeedError(str(path), None, f"cannot be read: {error.strerror or error}") from error
    if len(body) > LIMIT_BYTES:
        raise SeedError(str(path), 1, f"is larger than {LIMIT_BYTES:,} bytes")
    return body


# ---------------------------------------------------------------- kinds of documents


def _has_objects(body: bytes) -> bool:
    """Whether these are JSON lines although the first of them is broken."""
    return any(line.lstrip().startswith(b'{"') for line in body.split(b"\n", 100)[:100])


def read_lines(body: bytes, name: str) -> tuple[list[Taken], list[SeedError]]:
    """The observations of a document of JSON lines, and the lines that are none."""
    taken, problems = [], []
    for number, line in enumerate(body.split(b"\n"), 1):
        if line.strip():
            try:
                observation = from_json(json.loads(line.decode("utf-8-sig")))
                _require_content(observation)
            except (ValueError, RecursionError) as error:
                problems.append(SeedError(name, number, f"not an observation: {_reason(error)}"))
            else:
                taken.append(Taken(observation, Origin.IMPORT))
    return taken, problems


def _require_content(observation: Observation) -> None:
    if isinstance(observation, Article) and not (observation.headline or observation.paragraphs):
        raise ValueError("an article needs a headline or paragraphs")


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at column {error.colno}"
    return str(error)


async def _read_html(
    body: bytes, path: Path, url: str | None, parse: Parse, source_of: SourceOf
) -> AsyncIterator[Taken]:
    reading = await read_html(body, url or sidecar_url(path), source_of, parse)
    if reading.obstacle is not None:
        raise SeedError(str(path), 1, reading.obstacle)
    if reading.article is None and not (reading.listing and reading.listing.teasers):
        raise SeedError(str(path), 1, "neither an article nor teasers found on the saved page")
    if reading.article is not None:
        yield Taken(named(reading.article), Origin.DOCUMENT)
    if reading.listing is not None and reading.listing.teasers:
        listing = replace(reading.listing, is_block=reading.article is not None)
        yield Taken(named(listing), Origin.DOCUMENT)


async def read_html(
    body: bytes, url: str | None, source_of: SourceOf, parse: Parse, kind: TargetKind | None = None
) -> Reading:
    """What a saved page says. Without `url` it has the address that it calls its own.

    `captured_at` is the day that the page prints as that of the visit; None where it prints none.
    """
    page = Page(url or "", url or "", 200, (("content-type", "text/html"),), body, None)
    reading = await parse(page, source_of(url), kind)
    own = next((seen.url for seen in (reading.article, reading.listing) if seen is not None), None)
    if url is None and own is not None and source_of(own).name:
        return await read_html(body, own, source_of, parse, kind)  # now as a page of its source
    return reading


def named(observation: Observation) -> Observation:
    """With the source that the page prints, or its host, where the configuration names none."""
    if observation.source:
        return observation
    label = getattr(observation, "source_line", None)
    return replace(observation, source=label or urls.host(observation.url or "") or "unknown")


def source_of(sources: Sequence[Source]) -> SourceOf:
    """Which source a saved page belongs to: the given one on its site, else one without a name yet."""

    def find(url: str | None) -> Source:
        return next((s for s in sources if url and is_followed(url, s)), Source(""))

    return find


def sidecar_url(path: Path) -> str | None:
    """The address in the `.url` file beside a saved page: a bare line, or an Internet shortcut."""
    for sidecar in (path.with_name(path.name + ".url"), path.with_suffix(".url")):
        if sidecar.is_file():
            text = sidecar.read_text("utf-8-sig", "replace")[:10_000]
            if "[internetshortcut]" in text.lower():
                shortcut = ConfigParser(interpolation=None, strict=False)
                try:
                    shortcut.read_string(text)
                    text = shortcut.get("InternetShortcut", "URL", fallback="")
                except ConfigParserError as error:
                    raise SeedError(str(sidecar), 1, f"broken Internet shortcut: {error}") from error
            address = urls.absolute("", text.strip().split("\n")[0].strip())
            if address is None:
                raise SeedError(str(sidecar), 1, "holds no web address")
            return address
    return None


# ---------------------------------------------------------------- into the store


def _sighting(taken: Taken, path: Path) -> Sighting:
    observation = taken.observation
    if observation.captured_at is None:
        modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        observation = replace(observation, captured_at=modified)
    return sight(observation, taken.origin)


def _take_all(
    store: Store,
    sightings: list[Sighting],
    key_of: KeyOf,
    summary: Summary,
    progress: Callable[[str], None],
) -> None:
    """Record in order of time; what stands in one document keeps its order there."""
    ordered = sorted(sightings, key=lambda s: s.at)
    taken = 0
    for batch in _batches(ordered):
        targets = _targets(store, batch, key_of)
        verdict = pipeline.take(store, batch, key_of, finish=lambda _, found=targets: pipeline.Ending(found))  # type: ignore[misc]
        summary.known += len(batch) - len(verdict.sightings)
        summary.counts.update(change.kind.value for change in verdict.brought())
        summary.counts["unchanged"] += verdict.unchanged
        taken += len(batch)
        progress(f"{taken:,} of {len(ordered):,} observations")


def _batches(ordered: list[Sighting]) -> Iterator[list[Sighting]]:
    """`ordered` in batches of about BATCH; what was captured at one instant stays together."""
    batch: list[Sighting] = []
    for sighting in ordered:
        if len(batch) >= BATCH and sighting.at != batch[-1].at:
            yield batch
            batch = []
        batch.append(sighting)
    if batch:
        yield batch


def _targets(store: Store, batch: Sequence[Sighting], key_of: KeyOf) -> list[Target]:
    """The articles whose addresses we learn here: a crawl of their source will visit them."""
    found: Mapping[str, Target] = {
        key: Target(key, url, s.observation.source, TargetKind.ARTICLE)
        for s in batch
        if isinstance(s.observation, Article) and (url := s.observation.url)
        for key in [article_key(key_of(url, s.observation.source))]
    }
    known = store.targets(list(found))
    return [target for key, target in found.items() if key not in known]
