"""What holds for every command: help, exit status, streams, pipes, hostile text."""

from __future__ import annotations

import json
import os
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest

from crawler.parse import sites
from tests.contract.conftest import COMMAND, Run, article, command

COMMANDS = [
    [],
    ["seed"],
    ["crawl"],
    ["daemon"],
    ["status"],
    ["coverage"],
    ["report"],
    ["diff"],
    ["items"],
    ["show"],
    ["parse"],
    ["cluster"],
    ["trace"],
    ["lineage"],
    ["overrule"],
    ["notify"],
    ["simulate"],
    ["export"],
    ["replay"],
    ["recipe"],
    ["recipe", "new"],
    ["recipe", "test"],
    ["check"],
    ["sources"],
    ["sources", "add"],
    ["sources", "import"],
    ["sources", "accept"],
    ["db"],
    ["db", "upgrade"],
    ["demo"],
    ["backup"],
    ["restore"],
    ["prune"],
]


def test_every_command_is_listed_here(run: Run) -> None:
    listed = run("--help").out.partition("Commands:")[2].split("\n")
    names = [line.split()[0] for line in listed if line.startswith("  ") and line[2] != " "]
    assert sorted(names) == sorted({words[0] for words in COMMANDS if words})


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_the_help_of_every_command_shows_an_example_on_one_line(run: Run, words: list[str]) -> None:
    answer = run(*words, "--help")
    shown = [line.strip() for line in answer.out.splitlines() if "Example:" in line]
    assert (answer.status, len(shown)) == (0, 1)
    assert shown[0].startswith(" ".join(["Example: presswatch", *words]).strip()) or words in ([], ["check"])
    assert max(map(len, answer.out.splitlines())) <= 80


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_help_names_a_python_type_of_an_option(run: Run, words: list[str]) -> None:
    options = run(*words, "--help").out.partition("Options:")[2]
    assert [word for word in ("<str>", "<path>", "list[") if word in options] == []


def test_the_version_needs_no_command(run: Run) -> None:
    answer = run("--version")
    assert (answer.status, answer.out) == (0, f"presswatch {version('presswatch')}\n")


