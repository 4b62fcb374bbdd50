"""What can go wrong outside a visit, as a small tree. A failed *visit* is a value, `storage.records.Visit`.

PresswatchError            carries a message that says what to do
├── ConfigError            config.toml: unreadable, unknown key, wrong value
├── SeedError              a seed document or an observation line that cannot be read: names file and line
└── UsageError             a command was given something it cannot use
(the store's own tree, StoreError, is in storage/errors.py)
"""

from __future__ import annotations

from pathlib import Path


class PresswatchError(Exception):
    """Base of the tree. `str(error)` is one or more complete sentences for the person at the terminal."""


class ConfigError(PresswatchError):
    """The configuration cannot be used. `problems` holds one sentence a wrong key."""

    def __init__(self, path: Path | None, problems: list[str]) -> None:
        self.path = path
        self.problems = problems
        where = str(path) if path else "configuration"
        super().__init__("\n".join(f"{where}: {problem}" for problem in problems))


class SeedError(PresswatchError):
    """A seed document is broken; without a `line`, it is not there at all. The rest is still taken."""

    def __init__(self, file: str, line: int | None, reason: str) -> None:
        self.file = file
        self.line = line
        self.reason = reason
        super().__init__(f"{file}: {reason}" if line is None else f"{file}:{line}: {reason}")


class UsageError(PresswatchError):
    """A command was given something it cannot use."""
