"""`presswatch recipe` as a person uses it: draft, test, and what is said of a recipe that is broken."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler.parse import sites
from tests.contract.conftest import Run

PAGE = (
    "<html><head><title>Kites</title></head><body><h1 class=title>Kite makers open winter school</h1>"
    "<div class=story-text><p>The kite makers of Sorrel Bay have opened a winter school in the old net loft.</p>"
    "<p>Eighteen pupils enrolled on the first morning; the youngest is nine and the oldest eighty-one.</p>"
    "<p>Lessons go on until the March winds, when what was built will be flown.</p></div></body></html>"
)
URL = "https://sorrel-courier.example/2031/kite-makers"


@pytest.fixture(autouse=True)
def _no_own_recipes_after() -> Iterator[None]:
    yield
    sites.add([])


def _drafted(run: Any, folder: Path) -> None:
    (folder / "kites.html").write_text(PAGE)
    answer = run("recipe", "new", URL, "--name", "sorrel", "--from", "kites.html")
    assert (answer.status, answer.err) == (0, "")
    assert "body      div.story-text" in answer.out


def test_a_recipe_is_drafted_tested_and_used(run: Any, folder: Path) -> None:
    _drafted(run, folder)
    assert run("recipe", "test", "sorrel").out == "1 fixture read, 0 differences\n"
    (line,) = run("parse", "kites.html", "--url", URL, "--as", "article", "--jsonl").lines
    assert line["headline"] == "Kite makers open winter school"


def test_a_difference_is_shown_and_the_status_is_1(run: Any, folder: Path) -> None:
    _drafted(run, folder)
    expected = folder / "recipes" / "sorrel" / "article.json"
    told = json.loads(expected.read_text()) | {"article": {"headline": "Another"}}
    expected.write_text(json.dumps(told))
    answer = run("recipe", "test", "sorrel")
    assert answer.status == 1
    assert '  article.headline\n    expected  "Another"\n' in answer.out


def test_saved_pages_tell_how_often_each_field_is_found(run: Any, folder: Path) -> None:
    _drafted(run, folder)
    (folder / "other.html").write_text("<h2>Nothing of the kind</h2><p>At all.</p>")
    answer = run("recipe", "test", "sorrel", "--saved", "kites.html", "--saved", "other.html")
    assert answer.status == 0
    assert "  headline       1     50%\n" in answer.out


def test_a_broken_recipe_of_ones_own_is_told_by_every_command(run: Any, folder: Path) -> None:
    (folder / "recipes").mkdir()
    (folder / "recipes" / "sorrel.toml").write_text('bodi = "main"\n')
    answer = run("check")
    assert answer.status == 2
    assert "sorrel.toml: bodi: no such key; did you mean body?" in answer.err


def test_no_page_of_somebody_else_is_fetched_before_somebody_can_be_reached(run: Any, folder: Path) -> None:
    answer = run("recipe", "new", "https://gazette.example/story/41")
    assert (answer.status, "[fetch] contact" in answer.err) == (2, True)
    assert list(folder.iterdir()) == []


# ---------------------------------------------------------------- read again


def test_what_another_recipe_reads_is_stored_beside_the_texts_and_no_change_is_recorded(
    run: Run, demo_folder: Path, folder: Path
) -> None:
    shutil.copytree(demo_folder, folder, dirs_exist_ok=True)
    before = run("report", "--format", "jsonl").out
    assert run("replay", "--apply").err.splitlines()[-1].startswith("0 technical snapshots stored, of ")
    (folder / "recipes").mkdir()
    (folder / "recipes" / "kcnawatch.toml").write_text(
        'hosts = ["kcnawatch.org"]\nkey = "/newstream/([0-9]+-[0-9]+)"\n'
        'headline = "h1"\nbody = "div.article-content p:first-child"\n'
    )
    shown, applied, again = run("replay"), run("replay", "--apply"), run("replay", "--apply")
    stored = int(applied.err.splitlines()[-1].split()[0])
    assert (shown.status, "technical" in shown.err, stored > 10) == (0, False, True)
    assert again.err.splitlines()[-1].startswith("0 technical snapshots stored, of ")
    assert run("report", "--format", "jsonl").out == before
    texts = [
        line for state in run("items", "--jsonl").lines for line in run("show", state["id"], "--jsonl").lines
    ]
    assert sum(line["origin"] == "reread" for line in texts) == stored
