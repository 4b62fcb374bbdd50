"""What changes mean, as a person asks for it: campaigns, the heaviest, `trace`, `lineage`, `overrule`.

Read from the store that the demo leaves: one campaign (a name struck from twenty notices), copies, edits.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crawler.demo_site.notices import NAME_STRUCK, NOTICES, PORT_OFFICE
from tests.contract.conftest import Answer, Run, article

Ask = Callable[..., Answer]
FORMATS = ["terminal", "html", "jsonl", "csv", "markdown"]
CAMPAIGN_KEYS = [
    *("id", "source", "kind", "term", "replacement", "first_at", "last_at", "items"),
    *("expected", "p_value", "q_value", "test", "changes"),
]


@pytest.fixture
def ask(run: Run, demo_folder: Path) -> Ask:
    """`presswatch` with these arguments, on the demo's store, which is only read."""

    def call(*words: object) -> Answer:
        return run("--config", demo_folder / "config.toml", *words)

    return call


@pytest.fixture
def say(run: Run, folder: Path, demo_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """The same on a copy of the store, for what is written there by the reviewer Ida."""
    monkeypatch.setenv("USER", "ida")
    shutil.copytree(demo_folder, folder / "copy")

    def call(*words: object) -> Answer:
        return run("--config", folder / "copy" / "config.toml", *words)

    return call


def log(ask: Ask, *words: str) -> list[dict[str, Any]]:
    return ask("report", "--format", "jsonl", *words).lines


def struck(ask: Ask) -> list[dict[str, Any]]:
    """The changes of the campaign, oldest first."""
    return [line for line in log(ask, "--source", PORT_OFFICE) if line["campaign"]]


# ---------------------------------------------------------------- every line of the log


def is_text_or_null(value: object) -> bool:
    return value is None or (isinstance(value, str) and value != "")


def is_edit(edit: dict[str, Any]) -> bool:
    proofs = edit["evidence"]
    return (
        list(edit) == ["where", "kinds", "old", "new", "evidence"]
        and isinstance(edit["where"], str)
        and edit["kinds"] == [kind for kind in edit["kinds"] if isinstance(kind, str)] != []
        and all(is_text_or_null(edit[side]) for side in ("old", "new"))
        and (edit["old"], edit["new"]) != (None, None)
        and isinstance(proofs, list)
        and all(set(proof) == {"kind", "old", "new"} and proof["kind"] in edit["kinds"] for proof in proofs)
    )


def test_every_line_says_what_its_change_means_in_the_types_of_the_contract(ask: Ask) -> None:
    lines = log(ask)
    assert len(lines) > 100
    assert [line["edits"] for line in lines if not isinstance(line["edits"], list)] == []
    assert [edit for line in lines for edit in line["edits"] if not is_edit(edit)] == []
    assert [line["weight"] for line in lines if type(line["weight"]) is not int] == []
    assert [line["weight"] for line in lines if not 0 <= line["weight"] <= 100] == []
    assert [line["stealth"] for line in lines if type(line["stealth"]) is not bool] == []
    ids = ("cluster", "group", "campaign", "edit_id", "relation", "compared_with")
    assert [(line[key], key) for line in lines for key in ids if not is_text_or_null(line[key])] == []
    assert [line["annotations"] for line in lines] == [[] for _ in lines]


def test_what_an_edit_is_made_of_is_there_exactly_where_a_text_was_edited(ask: Ask) -> None:
    lines = log(ask)
    changed = [line for line in lines if line["kind"] == "changed"]
    assert [line["id"] for line in changed if not (line["edits"] and line["edit_id"])] == []
    assert {line["kind"] for line in lines if line["edit_id"]} == {"changed"}
    assert {line["kind"] for line in lines if line["edits"]} <= {"changed", "duplicate"}
    assert {line["kind"] for line in lines if line["stealth"]} == {"changed"}


def test_identical_edits_share_an_id_and_a_group_and_others_do_not(ask: Ask) -> None:
    campaign = struck(ask)
    (edit_id,) = {line["edit_id"] for line in campaign}
    assert {line["group"] for line in campaign} == {edit_id}
    others = [line for line in log(ask) if line["edit_id"] == edit_id]
    assert [line["id"] for line in others] == [line["id"] for line in campaign]


def test_a_copy_belongs_to_the_cluster_of_its_original(ask: Ask) -> None:
    lines = log(ask)
    copies = [line for line in lines if line["kind"] == "duplicate"]
    firsts = {line["item"]: line for line in lines if line["relation"] == "first"}
    assert len(copies) > 0
    assert [firsts[line["of"]]["cluster"] for line in copies] == [line["cluster"] for line in copies]
    assert {line["relation"] for line in copies} == {"syndicated", "reprinted"}


# ---------------------------------------------------------------- campaigns


def test_the_campaign_is_one_json_line_with_its_changes(ask: Ask) -> None:
    (line,) = ask("report", "--campaigns", "--format", "jsonl").lines
    assert list(line) == CAMPAIGN_KEYS
    assert (line["source"], line["kind"], line["term"], line["replacement"]) == (
        PORT_OFFICE,
        "removed",
        NAME_STRUCK,
        None,
    )
    found = struck(ask)
    assert {change["campaign"] for change in found} == {line["id"]}
    assert line["changes"] == [change["id"] for change in found]
    assert line["items"] == [change["item"] for change in found]
    assert (len(found), line["first_at"], line["last_at"]) == (
        len(NOTICES),
        found[0]["detected_at"],
        found[-1]["detected_at"],
    )
    assert 0 <= line["p_value"] <= line["q_value"] <= 0.01
    assert 0 < line["expected"] < len(NOTICES)


def test_the_table_has_the_same_columns(ask: Ask) -> None:
    (row,) = csv.DictReader(io.StringIO(ask("report", "--campaigns", "--format", "csv").out))
    (line,) = ask("report", "--campaigns", "--format", "jsonl").lines
    assert list(row) == CAMPAIGN_KEYS
    assert (row["id"], row["term"], row["replacement"]) == (line["id"], NAME_STRUCK, "")
    assert row["changes"].split() == line["changes"]


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_names_the_campaign_its_term_and_its_changes(ask: Ask, form: str) -> None:
    (line,) = ask("report", "--campaigns", "--format", "jsonl").lines
    answer = ask("report", "--campaigns", "--format", form)
    wanted = [line["id"], NAME_STRUCK, PORT_OFFICE, *line["changes"]]
    assert (answer.status, [word for word in wanted if word not in answer.out]) == (0, [])


@pytest.mark.parametrize("form", FORMATS)
def test_a_time_without_a_campaign_has_none_in_any_format(ask: Ask, form: str) -> None:
    answer = ask("report", "--campaigns", "--until", "2026-03-01", "--format", form)
    assert (answer.status, NAME_STRUCK in answer.out) == (0, False)
    assert (answer.out == "") is (form == "jsonl")


def test_the_terminal_keeps_to_80_columns(ask: Ask) -> None:
    shown = [
        *(ask("report", "--campaigns"), ask("report", "--heaviest", 5), ask("trace", NAME_STRUCK)),
        ask("lineage", first_of_a_cluster(ask)),
    ]
    assert max(len(line) for answer in shown for line in answer.out.splitlines()) <= 80


def test_the_full_report_says_that_there_is_a_campaign(ask: Ask) -> None:
    shown = " ".join(ask("report").out.split())
    assert f"“{NAME_STRUCK}” removed" in shown
    assert "presswatch report --campaigns" in shown


# ---------------------------------------------------------------- the heaviest


def test_the_heaviest_are_the_changes_of_most_weight_heaviest_first(ask: Ask) -> None:
    weights = sorted((line["weight"] for line in log(ask)), reverse=True)
    heaviest = log(ask, "--heaviest", "3")
    assert [line["weight"] for line in heaviest] == weights[:3]
    assert log(ask, "--heaviest", "2") == heaviest[:2]


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_has_the_heaviest_alone(ask: Ask, form: str) -> None:
    lines = [line for line in log(ask) if not line["campaign"]]  # the page lists a campaign's changes
    ids = [line["id"] for line in log(ask, "--heaviest", "3")]
    answer = ask("report", "--heaviest", 3, "--format", form)
    assert answer.status == 0
    assert sorted(line["id"] for line in lines if line["id"] in answer.out) == sorted(ids)


def test_more_than_there_are_is_all_and_less_than_one_is_wrong_usage(ask: Ask) -> None:
    assert len(log(ask, "--heaviest", "100000")) == len(log(ask))
    assert ask("report", "--heaviest", 0).status == 2


# ---------------------------------------------------------------- trace


def test_a_trace_tells_where_a_name_stood_and_when_it_vanished(ask: Ask) -> None:
    lines = ask("trace", NAME_STRUCK, "--jsonl").lines
    campaign = struck(ask)
    assert {line["item"] for line in lines} == {change["item"] for change in campaign}
    assert [list(line) for line in lines] == [
        ["term", "item", "source", "url", "headline", "presences"] for _ in NOTICES
    ]
    last = {change["item"]: change for change in campaign}
    for line in lines:
        (presence,) = line["presences"]
        change = last[line["item"]]
        assert (presence["vanished_before"], presence["vanished_in"], presence["most"]) == (
            change["changed_before"],
            change["after"],
            1,
        )
        assert (presence["appeared_after"], presence["held_until"]) == (None, change["changed_after"])
    assert lines == sorted(lines, key=lambda line: line["presences"][0]["appeared_before"])


def test_a_trace_is_drawn_with_its_beginning_its_timeline_and_its_items(ask: Ask) -> None:
    shown = ask("trace", "tobias  QUILL’s").out
    assert "20 items of 1 source; still there in 0, gone from 20" in shown
    assert "First seen" in shown
    assert "−20" in shown
    assert [notice.headline for notice in NOTICES if notice.headline not in shown] == []


def test_a_trace_may_be_of_one_source(ask: Ask) -> None:
    assert ask("trace", NAME_STRUCK, "--source", "Harbour Gazette", "--jsonl").out == ""
    one = ask("trace", NAME_STRUCK, "--source", PORT_OFFICE, "--jsonl").out
    assert one == ask("trace", NAME_STRUCK, "--jsonl").out != ""


def test_a_word_that_stands_nowhere_has_an_empty_trace(ask: Ask) -> None:
    answer = ask("trace", "hippopotamuses")
    assert (answer.status, "It stands in no text on record." in answer.out) == (0, True)
    assert ask("trace", "hippopotamuses", "--jsonl") == Answer(0, "", "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["trace", ""], "give a name, word or phrase"),
        (["trace", "  \t"], "give a name, word or phrase"),
        (["trace", "quay", "--source", "Gazete"], "no source is named 'Gazete'"),
        (["trace", "quay", "--zone", "Mars/Olympus"], "Mars/Olympus"),
    ],
)
def test_a_trace_of_nothing_or_of_an_unknown_source_is_wrong_usage(
    ask: Ask, words: list[str], said: str
) -> None:
    answer = ask(*words)
    assert (answer.status, answer.out, said in answer.err) == (2, "", True)


