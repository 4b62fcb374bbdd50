"""The workbench for recipe authors, and what adding sources needs: files and addresses in, values out."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import urlsplit

from crawler import config, seed, simulate, urls
from crawler.compare import diff, similar
from crawler.compare.fingerprint import KeyOf, exact
from crawler.compare.observe import article_key
from crawler.config import Settings
from crawler.discovery import Looked
from crawler.errors import SeedError, UsageError
from crawler.parse import sites
from crawler.revisit.keeper import Promise
from crawler.seed import Parse, source_of
from crawler.text import digest
from storage.jsonl import to_json
from storage.records import Article, Gone, Listing, Observation, Source, Target, TargetKind
from storage.store import Store

_FEEDS = ("/feed", "/rss", "/atom", ".rss", ".atom", "/feed.xml", "/rss.xml", "/atom.xml", "/index.xml")
_STORY = re.compile(r"[^/]*\d{4,}[^/]*|(?:[^/-]+-){3,}[^/-]+")  # a path's last part as of an article


def read_history(path: Path) -> tuple[list[Observation], list[SeedError]]:
    """The observations in a file of JSON lines (also .gz), and the lines that are none.

    Raises UsageError where the file holds no observation at all, SeedError where it cannot be read.
    """
    taken, problems = seed.read_lines(seed.read_bytes(path), str(path))
    if not taken:
        raise UsageError(
            f"{path} holds no observation in JSON lines: give what `presswatch export --observations` writes"
        )
    return [each.observation for each in taken], problems


class Bench:
    """Reads files as the parser does. `addresses` by file name; `url` for the one file."""

    def __init__(
        self,
        settings: Settings,
        wanted: str | None,
        recipe: str | None,
        addresses: Mapping[str, str],
        url: str | None,
    ) -> None:
        if recipe is not None and recipe != "generic" and sites.by_name(recipe) is None:
            raise UsageError(
                f"--recipe {recipe!r} is unknown; there are: generic, {', '.join(sites.names())}"
            )
        self.wanted = wanted
        self.recipe = recipe
        self.addresses = addresses
        self.url = url
        self._source_of = source_of(config.sources(settings))

    async def read(self, files: Iterable[Path], parse: Parse) -> AsyncIterator[dict[str, Any] | SeedError]:
        """One object an observation, in the order of the files; an error for a file that cannot be read."""
        for path in files:
            found: list[Observation] = []
            try:
                found, problems = await self._observations(path, parse)
            except SeedError as error:
                problems = [error]
            for problem in problems:
                yield problem
            if found or self.wanted is not None:
                for observation in self._as_wanted(found, path):
                    yield _line(observation, str(path))

    async def _observations(self, path: Path, parse: Parse) -> tuple[list[Observation], list[SeedError]]:
        body = seed.read_bytes(path)
        if not body[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            taken, problems = await seed.read_document(path, parse=parse, source_of=self._source_of)
            url = self._url(path)
            return [replace(one.observation, url=url or one.observation.url) for one in taken], problems  # type: ignore[arg-type]
        url = self._url(path) or seed.sidecar_url(path)
        kind = TargetKind(self.wanted) if self.wanted else None
        reading = await seed.read_html(body, url, self._source, parse, kind)
        if reading.obstacle is not None:
            raise SeedError(str(path), 1, reading.obstacle)
        found = (reading.article or reading.head, reading.listing)
        return [seed.named(one) for one in found if one is not None], []

    def _as_wanted(self, found: list[Observation], path: Path) -> list[Observation]:
        """`found`, or with --as exactly one observation of that kind, empty if there is none."""
        if self.wanted is None:
            return found
        kind = Article if self.wanted == "article" else Listing
        same = [one for one in found if isinstance(one, kind)]
        if len(same) > 1 and isinstance(same[0], Listing):
            teasers = tuple(t for one in same if isinstance(one, Listing) for t in one.teasers)
            return [replace(same[0], teasers=teasers)]
        url = self._url(path)
        empty = kind(self._source(url).name or urls.host(url or "") or "unknown", url, None)
        return [same[0] if same else empty]

    def _url(self, path: Path) -> str | None:
        return self.url or self.addresses.get(str(path)) or self.addresses.get(path.name)

    def _source(self, url: str | None) -> Source:
        source = self._source_of(url)
        return replace(source, recipe=self.recipe) if self.recipe else source


def read_addresses(path: Path) -> tuple[dict[str, str], list[str]]:
    """Addresses by file: a name as given where it holds a folder, else the base name; and what is wrong.

    A line whose address no page can have is told of, and its page goes without one: among thousands, one
    slip of the pen costs nobody the others. Raises UsageError where the file is not made of such lines.
    """
    found: dict[str, str] = {}
    problems: list[str] = []
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--urls {path}: cannot be read: {getattr(error, 'strerror', error)}") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                entry = json.loads(line)
                name, url = str(PurePath(entry["file"])), str(entry["url"])
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                raise UsageError(f'{path}:{number}: not a line {{"file": …, "url": …}}') from error
            try:
                found[name] = web_address(url)
            except UsageError as error:
                problems.append(f"{path}:{number}: {name} is read without an address: {error}")
    return found, problems


def web_address(text: str) -> str:
    """`text`, where it is an http(s) address that a page can have. Raises UsageError."""
    if not re.match(r"https?://", text, re.IGNORECASE) or urls.absolute("", text) is None:
        raise UsageError(f"{text[:200]!r} is no web address: write all of it, such as https://news.example/a")
    return text


def cluster(path: Path) -> Iterator[dict[str, str]]:
    """The label of every text in `path`, in its order: texts of one story share one. Raises UsageError."""
    texts = [(line["id"], line["text"]) for line in _json_lines(path, {"id": str, "text": str})]
    labels = similar.cluster(texts)
    for id_, _ in texts:
        yield {"id": id_, "label": labels[id_]}


def compare_pairs(path: Path) -> Iterator[dict[str, Any]]:
    """The alignment, tags and changed tokens of every pair in `path`. Raises UsageError."""
    for line in _json_lines(path, {"id": str, "old": list, "new": list}):
        yield {"id": line["id"], **diff.workbench(line["old"], line["new"])}


def _json_lines(path: Path, keys: Mapping[str, type]) -> Iterator[dict[str, Any]]:
    """The objects of a file of JSON lines, each with `keys` of these types. Raises UsageError."""
    try:
        text = seed.read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 text: {error}") from error
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                found = json.loads(line)
                if not all(isinstance(found[key], kind) for key, kind in keys.items()):
                    raise TypeError
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                names = ", ".join(f'"{key}"' for key in keys)
                raise UsageError(f"{path}:{number}: not an object with {names}") from error
            yield found


def as_text(line: Mapping[str, Any]) -> str:
    """An observation for a person."""
    head = [f"{line['file']}: {line['kind']} of {line['source']}  {line['url'] or ''}"]
    names = ("captured_at", "headline", "byline", "published", "modified")
    head += [f"  {name}: {line[name]}" for name in names if line.get(name)]
    body = [f"\n  {paragraph}" for paragraph in line.get("paragraphs", ())]
    teasers = [
        f"  {t['date'] or '':<10}  {t['headline'] or t['excerpt'] or ''}  {t['url'] or ''}"
        for t in line.get("teasers", ())
    ]
    return "\n".join(head + body + teasers) + "\n"


# ---------------------------------------------------------------- adding sources


def guess_kind(url: str, recipe: str | None) -> str:
    """What an address is likely to be, told by its shape alone: listing, feed, sitemap or article."""
    found = sites.for_url(url, recipe)
    if found is not None and sites.key_of(url, found.name) != urls.canonical(url):
        return "article"
    path = urlsplit(url).path.lower().rstrip("/")
    if "sitemap" in path and path.endswith((".xml", ".xml.gz")):
        return "sitemap"
    if path.endswith(_FEEDS):
        return "feed"
    return "article" if found is None and _STORY.fullmatch(path.rsplit("/", 1)[-1]) else "listing"


def source_name(settings: Settings, looked: Looked) -> str:
    """The name to give to a site that was looked at: its own, or that of its host where another site has it.

    A page claims what it likes; it must not put its addresses into somebody else's source.
    """
    of_name = (
        source for source in settings.sources if config.folded(source.name) == config.folded(looked.name)
    )
    hosts = {urls.host(address) for source in of_name for address in source.addresses}
    return looked.name if not hosts or urls.host(looked.url) in hosts else urls.host(looked.url)


@dataclass(slots=True)
class Imported:
    """How an import of addresses went."""

    added: int = 0
    known: int = 0
    problems: list[SeedError] = field(default_factory=list)


def import_addresses(store: Store, source: str, file: Path, key_of: KeyOf) -> Imported:
    """Make a target of every address in `file`; the next crawl of `source` visits them."""
    result = Imported()
    found: dict[str, Target] = {}
    for number, line in enumerate(seed.read_bytes(file).decode("utf-8-sig", "replace").splitlines(), 1):
        text = line.split(" #")[0].strip()
        if not text or text.startswith("#"):
            continue
        url = urls.absolute("", text)
        if url is None:
            result.problems.append(SeedError(str(file), number, f"{text[:100]!r} is no web address"))
            continue
        key = article_key(key_of(url, source))
        found.setdefault(key, Target(key, url, source, TargetKind.ARTICLE))
    known = store.targets(list(found))
    new = [target for key, target in found.items() if key not in known]
    store.put_targets(new)
    result.added, result.known = len(new), len(found) - len(new)
    return result


def _line(observation: Observation, file: str) -> dict[str, Any]:
    line = to_json(observation)
    match observation:
        case Article():
            line["fingerprint"] = exact(observation)
        case Listing():
            line["fingerprint"] = digest(*map(exact, observation.teasers))
        case Gone():
            line["fingerprint"] = digest(str(observation.status))
    return line | {"file": file}


# ---------------------------------------------------------------- simulations


def promise(notice_within: str, budget_per_day: int) -> Promise:
    """What the options of `presswatch simulate` promise. Raises UsageError."""
    try:
        hours = config.parse_duration(notice_within) / 3600
    except ValueError as error:
        raise UsageError(f"--notice-within: {error}") from error
    if not 1 / 60 <= hours <= 7 * 24:
        raise UsageError(f"--notice-within {notice_within!r} must be between 1m and 7d")
    return Promise(window=hours, requests_per_day=budget_per_day)


def made_up(preset: str, articles: int, seed: int) -> simulate.History:
    """The history of a made-up site. Raises UsageError for a preset that there is not."""
    if preset not in simulate.SITES:
        raise UsageError(f"--preset {preset!r} is unknown; there are: {', '.join(simulate.SITES)}")
    return simulate.synthetic(preset, articles, seed)


def histories(
    path: Path, observations: Sequence[Observation], seed: int, window: float
) -> list[simulate.History]:
    """A history a source. Raises UsageError where no article was captured twice."""
    found = simulate.recorded(observations, seed, window / 4)
    if not found:
        raise UsageError(f"{path}: no article in it was captured twice, so nothing is known of its edits")
    return found


def result_json(result: simulate.Result) -> dict[str, Any]:
    """One line of `presswatch simulate --jsonl`. Delays are null where no edit was seen."""
    return {
        "policy": result.policy,
        "requests_per_article": round(result.requests_per_article, 3),
        "seen_within": round(result.seen_within, 4),
        "median_delay_seconds": _whole(result.median_delay_seconds),
        "p95_delay_seconds": _whole(result.p95_delay_seconds),
        "seen": round(result.seen, 4),
        "requests_for_promise": None if result.needs is None else round(result.needs, 3),
        "follows_signals": result.follows,
    }


def _whole(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds)


def as_table(histories: Sequence[simulate.History], results: Sequence[simulate.Result]) -> Iterator[str]:
    """The same for people."""
    articles = sum(len(history.stories) for history in histories)
    edits = sum(history.edits for history in histories)
    yield f"{articles:,} articles, {edits:,} edits in the first week ({edits / articles:.2f} an article)"
    yield ""
    yield "            requests   noticed   median    95 % of      requests that"
    yield "policy    an article   in time    delay  them within  the promise takes"
    for result in results:
        needs = "never enough" if result.needs is None else f"{result.needs:.1f}"
        yield (
            f"{result.policy:<10}{result.requests_per_article:>10.1f}{result.seen_within:>10.1%}"
            f"{_delay(result.median_delay_seconds):>9}{_delay(result.p95_delay_seconds):>13}{needs:>19}"
        )
    yield ""
    yield "Delays are of the edits that a policy saw at all."
    if results[0].follows:
        yield "Ours follows what listings, feeds and sitemaps tell; looking at them is counted."


def _delay(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.1f} h"
