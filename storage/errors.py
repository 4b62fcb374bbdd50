"""What a store can refuse, as a small tree.

StoreError                 carries a message that says what to do
├── StoreTooNew            made by a newer presswatch: upgrade the program, not the store
├── StoreTooOld            needs `presswatch db upgrade`
├── Conflict               somebody recorded about the same items meanwhile: recall and decide again
└── NotFound               no item, change or snapshot has this id
"""

from __future__ import annotations


class StoreError(Exception):
    """Base of the tree."""


class StoreTooNew(StoreError):
    """The store's schema revision is unknown to this version of presswatch."""


class StoreTooOld(StoreError):
    """The store lacks migrations that this version of presswatch needs."""


class Conflict(StoreError):
    """Something newer about the same items was recorded between recall and record."""


class NotFound(StoreError):
    """No such item, change or snapshot."""