# ---------------------------------------------------------------- lineage


def first_of_a_cluster(ask: Ask) -> str:
    """The item that was copied by another source."""
    return next(
        str(line["of"]) for line in log(ask, "--kind", "duplicate") if line["relation"] == "syndicated"
    )


def test_a_lineage_tells_who_had_a_story_first_and_what_each_copy_changed(ask: Ask) -> None:
    lines = ask("lineage", first_of_a_cluster(ask), "--jsonl").lines
    assert [line["relation"] for line in lines] == ["first", "syndicated"]
    first, copy = lines
    assert (first["exact"], first["similarity"], first["edits"]) == (True, 1.0, [])
    assert (copy["exact"], 0.5 < copy["similarity"] < 1) == (False, True)
    assert [edit for edit in copy["edits"] if not is_edit(edit)] == []
    assert first["cluster"] == copy["cluster"]
    assert first["first_seen"] < copy["first_seen"]


def test_a_lineage_is_found_by_id_by_its_beginning_and_by_address_of_any_member(ask: Ask) -> None:
    id_ = first_of_a_cluster(ask)
    members = ask("lineage", id_, "--jsonl").lines
    told = ask("lineage", id_)
    names = (id_[:10], *(member[key] for member in members for key in ("item", "url")))
    assert {ask("lineage", name).out for name in names} == {told.out}
    assert [m["headline"] for m in members if m["headline"] not in told.out] == []
    assert [m["item"] for m in members if m["item"] not in told.out] == []


