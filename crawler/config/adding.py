"""The one edit we make to config.toml: a source is added, and everything else stays as it is."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, InlineTable, Table

from crawler.config.reading import folded, parsed, read_text
from crawler.errors import ConfigError


def add_source(path: Path, name: str, key: str, addresses: Sequence[str], recipe: str | None = None) -> bool:
    """Add `addresses` to `key` (listings, feeds, sitemaps or articles) of source `name` in the file `path`.

    Gives back whether the source is new. Makes the file where there is none.
    Comments and formatting stay as they are. The file is replaced in one step, and only by one that can be
    read; raises ConfigError with what is wrong otherwise, and the file is as it was.
    """
    text = read_text(path) if path.exists() else ""
    parsed(text, path)  # a broken file is for its owner to mend, not for us to add to
    try:
        document = tomlkit.parse(text)
        is_new = _write_source(document, name, key, addresses, recipe)
        result = _like(text, tomlkit.dumps(document))
    except TOMLKitError as error:
        raise ConfigError(path, [f"it cannot be added to: {error}"]) from error
    parsed(result, path)
    if result != text:
        _replace(path, result)
    return is_new


def _write_source(
    document: tomlkit.TOMLDocument, name: str, key: str, addresses: Sequence[str], recipe: str | None
) -> bool:
    tables = document.get("sources")
    if tables is None:
        tables = tomlkit.aot()
        document["sources"] = tables
    table = next((each for each in tables if folded(each["name"]) == folded(name)), None)
    if table is None:
        new = _new_source(name, key, addresses, recipe, isinstance(tables, AoT))
        _append(tables, new, list(document)[-1])
        return True
    if recipe is not None and table.get("recipe") != recipe:
        _set(table, "recipe", recipe)
    _extend(table, key, addresses)
    return False


def _new_source(
    name: str, key: str, addresses: Sequence[str], recipe: str | None, is_block: bool
) -> Table | InlineTable:
    table: Table | InlineTable = tomlkit.table() if is_block else tomlkit.inline_table()
    table["name"] = name.strip()
    if recipe is not None:
        table["recipe"] = recipe
    table[key] = _array(list(dict.fromkeys(addresses)))
    return table


def _append(tables: Any, new: Table | InlineTable, last_section: str) -> None:
    if isinstance(new, Table):
        new.trivia.indent = "\n"  # a blank line above
        if tables and last_section != "sources":
            # What stands above the next section is about that one, so it goes below the new block.
            new.value.body.extend(_ending(tables[-1]))
    tables.append(new)


def _ending(table: Table) -> list[Any]:
    """The blank lines and comments that end the block, taken out of it."""
    body = table.value.body
    start = len(body)
    while start and body[start - 1][0] is None:
        start -= 1
    ending = body[start:]
    del body[start:]
    return ending


def _extend(table: Any, key: str, wanted: Sequence[str]) -> None:
    missing = [each for each in dict.fromkeys(wanted) if each not in table.get(key, ())]
    if not missing:
        return
    if key in table:
        table[key].extend(missing)
    else:
        _set(table, key, _array(missing))


def _set(table: Any, key: str, value: Any) -> None:
    """`table[key] = value`, with a new key above the blank lines and comments that end the block.

    Those belong to what follows: without this the key would stand below the next source's own comment.
    """
    is_new_key = isinstance(table, Table) and key not in table
    ending = _ending(table) if is_new_key else []
    table[key] = value
    if is_new_key:
        table.value.body.extend(ending)


def _array(addresses: Sequence[str]) -> Any:
    array = tomlkit.array()
    array.extend(addresses)
    return array.multiline(len(addresses) > 1)


def _like(before: str, after: str) -> str:
    """`after` with the line ends of `before`, and no blank lines around it that `before` has not."""
    after = after.rstrip("\r\n") + "\n"
    after = after if before else after.lstrip("\n")
    return after.replace("\r\n", "\n").replace("\n", "\r\n") if "\r\n" in before else after


def _replace(path: Path, text: str) -> None:
    real = path.resolve()  # a link to the file stays a link
    beside = real.with_name(f".{real.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(text.encode("utf-8"))
                file.flush()
                os.fsync(file.fileno())
            if real.exists():
                beside.chmod(real.stat().st_mode & 0o7777)
            beside.replace(real)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigError(path, [f"it cannot be written: {error.strerror}"]) from error
