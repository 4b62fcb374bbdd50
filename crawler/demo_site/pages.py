"""What each address of a paper answers on a day: HTML in KCNA Watch's shape, robots.txt, redirects. Pure.

Around an unedited story the page is another every day: the volatile header, weather, visitor counter,
advertisement, 'most read' and the 'More From' block. Listings carry none of that, so that a listing on
which nothing happened is the same bytes, and can be answered with 304.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from crawler.demo_site.story import Script, date_of
from crawler.demo_site.world import LISTING_PATHS, Copy, Edition, edition

HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"

ROBOTS = """User-agent: *
Disallow: /members/
Disallow: /counter/
"""

_WEATHER = (
    "fog until noon",
    "a fresh breeze from the west",
    "showers, then sun",
    "calm and clear",
    "drizzle",
)
_ADVERTISEMENTS = (
    "Oilskins mended while you wait, Eel Lane 4",
    "Fresh crab daily at the Blue Bollard",
    "Learn the concertina by post",
    "Second-hand anchors, all sizes",
)


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body, and for a redirect where to. `location` is a path on the same site."""

    status: int
    body: bytes
    content_type: str = HTML
    location: str | None = None


@dataclass(frozen=True, slots=True)
class Furniture:
    """What stands around a story and has nothing to do with it. Another every day, on every page."""

    weather: str
    degrees: int
    visitors: int
    advertisement: str
    most_read: tuple[Copy, ...]


@lru_cache(maxsize=512)
def answer(script: Script, source: str, day: int, path: str) -> Answer:
    """What the site of `source` says at `path` on `day`; 404 where nothing is."""
    world = _world(script, day)
    if path == "/robots.txt":
        return Answer(200, ROBOTS.encode(), TEXT)
    if path == "/":
        return Answer(302, b"", location=LISTING_PATHS[source])
    if path == LISTING_PATHS[source]:
        return _listing(world, source)
    copy = _copy_at(world, source, path)
    if copy is None or copy.is_gone:
        return Answer(404, _render("missing.html", source=source))
    if path != copy.path:
        return Answer(301, b"", location=copy.path)
    return _article(world, copy)


@lru_cache(maxsize=32)
def _world(script: Script, day: int) -> Edition:
    return edition(script, day)


def _copy_at(world: Edition, source: str, path: str) -> Copy | None:
    of_source = (copy for copy in world.copies.values() if copy.source == source)
    return next((copy for copy in of_source if path in (copy.path, *copy.old_paths)), None)


def _listing(world: Edition, source: str) -> Answer:
    return Answer(200, _render("listing.html", source=source, teasers=world.listing(source)))


def _article(world: Edition, copy: Copy) -> Answer:
    body = _render(
        "article.html",
        source=copy.source,
        copy=copy,
        original=_original(world, copy),
        today=date_of(world.day),
        furniture=_furniture(world, copy),
        teasers=world.block(copy),
        listing=LISTING_PATHS[copy.source],
    )
    return Answer(200, body)


def _original(world: Edition, copy: Copy) -> str:
    """Where the page says its original is: for a copy the other paper's own page, else somewhere else."""
    first = world.copies.get(copy.original or "")
    if first is None:
        return f"https://{copy.source.lower().replace(' ', '-')}.example/{copy.number}"
    return site_of(first.source) + first.path


def site_of(source: str) -> str:
    """What stands for the address of a paper's site, which is not known before it is served."""
    return f"http://{source.lower().replace(' ', '-')}.invalid"


def _furniture(world: Edition, copy: Copy) -> Furniture:
    day = world.day
    others = world.newest(copy.source, 9, apart_from=copy)
    turned = day % (len(others) or 1)
    return Furniture(
        weather=_WEATHER[day % len(_WEATHER)],
        degrees=4 + day * 7 % 9,
        visitors=48_211 + day * 1_307 + copy.number * 13,
        advertisement=_ADVERTISEMENTS[(day + copy.number) % len(_ADVERTISEMENTS)],
        most_read=(others[turned:] + others[:turned])[:3],
    )


def _render(template: str, **values: object) -> bytes:
    return _templates().get_template(template).render(**values).encode()


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
