"""What a change is to a reviewer: which kinds of edit, how weighty, silent or not, in which words. Pure.

What lives here: putting together what `kinds`, `weight`, `terms` and `groups` say of two texts. What must
not: those rules themselves, and which changes are assessed when (`crawler.desk`).

Of most changes the two texts are an item's own, earlier and later. Where a change names the snapshot of
another item as its `before`, that is what a teaser told of an article, or the original that a copy names:
`compared` brings the two into one form.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace

from crawler.compare import differ, fingerprint, groups, kinds, terms
from crawler.compare.kinds import Kind
from crawler.compare.told import told_otherwise
from crawler.compare.weight import Part, Weight, rarities, weight
from storage.records import Article, Assessment, Change, ChangeKind, Content, Snapshot, Subject, Teaser

VERSION = 3  # raise it when what this module returns for the same texts changes: all is assessed anew

_PLAIN_WEIGHTS = {  # of a change without two texts to compare
    ChangeKind.NEW: 10,
    ChangeKind.DUPLICATE: 5,
    ChangeKind.MOVED: 10,
    ChangeKind.REMOVED: 70,
    ChangeKind.RESTORED: 50,
}
_BESIDE = 0.4  # of what the same edits would weigh
_TEASER_SHARE = 0.5  # of an article's weight: a teaser goes and comes more easily
_DATES = frozenset({"published", "modified", "date"})


class Tally:
    """How many changes of each source had each kind of edit, so far."""

    def __init__(self, counts: Iterable[tuple[str, tuple[str, ...], int]]) -> None:
        self._kinds: dict[str, Counter[Kind]] = {}
        self._changes: Counter[str] = Counter()
        for source, found, changes in counts:
            self._add(source, found, changes)

    def _add(self, source: str, found: Iterable[str], changes: int) -> None:
        self._changes[source] += changes
        counter = self._kinds.setdefault(source, Counter())
        for name in found:
            counter[Kind(name)] += changes

    def add(self, assessment: Assessment) -> None:
        self._add(assessment.source, assessment.kinds, 1)

    def rarities(self, source: str) -> dict[Kind, float]:
        return rarities(self._kinds.get(source, Counter()), self._changes[source])


def assess(
    change: Change, before: Snapshot, after: Snapshot, rarity: Mapping[Kind, float], language: str | None
) -> Assessment:
    """What `change`, from one snapshot to the other, is. `rarity`: of each kind, at this source till then."""
    old, new = compared(before.content, after.content)
    found = kinds.edits(old, new, language)
    is_beside = change.kind is ChangeKind.CHANGED and change.of is not None
    is_edit = change.kind in (ChangeKind.CHANGED, ChangeKind.MOVED) and not is_beside
    is_stealth = is_edit and kinds.is_stealth(old, new, found)
    if is_stealth and isinstance(before.content, Teaser) and isinstance(after.content, Article):
        is_stealth = not _tells_of_an_edit(after.content, language)
    heavy = weight(found, rarity, is_stealth=is_stealth, reverts=change.reverts_to is not None)
    if is_beside:
        heavy = _beside(heavy)
    elif change.kind is ChangeKind.MOVED:
        heavy = _moved(heavy, change)
    words = terms.term_changes(*map(fingerprint.headed, (old, new))) if is_edit else terms.TermChanges()
    texts = [e for e in found if e.where not in _DATES] or found
    return Assessment(
        change_id=change.id,
        item_id=change.item_id,
        source=change.source,
        at=change.detected_at,
        version=VERSION,
        kinds=tuple(sorted({kind.value for edit in found for kind in edit.kinds})),
        weight=heavy.value,
        is_stealth=is_stealth,
        edit_id=groups.edit_id((edit.where, edit.old, edit.new) for edit in texts),
        edits=tuple(plain(edit) for edit in found),
        parts=tuple(asdict(part) for part in heavy.parts),
        removed=words.removed,
        added=words.added,
        replaced=words.replaced,
    )


def _tells_of_an_edit(article: Article, language: str | None) -> bool:
    """Whether an article, when first seen, showed a date later than its first, or a correction notice."""
    shown = article.modified
    if shown is not None and not _is_same_date(shown, article.published):
        return True
    return kinds.has_notice(article, language)


def _is_same_date(shown: str, published: str | None) -> bool:
    """Whether a date of update says no more than that of publication; one printed as a day only holds all day."""
    if published is None:
        return False
    return (
        shown.startswith(published)
        or published.startswith(shown)
        or differ.same_date(shown, published, "UTC")
    )


def _moved(heavy: Weight, change: Change) -> Weight:
    """The weight of a move: of its edits, and at the least of what any move weighs."""
    least = plain_weight(change)
    if heavy.value >= least:
        return heavy
    return Weight(least, (Part(float(least), "the same story at another address"),))


def _beside(heavy: Weight) -> Weight:
    """The weight of a copy that differs from its original: it may have been another from the start."""
    part = Part(
        round(heavy.value * _BESIDE, 1), "a copy beside its original, from which it may always have differed"
    )
    return Weight(round(part.points), (part,) if part.points else ())


def plain_weight(change: Change) -> int:
    """The weight of a change that has no two texts to compare, 0 to 100."""
    full = _PLAIN_WEIGHTS.get(change.kind, 0)
    return full if change.subject is Subject.ARTICLE else round(full * _TEASER_SHARE)


def compared(before: Content, after: Content) -> tuple[Content, Content]:
    """Two contents in one form, so that they can be held against each other word by word."""
    if isinstance(before, Teaser) and isinstance(after, Article):
        told = told_otherwise(before, after)
        bare = replace(after, headline=before.headline, paragraphs=())
        return (told.before, told.after) if told else (bare, replace(after, paragraphs=()))
    return before, after


def plain(edit: kinds.Edit) -> dict[str, object]:
    """An edit as plain JSON values: where, kinds, old, new, evidence."""
    evidence = [{"kind": e.kind.value, "old": e.old, "new": e.new} for e in edit.evidence]
    return {
        "where": edit.where,
        "kinds": [kind.value for kind in edit.kinds],
        "old": edit.old,
        "new": edit.new,
        "evidence": evidence,
    }
