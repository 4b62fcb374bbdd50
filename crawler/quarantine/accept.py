"""The operator's word that a source's new look is right: what was withheld is recorded, and is usual now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from crawler import pipeline
from crawler.compare.fingerprint import KeyOf, sight
from crawler.health import Profile
from crawler.quarantine.gauge import traits_of
from storage.records import Origin, Sighting, Withheld
from storage.store import Store

_AT_ONCE = 64  # observations that are recorded together


def accept(store: Store, source: str, key_of: KeyOf) -> tuple[list[str], Counter[str]]:
    """Record what was withheld of `source`, each at the time at which it was seen, and release the source.

    Gives back the parts that something was wrong with and what was recorded, by kind of change.
    """
    kept = store.health().get(source, {})
    held = store.withheld(source)
    counts: Counter[str] = Counter()
    sightings = list(_sightings(held))
    for start in range(0, len(sightings), _AT_ONCE):
        verdict = pipeline.take(store, sightings[start : start + _AT_ONCE], key_of)
        counts.update(change.kind.value for change in verdict.brought())
        counts["unchanged"] += verdict.unchanged
    parts = [*kept.get("quarantined", {}), *kept.get("warnings", {})]
    profile = Profile.from_json(kept.get("profile", {}))
    for part in parts:
        profile.forget(part)
    profile.learn(traits for one in held for traits in traits_of(one))
    store.put_health({source: kept | {"profile": profile.as_json(), "quarantined": {}, "warnings": {}}})
    store.drop_withheld(source, {*parts, *(one.part for one in held)})
    return parts, counts


def _sightings(held: Iterable[Withheld]) -> Iterable[Sighting]:
    for one in held:
        for observation in one.observations:
            yield sight(observation, Origin.CRAWL, evidence=one.evidence)
