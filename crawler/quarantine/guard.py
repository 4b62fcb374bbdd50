"""The guard of one pass: which looks are recorded, which wait, and which are withheld.

A listing is judged as it comes in. Articles wait until five of their source's pages showed nothing wrong;
from then on only a suspicious page waits, until no page of its source is on its way. Then they are judged
together. Where too few others were looked at, some known articles are asked for first, in full: a control.

Looks that are let go are recorded as if they had just come in, with the time at which they were fetched. A
withheld one becomes a failed visit whose reason says what is wrong; what it said is kept apart. It says
nothing of the page, so nothing changes and nothing is removed; the page falls due again like any failure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from crawler.compare.fingerprint import KeyOf
from crawler.health import Diagnosis
from crawler.pipeline import Look
from crawler.quarantine.gauge import Gauge
from crawler.quarantine.ward import Ward
from storage.known import Known
from storage.records import Source, Target, TargetKind
from storage.store import Store


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a source's pages, as found in this pass."""

    source: str
    diagnosis: Diagnosis


@dataclass(frozen=True, slots=True)
class Settled:
    """What may be recorded now, and the targets that must be visited before the rest can be judged."""

    looks: tuple[Look, ...] = ()
    probes: tuple[Target, ...] = ()


class Guard:
    """Told of every look of a pass; `admit`, `settle` after each batch, `finish` at the end."""

    def __init__(self, store: Store, key_of: KeyOf, sources: Mapping[str, Source]) -> None:
        self.findings: list[Finding] = []
        self._store = store
        self._gauge = Gauge(store, key_of)
        kept = store.health()
        self._wards = {name: Ward(source, kept.get(name, {}), store) for name, source in sources.items()}

    def admit(self, looks: Sequence[Look]) -> list[Look]:
        """Those of `looks` that are to be recorded now, withheld ones as failures; the others wait."""
        for look in looks:
            self._wards[look.target.source].count(look)
        self._gauge.note_links(looks)
        read = [look for look in looks if look.is_read]
        known = self._gauge.recall(read) if read else Known()
        admitted = [done for look in looks for done in self._admit(look, known)]
        for ward in self._wards.values():
            admitted += ward.let_go()
        return admitted

    def _admit(self, look: Look, known: Known) -> Iterable[Look]:
        ward = self._wards[look.target.source]
        if not look.is_read:
            return [look]
        if look.target.kind is TargetKind.ARTICLE:
            look = ward.take_block(look, self._gauge.block(look))
            return ward.take_article(look, self._gauge.article(look, ward.source, known))
        return ward.take_listing(look, self._gauge.listing(look, known))

    def settle(self, on_their_way: Mapping[str, int], *, is_interrupted: bool = False) -> Settled:
        """Judge the sources of which nothing is on its way any more; the numbers include what waits here."""
        looks: list[Look] = []
        probes: list[Target] = []
        for name, ward in self._wards.items():
            if ward.waiting and on_their_way.get(name, 0) <= len(ward.waiting):
                wanted = [] if is_interrupted else ward.probes()
                probes += wanted
                looks += [] if wanted else ward.judge()
        return Settled(tuple(looks), tuple(probes))

    def finish(self, at: datetime) -> None:
        """Keep what the pass taught: what is usual, what is quarantined, what is released."""
        for ward in self._wards.values():
            ward.close(at)
            self.findings += [Finding(ward.source.name, one) for one in ward.findings()]
        self._store.put_health({name: ward.as_json() for name, ward in self._wards.items() if ward.counts})
