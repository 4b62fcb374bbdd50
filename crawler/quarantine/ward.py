"""One source under guard, for the length of a pass: its parts, the looks that wait, and what it comes to.

What lives here: taking one look after another, judging those that wait, what is kept of the source. What must
not: when to judge, which is the `guard`'s; what is wrong with a page, which is `crawler.health`.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from crawler.health import (
    ARTICLES,
    BLOCKS,
    Alike,
    Diagnosis,
    Profile,
    Sign,
    SignKind,
    Tally,
    Traits,
    article_signs,
    listing_signs,
)
from crawler.pipeline import Look
from crawler.quarantine.gauge import Gauged, source_of
from crawler.text import digest
from storage.jsonl import format_time
from storage.records import LOOKED, Listing, Outcome, Source, Target, TargetKind, Withheld
from storage.store import Store

_MOST_WAITING = 60  # looks of one source; then it is judged by what there is
_PROBES = 5  # known articles that are asked for to compare with
_MOST_KNOWN = 500  # among which they are looked for
_MOST_LEARNED = 2_000  # pages of a part that one pass learns from
_SAME_PAGE = Sign(SignKind.SAME, "page")


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    look: Look
    gauged: Gauged
    signs: set[Sign]


@dataclass(slots=True)
class _Part:
    """One part in this pass: its pages in numbers, those to learn from, and what is wrong."""

    tally: Tally
    kind: TargetKind
    url: str
    read: list[Traits] = field(default_factory=list)
    broken: list[Sign] = field(default_factory=list)
    reasons: dict[Sign, str] = field(default_factory=dict)  # as the first withheld visit told it

    def learn(self, traits: Traits) -> None:
        """This page was read as it should be, if the part turns out to be well."""
        if len(self.read) < _MOST_LEARNED:
            self.read.append(traits)


class Ward:
    """One source under guard."""

    def __init__(self, source: Source, kept: Mapping[str, Any], store: Store) -> None:
        self.source = source
        self.waiting: list[_Waiting] = []
        self.counts: Counter[str] = Counter()
        self._store = store
        self._kept = dict(kept)
        self._profile = Profile.from_json(kept.get("profile", {}))
        self._quarantined: dict[str, dict[str, Any]] = dict(kept.get("quarantined", {}))
        self._warned: dict[str, dict[str, Any]] = dict(kept.get("warnings", {}))
        self._parts: dict[str, _Part] = {}
        self._alike = Alike()
        self._seen: set[str] = set()
        self._is_probed = False
        self._withheld: dict[str, str] | None = None  # by target, what was withheld of it last
        self._last_read: datetime | None = None
        self._trouble = ""

    def count(self, look: Look) -> None:
        """Take notice of how the visit ended; once, however often the look comes by."""
        if look.target.key in self._seen:
            return
        self._seen.add(look.target.key)
        visit = look.visit
        self.counts[visit.outcome.value] += 1
        if visit.outcome in LOOKED:
            self._last_read = max(self._last_read or visit.at, visit.at)
        elif visit.outcome is not Outcome.GONE:
            self._trouble = self._trouble or visit.reason

    # ------------------------------------------------------------ one look

    def take_listing(self, look: Look, gauged: Gauged) -> list[Look]:
        part = self._part(gauged.traits.part, look)
        signs = listing_signs(gauged.traits, part.tally.usual, is_other=gauged.is_other)
        part.tally.add(gauged.traits, signs)
        if not signs:
            part.learn(gauged.traits)
            return [_settled(look)]
        part.broken = part.tally.broken()
        return [self._withhold(look, part, part.broken[0])]

    def take_block(self, look: Look, gauged: Gauged) -> Look:
        """The look, without the block beside its article where that is read wrongly."""
        part = self._part(BLOCKS, look)
        signs = listing_signs(gauged.traits, part.tally.usual)
        if not gauged.traits.count:
            return look
        part.tally.add(gauged.traits, signs)
        if not signs:
            part.learn(gauged.traits)
            return look
        kept = tuple(s for s in look.sightings if not isinstance(s.observation, Listing))
        return replace(look, sightings=kept)

    def take_article(self, look: Look, gauged: Gauged) -> list[Look]:
        part = self._part(ARTICLES, look)
        signs = set(
            article_signs(
                gauged.traits, gauged.before, part.tally.usual, is_other=gauged.is_other, left=gauged.left
            )
        )
        part.tally.add(gauged.traits, signs, is_known=gauged.before is not None)
        if gauged.traits.size is None:  # no article: a failure already, which only counts
            part.learn(gauged.traits)
            return [_settled(look)]
        self._compare(look, gauged, signs, part)
        if part.broken:
            return [self._withhold(look, part, part.broken[0])]
        self.waiting.append(_Waiting(look, gauged, signs))
        return []

    def _compare(self, look: Look, gauged: Gauged, signs: set[Sign], part: _Part) -> None:
        """Mark the pages that turn out to be one and the same, this one among them."""
        for name, value, was in gauged.values:
            keys = self._alike.note(name, value, look.target.key, was)
            sign = Sign(SignKind.SAME, name)
            if look.target.key in keys:
                part.tally.mark(sign, was_clean=not signs)
                signs.add(sign)
            for other in self.waiting:
                if other.look.target.key in keys and sign not in other.signs:
                    part.tally.mark(sign, was_clean=not other.signs)
                    other.signs.add(sign)

    def let_go(self) -> list[Look]:
        """The waiting looks that need not wait any longer."""
        part = self._parts.get(ARTICLES)
        if part is None or not self.waiting:
            return []
        if len(self.waiting) > _MOST_WAITING:
            return self.judge()
        if not part.tally.is_clear:
            return []
        clean = [one for one in self.waiting if not one.signs and not one.gauged.is_unannounced]
        self.waiting = [one for one in self.waiting if one not in clean]
        return [self._released(one, part) for one in clean]

    # ------------------------------------------------------------ all that wait

    def probes(self) -> list[Target]:
        """Known articles to compare with, where there is need and nobody asked before."""
        part = self._parts[ARTICLES]
        if self._is_probed or not part.tally.wants_more:
            return []
        self._is_probed = True
        known = self._store.some_articles(self.source.name, min(len(self._seen) + _PROBES, _MOST_KNOWN))
        fresh = [target for target in known if target.key not in self._seen][:_PROBES]
        return [replace(target, etag=None, last_modified=None) for target in fresh]

    def judge(self) -> list[Look]:
        """All that wait, to be recorded now: released, or withheld where the part is broken."""
        part = self._parts[ARTICLES]
        part.broken = part.broken or part.tally.broken() or part.tally.unexplained()
        waiting, self.waiting = self.waiting, []
        return [self._judged(one, part) for one in waiting]

    def _judged(self, one: _Waiting, part: _Part) -> Look:
        if part.broken:
            return self._withhold(one.look, part, part.broken[0])
        if _SAME_PAGE in one.signs:
            return self._withhold(one.look, part, _SAME_PAGE)
        return self._released(one, part)

    def _released(self, one: _Waiting, part: _Part) -> Look:
        part.learn(one.gauged.traits)
        return _settled(one.look)

    def _withhold(self, look: Look, part: _Part, sign: Sign) -> Look:
        """The look as a failed visit that says what is wrong; what the page said is kept apart."""
        if look.sightings:
            self._keep_apart(look, part)
        reason = part.reasons.setdefault(sign, f"quarantined: {self._diagnosis(part, sign).text}")
        visit = replace(look.visit, outcome=Outcome.FAILED, reason=reason)
        return replace(_settled(look), visit=visit, sightings=(), sitemaps=(), links=())

    def _keep_apart(self, look: Look, part: _Part) -> None:
        """Keep what the page said, once for each thing that it says."""
        if self._withheld is None:
            self._withheld = {one.key: _content(one) for one in self._store.withheld(self.source.name)}
        body = look.page.body if look.page else b""
        evidence = hashlib.sha256(body).hexdigest() if body else None
        said = tuple(sighting.observation for sighting in look.sightings)
        one = Withheld(self.source.name, part.tally.part, look.target.key, look.visit.at, said, evidence)
        if self._withheld.get(one.key) != _content(one):
            self._withheld[one.key] = _content(one)
            self._store.withhold([one])

    # ------------------------------------------------------------ what it comes to

    def findings(self) -> list[Diagnosis]:
        """What is wrong, each selector told once; then what is only a warning."""
        found: list[Diagnosis] = []
        for part in self._parts.values():
            tally = part.tally
            held = part.broken or ([_SAME_PAGE] if tally.has(_SAME_PAGE) else [])
            warned = [*tally.warnings(), *tally.never_found()]
            own = [self._diagnosis(part, sign) for sign in held]
            own += [self._diagnosis(part, sign, is_held=False) for sign in warned if sign not in held]
            told = {one.source_of for one in own if one.sign.kind is not SignKind.MISSES}
            found += [one for one in own if not (one.sign.kind is SignKind.MISSES and one.source_of in told)]
        return found

    def close(self, at: datetime) -> None:
        """Release what was looked at and found well, quarantine what was not, learn from the rest."""
        for part in self._parts.values():
            part.broken = part.broken or part.tally.broken()
            if not part.broken:
                unlearned = {sign.field for sign in part.tally.warnings()}
                self._profile.learn(traits.without(unlearned) for traits in part.read)
        told = self.findings()
        for name, part in self._parts.items():
            own = [one for one in told if one.part == name]
            self._note(self._warned, name, [one.text for one in own if not one.is_held], at)
            is_released = self._note(
                self._quarantined,
                name,
                [one.text for one in own if one.is_held],
                at,
                is_well=part.tally.clean > 0,
            )
            if is_released:
                self._store.drop_withheld(self.source.name, [name])

    @staticmethod
    def _note(
        noted: dict[str, dict[str, Any]], part: str, texts: list[str], at: datetime, *, is_well: bool = True
    ) -> bool:
        """Note what is wrong with a part, and since when; says whether it is well again."""
        if texts:
            since = noted.get(part, {}).get("since") or format_time(at)
            noted[part] = {"since": since, "diagnoses": texts}
        return not texts and is_well and noted.pop(part, None) is not None

    def as_json(self) -> dict[str, Any]:
        """What is kept of this source."""
        return {
            "profile": self._profile.as_json(),
            "quarantined": self._quarantined,
            "warnings": self._warned,
            "last_read": format_time(self._last_read) or self._kept.get("last_read"),
            "last_pass": dict(self.counts),
            "trouble": self._trouble,
        }

    def _part(self, name: str, look: Look) -> _Part:
        if name not in self._parts:
            tally = Tally(name, self._profile.of(name))
            self._parts[name] = _Part(tally, look.target.kind, look.target.url)
        return self._parts[name]

    def _diagnosis(self, part: _Part, sign: Sign, *, is_held: bool = True) -> Diagnosis:
        whose = source_of(sign.field, part.tally.part, part.kind, part.url, self.source)
        return part.tally.diagnose(sign, whose, is_held=is_held)


def _settled(look: Look) -> Look:
    """`look`, which the guard lets pass from now on."""
    return replace(look, is_read=False)


def _content(one: Withheld) -> str:
    return digest(*(repr(replace(observation, captured_at=None)) for observation in one.observations))
