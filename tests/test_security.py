"""SECURITY.md says what the program does: its figures are those of the code."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler import parse
from crawler.config import Settings
from crawler.fetch import limits, rendering, robots

TEXT = " ".join((Path(__file__).parents[1] / "SECURITY.md").read_text("utf-8").split())
FETCH, CRAWL = Settings().fetch, Settings().crawl
MIB, COUNTED = limits.MIB, ("no", "one", "two")


@pytest.mark.parametrize(
    "said",
    [
        f"| redirects | {limits.REDIRECT_LIMIT} a page, {robots.ROBOTS_REDIRECT_LIMIT} for robots.txt |",
        f"| body on the wire | {limits.WIRE_LIMIT_BYTES // MIB} MiB |",
        f"| body decoded | {FETCH.limit_bytes // MIB} MiB, {COUNTED[limits.ENCODING_LIMIT]} content codings",
        f"| headers | {limits.HEADER_LIMIT_BYTES // 1024} KiB |",
        f"| address | {limits.URL_LIMIT_CHARACTERS:,} characters |",
        f"{FETCH.total_seconds:g} s; to connect {FETCH.connect_seconds:g} s, "
        f"between two pieces {FETCH.read_seconds:g} s, a name {limits.NAME_SECONDS:g} s",
        f"| robots.txt | {robots.ROBOTS_LIMIT_BYTES // 1024} KiB, a day",
        f"{CRAWL.parser_seconds:g} s and {CRAWL.parser_bytes // 1024**3} GiB in a process of its own",
        f"headline {parse._HEADLINE_LIMIT:,}, story {parse._ARTICLE_LIMIT:,} characters, "
        f"{parse._TEASER_LIMIT:,} teasers, {parse._ADDRESS_LIMIT:,} addresses",
        f"{rendering._MOST_REQUESTS} requests, GET alone",
    ],
)
def test_a_figure_is_that_of_the_code(said: str) -> None:
    assert said in TEXT
