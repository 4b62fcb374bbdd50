"""`presswatch parse`: what the parser sees, a line an observation, stored nowhere."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tests.contract.conftest import SNAPSHOT, Run, article, page

ROWS = {
    "otters-return-to-stream": "Otters return to the mill stream",
    "ferry-fares-rise": "Ferry fares rise by a crown in April",
    "quay-lamps-lit-again": "Quay lamps lit again after the gales",
}
LISTING = "<!doctype html><html><body>{}</body></html>".format(
    "".join(
        f'<article><h2><a href="https://gazette.example/2026/{slug}">{headline}</a></h2></article>'
        for slug, headline in ROWS.items()
    )
)


def test_a_page_is_one_line_in_the_interchange_format_with_its_file_and_fingerprint(
    run: Run, folder: Path
) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "page.html").write_text(page())
    (line,) = run(
        "parse", "sub/page.html", "--url", "https://gazette.example/lamps?utm_source=x", "--jsonl"
    ).lines
    assert list(line) == [
        *("kind", "source", "url", "captured_at", "headline", "byline", "published", "modified"),
        *("paragraphs", "fingerprint", "file"),
    ]
    assert (line["file"], line["url"], line["captured_at"], line["headline"]) == (
        "sub/page.html",
        "https://gazette.example/lamps?utm_source=x",
        None,
        "Quay lamps lit again",
    )
    assert (len(line["paragraphs"]), len(line["fingerprint"])) == (2, 64)


def test_nothing_is_stored(run: Run, folder: Path) -> None:
    (folder / "page.html").write_text(page())
    run("parse", "page.html", "--jsonl")
    assert [path.name for path in folder.iterdir()] == ["page.html"]


def test_addresses_go_by_base_name_unless_they_name_a_folder(run: Run, folder: Path) -> None:
    for place in ("a", "b"):
        (folder / place).mkdir()
        (folder / place / "page.html").write_text(page())
    (folder / "urls.jsonl").write_text(
        '{"file": "page.html", "url": "https://a.example/base"}\n\n'
        '{"file": "b/page.html", "url": "https://a.example/folder"}\n'
    )
    files = ("a/page.html", "b/page.html", "./b/page.html")
    lines = run("parse", *files, "--urls", "urls.jsonl", "--jsonl").lines
    assert [(line["file"].removeprefix("./"), line["url"]) for line in lines] == [
        ("a/page.html", "https://a.example/base"),
        ("b/page.html", "https://a.example/folder"),
        ("b/page.html", "https://a.example/folder"),
    ]


@pytest.mark.parametrize("line", ["[]", '{"file": "a"}', "{"])
def test_a_wrong_line_of_addresses_is_named(run: Run, folder: Path, line: str) -> None:
    (folder / "page.html").write_text(page())
    (folder / "urls.jsonl").write_text('{"file": "x", "url": "https://a.example/"}\n' + line)
    answer = run("parse", "page.html", "--urls", "urls.jsonl")
    assert (answer.status, answer.err.startswith("presswatch: urls.jsonl:2: ")) == (2, True)


def test_an_address_that_no_page_can_have_costs_only_its_own_page(run: Run, folder: Path) -> None:
    for name in ("one.html", "two.html"):
        (folder / name).write_text(page())
    (folder / "urls.jsonl").write_text(
        '{"file": "one.html", "url": "xhttps://a.example/1"}\n{"file": "two.html", "url": "https://a.example/2"}\n'
    )
    answer = run("parse", "one.html", "two.html", "--urls", "urls.jsonl", "--as", "article", "--jsonl")
    assert [line["url"] for line in answer.lines] == [None, "https://a.example/2"]
    assert (answer.status, answer.err.startswith("presswatch: urls.jsonl:1: one.html")) == (0, True)


@pytest.mark.parametrize("kind", ["article", "listing"])
def test_with_as_there_is_exactly_one_line_of_that_kind_a_file(run: Run, folder: Path, kind: str) -> None:
    (folder / "page.html").write_text(page())
    (folder / "list.html").write_text(LISTING)
    (folder / "text.txt").write_text(SNAPSHOT)
    (folder / "broken.html").write_text("<html></html>")
    (folder / "lines.jsonl.gz").write_bytes(gzip.compress((article() + article("Second")).encode()))
    files = ["page.html", "list.html", "text.txt", "broken.html", "lines.jsonl.gz"]
    answer = run("parse", *files, "missing.html", "--as", kind, "--jsonl")
    assert [(line["file"], line["kind"]) for line in answer.lines] == [
        (file, kind) for file in [*files, "missing.html"]
    ]
    found = {line["file"]: line["paragraphs" if kind == "article" else "teasers"] for line in answer.lines}
    assert (found["broken.html"], found["missing.html"]) == ([], [])
    assert (len(found["list.html"]), len(found["text.txt"])) == ((0, 1) if kind == "article" else (3, 1))
    assert (answer.status, len(answer.err.splitlines())) == (1, 2)


def test_a_broken_file_is_reported_while_the_others_go_on(run: Run, folder: Path) -> None:
    (folder / "a.html").write_text(page())
    (folder / "b.html").write_text("<html></html>")
    (folder / "c.txt").write_text("no document at all")
    (folder / "d.jsonl").write_text(article() + "{oops\n" + article("Otters seen"))
    answer = run("parse", "a.html", "b.html", "nowhere.html", "c.txt", "d.jsonl", "--jsonl")
    assert answer.status == 1
    assert [line["file"] for line in answer.lines] == ["a.html", "d.jsonl", "d.jsonl"]
    assert [line.split(": ")[1] for line in answer.err.splitlines()] == [
        "b.html:1",
        "nowhere.html",
        "c.txt:1",
        "d.jsonl:2",
    ]


def test_the_address_that_a_page_calls_its_own_is_its_address(run: Run, folder: Path) -> None:
    (folder / "page.html").write_text(page(head='<link rel="canonical" href="https://gazette.example/l">'))
    assert run("parse", "page.html", "--jsonl").lines[0]["url"] == "https://gazette.example/l"


def test_a_page_that_prints_the_day_of_the_visit_is_of_that_day(run: Run, folder: Path) -> None:
    (folder / "page.html").write_text(
        "<html><body><div>May 04, 2031</div><div>May 04, 2031</div><h1>Kites over the bay</h1>"
        "<p>Date: 02/05/2031 | Source: Bay Courier | Read original version at source</p>"
        '<div class="article-content"><p>Forty kites stood over the bay on Sunday.</p></div></body></html>'
    )
    (line,) = run("parse", "page.html", "--as", "article", "--jsonl").lines
    assert (line["captured_at"], line["published"]) == ("2031-05-04T00:00:00Z", "2031-05-02")


def test_a_recipe_can_be_chosen(run: Run, folder: Path) -> None:
    (folder / "list.html").write_text(LISTING)
    asked = ["parse", "list.html", "--url", "https://gazette.example/", "--as", "listing", "--jsonl"]
    assert len(run(*asked, "--recipe", "generic").lines[0]["teasers"]) == 3
    assert run(*asked, "--recipe", "kcnawatch").lines[0]["teasers"] == []


def test_hundreds_of_files_go_in_one_call(run: Run, folder: Path) -> None:
    names = []
    for number in range(300):
        names.append(f"{number:03}.html.gz")
        (folder / names[-1]).write_bytes(gzip.compress(page(f"Lamp {number} is lit").encode()))
    (folder / "urls.jsonl").write_text(
        "".join(json.dumps({"file": n, "url": f"https://a.example/{n[:3]}"}) + "\n" for n in names)
    )
    answer = run("parse", *names, "--urls", "urls.jsonl", "--as", "article", "--jsonl")
    assert (answer.status, answer.err) == (0, "")
    assert [(line["file"], line["url"], line["headline"]) for line in answer.lines] == [
        (n, f"https://a.example/{n[:3]}", f"Lamp {int(n[:3])} is lit") for n in names
    ]


def test_for_a_person_it_is_text(run: Run, folder: Path) -> None:
    (folder / "page.html").write_text(page())
    answer = run("parse", "page.html", "--url", "https://gazette.example/lamps")
    assert answer.out.startswith(
        "page.html: article of gazette.example  https://gazette.example/lamps\n"
        "  headline: Quay lamps lit again\n"
    )
