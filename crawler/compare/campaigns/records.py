"""What goes into the search for campaigns, and what comes out of it: a change's terms, and a campaign.

What must not live here: any rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Kind = Literal["removed", "added", "replaced", "removals"]
Way = Literal["removed", "added", "replaced", "removals", "copied"]
Key = str | tuple[str, str]  # a term in comparing form, or what was replaced by what; "" any removal


@dataclass(frozen=True, slots=True)
class Delta:
    """One change of an item, with the terms it touched as `terms.term_changes` names them.

    Of a removal (`is_removal`: the article is gone), `removed` may hold the terms of the text that is gone.
    `edit_id` is the same for changes that made the very same edit, the sentence or line around it included;
    None where that is not known.
    """

    change_id: str
    item_id: str
    source: str
    at: datetime
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    replaced: tuple[tuple[str, str], ...] = ()
    is_removal: bool = False
    edit_id: str | None = None


@dataclass(frozen=True, slots=True)
class Campaign:
    """Many changes as one event.

    `term` is None for removals of articles that have no term in common. `expected` articles in the window that
    tells it best; `p_value` of that window, `q_value` after correction; `test` names both. `id` depends on the
    source and the first change alone, and on the terms only where two campaigns have that change in common: it
    stays while further changes join, though they may tell better what it is about.
    """

    id: str
    source: str
    kind: Kind
    term: str | None
    replacement: str | None
    first_at: datetime
    last_at: datetime
    change_ids: tuple[str, ...]  # in order of time
    items: tuple[str, ...]  # their items, each once
    expected: float
    p_value: float
    q_value: float
    test: str
    also: tuple[str, ...] = ()
