"""How weighty a change is to a reviewer, 0 to 100, and why. Pure.

    points of an edit = what it touches x how rare that is at this source x where it stands

Of several edits the heaviest counts whole and each further one less and less, so that more edits never weigh
less, and many small ones never outweigh one grave one by their number alone. An edit made in silence, and
one that takes back another, add to that. What must not live here: which kinds an edit has (`kinds`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crawler.compare.kinds import Edit, Kind

_POINTS = {  # of an edit of that kind which is neither rare nor common
    Kind.CLAIM_REMOVED: 46,
    Kind.CERTAINTY: 46,
    Kind.PERSON: 42,
    Kind.NUMBER: 42,
    Kind.QUOTATION: 42,
    Kind.ORGANISATION: 36,
    Kind.PLACE: 36,
    Kind.TITLE: 34,
    Kind.ATTRIBUTION: 34,
    Kind.CLAIM_ADDED: 30,
    Kind.DATE: 28,
    Kind.CORRECTION: 26,
    Kind.WORDING: 14,
    Kind.ORDER: 6,
    Kind.FORM: 2,
}
_PLACES = {"headline": 1.35, "lead": 1.2, "byline": 0.9, "excerpt": 0.9, "published": 1.1, "modified": 0.2}
_SECOND_KIND = 0.25  # of its points that each further kind of one edit adds
_FURTHER_EDIT = 0.5  # of the one before that the next edit counts
_MOST_EDITS = 50  # that are added up
_SILENT = 8
_REVERTS = 6
_UNKNOWN = 0.5
_SMOOTHING = 10.0  # changes after which a source's own habits count for half


@dataclass(frozen=True, slots=True)
class Part:
    """Something that adds to the weight: how many points, and why, in words."""

    points: float
    reason: str


@dataclass(frozen=True, slots=True)
class Weight:
    value: int
    parts: tuple[Part, ...]  # the heaviest first


def weight(
    found: Sequence[Edit],
    rarity: Mapping[Kind, float],
    *,
    is_stealth: bool = False,
    reverts: bool = False,
) -> Weight:
    """The weight of a change made of the edits `found`. `rarity`: 0 for every day, 1 for never before."""
    heaviest = sorted((_part(edit, rarity) for edit in found), key=lambda part: -part.points)[:_MOST_EDITS]
    parts = [Part(round(p.points * _FURTHER_EDIT**i, 1), p.reason) for i, p in enumerate(heaviest)]
    is_grave = bool(parts) and parts[0].points > _POINTS[Kind.FORM] * 2
    if is_stealth and is_grave:
        parts.append(Part(_SILENT, "in silence: neither a notice nor the shown date tells of it"))
    if reverts and parts:
        parts.append(Part(_REVERTS, "takes back an earlier edit"))
    kept = tuple(part for part in parts if part.points >= 0.5)
    return Weight(min(100, round(sum(part.points for part in parts))), kept)


def rarities(counts: Mapping[Kind, int], changes: int) -> dict[Kind, float]:
    """How rare each kind is among a source's earlier `changes`: 1 - its share, drawn to 1/2 while they are few."""
    return {
        kind: (changes - counts.get(kind, 0) + _UNKNOWN * _SMOOTHING) / (changes + _SMOOTHING)
        for kind in _POINTS
    }


def _part(edit: Edit, rarity: Mapping[Kind, float]) -> Part:
    kinds = [kind for kind in edit.kinds if kind in _POINTS]
    points = sorted(
        (_POINTS[kind] * (0.75 + 0.5 * rarity.get(kind, _UNKNOWN)) for kind in kinds), reverse=True
    )
    whole = (points[0] if points else 0) + _SECOND_KIND * sum(points[1:])
    place = f" in the {edit.where}" if edit.where in _PLACES else ""
    rare = [kind for kind in kinds if rarity.get(kind, _UNKNOWN) >= 0.9]
    reason = f"{', '.join(kind.value.replace('_', ' ') for kind in kinds) or 'edit'}{place}"
    if rare:
        reason += f"; {rare[0].value.replace('_', ' ')} is rare at this source"
    return Part(whole * _PLACES.get(edit.where, 1.0), reason)
