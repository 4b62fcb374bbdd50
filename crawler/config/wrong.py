"""Saying what is wrong with a value or a key, and what to write instead."""

from __future__ import annotations

import difflib
import json
from collections.abc import Collection
from typing import Any


def did_you_mean(name: str, known: Collection[str], form: str = "{}") -> str:
    by_folded = {each.casefold(): each for each in sorted(known)}
    nearest = difflib.get_close_matches(name[:100].casefold().replace(" ", "_"), by_folded, 1, 0.7)
    return f"did you mean {form.format(by_folded[nearest[0]])}?" if nearest else ""


def as_toml(value: object) -> str:
    """`value` as config.toml would write it; JSON and TOML agree on strings, numbers, booleans and lists."""
    return json.dumps(value, ensure_ascii=False, default=str)


def shown(value: object) -> str:
    text = as_toml(value)
    return text if len(text) <= 120 else f"{text[:117]}..."


def without_password(value: Any) -> Any:
    if not isinstance(value, str) or "://" not in value:
        return value
    scheme, _, rest = value.partition("://")
    user, at, host = rest.rpartition("@")
    name, colon, _ = user.partition(":")
    return f"{scheme}://{name}{':***' if colon else ''}{at}{host}"
