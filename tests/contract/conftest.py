"""The command line as a person uses it: a folder of their own, commands in it, what they say and leave."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from crawler import cli, demo

COMMAND = Path(sys.executable).with_name("presswatch")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command said, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The JSON lines it printed."""
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Answer]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, and we are in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PRESSWATCH_CONFIG", raising=False)
    return tmp_path


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """`presswatch` with these arguments, in this process."""

    def call(*arguments: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["presswatch", *map(str, arguments)])
        capsys.readouterr()
        try:
            cli.main()
            status = 0
        except SystemExit as ended:
            status = int(ended.code or 0)
        said = capsys.readouterr()
        return Answer(status, said.out, said.err)

    return call


def command(*arguments: object, cwd: Path, **environ: str) -> subprocess.CompletedProcess[bytes]:
    """The installed command in a process of its own."""
    return subprocess.run(
        [COMMAND, *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **environ},
        capture_output=True,
        timeout=60,
    )


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder that a demo leaves: seeds, and six crawled days with redirects, blocks and losses."""
    folder = tmp_path_factory.mktemp("demo")
    assert asyncio.run(demo.run(folder, say=lambda line: None)) == 0
    return folder


# ---------------------------------------------------------------- documents


def article(headline: str = "Ferry fares rise", text: str = "Fares rise by a crown.", **said: Any) -> str:
    """A line of the interchange format."""
    line = {
        "kind": "article",
        "source": "Gazette",
        "captured_at": "2026-03-01T09:00:00Z",
        "headline": headline,
        "paragraphs": [text],
    }
    return json.dumps(line | said) + "\n"


def page(headline: str = "Quay lamps lit again", head: str = "") -> str:
    """A saved article page."""
    return f"""<!doctype html><html><head><title>{headline} - Gazette</title>{head}</head><body>
    <nav><a href="/">Front</a> <a href="/sea/">Sea</a></nav>
    <article><h1>{headline}</h1>
    <p>The lamps along the eastern quay were lit on Thursday for the first time since the gales, to the
    applause of three ferry crews and a class of schoolchildren.</p>
    <p>Electricians had spent eleven nights replacing cables that salt water had eaten through, the harbour
    office said, and will return in spring for the western side.</p>
    </article></body></html>"""


SNAPSHOT = """March 03, 2026Mar 03, 2026
Linnet Harbour Gazette

Quay lamps lit again

Date: 02/03/2026 | Source: Harbour Gazette | Read original version at source

The lamps along the eastern quay were lit on Monday for the first time since the gales.

More From Harbour Gazette

Otters return to the mill stream

Otters return to the mill stream

Two otters have been seen below the weir by the miller's daughter, who counts them every morning before

March 01, 2026

Two otters have been seen below the weir by the miller's daughter, who counts them every morning before

More Articles
"""
