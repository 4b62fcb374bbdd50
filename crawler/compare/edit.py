"""The nouns of an edit: what kind it was, where it stands, and the words that show it.

What lives here: the names of the kinds, and an edit with its evidence. What must not: how a kind is told (`kinds`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    NUMBER = "number"
    DATE = "date"
    PERSON = "person"
    ORGANISATION = "organisation"
    PLACE = "place"
    TITLE = "title"
    QUOTATION = "quotation"
    ATTRIBUTION = "attribution"
    CERTAINTY = "certainty"
    CLAIM_ADDED = "claim_added"
    CLAIM_REMOVED = "claim_removed"
    CORRECTION = "correction"
    ORDER = "order"
    FORM = "form"
    WORDING = "wording"
    HEADLINE = "headline"
    BYLINE = "byline"
    LEAD = "lead"


PLACES = frozenset({Kind.HEADLINE, Kind.BYLINE, Kind.LEAD})


@dataclass(frozen=True, slots=True)
class Evidence:
    """The words that show a kind: what was mentioned before, what is mentioned now."""

    kind: Kind
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Edit:
    """What was done to one sentence, or to a few that were merged or split.

    `where`: headline, byline, lead, body, excerpt, published, modified or date. `old` and `new`: the sentences;
    None where they came or went whole.
    """

    where: str
    old: str | None
    new: str | None
    kinds: tuple[Kind, ...]
    evidence: tuple[Evidence, ...] = ()
