"""The original that a copy names: "Read original version at source", "Originally published at …". Pure.

What must not live here: whether copy and original still agree (`crawler.compare.elsewhere`).
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler import text, urls

_MOST_LINKS = 2_000
_LONGEST = 120  # characters of a link that can say so, and of what stands before it
_LINK = re.compile(
    r"\W{0,3}(?:read |see |view )?(?:the |this )?original (?:version|article|story|text|post|source)"
    r"(?: (?:here|(?:at|on|in|from|by) .*))?\W{0,3}",
    re.I,
)
_LEAD = re.compile(
    r"\b(?:first|originally) (?:published|appeared|posted) (?:at|by|in|on)(?: the)?\W{0,3}\Z", re.I
)
_SAYS_SO = ("riginal ", "riginally ", "irst publi", "irst appear", "irst posted")


def named_original(tree: LexborHTMLParser, markup: str, url: str) -> str | None:
    """The address that the page at `url` links to as its original; None where it names none, or itself.

    `markup`: the page's text, in which to see quickly that nothing is there to be found.
    """
    if not any(says_so in markup for says_so in _SAYS_SO):
        return None
    for link in tree.css("a[href]")[:_MOST_LINKS]:
        if _is_named(text.clean(link.text()[: 2 * _LONGEST]), link.prev):
            found = urls.absolute(url, link.attributes.get("href") or "")
            if found is not None and urls.canonical(found) != urls.canonical(url or found + "#"):
                return found
    return None


def _is_named(label: str, before: LexborNode | None) -> bool:
    """Whether the link says so itself, or what stands right before it ends in saying so."""
    if _LINK.fullmatch(label[:_LONGEST]):
        return True
    lead = text.clean(before.text(deep=True)[-_LONGEST:]) if isinstance(before, LexborNode) else ""
    return _LEAD.search(lead) is not None
