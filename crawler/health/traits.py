"""What one page gave, in figures. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

ARTICLES = "articles"  # the part that all article pages of a source are; a listing is one by its address
BLOCKS = "blocks"  # the part that the "More from" blocks on them are


@dataclass(frozen=True, slots=True)
class Traits:
    """`filled`: by field, the share of what the page shows that has it, 0 to 1; of an article 0 or 1.

    `found`: by selector of the recipe, whether it found anything. `count`: teasers, of a listing. `size`:
    letters of an article's text, None for a page on which no article was found.
    """

    part: str
    filled: Mapping[str, float] = field(default_factory=dict)
    found: Mapping[str, bool] = field(default_factory=dict)
    count: int | None = None
    size: int | None = None

    def without(self, selectors: Collection[str]) -> Traits:
        """The same, but nothing said of these selectors."""
        found = {name: is_found for name, is_found in self.found.items() if name not in selectors}
        return replace(self, found=found)
