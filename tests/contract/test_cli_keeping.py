"""backup, restore and prune, as a person meets them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.conftest import Run, article


@pytest.fixture(autouse=True)
def store(run: Run, folder: Path) -> None:
    (folder / "a.jsonl").write_text(article())
    run("seed", "a.jsonl")


def test_what_was_backed_up_comes_back(run: Run, folder: Path) -> None:
    items = run("items", "--jsonl").out
    assert run("backup", "b.tar.zst").out.startswith("b.tar.zst: 0.0 MiB, the store (")
    (folder / "presswatch.db").rename(folder / "lost.db")
    answer = run("restore", "b.tar.zst")
    assert (answer.status, answer.out.split(" (")[0][:24]) == (0, "Restored: the store of 2")
    assert run("items", "--jsonl").out == items


def test_a_backup_is_not_written_over_unless_by_force(run: Run, folder: Path) -> None:
    (folder / "b").write_text("mine")
    answer = run("backup", "b")
    assert (answer.status, answer.err, (folder / "b").read_text()) == (
        2,
        "presswatch: b is there already: name another one, or give --force to replace it\n",
        "mine",
    )
    assert run("backup", "b", "--force").status == 0


def test_a_folder_that_is_not_there_is_told(run: Run) -> None:
    answer = run("backup", "none/b")
    assert (answer.status, answer.err) == (2, "presswatch: none/b: name a file in a folder that is there\n")


def test_a_store_that_holds_something_stays_and_by_force_is_kept_beside(run: Run, folder: Path) -> None:
    run("backup", "b")
    assert (run("restore", "b").status, [path.name for path in folder.glob("*.before-*")]) == (1, [])
    answer = run("restore", "b", "--force")
    kept = next(folder.glob("presswatch.db.before-*"))
    assert answer.out.splitlines()[1] == f"The store that was there is kept as {kept}"


def test_what_is_no_backup_is_told_and_changes_nothing(run: Run, folder: Path) -> None:
    items = run("items", "--jsonl").out
    answer = run("restore", "a.jsonl", "--force")
    assert (answer.status, answer.err.endswith("; nothing was restored\n")) == (1, True)
    assert run("items", "--jsonl").out == items


def test_a_file_that_is_not_there_is_told(run: Run) -> None:
    answer = run("restore", "none", "--force")
    assert (answer.status, answer.err) == (2, "presswatch: none: there is no such file\n")


def test_altered_evidence_is_named_with_status_1(run: Run, folder: Path) -> None:
    digest = "ab" * 32
    (folder / "presswatch-evidence/ab").mkdir(parents=True)
    (folder / f"presswatch-evidence/ab/{digest}.zst").write_text("altered")
    answer = run("backup", "b")
    assert (answer.status, answer.err) == (
        1,
        f"presswatch: the raw response {digest} was altered since it came in: left out\n",
    )
    assert run("backup", "c", "--store-only").status == 0


def test_pruning_says_that_nothing_is_to_go_unless_somebody_says_so(run: Run) -> None:
    answer = run("prune")
    assert (answer.status, answer.err) == (
        0,
        "presswatch: [retention] keeps everything: set evidence_days or visits_days\n",
    )


def test_pruning_says_what_goes(run: Run, folder: Path) -> None:
    (folder / "config.toml").write_text("[retention]\nevidence_days = 30\nvisits_days = 30\n")
    none = "0 raw responses (0.0 MiB), 0 visits (about 0.0 MiB within the store) and 0 runs\n"
    assert run("prune", "--dry-run").out == f"Would remove {none}"
    assert run("prune", "--vacuum").out == f"Removed {none}"
