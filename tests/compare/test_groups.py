"""Changes that are one thing to a reader."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from crawler.compare.groups import GroupKind, edit_id, flaps, same_edits
from storage.records import Change, ChangeKind, Subject

START = datetime(2026, 3, 4, tzinfo=UTC)


def change(number: int, kind: ChangeKind = ChangeKind.CHANGED, *, returns: bool = False) -> Change:
    at = START + timedelta(hours=number)
    return Change(
        f"change-{number}",
        kind,
        Subject.ARTICLE,
        "item",
        "Gazette",
        None,
        None,
        at,
        None,
        at,
        reverts_to=f"snapshot-{number - 2}" if returns else None,
    )


def test_the_same_edit_on_two_pages_has_one_id_whatever_stands_around_it() -> None:
    one = "The bridge opens on Monday. Write to the desk at 4 Eel Lane, Port Linnet."
    other = "Pears were dear this week. Write to the desk at 4 Eel Lane, Port Linnet."
    ids = {edit_id([("body", text, text.replace("4 Eel Lane", "9 Mole Road"))]) for text in (one, other)}
    assert len(ids) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("The toll is 3 crowns a lorry.", "The toll is 4 crowns a lorry."),
        ("The club lost 3 games in May.", "The club lost 4 games in May."),
        ("The club lost 3 games in May.", "The club lost 5 games in May."),
        ("The club lost 3 games in May.", None),
        (None, "The club lost 3 games in May."),
    ],
)
def test_another_edit_has_another_id(old: str | None, new: str | None) -> None:
    assert edit_id([("body", old, new)]) != edit_id([("body", "A fare is 3 pence.", "A fare is 4 pence.")])


def test_what_has_no_edit_has_no_id() -> None:
    assert edit_id([]) is None


def test_an_edit_seen_on_several_items_is_a_group_and_twice_on_one_is_none() -> None:
    sharing = {"e1": {"c1": "a", "c2": "b"}, "e2": {"c3": "a", "c4": "a"}}
    (group,) = same_edits(sharing)
    assert (group.id, group.kind, group.change_ids) == ("e1", GroupKind.SAME_EDIT, ("c1", "c2"))


def test_there_and_back_is_an_edit_and_its_reversal() -> None:
    assert flaps([change(1), change(2, returns=True)]) == []


def test_there_and_back_and_there_again_is_one_flapping_record() -> None:
    (group,) = flaps([change(1), change(2, returns=True), change(3, returns=True)])
    assert group.kind is GroupKind.FLAPPING
    assert group.change_ids == ("change-1", "change-2", "change-3")


def test_flapping_keeps_its_id_as_it_goes_on_and_ends_with_another_edit() -> None:
    swing = [change(1), change(2, returns=True), change(3, returns=True)]
    (before,) = flaps(swing)
    (after,) = flaps([*swing, change(4, returns=True), change(5)])
    assert after.id == before.id
    assert after.change_ids[-1] == "change-4"


def test_an_article_that_disappears_time_and_again_swings() -> None:
    gone, back = ChangeKind.REMOVED, ChangeKind.RESTORED
    log = [change(0, ChangeKind.NEW), change(1, gone), change(2, back), change(3, gone), change(4, back)]
    (group,) = flaps(log)
    assert group.size == 4
    assert flaps(log[:3]) == []
