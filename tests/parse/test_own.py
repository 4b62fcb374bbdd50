"""A user's own recipes: TOML in, layouts out; what is wrong is named."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from crawler.errors import ConfigError
from crawler.isolate import Parsers
from crawler.parse import Reading, own, sites
from storage.records import DateOrder, Page, Source, TargetKind

SORREL = """
hosts = ["sorrel-courier.example"]
key = '/story/(\\d+)'
headline = "h1"
body = "div.story-text"
date_order = "dmy"
[[layouts]]
since = 2024-03-01
body = "main"
"""


def test_a_file_gives_its_layouts() -> None:
    first, second = own.read_recipe(SORREL, "sorrel")
    assert (first.name, first.body, first.since, first.date_order) == (
        "sorrel",
        "div.story-text",
        None,
        DateOrder.DMY,
    )
    assert (second.name, second.body, second.since) == ("sorrel", "main", date(2024, 3, 1))


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ('bodi = "main"\nrows = "li"', "bodi: no such key; did you mean body?"),
        ('body = "div["', "body: 'div[' is no CSS selector"),
        ('body = "p"\nkey = "/story"', "key: '/story' has 0 groups; one is needed, round what is permanent"),
        ('body = "p"\nhosts = "a.example"', 'hosts: write a list of texts, such as ["news.example"]'),
        ('body = "p"\nsince = "2024"', "since: write a day, such as 2024-03-01, without quotes"),
        ('headline = "h1"', "neither body nor rows: it would find nothing"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(said: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / "sorrel.toml").write_text(said)
    with pytest.raises(ConfigError) as caught:
        own.read_folder(tmp_path)
    assert caught.value.problems == [problem]
    assert caught.value.path == tmp_path / "sorrel.toml"


def test_a_file_that_is_no_toml_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "sorrel.toml").write_text("body = ")
    with pytest.raises(ConfigError):
        own.read_folder(tmp_path)


def test_the_parsing_processes_know_the_recipes_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "sorrel.toml").write_text(SORREL)
    url = "https://sorrel-courier.example/story/7"
    markup = b"<h1>Kites</h1><div class=story-text><p>They flew.</p></div><p>Nobody's words.</p>"
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    page = Page(url, url, 200, headers, markup, datetime(2023, 1, 1, tzinfo=UTC))

    async def read() -> object:
        async with Parsers(count=1, recipes=tmp_path) as parsers:
            return await parsers.read(page, Source("Sorrel"), TargetKind.ARTICLE)

    reading = asyncio.run(read())
    assert isinstance(reading, Reading)
    assert reading.article is not None
    assert reading.article.paragraphs == ("They flew.",)
    assert sites.for_url(url) is None
