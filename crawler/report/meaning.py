"""The words in which every output says what a change means: kinds of edit, weight, groups, campaigns. Pure.

What must not live here: the rules by which a change means something (`crawler.compare`), markup, colour,
width. Strings that come out may hold text of strangers; whoever draws them makes them inert.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from crawler.compare.campaigns import Campaign
from crawler.compare.groups import GroupKind
from crawler.report.view import Bearing, Entry
from crawler.report.wording import Fact, compared_with, local, moment, number, other
from storage.records import Annotation, Change, ChangeKind, Ruling

SILENT = "silent"
HEAVY = 60  # the weight from which on a change stands out
_PLACES = ("headline", "byline", "lead")  # kinds that say where the edit is, named after those that say what
_RELATIONS = {
    "syndicated": "syndicated: another source had it first",
    "reprinted": "reprinted: its own source had it before",
    "repeated": "repeated: listed twice at one time",
}
_RULINGS = {
    Ruling.NOT_DUPLICATE: "not a duplicate",
    Ruling.NOT_SAME_ITEM: "not the same item",
    Ruling.FALSE_ALARM: "false alarm",
    Ruling.WITHDRAWN: "withdrawn",
}
NOTHING_STANDS_OUT = (
    "Nothing stands out: no name, term or phrase was removed, added or replaced in more articles at once, "
    "and no more of them disappeared, than the ordinary editing of their source explains. A single edit can "
    "matter all the same: the change log has it."
)
_MOST_CAMPAIGNS = 3  # named beside one change


@dataclass(frozen=True, slots=True)
class Proof:
    """The words that show one kind of edit; None on a side that has none, or where they are the sentence."""

    kind: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Sentence:
    """One edited sentence: where it stands, the kinds of edit in words, both texts, and what shows it."""

    where: str
    kinds: str
    old: str | None
    new: str | None
    proofs: tuple[Proof, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What one reason adds to a weight; None where it says no number."""

    points: str | None
    reason: str


class Unfolded:
    """The entries that are drawn: those no other one stands for. `folded`: how many were left out so far."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = entries
        self.folded = 0

    def __iter__(self) -> Iterator[Entry]:
        for entry in self._entries:
            if entry.bearing.is_folded:
                self.folded += 1
            else:
                yield entry

    @property
    def said(self) -> str | None:
        """
        >>> unfolded = Unfolded(())
        >>> unfolded.folded = 2
        >>> unfolded.said
        '2 changes are folded into others of their group'
        """
        if not self.folded:
            return None
        is_one = self.folded == 1
        into = "is folded into another of its group" if is_one else "are folded into others of their group"
        return f"{number(self.folded, 'change')} {into}"


# ---------------------------------------------------------------- one change


def weight(bearing: Bearing) -> str:
    """``w 72``; "" where it weighs nothing."""
    return f"w {bearing.weight}" if bearing.weight else ""


def kinds(bearing: Bearing) -> str:
    """The kinds of edit in words, what was edited before where; "" where none is known.

    >>> kinds(Bearing(kinds=("claim_added", "lead", "number")))
    'claim added, number, lead'
    """
    return kind_names(kinds_of(bearing))


def kinds_of(bearing: Bearing) -> tuple[str, ...]:
    """The kinds of edit by name, each once, sorted: the change's own, else, of a near copy, its edits'."""
    return bearing.kinds or tuple(
        sorted({kind for edit in bearing.edits for kind in _texts(edit.get("kinds"))})
    )


def kind_names(found: Iterable[str]) -> str:
    """Kinds of edit in words, in the order given, those that only say where at the end."""
    ordered = sorted(found, key=lambda kind: kind in _PLACES)
    return ", ".join(kind.replace("_", " ") for kind in ordered)


def meaning(entry: Entry, zone: ZoneInfo) -> tuple[Fact, ...]:
    """What there is to know of a change beside the others: told by whom, how related, overruled or not.

    The campaigns are not among it: `campaigns_of` names them.
    """
    bearing, found = entry.bearing, list(_compared(entry))
    if entry.change.kind is ChangeKind.DUPLICATE and bearing.relation in _RELATIONS:
        found.append(Fact("relation", _RELATIONS[bearing.relation]))
    if words := ruling(bearing, zone):
        found.append(Fact("ruling", words))
    return tuple(found)


def campaigns_of(bearing: Bearing) -> tuple[Campaign, ...]:
    """The campaigns to name beside a change, the strongest first."""
    return bearing.campaigns[:_MOST_CAMPAIGNS]


def ruling(bearing: Bearing, zone: ZoneInfo) -> str | None:
    """What a reviewer decided, as far as it stands."""
    if bearing.ruling is None:
        return None
    said = next((one for one in reversed(bearing.annotations) if one.ruling is bearing.ruling), None)
    return f"overruled: {annotation(said, zone) if said else _RULINGS[bearing.ruling]}"


def said(bearing: Bearing, zone: ZoneInfo) -> tuple[str, ...]:
    """Everything reviewers said of a change, in order; () where `ruling` has said all there is."""
    if bearing.ruling is not None and len(bearing.annotations) <= 1:
        return ()
    return tuple(annotation(one, zone) for one in bearing.annotations)


def annotation(one: Annotation, zone: ZoneInfo) -> str:
    """``false alarm, says A. Reviewer, 2026-03-04: another year's harvest``"""
    says = f"{_RULINGS[one.ruling]}, says {one.by}, {local(one.at, zone).date().isoformat()}"
    return f"{says}: {one.note}" if one.note else says


