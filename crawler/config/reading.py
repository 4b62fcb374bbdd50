"""A file -> settings, or every problem in it at once."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from crawler.config.keys import (
    ALSO_CALLED,
    BLOCKS,
    SECTIONS,
    NotifySettings,
    Section,
    Settings,
    SourceSettings,
)
from crawler.config.wrong import as_toml, shown, without_password
from crawler.errors import ConfigError

VARIABLE = "PRESSWATCH_CONFIG"
FILE = Path("config.toml")


def load(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of `path`, else of `VARIABLE` in `environ`, else of ``./config.toml``.

    Where none of the three is given or there, every default. Raises ConfigError with all problems at once.
    """
    named = path or Path((environ or {}).get(VARIABLE, ""))
    if named != Path():
        return parsed(read_text(named), named)
    here = Path.cwd() / FILE
    return parsed(read_text(here), here) if here.is_file() else Settings()


def read_text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_LIMIT_BYTES + 1)
        if len(data) > _LIMIT_BYTES:
            raise ConfigError(path, [f"it is larger than {_LIMIT_BYTES} bytes: is it the right file?"])
        return data.decode("utf-8-sig")  # editors on Windows put a byte order mark in front
    except OSError as error:
        raise ConfigError(path, [f"it cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise ConfigError(path, [f"it is not UTF-8 text: see byte {error.start}"]) from error


_LIMIT_BYTES = 16 * 1024**2


def parsed(text: str, path: Path) -> Settings:
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError: also a number of 5,000 digits
        raise ConfigError(path, [f"it is not TOML: {error}"]) from error
    wrong = [misplaced(name, value) for name, value in data.items() if name not in SECTIONS]
    sections: dict[str, Any] = {
        name: _section(model, data.get(name, {}), f"[{name}]", wrong)
        for name, model in SECTIONS.items()
        if name not in BLOCKS
    }
    watched = _blocks("sources", SourceSettings, data.get("sources", []), _problems_of_a_whole_source, wrong)
    channels = _blocks("notify", NotifySettings, data.get("notify", []), _problems_of_a_whole_channel, wrong)
    if wrong:
        raise ConfigError(path, wrong)
    watched += tuple(former for source in watched for former in source.before())
    return Settings(**sections, sources=watched, notify=channels, path=path, folder=path.absolute().parent)


_S = TypeVar("_S", bound=Section)
_WholeBlock = Callable[[object, str, set[str]], Iterator[str]]


def _section(model: type[_S], table: object, where: str, wrong: list[str]) -> _S | None:
    if not isinstance(table, dict):
        wrong.append(f"{where}: {shown(table)} was given; expected a section of keys")
        return None
    try:
        return model.model_validate(table)
    except ValidationError as error:
        wrong.extend(problem(model, details, where) for details in error.errors(include_url=False))
        return None


def _blocks(
    name: str, model: type[_S], tables: object, whole: _WholeBlock, wrong: list[str]
) -> tuple[_S, ...]:
    """The blocks [[name]]; `whole` says what no single key of one shows."""
    if not isinstance(tables, list):
        wrong.append(f"[{name}]: write [[{name}]], with two brackets, one block for each {_NOUNS[name]}")
        return ()
    found = []
    names: set[str] = set()
    for place, table in enumerate(tables, 1):
        where = _label(name, table, place)
        found.append(_section(model, table, where, wrong))
        wrong.extend(whole(table, where, names))
    return tuple(block for block in found if block is not None)


_NOUNS = {"sources": "source", "notify": "channel"}


def _label(block: str, table: object, place: int) -> str:
    name = table.get("name") if isinstance(table, dict) else None
    return f"[[{block}]] {shown(name)}" if name and isinstance(name, str) else f"[[{block}]] number {place}"


def _problems_of_a_whole_channel(table: object, where: str, names: set[str]) -> Iterator[str]:
    if not isinstance(table, dict):
        return
    name = table.get("name")
    if isinstance(name, str):
        if (known_as := folded(name)) in names:
            yield f"{where}: this name is given twice; every channel needs a name of its own"
        names.add(known_as)
    if bool(table.get("url")) == bool(table.get("url_env")):
        yield f"{where}: give either url or url_env, the environment variable that holds an address with a secret"
    if str(table.get("url", "")).startswith("http") and not table.get("secret_env"):
        yield (
            f"{where}: a webhook is signed; give secret_env, the environment variable that holds its secret, "
            'such as secret_env = "DESK_SECRET"'
        )


def _problems_of_a_whole_source(table: object, where: str, names: set[str]) -> Iterator[str]:
    """What no single key shows. Looks at the raw table, so that it is told beside the other problems."""
    if not isinstance(table, dict):
        return
    name = table.get("name")
    if isinstance(name, str):
        if (known_as := folded(name)) in names:
            yield f"{where}: this name is given twice; every source needs a name of its own"
        names.add(known_as)
    formerly = table.get("formerly")
    for former in filter(lambda one: isinstance(one, str), formerly if isinstance(formerly, list) else ()):
        if (known_as := folded(former)) in names:
            yield f"{where} formerly: {shown(former)} is the name of another source, or given twice"
        names.add(known_as)
    watches = any(table.get(key) for key in ("listings", "feeds", "sitemaps", "articles"))
    if (
        not watches and table.keys() <= SourceSettings.model_fields.keys()
    ):  # else: a misspelt key, told already
        yield (
            f"{where}: it watches nothing; give at least one of listings, feeds, sitemaps and articles, "
            'such as listings = ["https://news.example/latest/"]'
        )


def folded(name: str) -> str:
    return name.strip().casefold()


def problem(model: type[Section], details: ErrorDetails, where: str) -> str:
    key = str(details["loc"][0])
    if details["type"] == "extra_forbidden":
        return f"{where} {key}: unknown key; {_known(key, model.model_fields)}"
    about = model.model_fields[key]
    example = f"{key} = {as_toml((about.examples or [''])[0])}"
    if details["type"] == "missing":
        return f"{where}: {key} is missing; give {about.description}, such as {example}"
    given = "something else" if key in model.unspoken else shown(without_password(details["input"]))
    reason = details.get("ctx", {}).get("error")
    because = f" ({reason})" if isinstance(reason, ValueError) and str(reason) else ""
    return f"{where} {key}: {given} was given; expected {about.description}, such as {example}{because}"


def misplaced(name: str, value: object) -> str:
    if isinstance(value, (dict, list)):
        nearest = difflib.get_close_matches(name.lower(), SECTIONS, 1, 0.6)
        hint = f"did you mean {_heading(nearest[0])}?" if nearest else f"known are {', '.join(SECTIONS)}"
        return f"[{name}]: unknown section; {hint}"
    return f"{name}: unknown key outside of any section; {_known(name, ())}"


def _known(name: str, known: Collection[str]) -> str:
    """What to write for the unknown `name`: the nearest of `known`, its place elsewhere, or all of them."""
    other = ALSO_CALLED.get(name)
    nearest = [other] if other in known else difflib.get_close_matches(name.lower(), known, 1, 0.6)
    if nearest:
        return f"did you mean {nearest[0]}?"
    for section, model in SECTIONS.items():
        if name in model.model_fields:
            return f"did you mean {_heading(section)} {name}?"
    return f"known here are {', '.join(known)}" if known else f"keys stand below {_headings()}"


def _headings() -> str:
    return ", ".join(map(_heading, SECTIONS))


def _heading(section: str) -> str:
    return f"[[{section}]]" if section in BLOCKS else f"[{section}]"
