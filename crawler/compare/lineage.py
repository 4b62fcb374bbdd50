"""Who had a story first, and what each copy made of it. Pure.

Copies are tied by what the log says: `duplicate` and `moved` rows. Ties alone would chain strangers (A like
B, B like C, C not like A), so articles are clustered by their texts (`similar.cluster`), and teasers stay with
the oldest one that they are like or tied to. Neither depends on the order in which they came.

| relation | of a copy to the first |
|---|---|
| `moved` | the same story at its new address |
| `repeated` | the same listing showed it twice at one time |
| `syndicated` | from another source |
| `reprinted` | from the same source, later |
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crawler.compare import match, similar
from crawler.compare.fingerprint import body
from storage.records import Article, Change, ChangeKind, Item, Snapshot, Subject

MOST_MEMBERS = 500  # of a cluster that are compared text by text


class Relation(StrEnum):
    FIRST = "first"
    MOVED = "moved"
    REPEATED = "repeated"
    SYNDICATED = "syndicated"
    REPRINTED = "reprinted"


@dataclass(frozen=True, slots=True)
class Member:
    """One item of a cluster. `is_exact`: its text is the first's, word for word; else it is nearly so."""

    item: Item
    snapshot: Snapshot  # its first text
    relation: Relation
    is_exact: bool
    similarity: float  # to the first's text, 0 to 1


@dataclass(frozen=True, slots=True)
class Cluster:
    """Items that tell one story, oldest first. `id` is the first one's."""

    members: tuple[Member, ...]

    @property
    def id(self) -> str:
        return self.members[0].item.id


def clusters(
    items: Mapping[str, tuple[Item, Snapshot]], ties: Iterable[Change], apart: Iterable[tuple[str, str]] = ()
) -> dict[str, Cluster]:
    """The cluster of each item that has one. `items`: each with its first text, all that `ties` name.

    `apart`: pairs of items of which a reviewer said that they are not one story.
    """
    kept = _without(ties, {frozenset(pair) for pair in apart})
    ties_of: dict[str, list[Change]] = {}
    for tie in kept:
        ties_of.setdefault(tie.item_id, []).append(tie)
    found: dict[str, Cluster] = {}
    for component in _components(items, kept):
        own = [tie for id_ in component for tie in ties_of.get(id_, ())]
        moved = {tie.item_id for tie in own if tie.kind is ChangeKind.MOVED}
        for group in _by_text(component, items, own):
            if len(group) > 1:
                cluster = _cluster([items[id_] for id_ in group], moved)
                found.update(dict.fromkeys(group, cluster))
    return found


def _without(ties: Iterable[Change], apart: set[frozenset[str]]) -> list[Change]:
    return [tie for tie in ties if tie.of is not None and frozenset((tie.item_id, tie.of)) not in apart]


def _components(items: Mapping[str, object], ties: Iterable[Change]) -> list[list[str]]:
    """The items that ties connect, directly or not."""
    group = {id_: [id_] for id_ in items}
    for tie in ties:
        one, other = group.get(tie.item_id), group.get(tie.of or "")
        if one is not None and other is not None and one is not other:
            one, other = (one, other) if len(one) >= len(other) else (other, one)
            one.extend(other)
            group.update(dict.fromkeys(other, one))
    return list({id(members): members for members in group.values() if len(members) > 1}.values())


def _by_text(
    component: Sequence[str], items: Mapping[str, tuple[Item, Snapshot]], ties: Iterable[Change]
) -> list[list[str]]:
    """`component` parted where its texts are strangers; a move and its old address stay together."""
    if len(component) <= 2 or len(component) > MOST_MEMBERS:
        return [list(component)]
    if items[component[0]][0].subject is Subject.ARTICLE:
        labels = similar.cluster([(id_, _text(items[id_][1])) for id_ in sorted(component)])
    else:
        labels = _with_oldest(component, items, {(tie.item_id, tie.of) for tie in ties})
    joined = {tie.item_id: tie.of for tie in ties if tie.kind is ChangeKind.MOVED and tie.of in labels}
    for new, old in joined.items():
        if new in labels and old is not None and labels[new] != labels[old]:
            labels = {i: labels[old] if label == labels[new] else label for i, label in labels.items()}
    groups: dict[str, list[str]] = {}
    for id_ in component:
        groups.setdefault(labels[id_], []).append(id_)
    return list(groups.values())


def _with_oldest(
    component: Sequence[str], items: Mapping[str, tuple[Item, Snapshot]], tied: Set[tuple[str, str | None]]
) -> dict[str, str]:
    """The oldest teaser that each one is like, or tied to itself; one that is like none of them is its own."""
    labels: dict[str, str] = {}
    oldest: list[str] = []
    for id_ in sorted(component, key=lambda id_: _age(items[id_][0])):
        near = (one for one in oldest if (id_, one) in tied or _is_like(items[id_][1], items[one][1]))
        labels[id_] = next(near, id_)
        if labels[id_] == id_:
            oldest.append(id_)
    return labels


def _is_like(one: Snapshot, other: Snapshot) -> bool:
    return match.likeness_to(one.content)(other.content) is not None


def _age(item: Item) -> tuple[datetime, str, str]:
    return item.first_seen, item.order, item.id


def _cluster(members: Sequence[tuple[Item, Snapshot]], moved: set[str]) -> Cluster:
    ordered = sorted(members, key=lambda member: _age(member[0]))
    first, text = ordered[0]
    return Cluster(tuple(_member(item, snapshot, first, text, moved) for item, snapshot in ordered))


def _member(item: Item, snapshot: Snapshot, first: Item, text: Snapshot, moved: set[str]) -> Member:
    is_exact = _text(snapshot) == _text(text)
    likeness = 1.0 if is_exact else match.text_similarity(text.content, snapshot.content)
    return Member(item, snapshot, _relation(item, first, moved), is_exact, likeness)


def _relation(item: Item, first: Item, moved: set[str]) -> Relation:
    if item.id == first.id:
        return Relation.FIRST
    if item.id in moved:
        return Relation.MOVED
    if item.source != first.source:
        return Relation.SYNDICATED
    is_one_page = item.subject is Subject.TEASER and item.order.split("|")[:-1] == first.order.split("|")[:-1]
    return Relation.REPEATED if is_one_page and item.first_seen == first.first_seen else Relation.REPRINTED


def _text(snapshot: Snapshot) -> str:
    content = snapshot.content
    if isinstance(content, Article):
        return body(content)
    return " ".join(filter(None, (content.headline, content.excerpt)))
