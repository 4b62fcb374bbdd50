"""The demo must pass on its own script, and fail as soon as its site lives otherwise than it is told."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from crawler import demo
from crawler.demo_site import prose
from crawler.demo_site.story import SCRIPT, Event, Happening, Script
from crawler.errors import UsageError

VANISHING = next(e for e in SCRIPT if e.kind is Happening.VANISHED)
EDIT = next(e for e in SCRIPT if e.kind is Happening.EDITED and e.day > 1)
COPY = next(e for e in SCRIPT if e.kind is Happening.REPUBLISHED)


def live(folder: Path, site: Script, told: Script = SCRIPT) -> tuple[int, str]:
    said: list[str] = []
    status = asyncio.run(demo.run(folder, script=site, told=told, say=said.append))
    return status, "\n".join(said)


def without(event: Event) -> Script:
    return tuple(e for e in SCRIPT if e is not event)


def test_the_demo_finds_every_scripted_event_and_nothing_else(tmp_path: Path) -> None:
    status, said = live(tmp_path / "demo", SCRIPT)
    assert (status, "scripted rows are in the log, and nothing else" in said) == (0, True)
    assert "<!doctype html>" in (tmp_path / "demo" / "report.html").read_text("utf-8")[:200].lower()


def test_a_second_demo_in_the_same_folder_starts_afresh(tmp_path: Path) -> None:
    live(tmp_path / "demo", SCRIPT)
    assert live(tmp_path / "demo", SCRIPT)[0] == 0


@pytest.mark.parametrize(
    "site",
    [
        pytest.param(without(VANISHING), id="a removal dropped"),
        pytest.param(without(COPY), id="a copy dropped"),
        pytest.param(
            tuple(replace(e, new="7,901 hours of work") if "9,200" in e.old else e for e in SCRIPT),
            id="an edit altered within its paragraph is the same rows",
        ),
        pytest.param(
            tuple(replace(e, day=e.day + 1) if e is EDIT else e for e in SCRIPT), id="an edit a day late"
        ),
        pytest.param(
            (*SCRIPT, Event(6, Happening.RETITLED, prose.FERRY, headline="Ferries run late")),
            id="a headline rewritten unannounced",
        ),
    ],
)
def test_the_demo_fails_when_its_site_departs_from_the_script(tmp_path: Path, site: Script) -> None:
    status, said = live(tmp_path / "demo", site)
    is_same_log = "7,901" in str(site)
    assert (status, "THE DEMO FAILED" in said) == ((0, False) if is_same_log else (1, True))


def test_a_folder_that_is_not_a_demos_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("four years of work")
    with pytest.raises(UsageError, match="not a demo's"):
        live(tmp_path, SCRIPT)
    assert (tmp_path / "thesis.txt").read_text() == "four years of work"
