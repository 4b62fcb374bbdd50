"""The command line: what a person types, handed on. Every import that costs time is inside its command."""

from __future__ import annotations

import sys

from crawler.cli import taking, watching, reading, notifying, bench, recipes, replaying, settings, keeping  # isort: skip  (the order of `--help`)
from crawler.cli.program import EXIT_FAILED, EXIT_USAGE, app, drop_output, open_streams, say

__all__ = [
    "app",
    "bench",
    "keeping",
    "main",
    "notifying",
    "reading",
    "recipes",
    "replaying",
    "settings",
    "taking",
    "watching",
]


def main() -> None:
    """The command `presswatch`: errors are told in a sentence, with the exit status that fits."""
    from crawler.errors import ConfigError, PresswatchError, UsageError
    from storage.errors import StoreError

    open_streams()
    try:
        app()
    except (ConfigError, UsageError) as error:
        say(f"presswatch: {error}")
        sys.exit(EXIT_USAGE)
    except (PresswatchError, StoreError) as error:
        say(f"presswatch: {error}")
        sys.exit(EXIT_FAILED)
    except OSError as error:
        drop_output()
        say(f"presswatch: {error.filename or 'the output'}: {error.strerror or error}")
        sys.exit(EXIT_FAILED)
