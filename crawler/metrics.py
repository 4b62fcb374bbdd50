"""What is counted, for Prometheus. One registry an object: nothing global.

| metric | type | labels |
|---|---|---|
| `presswatch_visits_total` | counter | source, kind, outcome |
| `presswatch_visit_seconds` | histogram | source |
| `presswatch_changes_total` | counter | source, kind |
| `presswatch_passes_total` | counter | source |
| `presswatch_told_total` | counter | channel |
| `presswatch_channel_failing` | gauge | channel |
| `presswatch_articles_due` | gauge | source |
| `presswatch_last_seen_timestamp_seconds` | gauge | source |
| `presswatch_noticed_in_time_ratio` | gauge | source |
| `presswatch_back_offs` | gauge | |
| `presswatch_store_bytes` | gauge | |
| `presswatch_pulse_timestamp_seconds` | gauge | |
"""

from __future__ import annotations

from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from crawler.run import Summary
from crawler.status import Status
from storage.records import ChangeKind, Visit

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """Counts what it is told; `text` gives it in Prometheus' format."""

    def __init__(self) -> None:
        self._registry = all_of_it = CollectorRegistry()
        self._visits = Counter(
            "presswatch_visits",
            "Visits, by how they ended.",
            ("source", "kind", "outcome"),
            registry=all_of_it,
        )
        self._seconds = Histogram(
            "presswatch_visit_seconds",
            "Time of an exchange.",
            ("source",),
            registry=all_of_it,
            buckets=_SECONDS,
        )
        self._changes = Counter(
            "presswatch_changes", "Changes recorded.", ("source", "kind"), registry=all_of_it
        )
        self._passes = Counter("presswatch_passes", "Passes ended.", ("source",), registry=all_of_it)
        self._told = Counter("presswatch_told", "Changes told.", ("channel",), registry=all_of_it)
        self._failing = _gauge("channel_failing", "1 while a channel takes nothing.", all_of_it, "channel")
        self._due = _gauge("articles_due", "Articles whose visit is due.", all_of_it, "source")
        self._seen = _gauge(
            "last_seen_timestamp_seconds", "Last visit that saw something.", all_of_it, "source"
        )
        self._noticed = _gauge(
            "noticed_in_time_ratio", "Edits noticed within the promised time.", all_of_it, "source"
        )
        self._back_offs = _gauge("back_offs", "Hosts that asked to be left alone.", all_of_it)
        self._store = _gauge("store_bytes", "Size of the store's file.", all_of_it)
        self._pulse = _gauge(
            "pulse_timestamp_seconds", "When the daemon last said that it is alive.", all_of_it
        )

    def visited(self, visit: Visit) -> None:
        self._visits.labels(visit.source, visit.kind.value, visit.outcome.value).inc()
        self._seconds.labels(visit.source).observe(visit.seconds)

    def passed(self, source: str, summary: Summary) -> None:
        self._passes.labels(source).inc()
        for kind in ChangeKind:
            if summary.counts[kind.value]:
                self._changes.labels(source, kind.value).inc(summary.counts[kind.value])

    def told(self, channel: str, changes: int, *, is_failed: bool) -> None:
        self._told.labels(channel).inc(changes)
        self._failing.labels(channel).set(is_failed)

    def beaten(self, at: datetime) -> None:
        self._pulse.set(at.timestamp())

    def stands(self, status: Status) -> None:
        """Take in how things stand, just before it is told."""
        self._back_offs.set(len(status.back_offs))
        if status.store_bytes is not None:
            self._store.set(status.store_bytes)
        for one in status.sources:
            self._due.labels(one.name).set(one.due)
            if one.seen is not None:
                self._seen.labels(one.name).set(one.seen.at.timestamp())
            if one.noticed is not None:
                self._noticed.labels(one.name).set(one.noticed)

    def text(self) -> bytes:
        return generate_latest(self._registry)


def _gauge(name: str, says: str, registry: CollectorRegistry, *labels: str) -> Gauge:
    return Gauge(f"presswatch_{name}", says, labels, registry=registry)
