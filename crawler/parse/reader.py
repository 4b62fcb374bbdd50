"""Which reader read a page: a version of all that the reading of a page follows from, beside the page. Pure.

Two readings of one page by readers of one version are alike. A version is a digest of this package's own files, of
the normaliser's version, of the recipes that a user added, and of what the source's settings say about its dates.
So nobody has to remember to raise it; a version that changes without a need costs one page read again.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from crawler import text
from crawler.parse import sites
from storage.records import Source

_LENGTH = 16  # hexadecimal digits


def version(source: Source) -> str:
    """The version of what reads a page of `source` today."""
    settings = (source.recipe, source.time_zone, source.date_order, source.language)
    return _version(sites.added(), *(str(each) for each in settings))


@lru_cache(maxsize=4096)
def _version(added: tuple[object, ...], *settings: str) -> str:
    recipes = (re.sub(r" at 0x[0-9a-f]+", "", repr(recipe)) for recipe in added)
    return text.digest(_package(), str(text.VERSION), *recipes, *settings)[:_LENGTH]


@lru_cache(maxsize=1)
def _package() -> str:
    """A digest of the files that a reading follows from."""
    folder = Path(__file__).parent
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    own = [path for path in files if "__pycache__" not in path.parts]
    texts = [part for path in own for part in (path.name, path.read_text("utf-8"))]
    return text.digest(*texts, (folder.parent / "text.py").read_text("utf-8"))
