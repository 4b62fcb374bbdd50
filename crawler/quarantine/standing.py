"""How a source stands, from what is kept of its health: for whoever shows it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from storage.records import LOOKED, Outcome


class State(StrEnum):
    OK = "ok"
    QUARANTINED = "quarantined"
    BLOCKED = "blocked"
    FAILING = "failing"
    UNSEEN = "not looked at yet"


@dataclass(frozen=True, slots=True)
class Standing:
    """`last_read`: when a page of it was last read, RFC 3339. `reasons` say why it is not well, or in doubt."""

    state: State
    last_read: str | None = None
    since: str | None = None
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def standing(kept: Mapping[str, Any] | None) -> Standing:
    """How the source stands whose health was kept as `kept`; None: nothing is."""
    if not kept:
        return Standing(State.UNSEEN)
    last_read, quarantined = kept.get("last_read"), kept.get("quarantined", {})
    warnings = tuple(_texts(kept.get("warnings", {})))
    if quarantined:
        since = min(one["since"] for one in quarantined.values())
        return Standing(State.QUARANTINED, last_read, since, tuple(_texts(quarantined)), warnings)
    counts, trouble = kept.get("last_pass", {}), kept.get("trouble", "")
    state = State.OK
    if not any(counts.get(outcome) for outcome in LOOKED):
        state = State.BLOCKED if counts.get(Outcome.BLOCKED) else State.FAILING
    reasons = (trouble,) if trouble and state is not State.OK else ()
    return Standing(state, last_read, None, reasons, warnings)


def _texts(noted: Mapping[str, Any]) -> list[str]:
    """What is wrong, each with the part that it is about."""
    return [f"{part}: {text}" for part, one in noted.items() for text in one["diagnoses"]]
