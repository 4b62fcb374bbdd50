"""`presswatch seed`: what it takes, from where, and what it says of what it cannot take."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from tests.contract.conftest import SNAPSHOT, Run, article, page

NOTHING = "0 new, 0 changed, 0 duplicate, 0 moved, 0 removed, 0 restored, 0 unchanged"


def test_without_paths_it_takes_what_the_configuration_names(run: Run, folder: Path) -> None:
    (folder / "old").mkdir()
    (folder / "old" / "a.jsonl").write_text(article())
    (folder / "b.txt").write_text(SNAPSHOT)
    (folder / "config.toml").write_text('[seeds]\npaths = ["old", "b.txt"]\n')
    answer = run("seed")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith("Took 3 observations from 2 documents: 3 new, 0 changed")


def test_paths_given_replace_those_of_the_configuration(run: Run, folder: Path) -> None:
    (folder / "seeds").mkdir()
    (folder / "seeds" / "a.jsonl").write_text(article())
    (folder / "b.jsonl").write_text(article("Bees stay home"))
    run("seed", "b.jsonl")
    assert [item["headline"] for item in run("items", "--jsonl").lines] == ["Bees stay home"]


def test_folders_are_read_recursively_without_hidden_files_and_links(run: Run, folder: Path) -> None:
    deep = folder / "box" / "2026" / "march"
    deep.mkdir(parents=True)
    (deep / "a.jsonl").write_text(article("One"))
    (folder / "box" / "b.jsonl").write_text(article("Two", "Something else altogether."))
    (folder / "box" / ".hidden.jsonl").write_text("{broken")
    (folder / "box" / ".git").mkdir()
    (folder / "box" / ".git" / "c.jsonl").write_text("{broken")
    (folder / "box" / "round").symlink_to(folder / "box")
    answer = run("seed", "box")
    assert (answer.status, answer.out.split(":")[0]) == (0, "Took 2 observations from 2 documents")


def test_a_folder_of_seeds_may_hold_the_store_and_the_configuration(run: Run, folder: Path) -> None:
    (folder / "config.toml").write_text('[seeds]\npaths = ["."]\n')
    (folder / "a.jsonl").write_text(article())
    assert [run("seed").status, run("seed").status, run("seed", ".").err] == [0, 0, ""]


def test_seeding_twice_changes_nothing_and_says_so(run: Run, folder: Path) -> None:
    (folder / "a.txt").write_text(SNAPSHOT)
    (folder / "b.html").write_text(page())
    run("seed", "a.txt", "b.html")
    log, held = run("report", "--format", "jsonl").out, run("export", "--observations").out
    again = run("seed", "a.txt", "b.html")
    assert again.out == f"Took 3 observations from 2 documents (3 known already): {NOTHING}\n"
    assert (run("report", "--format", "jsonl").out, run("export", "--observations").out) == (log, held)


def test_a_broken_document_is_named_with_line_and_reason_and_the_rest_is_taken(
    run: Run, folder: Path
) -> None:
    (folder / "lines.jsonl").write_text(
        article("One")
        + "{oops\n\n"
        + '{"kind": "blog", "source": "Gazette"}\n'
        + article("Two", "Another text about something else.", captured_at="2026-03-01T09:00:00")
        + article("Three", "A third text, of a third thing.")
    )
    (folder / "empty.txt").write_text("")
    (folder / "words.txt").write_text("Just some words.\n")
    (folder / "latin.txt").write_bytes(b"One line\nCaf\xe9\n")
    (folder / "cut.gz").write_bytes(gzip.compress(article().encode())[:40])
    (folder / "blank.html").write_text("<!doctype html><html><body></body></html>")
    (folder / "z.jsonl").write_text(article("Four", "And a fourth that nobody minds."))
    answer = run("seed", folder)
    named = [line.removeprefix(f"presswatch: {folder}/") for line in answer.err.splitlines()]
    assert answer.status == 1
    assert [line.split(": ")[0] for line in named] == [
        "blank.html:1",
        "cut.gz:1",
        "empty.txt:1",
        "latin.txt:2",
        "lines.jsonl:2",
        "lines.jsonl:4",
        "lines.jsonl:5",
        "words.txt:1",
    ]
    assert named[-4].endswith("Expecting property name enclosed in double quotes at column 2")
    assert "has no time zone" in named[-2]
    assert answer.out.startswith("Took 3 observations from 2 documents: 3 new")


def test_the_first_line_may_be_the_broken_one(run: Run, folder: Path) -> None:
    (folder / "a.jsonl").write_text('"kind": "article"\n' + article())
    answer = run("seed", "a.jsonl")
    assert (answer.status, answer.err.split(": ")[1]) == (1, "a.jsonl:1")
    assert answer.out.startswith("Took 1 observation from 1 document: 1 new")


def test_a_path_that_is_not_there_is_named_without_a_line(run: Run) -> None:
    answer = run("seed", "nowhere")
    assert (answer.status, answer.err) == (1, "presswatch: nowhere: there is no such file or folder\n")


def test_what_is_neither_file_nor_folder_is_not_waited_for(run: Run, folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    answer = run("seed", "pipe")
    assert (answer.status, answer.err) == (1, "presswatch: pipe: is neither a file nor a folder\n")


# ---------------------------------------------------------------- saved HTML


def addresses(run: Run) -> list[str | None]:
    return [item["url"] for item in run("items", "--jsonl").lines]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("page.html.url", "https://gazette.example/lamps\n"),
        ("page.url", "[InternetShortcut]\r\nURL=https://gazette.example/lamps\r\n"),
    ],
)
def test_the_address_of_a_saved_page_stands_beside_it(run: Run, folder: Path, name: str, text: str) -> None:
    (folder / "page.html").write_text(page())
    (folder / name).write_text(text)
    assert run("seed", folder).status == 0
    assert addresses(run) == ["https://gazette.example/lamps"]


def test_or_it_is_what_the_page_calls_its_own(run: Run, folder: Path) -> None:
    (folder / "page.html").write_text(page(head='<link rel="canonical" href="https://gazette.example/l">'))
    run("seed", "page.html")
    assert addresses(run) == ["https://gazette.example/l"]


def test_an_address_given_goes_before_both(run: Run, folder: Path) -> None:
    (folder / "page.html").write_text(page(head='<link rel="canonical" href="https://gazette.example/l">'))
    (folder / "page.html.url").write_text("https://gazette.example/beside")
    run("seed", "page.html", "--url", "https://gazette.example/given")
    assert addresses(run) == ["https://gazette.example/given"]


def test_a_sidecar_without_an_address_is_named(run: Run, folder: Path) -> None:
    (folder / "page.html").write_text(page())
    (folder / "page.html.url").write_text("somewhere on the web")
    answer = run("seed", "page.html")
    assert (answer.status, answer.err) == (1, "presswatch: page.html.url:1: holds no web address\n")


@pytest.mark.parametrize("how", ["given", "canonical"])
def test_a_saved_page_belongs_to_the_source_that_watches_its_site(run: Run, folder: Path, how: str) -> None:
    address = "https://gazette.example/2026/lamps"
    (folder / "config.toml").write_text(
        '[[sources]]\nname = "The Gazette"\nlistings = ["https://gazette.example/latest/"]\n'
    )
    head = f'<link rel="canonical" href="{address}">' if how == "canonical" else ""
    (folder / "page.html").write_text(page(head=head))
    run("seed", "page.html", *(["--url", address] if how == "given" else []))
    assert [(i["source"], i["url"]) for i in run("items", "--jsonl").lines] == [("The Gazette", address)]


def test_a_saved_page_is_of_the_day_it_prints_else_of_the_files_own_time(run: Run, folder: Path) -> None:
    plain, dated = folder / "plain.html", folder / "dated.html"
    plain.write_text(page())
    dated.write_text(
        "<html><body><div>May 04, 2031May 04, 2031</div><h1>Kites over the bay</h1>"
        "<p>Date: 02/05/2031 | Source: Bay Courier | Read original version at source</p>"
        '<div class="article-content"><p>Forty kites stood over the bay on Sunday.</p></div></body></html>'
    )
    os.utime(plain, (1_750_000_000, 1_750_000_000))
    run("seed", "plain.html", "dated.html")
    assert [item["first_seen"] for item in run("items", "--jsonl").lines] == [
        "2025-06-15T15:06:40Z",
        "2031-05-04T00:00:00Z",
    ]


# ---------------------------------------------------------------- JSON lines


def test_lines_out_of_order_are_placed_at_their_own_times(run: Run, folder: Path) -> None:
    at = "2026-03-0{}T09:00:00Z"
    url = "https://gazette.example/fares"
    lines = [
        article(text="Fares rise by three crowns.", url=url, captured_at=at.format(3)),
        article(text="Fares rise by a crown.", url=url, captured_at=at.format(1)),
        article(text="Fares rise by two crowns.", url=url, captured_at=at.format(2)),
    ]
    (folder / "a.jsonl").write_text("".join(lines))
    run("seed", "a.jsonl")
    assert [(c["kind"], c["detected_at"]) for c in run("report", "--format", "jsonl").lines] == [
        ("new", at.format(1)),
        ("changed", at.format(2)),
        ("changed", at.format(3)),
    ]


def test_an_older_document_sorts_in_before_what_is_known(run: Run, folder: Path) -> None:
    url = "https://gazette.example/fares"
    (folder / "late.jsonl").write_text(article(url=url, captured_at="2026-03-09T09:00:00Z"))
    (folder / "early.jsonl").write_text(
        article(text="Fares stay.", url=url, captured_at="2026-03-02T09:00:00Z")
    )
    run("seed", "late.jsonl")
    run("seed", "early.jsonl")
    assert [(c["kind"], c["detected_at"][:10]) for c in run("report", "--format", "jsonl").lines] == [
        ("new", "2026-03-02"),
        ("changed", "2026-03-09"),
    ]


def test_everything_may_be_packed(run: Run, folder: Path) -> None:
    (folder / "a.jsonl.gz").write_bytes(gzip.compress(article().encode()))
    (folder / "b.txt.gz").write_bytes(gzip.compress(SNAPSHOT.encode()))
    (folder / "c.bin").write_bytes(gzip.compress(page("Lamp oil found in cellar").encode()))
    answer = run("seed", folder / "a.jsonl.gz", folder / "b.txt.gz", folder / "c.bin")
    assert answer.out.startswith("Took 4 observations from 3 documents: 4 new")


def test_a_source_that_is_not_configured_is_created_and_can_be_asked_for(run: Run, folder: Path) -> None:
    (folder / "a.jsonl").write_text(article())
    run("seed", "a.jsonl")
    assert len(run("report", "--source", "Gazette", "--format", "jsonl").lines) == 1
    assert run("report", "--source", "Gazet").err == (
        "presswatch: no source is named 'Gazet'; there are: Gazette\n"
    )


def test_the_kind_of_a_document_is_told_by_its_content(run: Run, folder: Path) -> None:
    (folder / "a.txt").write_text(article())
    (folder / "b.jsonl").write_text(SNAPSHOT)
    (folder / "c").write_text("\n\n" + page("Lamp oil found in cellar"))
    (folder / "d.html").write_text("\ufeff" + article("Otters seen", "Two of them, below the weir."))
    answer = run("seed", "a.txt", "b.jsonl", "c", "d.html")
    assert (answer.status, answer.out.split(":")[0]) == (0, "Took 5 observations from 4 documents")


def test_the_shape_of_a_line_of_observations_is_checked_key_by_key(run: Run, folder: Path) -> None:
    good = json.loads(article())
    broken = [
        ({"captured_at": "yesterday"}, "\"captured_at\": 'yesterday' is no time"),
        ({"captured_at": None}, '"captured_at" is required'),
        ({"source": ""}, '"source" is required'),
        ({"published": "1 March"}, '"published" must be a date'),
        ({"paragraphs": "text"}, '"paragraphs" must be a list'),
        ({"paragraphs": [1]}, '"paragraphs" must be a list of strings'),
        ({"headline": None, "paragraphs": []}, "an article needs a headline or paragraphs"),
        ({"kind": "gone"}, '"url" is required'),
        ({"kind": "gone", "url": "https://a.example/", "status": 500}, '"status" must be 404 or 410'),
        ({"kind": "listing", "teasers": [{"date": "soon"}]}, '"teasers[0]": "date" must be a date'),
    ]
    (folder / "a.jsonl").write_text("".join(json.dumps(good | change) + "\n" for change, _ in broken))
    said = run("seed", "a.jsonl").err.splitlines()
    assert [reason in line for line, (_, reason) in zip(said, broken, strict=True)] == [True] * len(broken)