def test_an_item_without_copies_says_so(ask: Ask) -> None:
    item = struck(ask)[0]["item"]
    assert ask("lineage", item).out == f"Item {item} has no copies on record.\n"
    assert ask("lineage", item, "--jsonl") == Answer(0, "", "")


@pytest.mark.parametrize("name", ["zzz", "", "https://port-office.example/none"])
def test_an_unknown_item_has_no_lineage(ask: Ask, name: str) -> None:
    answer = ask("lineage", name)
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.endswith("`presswatch items` shows the ids\n")


# ---------------------------------------------------------------- overrule


def of(say: Ask, change: str) -> dict[str, Any]:
    return next(line for line in log(say) if line["id"] == change)


def test_a_false_alarm_weighs_nothing_and_belongs_to_no_campaign(say: Ask) -> None:
    change = struck(say)[4]
    answer = say("overrule", change["id"], "false-alarm", "--note", " the clerk's  name ")
    assert answer == Answer(0, f"Noted: change {change['id']} is false-alarm, says ida\n", "")
    line = of(say, change["id"])
    assert (line["weight"], line["campaign"]) == (0, None)
    (word,) = line["annotations"]
    assert (list(word), word["ruling"], word["by"], word["note"]) == (
        ["ruling", "by", "at", "note"],
        "false-alarm",
        "ida",
        "the clerk's  name",
    )
    ours = ("weight", "campaign", "annotations")
    assert {k: v for k, v in line.items() if k not in ours} == {
        k: v for k, v in change.items() if k not in ours
    }
    (campaign,) = say("report", "--campaigns", "--format", "jsonl").lines
    assert (len(campaign["changes"]), change["id"] in campaign["changes"]) == (len(NOTICES) - 1, False)


