"""config.toml, read once into frozen settings; every problem in it is told at once, with what to write.

    values, keys   what a value may be; the keys with their defaults and bounds
    reading        a file -> settings, or every problem in it at once; `wrong` words them
    meaning        what the settings mean for the rest of the program
    explaining     the sentences of `presswatch check`
    adding         the one edit we make to the file

What must not live here: anything that acts on a setting, a global settings object, knowledge of any recipe
(their names are passed in), secrets.

    file              --config PATH, else $PRESSWATCH_CONFIG, else ./config.toml, else every default
    unknown key       an error that names the nearest known one
    relative path     starts at the folder of config.toml (without a file: at the current folder); so does
                      sqlite:///store.db, while sqlite:////srv/store.db (four slashes) is absolute
    `every`           2s, 30m, 6h, 1d
    addresses         complete http(s) addresses without user name or password

Whoever adds a key here documents it in config.toml; tests/test_config.py fails otherwise.
"""

from __future__ import annotations

from crawler.config.adding import add_source
from crawler.config.explaining import explain, faults, missing_contact, problems, require_contact
from crawler.config.keys import SECTIONS, NotifySettings, Settings, SourceSettings
from crawler.config.meaning import (
    evidence_folder,
    own_paths,
    recipes_folder,
    seed_paths,
    sources,
    sources_needing_contact,
    store_file,
    store_url,
)
from crawler.config.reading import FILE, VARIABLE, folded, load
from crawler.config.values import format_duration, parse_duration

__all__ = [
    "FILE",
    "SECTIONS",
    "VARIABLE",
    "NotifySettings",
    "Settings",
    "SourceSettings",
    "add_source",
    "evidence_folder",
    "explain",
    "faults",
    "folded",
    "format_duration",
    "load",
    "missing_contact",
    "own_paths",
    "parse_duration",
    "problems",
    "recipes_folder",
    "require_contact",
    "seed_paths",
    "sources",
    "sources_needing_contact",
    "store_file",
    "store_url",
]
