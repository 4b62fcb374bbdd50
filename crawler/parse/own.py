"""A user's own recipes: TOML files in a folder, one a site. Read once, at start.

What lives here: the form of such a file, and what is wrong with one. What must not: recipes that need a
function; those are Python, in `sites/`.

A file has the fields of `Recipe` that are data, under their names; `name` is the file's own where it is left out:

    hosts = ["sorrel-courier.example"]
    key = '/story/(\\d+)'          one group
    rows = "ul.latest > li"
    headline = "h1"
    body = "div.story-text"
    date_order = "DMY"
    [[layouts]]                    an older or newer layout: what differs, and since when
    since = 2024-03-01
    body = "main"
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from crawler.config.wrong import did_you_mean
from crawler.errors import ConfigError
from crawler.parse.recipe import ARTICLE_SELECTORS, ROW_SELECTORS, Recipe
from storage.records import DateOrder

SELECTORS = (*ARTICLE_SELECTORS, "rows", *ROW_SELECTORS, "walls", "volatile")
_LISTS = ("hosts", "wall_paths")
_EXPRESSIONS = ("key", "marks")
FIELDS = ("name", "since", "date_order", *_LISTS, *_EXPRESSIONS, *SELECTORS)
_LARGEST = 1_000_000  # bytes of a recipe


def read_folder(folder: Path) -> tuple[Recipe, ...]:
    """Every layout of every recipe in the `*.toml` files of `folder`; none where there is no such folder.

    Raises ConfigError for the first file that is no recipe, with all that is wrong with it.
    """
    found: list[Recipe] = []
    for path in sorted(folder.glob("*.toml")):
        if path.stat().st_size > _LARGEST:
            raise ConfigError(path, [f"a recipe has at most {_LARGEST:,} bytes"])
        try:
            said = path.read_text("utf-8")
        except UnicodeDecodeError as error:
            raise ConfigError(path, [f"not UTF-8 text: {error}"]) from error
        try:
            found += read_recipe(said, path.stem)
        except ValueError as error:
            raise ConfigError(path, str(error).split("\n")) from error
    return tuple(found)


def read_recipe(said: str, name: str) -> list[Recipe]:
    """The layouts in one file. Raises ValueError with one line a problem.

    >>> read_recipe('hosts = ["a.example"]\\nbody = "main"', "a")[0].body
    'main'
    """
    told = tomllib.loads(said)
    layouts = told.pop("layouts", [])
    if not isinstance(layouts, list) or not all(isinstance(each, dict) for each in layouts):
        raise ValueError("layouts: write each as a block [[layouts]]")
    problems: list[str] = []
    first = _layout(Recipe(name), told, problems)
    found = [first, *(_layout(first, each, problems, "layouts ") for each in layouts)]
    if not problems and not first.body and not first.rows and not layouts:
        problems.append("neither body nor rows: it would find nothing")
    if problems:
        raise ValueError("\n".join(problems))
    return found


def _layout(start: Recipe, told: dict[str, Any], problems: list[str], where: str = "") -> Recipe:
    values: dict[str, Any] = {}
    for field, value in told.items():
        try:
            values[field] = _value(field, value)
        except ValueError as error:
            problems.append(f"{where}{field}: {error}")
    return replace(start, **values)


def _value(field: str, value: Any) -> Any:
    if field not in FIELDS:
        raise ValueError(f"no such key; {did_you_mean(field, FIELDS) or 'there are ' + ', '.join(FIELDS)}")
    if field == "since":
        if type(value) is not date:
            raise ValueError("write a day, such as 2024-03-01, without quotes")
        return value
    if field in _LISTS:
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise ValueError('write a list of texts, such as ["news.example"]')
        return tuple(value)
    if not isinstance(value, str):
        raise ValueError("write a text, in quotes")
    if field in _EXPRESSIONS:
        return _expression(field, value)
    if field == "date_order":
        return _date_order(value)
    return _selector(value) if field in SELECTORS else value


def _expression(field: str, value: str) -> re.Pattern[str]:
    try:
        found = re.compile(value)
    except re.error as error:
        raise ValueError(f"{value!r} is no regular expression: {error}") from error
    if field == "key" and found.groups != 1:
        raise ValueError(f"{value!r} has {found.groups} groups; one is needed, round what is permanent")
    return found


def _date_order(value: str) -> DateOrder:
    try:
        return DateOrder(value.upper())
    except ValueError as error:
        known = ", ".join(f'"{each.value}"' for each in DateOrder)
        raise ValueError(f"{value!r} is no order of dates; there are {known}") from error


def _selector(value: str) -> str:
    if not is_selector(value):
        raise ValueError(f"{value!r} is no CSS selector")
    return value


def is_selector(value: str) -> bool:
    """Whether `value` is CSS that can be searched for; "" is, for finding nothing."""
    try:
        if value:
            LexborHTMLParser("<p></p>").css(value)
    except (SelectolaxError, ValueError):
        return False
    return True
