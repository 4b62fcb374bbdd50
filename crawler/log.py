"""Logs: one line a visit, aligned on a terminal, a JSON object otherwise.

What lives here: how a line looks. What must not: what is worth one; that is for who logs. INFO is what an
operator reads daily, WARNING means look, ERROR means that data is missing. Facts go along as
``extra={"facts": {...}}``. Never a body, a cookie or a key. Text of strangers cannot break a line or act on a
terminal: control characters are shown as what they are.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

NAME = "presswatch"
_LONGEST = 2_000  # characters of one value
_COLOURS = {"WARNING": "33", "ERROR": "31", "CRITICAL": "31"}


def configure(stream: TextIO, *, level: str = "INFO", colour: bool = False) -> None:
    """Send what the program logs to `stream`, from `level` on."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Pretty(colour) if stream.isatty() else _Json())
    own = logging.getLogger(NAME)
    own.handlers[:] = [handler]
    own.setLevel(level)
    own.propagate = False
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": _at(record).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "from": record.name.removeprefix(f"{NAME}."),
            "message": _short(record.getMessage()).strip(),
            **{key: _short(value) for key, value in _facts(record).items()},
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)[-10_000:]
        return json.dumps(line, ensure_ascii=True, default=str)


class _Pretty(logging.Formatter):
    def __init__(self, colour: bool) -> None:
        super().__init__()
        self._colour = colour

    def format(self, record: logging.LogRecord) -> str:
        said = _short(record.getMessage())
        facts = "  ".join(str(_short(value)) for value in _facts(record).values() if value not in (None, ""))
        mark = "" if record.levelno <= logging.INFO else f"{record.levelname.lower()}: "
        line = _inert(f"{_at(record).astimezone():%H:%M:%S}  {mark}{said}{'  ' if facts else ''}{facts}")
        if self._colour and record.levelname in _COLOURS:
            line = f"\x1b[{_COLOURS[record.levelname]}m{line}\x1b[0m"
        if record.exc_info:
            trace = self.formatException(record.exc_info).split("\n")
            line = "\n".join([line, *map(_inert, trace)])
        return line


def _at(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def _facts(record: logging.LogRecord) -> Mapping[str, Any]:
    return getattr(record, "facts", None) or {}


def _short(value: Any) -> Any:
    return value[:_LONGEST] if isinstance(value, str) else value


def _inert(line: str) -> str:
    """`line` without anything that a terminal would obey."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in line)