def test_what_is_no_duplicate_belongs_to_no_cluster(say: Ask) -> None:
    copy = next(line for line in log(say, "--kind", "duplicate") if line["relation"] == "syndicated")
    assert say("overrule", copy["id"], "not-duplicate", "--by", "Ilse").status == 0
    line = of(say, copy["id"])
    assert (line["cluster"], line["relation"], line["kind"]) == (None, None, "duplicate")
    assert [(word["ruling"], word["by"]) for word in line["annotations"]] == [("not-duplicate", "Ilse")]
    assert say("lineage", copy["of"]).out == f"Item {copy['of']} has no copies on record.\n"


def test_what_is_not_the_same_item_is_held_apart(say: Ask) -> None:
    moved = next(line for line in log(say, "--kind", "moved") if line["cluster"])
    assert say("overrule", moved["id"], "not-same-item").status == 0
    line = of(say, moved["id"])
    assert [word["ruling"] for word in line["annotations"]] == ["not-same-item"]
    assert line["relation"] != "moved"


@pytest.mark.parametrize("ruling", ["false-alarm", "not-same-item"])
def test_withdrawn_takes_the_last_word_back_and_both_stay_on_record(say: Ask, ruling: str) -> None:
    change = struck(say)[0]
    assert say("overrule", change["id"], ruling).status == 0
    assert say("overrule", f"{change['before']}..{change['after']}", "withdrawn").status == 0
    line = of(say, change["id"])
    assert (line["weight"], line["campaign"]) == (change["weight"], change["campaign"])
    assert [word["ruling"] for word in line["annotations"]] == [ruling, "withdrawn"]


@pytest.mark.parametrize("form", ["terminal", "html", "markdown"])
def test_a_ruling_stands_beside_the_change_for_a_reader(say: Ask, form: str) -> None:
    change = next(line for line in log(say, "--kind", "duplicate"))
    say("overrule", change["id"], "not-duplicate", "--note", "another year")
    words = " ".join(say("report", "--kind", "duplicate", "--format", form).out.split())
    assert ("not a duplicate" in words.lower() or "not-duplicate" in words, "another year" in words) == (
        True,
        True,
    )
    assert "ida" in words
    full = " ".join(say("diff", change["id"]).out.split())
    assert ("another year" in full, "ida" in full) == (True, True)


@pytest.mark.parametrize(
    ("ruling", "said"),
    [
        ("nonsense", "ruling 'nonsense' is unknown; there are: not-duplicate, not-same-item, "),
        ("withdrawn", "there is nothing to withdraw"),
        ("not-duplicate", "it calls nothing a duplicate"),
    ],
)
def test_a_ruling_that_cannot_be_said_of_a_change_is_wrong_usage(say: Ask, ruling: str, said: str) -> None:
    change = struck(say)[0]
    answer = say("overrule", change["id"], ruling)
    assert (answer.status, answer.out, said in answer.err) == (2, "", True)
    assert of(say, change["id"])["annotations"] == []


def test_an_unknown_change_cannot_be_overruled(say: Ask) -> None:
    answer = say("overrule", "zzz", "false-alarm")
    assert (answer.status, answer.err) == (
        2,
        "presswatch: no change has the id 'zzz': `presswatch report` shows the ids\n",
    )


