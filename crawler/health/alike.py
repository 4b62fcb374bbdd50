"""Pages of one pass that have in common what each had of its own: one page at every address. Pure.

A login form, a consent wall or an error page comes with status 200 and an article's shape, whatever address
is asked for. Three addresses that say the same are enough where they said, or their links announced, three
different things; copies of one story are announced alike.
"""

from __future__ import annotations

_LEAST = 3
_UNANNOUNCED = 2  # addresses of which nothing is known that count as much as one of which something is


class Alike:
    """Told what each address says; tells which of them say one thing and had several to say."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, str], dict[str, str | None]] = {}

    def note(self, field: str, value: str, key: str, was: str | None) -> frozenset[str]:
        """The address `key` now has `value` for `field`; it had, or its link announced, `was`, another one.

        Gives back all addresses that are one page: those of this value, once there are enough of them.
        """
        group = self._groups.setdefault((field, value), {})
        group[key] = was
        told = {was for was in group.values() if was is not None}
        silent = sum(was is None for was in group.values())
        is_one = len(group) >= _LEAST and len(told) + silent // _UNANNOUNCED >= _LEAST
        return frozenset(group) if is_one else frozenset()
