"""What all commands share: the program itself, its options, and how it speaks on a screen."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from crawler.config import Settings

EXIT_FAILED = 1  # something that was asked for could not be done
EXIT_USAGE = 2  # wrong usage or configuration
EXIT_INTERRUPTED = 130


class Commands(TyperGroup):
    """The commands, for which it is no failure that a reader has seen enough (`| head -1`)."""

    def invoke(self, ctx: Any) -> Any:
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except BrokenPipeError:
            drop_output()
            raise typer.Exit from None


app = typer.Typer(
    name="presswatch",
    cls=Commands,
    help="""Watches the press: what is new, changed, duplicate, moved, removed or restored, with the evidence.

    Example: presswatch demo
    """,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Jsonl = Annotated[bool, typer.Option("--jsonl", help="One JSON object a line.")]
Output = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to FILE instead of the screen.")
]
Since = Annotated[
    str | None, typer.Option(metavar="TIME", help="From a date, a time, or so long ago: 24h, 7d.")
]
Until = Annotated[str | None, typer.Option(metavar="TIME", help="Up to a time; a date is included.")]
SourceNames = Annotated[
    list[str] | None, typer.Option(metavar="NAME", help="Name of a source; may be repeated.")
]
Zone = Annotated[
    str | None, typer.Option(metavar="ZONE", help="Time zone to show times in. Default: [report].")
]


def _show_version(is_wanted: bool) -> None:
    if is_wanted:
        from importlib.metadata import version

        print(f"presswatch {version('presswatch')}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH", help="Configuration file. Default: $PRESSWATCH_CONFIG, else ./config.toml."
        ),
    ] = None,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    context.obj = config


def settings_of(context: typer.Context) -> Settings:
    from crawler.config import load

    settings = load(context.obj, os.environ)
    _know_recipes(settings)
    return settings


def _know_recipes(settings: Settings) -> None:
    """Read a user's own recipes, where there are any."""
    from crawler import config

    folder = config.recipes_folder(settings)
    if folder.is_dir():
        from crawler.parse import own, sites

        sites.add(own.read_folder(folder))


# ---------------------------------------------------------------- on the screen


def config_path(context: typer.Context) -> Path:
    from crawler import config

    return context.obj or Path(os.environ.get(config.VARIABLE) or config.FILE)


@contextmanager
def opened(settings: Settings) -> Iterator[Any]:
    """The store, to be read. Says so where there was none: perhaps this is not the folder that was meant."""
    from crawler import config, wiring

    file = config.store_file(settings)
    if file is not None and not file.exists():
        say(f"presswatch: there was no store at {file}: `presswatch seed` and `presswatch crawl` fill it")
    with wiring.store(settings) as store:
        yield store


def zone_name(name: str) -> str:
    from zoneinfo import available_timezones

    from crawler.errors import UsageError

    if name not in available_timezones():
        raise UsageError(f"--zone {name!r} is no time zone: give one such as Asia/Seoul")
    return name


def screen_size(output: Path | None) -> tuple[int, bool]:
    """Columns and whether colour is wanted: a file and a pipe get 80 columns, plain."""
    import shutil

    if output is not None or not sys.stdout.isatty():
        return 80, False
    return min(shutil.get_terminal_size().columns, 120), "NO_COLOR" not in os.environ


def write(chunks: Iterable[str], output: Path | None) -> None:
    if output is None:
        for chunk in chunks:
            sys.stdout.write(chunk)
        sys.stdout.flush()
    else:
        from crawler.errors import UsageError

        try:
            file = output.open("w", encoding="utf-8", newline="")
        except OSError as error:
            raise UsageError(f"-o {output}: cannot be written: {error.strerror}") from error
        with file:
            file.writelines(chunks)


def json_text(line: Any) -> str:
    """A line of JSON, harmless on a screen."""
    from crawler.report.inert import json_line

    return json_line(json.dumps(line, ensure_ascii=False))


def say(line: str) -> None:
    """To the person, not into the data: on standard error, stripped of what a terminal would obey."""
    from crawler.report.inert import inert

    print("\n".join(map(inert, line.split("\n"))), file=sys.stderr)


@contextmanager
def status(what: str) -> Iterator[Any]:
    """A line that tells how far it is, on a terminal; silent otherwise."""
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda where: None
        return
    with console.status(what) as status:
        yield lambda where: status.update(Text(f"{what}: {where}"))


KINDS = ("new", "changed", "duplicate", "moved", "removed", "restored")


def counted(count: int, one: str, many: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def change_counts(counts: Any) -> str:
    return ", ".join(f"{counts[kind]:,} {kind}" for kind in (*KINDS, "unchanged"))


def known_sources(names: Iterable[str], store: Any, settings: Settings) -> None:
    """Raises UsageError for a name that no source has."""
    from crawler.errors import UsageError

    known = {one.name for one in store.sources()} | {one.name for one in settings.sources}
    strange = sorted(set(names) - known)
    if strange:
        there_are = ", ".join(sorted(known)) or "none yet"
        raise UsageError(f"no source is named {strange[0]!r}; there are: {there_are}")


def moment(at: datetime | None) -> str:
    from storage.jsonl import format_time

    return format_time(at.replace(microsecond=0)) or "" if at else "?"


def open_streams() -> None:
    """Output that is read on by a program is UTF-8 whatever the locale; a screen shows what it can."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by who called us: nothing else may get its number
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")


def drop_output() -> None:
    """What is still to be written goes nowhere: nobody takes it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
