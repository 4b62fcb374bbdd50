"""The command line, called as a person calls it: what it prints, and with which status it ends."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from crawler import cli
from tests.flow.test_watching import BRIDGE

LOG_KEYS = [
    *("id", "kind", "subject", "source", "url", "headline", "detected_at", "changed_after"),
    *("changed_before", "before", "after", "fields", "similarity", "of", "reverts_to", "reason"),
]


class Shell:
    """A folder with a configuration, in which commands are given."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self.folder, self._capsys, self._patch = folder, capsys, patch
        patch.chdir(folder)
        patch.delenv("PRESSWATCH_CONFIG", raising=False)

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Exit status, standard output, standard error."""
        self._patch.setattr("sys.argv", ["presswatch", *arguments])
        try:
            cli.main()
            status = 0
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 0
        said = self._capsys.readouterr()
        return status, said.out, said.err

    def lines(self, *arguments: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.run(*arguments)[1].splitlines()]

    def write(self, name: str, *lines: dict[str, Any] | str) -> str:
        texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        (self.folder / name).write_text("\n".join(texts), "utf-8")
        return name


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    return Shell(tmp_path, capsys, monkeypatch)


def capture(day: int, price: str = "240", **more: Any) -> dict[str, Any]:
    return {
        "kind": "article",
        "source": "Gazette",
        "url": "https://gazette.example/bridge",
        "captured_at": f"2026-03-{day:02d}T08:00:00Z",
        "headline": "Harbour bridge closed to lorries",
        "published": "2026-03-03",
        "paragraphs": [p.replace("240", price) for p in BRIDGE],
    } | more


def test_lines_out_of_order_give_the_log_of_watching_in_order(shell: Shell) -> None:
    shell.write("a.jsonl", capture(6), capture(4), capture(5, "420"))
    assert shell.run("seed", "a.jsonl")[0] == 0
    log = shell.lines("report", "--format", "jsonl")
    assert [(c["kind"], c["detected_at"]) for c in log] == [
        ("new", "2026-03-04T08:00:00Z"),
        ("changed", "2026-03-05T08:00:00Z"),
        ("changed", "2026-03-06T08:00:00Z"),
    ]
    assert list(log[0])[: len(LOG_KEYS)] == LOG_KEYS
    assert (log[2]["reverts_to"], log[1]["fields"]) == (log[0]["after"], ["paragraphs"])


def test_seeding_twice_changes_nothing(shell: Shell) -> None:
    shell.write("a.jsonl", capture(4), capture(5, "420"))
    shell.run("seed", "a.jsonl")
    log = shell.lines("report", "--format", "jsonl")
    shell.run("seed", "a.jsonl")
    assert shell.lines("report", "--format", "jsonl") == log


def test_a_broken_line_is_named_and_the_rest_is_taken(shell: Shell) -> None:
    shell.write("a.jsonl", capture(4), '{"kind": "article"', capture(5, "420"))
    status, _, told = shell.run("seed", "a.jsonl")
    assert (status, "a.jsonl:2:" in told) == (1, True)
    assert len(shell.lines("report", "--format", "jsonl")) == 2


def test_what_is_exported_gives_the_same_log_elsewhere(shell: Shell) -> None:
    shell.write("a.jsonl", capture(4), capture(5, "420"), capture(6, url="https://gazette.example/copy"))
    shell.write("other.toml", '[storage]\nurl = "sqlite:///other.db"')
    shell.run("seed", "a.jsonl")
    shell.run("export", "--observations", "-o", "all.jsonl")
    shell.run("--config", "other.toml", "seed", "all.jsonl")
    log = shell.lines("report", "--format", "jsonl")
    assert shell.lines("--config", "other.toml", "report", "--format", "jsonl") == log
    assert [c["kind"] for c in log] == ["new", "changed", "duplicate"]


@pytest.mark.parametrize(
    ("options", "kinds"),
    [
        (("--since", "2026-03-05"), ["changed", "changed"]),
        (("--until", "2026-03-05"), ["new", "changed"]),
        (("--until", "2026-03-05T08:00:00Z"), ["new"]),
        (("--kind", "new"), ["new"]),
        (("--kind", "new,changed", "--source", "Gazette"), ["new", "changed", "changed"]),
        (("--since", "24h"), []),
    ],
)
def test_a_report_is_of_the_period_and_the_kinds_asked_for(
    shell: Shell, options: tuple[str, ...], kinds: list[str]
) -> None:
    shell.write("a.jsonl", capture(4), capture(5, "420"), capture(6))
    shell.run("seed", "a.jsonl")
    assert [c["kind"] for c in shell.lines("report", "--format", "jsonl", *options)] == kinds


@pytest.mark.parametrize("form", ["terminal", "html", "csv", "markdown"])
def test_every_format_names_the_change_by_its_id(shell: Shell, form: str) -> None:
    shell.write("a.jsonl", capture(4), capture(5, "420"))
    shell.run("seed", "a.jsonl")
    ids = [c["id"] for c in shell.lines("report", "--format", "jsonl")]
    assert shell.run("report", "--format", form, "-o", "out")[0] == 0
    assert all(id_ in (shell.folder / "out").read_text("utf-8") for id_ in ids)


def test_a_change_is_found_by_its_id_the_start_of_it_and_its_snapshots(shell: Shell) -> None:
    shell.write("a.jsonl", capture(4), capture(5, "420"))
    shell.run("seed", "a.jsonl")
    change = shell.lines("report", "--format", "jsonl")[1]
    for address in (change["id"], change["id"][:10], f"{change['before']}..{change['after']}"):
        assert shell.lines("diff", address, "--jsonl") == [change]
    status, out, _ = shell.run("diff", change["id"])
    assert (status, "420" in out, "240" in out) == (0, True, True)
    assert shell.run("diff", "0000")[0] == 2


def test_items_and_their_snapshots_are_shown_with_their_texts(shell: Shell) -> None:
    shell.write("a.jsonl", capture(4), capture(5, "420"))
    shell.run("seed", "a.jsonl")
    (item,) = shell.lines("items", "--jsonl")
    assert (item["subject"], item["state"], item["snapshots"]) == ("article", "live", 2)
    first, second = shell.lines("show", item["id"], "--jsonl")
    assert (first["paragraphs"], [first["number"], second["number"]]) == (list(BRIDGE), [1, 2])


def test_parse_prints_one_line_of_the_kind_asked_for_for_every_file(shell: Shell) -> None:
    body = "<p>".join(("", *BRIDGE))
    page = f"<html><body><h1>Harbour bridge closed</h1><article>{body}</article></body></html>"
    names = []
    for number in range(3):
        path = shell.folder / f"page{number}.html.gz"
        path.write_bytes(gzip.compress(page.encode()))
        names.append(str(path))
    addresses = [{"file": f"page{n}.html.gz", "url": f"https://g.example/{n}"} for n in range(3)]
    shell.write("urls.jsonl", *addresses)
    for kind, field in (("article", "paragraphs"), ("listing", "teasers")):
        lines = shell.lines("parse", *names, "--urls", "urls.jsonl", "--as", kind, "--jsonl")
        assert [(o["kind"], o["file"], o["url"]) for o in lines] == [
            (kind, name, f"https://g.example/{n}") for n, name in enumerate(names)
        ]
        assert all(isinstance(o[field], list) and o["fingerprint"] for o in lines)
        assert all(o["captured_at"] is None for o in lines)


def test_a_source_is_added_and_the_comments_stay(shell: Shell) -> None:
    shell.write("config.toml", "# mine", "[fetch]", 'contact = "me@paper.example"  # reads mail')
    shell.run("sources", "add", "Gazette", "https://gazette.example/latest/")
    shell.run(
        "sources", "add", "Gazette", "https://gazette.example/2026/a-story-of-some-length", "--as", "article"
    )
    text = (shell.folder / "config.toml").read_text()
    assert ("# mine" in text, "# reads mail" in text, text.count("[[sources]]")) == (True, True, 1)
    assert shell.run("check")[0] == 0


def test_a_list_of_addresses_is_imported_once(shell: Shell) -> None:
    shell.write("config.toml", '[[sources]]\nname = "Gazette"\nlistings = ["https://gazette.example/"]')
    shell.write(
        "list.txt",
        "# kept by hand",
        "https://gazette.example/a",
        "not an address",
        "https://gazette.example/b",
    )
    status, out, told = shell.run("sources", "import", "Gazette", "list.txt")
    assert (status, "2 addresses" in out, "list.txt:3:" in told) == (1, True, True)
    assert "0 addresses" in shell.run("sources", "import", "Gazette", "list.txt")[1]


def test_a_wrong_key_is_told_with_the_right_one_and_status_2(shell: Shell) -> None:
    shell.write("config.toml", "[fetch]", "delay_second = 3")
    status, _, told = shell.run("check")
    assert (status, "delay_seconds" in told) == (2, True)


def test_a_public_site_is_not_crawled_without_a_contact(shell: Shell) -> None:
    shell.write("config.toml", '[[sources]]\nname = "Gazette"\nlistings = ["https://gazette.example/"]')
    status, _, told = shell.run("crawl")
    assert (status, "contact" in told) == (2, True)


def test_the_workbenches_print_a_line_for_every_line(shell: Shell) -> None:
    body = " ".join(BRIDGE)
    shell.write(
        "texts.jsonl", {"id": "a", "text": body}, {"id": "b", "text": body}, {"id": "c", "text": "Else."}
    )
    labels = {o["id"]: o["label"] for o in shell.lines("cluster", "texts.jsonl")}
    assert (labels["a"] == labels["b"], labels["a"] == labels["c"]) == (True, False)
    shell.write("pairs.jsonl", {"id": "p", "old": list(BRIDGE), "new": list(BRIDGE[:2])})
    (pair,) = shell.lines("diff", "--pairs", "pairs.jsonl")
    assert (pair["old_tag"], pair["new_tag"]) == (["U", "U", "D"], ["U", "U"])


def test_every_command_shows_an_example(shell: Shell) -> None:
    for command in cli.app.registered_commands:
        name = command.name or command.callback.__name__  # type: ignore[union-attr]
        assert "Example:" in shell.run(name, "--help")[1]
