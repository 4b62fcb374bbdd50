"""Recipes: one file a site, nothing to register. See README.md for how to write one. Pure.

What lives here: finding the recipes in this folder, by name and by address. What must not: any recipe.
Each module of this folder has a `RECIPE`, or several layouts of one site as `RECIPES`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence
from functools import lru_cache

from crawler import urls
from crawler.parse.recipe import Recipe, key_in

_added: tuple[Recipe, ...] = ()  # a user's own: part of the installation, like the modules of this folder


def by_name(name: str) -> Recipe | None:
    """The recipe of that name; None where there is none."""
    return next((recipe for recipe in _recipes() if recipe.name == name), None)


def names() -> tuple[str, ...]:
    """The name of every recipe, sorted."""
    return tuple(sorted({recipe.name for recipe in _recipes()}))


def for_url(url: str | None, name: str | None = None) -> Recipe | None:
    """The recipe to read the page at `url` with: by `name` where one is given, else by its host.

    None where the generic parser is to read it: no recipe knows the host, the one that does is only used where
    it is asked for, or `name` is no recipe's.
    """
    if name is not None:
        return by_name(name)
    host = urls.host(url) if url else ""
    known = (recipe for recipe in _recipes() if host in recipe.hosts and not recipe.is_on_request)
    return next(known, None) if host else None


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
    host = urls.host(url)
    key = key_in(recipe, canonical.removeprefix(host)) if recipe else None
    return f"{host}/{key}" if key else canonical


def layouts(recipe: Recipe) -> tuple[Recipe, ...]:
    """Every layout of the site that `recipe` is a layout of, in the order written."""
    return tuple(each for each in _recipes() if each.name == recipe.name)


def add(recipes: Sequence[Recipe]) -> None:
    """Know these recipes, too, in place of those added before; they go before ours of the same name or host."""
    global _added
    _added = tuple(recipes)
    _recipes.cache_clear()


def added() -> tuple[Recipe, ...]:
    """The recipes that are no part of this folder."""
    return _added


@lru_cache(maxsize=1)
def _recipes() -> tuple[Recipe, ...]:
    """Every recipe, a user's own first: where one has the name of one of ours, ours is not there."""
    own = {recipe.name for recipe in _added}
    return (*_added, *(recipe for recipe in shipped() if recipe.name not in own))


@lru_cache(maxsize=1)
def shipped() -> tuple[Recipe, ...]:
    """The recipes of this folder."""
    found: list[Recipe] = []
    for module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
        site = importlib.import_module(f"{__name__}.{module}")
        found += getattr(site, "RECIPES", None) or [site.RECIPE]
    return tuple(found)