def test_nobody_overrules_without_a_name(say: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("USER")
    monkeypatch.delenv("USERNAME", raising=False)
    answer = say("overrule", struck(say)[0]["id"], "false-alarm", "--by", " ")
    assert (answer.status, answer.err) == (2, "presswatch: say who overrules it: --by NAME\n")


def test_a_ruling_survives_older_evidence_that_comes_in_later(say: Ask, folder: Path) -> None:
    change = struck(say)[2]
    say("overrule", change["id"], "false-alarm", "--note", "seen on paper")
    before = of(say, change["id"])
    older = article(
        "Fees as they once were",
        "Boats of any length pay a herring a night.",
        source=PORT_OFFICE,
        url=change["url"],
        captured_at="2025-01-05T09:00:00Z",
    )
    (folder / "older.jsonl").write_text(older)
    count = len(log(say))
    assert say("seed", "older.jsonl").status == 0
    assert len(log(say)) == count + 1
    line = of(say, change["id"])
    assert (line["annotations"], line["weight"]) == (before["annotations"], 0)
    (campaign,) = say("report", "--campaigns", "--format", "jsonl").lines
    assert change["id"] not in campaign["changes"]


# ---------------------------------------------------------------- what vanished, and where a headline ends


def told(number: int, text: str, day: int, **said: Any) -> str:
    at = f"2026-{1 + day // 28:02}-{1 + day % 28:02}T09:00:00Z"
    url = f"https://gazette.example/{number}"
    return article(f"Report {number}", text, url=url, captured_at=at, **said)


def taken_down(number: int, day: int) -> str:
    """An address that answers 404 on a day, and on the next one again."""
    url = f"https://gazette.example/{number}"
    times = [f"2026-{1 + d // 28:02}-{1 + d % 28:02}T09:00:00Z" for d in (day, day + 1)]
    lines = [
        {"kind": "gone", "source": "Gazette", "captured_at": at, "url": url, "status": 404} for at in times
    ]
    return "".join(json.dumps(line) + "\n" for line in lines)


def test_articles_that_vanish_together_are_called_by_the_name_they_share(run: Run, folder: Path) -> None:
    words = [
        "eels",
        "rope",
        "tar",
        "lamps",
        "pilots",
        "weirs",
        "brine",
        "salt",
        "hemp",
        "coal",
        "nets",
        "oars",
    ]
    kept = [
        told(n, f"The {words[n % 12]} of pier {n} and the {words[n * 5 % 11]} of yard {n * 7} are dear.", 0)
        for n in range(40)
    ]
    named = [
        told(n, f"The {words[n % 12]} of quay {n * 3}, Orlo Venn, {n} {words[n * 7 % 11]} and a dog.", 0)
        for n in range(40, 65)
    ]
    steady = [taken_down(n, 4 * n + 4) for n in range(25)]
    wave = [taken_down(n, 120) for n in range(40, 65)]
    (folder / "all.jsonl").write_text("".join([*kept, *named, *steady, *wave]))
    assert run("seed", "all.jsonl").status == 0
    (campaign,) = run("report", "--campaigns", "--format", "jsonl").lines
    assert (campaign["kind"], campaign["term"], len(campaign["items"])) == ("removals", "Orlo Venn", 25)


def test_the_end_of_a_headline_and_the_beginning_of_the_text_make_no_term(run: Run, folder: Path) -> None:
    (folder / "one.jsonl").write_text(article("The Mayor meets Orlo", "Venn is a village of weavers."))
    run("seed", "one.jsonl")
    assert run("trace", "Orlo Venn", "--jsonl").out == ""
    assert len(run("trace", "Venn", "--jsonl").lines) == 1


@pytest.mark.parametrize(("pages", "campaigns"), [(8, 0), (40, 1)])
def test_one_edit_on_a_few_pages_is_a_group_and_on_very_many_a_campaign_too(
    run: Run, folder: Path, pages: int, campaigns: int
) -> None:
    lines = []
    for n in range(60):
        old = f"Pier {n} took in {n + 3} tons of {chr(97 + n % 26) * 4}. Write to the Eel Lane desk."
        ours = old.replace(f"{n + 3} tons", f"{n + 5} tons of wet {chr(97 + n * 7 % 26) * 5} and")
        lines += [told(n, old, 0), told(n, ours, 2 * n + 1)]
        if n < pages:
            lines.append(told(n, ours.replace("Eel Lane desk", "Mole Road office"), 124))
    (folder / "all.jsonl").write_text("".join(lines))
    assert run("seed", "all.jsonl").status == 0
    found = run("report", "--campaigns", "--format", "jsonl").lines
    assert [(c["kind"], c["term"], len(c["items"])) for c in found] == [
        ("replaced", "Eel Lane desk", pages) for _ in range(campaigns)
    ]
    groups = [line["group"] for line in log(run) if line["detected_at"] >= "2026-05-13"]
    assert (len(groups), len(set(groups)), None in groups) == (pages, 1, False)