def group(entry: Entry, zone: ZoneInfo) -> str | None:
    """What the entry stands for, where it stands for a group; `bearing.others` are to follow."""
    found = entry.bearing.group
    if found is None:
        return None
    if found.kind is GroupKind.SAME_EDIT:
        return f"and the same edit on {number(found.pages - 1, 'more page')}"
    first = min((entry.change, *entry.bearing.others), key=lambda change: change.detected_at)
    return f"swings between states: {number(found.size, 'change')} since {moment(first.detected_at, zone)}"


def left_over(bearing: Bearing, shown: int) -> int:
    """How many other changes a group has besides the `shown` ones."""
    return bearing.group.size - 1 - shown if bearing.group else 0


def sentences(bearing: Bearing) -> tuple[Sentence, ...]:
    """The edited sentences with what shows each kind of edit."""
    return tuple(
        Sentence(
            _text(edit.get("where")) or "text",
            kind_names(_texts(edit.get("kinds"))),
            _text(edit.get("old")),
            _text(edit.get("new")),
            tuple(_proof(one, edit) for one in _objects(edit.get("evidence"))),
        )
        for edit in bearing.edits
    )


def parts(bearing: Bearing) -> tuple[Part, ...]:
    """The reasons of a weight, as they were given."""
    return tuple(Part(_points(part.get("points")), _text(part.get("reason")) or "") for part in bearing.parts)


def name_of(change: Change) -> str:
    """A change in a list: the headline, else the address, else the id."""
    return change.headline or change.url or change.id


def name_in(bearing: Bearing, change: Change) -> str:
    """Another change of its group: what became of the one item that swings, else which item it is."""
    is_one_item = bearing.group is not None and bearing.group.kind is GroupKind.FLAPPING
    return change.kind.value if is_one_item else name_of(change)


def exchanged(old: str | None, new: str | None) -> str:
    """
    >>> exchanged("12", "14"), exchanged("12", None), exchanged(None, "14")
    ('12 → 14', '− 12', '+ 14')
    """
    if old and new:
        return f"{old} → {new}"
    return f"− {old}" if old else f"+ {new}" if new else ""


def _compared(entry: Entry) -> Iterator[Fact]:
    match compared_with(entry):
        case "teaser":
            yield Fact("teaser", "told otherwise by its teaser")
        case "original":
            yield Fact("original", f"differs from its original, {other(entry)}", entry.of_url)


# ---------------------------------------------------------------- campaigns


def campaign_name(campaign: Campaign) -> str:
    """What happened: ``“Ri Yong Ho” removed``, ``“comrade” replaced by “citizen”``, ``many removals``."""
    match campaign.kind, campaign.term:
        case "removals", None:
            return "many removals"
        case "removals", term:
            return f"many removals, of what holds “{term}”"
        case "replaced", term:
            return f"“{term}” replaced by “{campaign.replacement}”"
        case kind, term:
            return f"“{term}” {kind}"


def campaign_size(campaign: Campaign) -> str:
    """``34 items, 36 changes``"""
    return f"{number(len(campaign.items), 'item')}, {number(len(campaign.change_ids), 'change')}"


def campaign_time(campaign: Campaign, zone: ZoneInfo) -> str:
    """When its changes were noticed."""
    first, last = moment(campaign.first_at, zone), moment(campaign.last_at, zone)
    return f"at {first}" if first == last else f"between {first} and {last}"


def campaign_odds(campaign: Campaign) -> str:
    """What the source's own rate would explain.

    ``0.2 items expected at the source's own rate; p = 3.1e-40, q = 2e-38``
    """
    return f"{_expected(campaign)} items expected at the source's own rate; {_chances(campaign)}"


def campaign_facts(campaign: Campaign, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    """Everything known of a campaign besides its name and changes: labels of ours and texts."""
    yield "id", campaign.id
    yield "source", campaign.source
    yield "touched", campaign_size(campaign)
    yield "when", campaign_time(campaign, zone)
    yield "expected", f"{_expected(campaign)} items at the source's own rate"
    yield "chance", _chances(campaign)
    yield "test", campaign.test
    if campaign.also:
        yield "also", ", ".join(f"“{term}”" for term in campaign.also)


def _expected(campaign: Campaign) -> str:
    return f"{campaign.expected:.2g}" if campaign.expected < 10 else f"{campaign.expected:.0f}"


def _chances(campaign: Campaign) -> str:
    return f"{_chance('p', campaign.p_value)}, {_chance('q', campaign.q_value)}"


def _chance(name: str, value: float) -> str:
    return f"{name} = {value:.2g}" if value > 0 else f"{name} < 1e-300"


# ---------------------------------------------------------------- plain JSON values, as the store kept them


def _proof(one: Mapping[str, object], edit: Mapping[str, object]) -> Proof:
    kind, old, new = (_text(one.get(name)) for name in ("kind", "old", "new"))
    if (old, new) == (edit.get("old"), edit.get("new")):
        old, new = None, None
    return Proof(kind_names([kind or ""]), old, new)


def _points(value: object) -> str | None:
    return f"{value:+.3g}" if isinstance(value, int | float) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list | tuple) else []


def _objects(value: object) -> list[Mapping[str, object]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list | tuple) else []
