"""Recipes: one file a site, nothing to register. See README.md for how to write one. Pure.

What lives here: finding the recipes in this folder, by name and by address. What must not: any recipe.
Each module of this folder has a `RECIPE`, or several layouts of one site as `RECIPES`.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache

from crawler import urls
from crawler.parse.recipe import Recipe


def by_name(name: str) -> Recipe | None:
    """The recipe of that name; None where there is none."""
    return next((recipe for recipe in _recipes() if recipe.name == name), None)


def names() -> tuple[str, ...]:
    """The name of every recipe, sorted."""
    return tuple(sorted({recipe.name for recipe in _recipes()}))


def for_url(url: str | None, name: str | None = None) -> Recipe | None:
    """The recipe to read the page at `url` with: by `name` where one is given, else by its host.

    None where the generic parser is to read it: no recipe knows the host, or `name` is no recipe's.
    """
    if name is not None:
        return by_name(name)
    host = urls.host(url) if url else ""
    return next((recipe for recipe in _recipes() if host in recipe.hosts), None) if host else None


def for_markup(html: str) -> Recipe | None:
    """The recipe by whose marks the page itself can be known; None where there is none."""
    return next((recipe for recipe in _recipes() if recipe.marks and recipe.marks.search(html)), None)


def key_of(url: str, recipe_name: str | None = None) -> str:
    """The identity of an article's address: by its permanent key where its recipe knows one.

    >>> key_of("https://kcnawatch.org/newstream/1396423980-1027/laws/space-development-law/")
    'kcnawatch.org/1396423980-1027'
    """
    canonical = urls.canonical(url)
    recipe = for_url(url, recipe_name)
    host, slash, path = canonical.partition("/")
    match = recipe.key.search(slash + path) if recipe and recipe.key else None
    return f"{host}/{match[1]}" if match else canonical


@lru_cache(maxsize=1)
def _recipes() -> tuple[Recipe, ...]:
    found: list[Recipe] = []
    for module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
        site = importlib.import_module(f"{__name__}.{module}")
        found += getattr(site, "RECIPES", None) or [site.RECIPE]
    return tuple(found)