@pytest.mark.parametrize(
    "wrong",
    [
        ["bogus"],
        ["seed", "--bogus"],
        ["show"],
        ["parse"],
        ["diff"],
        ["export"],
        ["report", "--format", "pdf"],
        ["report", "--kind", "removd"],
        ["report", "--since", "yesterday"],
        ["report", "--since", "2026-13-01"],
        ["report", "--zone", "Mars"],
        ["report", "--since", "2026-03-08", "--until", "2026-03-01"],
        ["report", "--source", "Nobody's"],
        ["report", "-o", "no/such/folder/report.html"],
        ["report", "-o", "."],
        ["crawl", "--at", "yesterday"],
        ["crawl", "--at", "2026-03-01T09:00"],
        ["crawl"],
        ["--config", "missing.toml", "check"],
        ["parse", "--as", "both", "x.html"],
        ["parse", "--recipe", "nobody", "x.html"],
        ["parse", "--url", "https://a.example/", "x.html", "y.html"],
        ["parse", "--url", "a.example/x", "x.html"],
        ["parse", "--urls", "missing.jsonl", "x.html"],
        ["seed", "--url", "https://a.example/", "."],
        ["seed", "--url", "nonsense", "x.html"],
        ["sources", "add", "Gazette", "nonsense"],
        ["sources", "add", "Gazette", "https://a.example/", "--as", "blog"],
        ["sources", "import", "Nobody's", "list.txt"],
        ["diff", "--pairs", "missing.jsonl", "abc"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_told_in_words_and_ends_with_status_2(run: Run, wrong: list[str]) -> None:
    answer = run(*wrong)
    assert (answer.status, answer.out, "Traceback" in answer.err) == (2, "", False)
    assert answer.err.startswith(("presswatch: ", "Usage: "))


def test_a_wrong_choice_is_told_the_right_ones(run: Run) -> None:
    said = [
        run("report", "--format", "pdf").err,
        run("report", "--kind", "new,gone").err,
        run("parse", "--recipe", "nobody", "x").err,
    ]
    assert said == [
        "presswatch: --format 'pdf' is unknown; there are: terminal, html, jsonl, csv, markdown\n",
        "presswatch: --kind 'gone' is unknown; "
        "there are: new, changed, duplicate, moved, removed, restored\n",
        "presswatch: --recipe 'nobody' is unknown; there are: generic, " + ", ".join(sites.names()) + "\n",
    ]


def test_reading_where_there_is_no_store_says_so_and_where_it_would_be(run: Run, folder: Path) -> None:
    answer = run("items")
    assert (answer.status, answer.out) == (0, "")
    assert answer.err == (
        f"presswatch: there was no store at {folder}/presswatch.db: "
        "`presswatch seed` and `presswatch crawl` fill it\n"
    )
    assert run("items").err == ""


# ---------------------------------------------------------------- streams, in processes of their own


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store of so much that no pipe holds it all."""
    folder = tmp_path_factory.mktemp("archive")
    lines = [
        article(
            f"Straße {n}: «naïve» 한국 — {n * 7919}",
            f"Der {n}. Absatz {n * 31}. " * 20,
            url=f"https://a.example/{n}",
        )
        for n in range(150)
    ]
    (folder / "many.jsonl").write_text("".join(lines), "utf-8")
    taken = command("seed", "many.jsonl", cwd=folder)
    assert (taken.returncode, taken.stderr) == (0, b"")
    return folder


@pytest.mark.parametrize(
    "words", ["report", "report --format html", "export --observations", "parse --jsonl many.jsonl"]
)
def test_a_reader_who_has_seen_enough_is_no_failure(archive: Path, words: str) -> None:
    pipe = f'"{COMMAND}" {words} | head -1; echo "${{PIPESTATUS[0]}}"'
    ended = subprocess.run(["bash", "-c", pipe], cwd=archive, capture_output=True, text=True, timeout=60)
    first, status = ended.stdout.splitlines()
    assert (bool(first), status, ended.stderr) == (True, "0", "")


def test_a_full_disk_is_told(archive: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [COMMAND, "items"], cwd=archive, stdout=full, stderr=subprocess.PIPE, timeout=60
        )
    assert (ended.returncode, ended.stderr) == (1, b"presswatch: the output: No space left on device\n")


@pytest.mark.parametrize(
    "environ",
    [
        {"LANG": "C", "LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"PYTHONIOENCODING": "latin-1"},
    ],
    ids=["C", "ASCII", "Latin-1"],
)
def test_what_a_pipe_takes_is_utf_8_in_every_locale(archive: Path, environ: dict[str, str]) -> None:
    ended = command("items", cwd=archive, **environ)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert "Straße 3: «naïve» 한국 — 23757" in ended.stdout.decode("utf-8")


def test_a_closed_output_is_no_crash(archive: Path) -> None:
    ended = subprocess.run(
        ["bash", "-c", f'"{COMMAND}" report >&-'], cwd=archive, capture_output=True, text=True, timeout=60
    )
    assert (ended.returncode, ended.stderr) == (0, "")


# ---------------------------------------------------------------- hostile text

HOSTILE = "\x1b]0;owned\x07\x1b[31mRed\x9b2J \u202eevil\u2069 <script>alert(1)</script> =1+1"


@pytest.fixture
def hostile(run: Run, folder: Path) -> str:
    """A store that holds what acts on a terminal; gives back the id of its item."""
    for hour, text in (("09", f"First, {HOSTILE}"), ("10", f"Then, {HOSTILE}")):
        line = article(
            HOSTILE,
            text,
            url=f"https://a.example/{'x'}",
            source=f"Gaz{HOSTILE}",
            byline=HOSTILE,
            captured_at=f"2026-03-01T{hour}:00:00Z",
        )
        (folder / f"{hour}.jsonl").write_text(line, "utf-8")
    assert run("seed", "09.jsonl", "10.jsonl").status == 0
    return str(run("items", "--jsonl").lines[0]["id"])


@pytest.mark.parametrize(
    "words",
    [
        ["report"],
        ["report", "--format", "markdown"],
        ["report", "--format", "html"],
        ["report", "--format", "csv"],
        ["report", "--format", "jsonl"],
        ["items"],
        ["items", "--jsonl"],
        ["show", "ITEM"],
        ["show", "ITEM", "--jsonl"],
        ["export", "--observations"],
        ["parse", "09.jsonl"],
        ["parse", "--jsonl", "09.jsonl"],
    ],
    ids=" ".join,
)
def test_no_output_acts_on_a_terminal(run: Run, hostile: str, words: list[str]) -> None:
    answer = run(*(hostile if word == "ITEM" else word for word in words))
    shown = answer.out + answer.err
    assert (answer.status, [sign for sign in "\x1b\x07\x9b\u202e\u2069" if sign in shown]) == (0, [])


def test_a_diff_does_not_act_on_a_terminal(run: Run, hostile: str) -> None:
    changed = run("report", "--kind", "changed", "--format", "jsonl").lines[0]["id"]
    answer = run("diff", changed)
    assert (answer.status, "[-First-]" in answer.out, "\x1b" in answer.out) == (0, True, False)


def test_the_values_in_json_are_what_was_taken_in(run: Run, hostile: str) -> None:
    assert run("show", hostile, "--jsonl").lines[0]["byline"] == HOSTILE


def test_a_file_name_does_not_act_on_a_terminal(run: Run, folder: Path) -> None:
    name = os.fsdecode(b"\x1b[31m\xff.txt")
    (folder / name).write_text("nothing of note")
    answer = run("seed", name)
    assert (answer.status, "\x1b" in answer.err) == (1, False)
    assert json.loads(json.dumps(answer.err))
