"""How the watch goes: the daemon, what is next, what went wrong last, how the promise is kept. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crawler import config
from crawler.config import Settings
from crawler.coverage import Covered
from crawler.keepers import promise
from crawler.report.wording import CAUSES
from crawler.revisit import Keeper
from storage.jsonl import format_time
from storage.records import LOOKED, Beat, Lease, Outcome, Run, Source, Visit
from storage.store import Store


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """One source. `due`: articles due now; `noticed`: the share of edits noticed in time, None: too few to tell."""

    name: str
    beat: Beat | None
    due: int
    next_article: datetime | None
    seen: Visit | None  # the last visit that saw something
    failed: Visit | None  # the last that did not, where it is the later one
    noticed: float | None
    promised_seconds: float


@dataclass(frozen=True, slots=True)
class Status:
    """Everything at a glance. `store_bytes` is None where the store is no file."""

    made_at: datetime
    daemon: Lease | None
    last_run: Run | None
    sources: tuple[SourceStatus, ...]
    back_offs: dict[str, datetime]
    store_bytes: int | None


def status(store: Store, settings: Settings, now: datetime, lease_name: str) -> Status:
    """How things stand at `now`."""
    lease = store.lease(lease_name)
    sources = config.sources(settings)
    names = [source.name for source in sources]
    kept, beats = store.experiences(names), store.beats()
    due, visits = store.due_counts(now), store.last_visits(names)
    file = config.store_file(settings)
    return Status(
        now,
        lease if lease is not None and lease.until > now else None,
        store.last_run(),
        tuple(
            _of_source(s, beats.get(s.name), due.get(s.name, (0, None)), visits[s.name], kept.get(s.name, {}))
            for s in sources
        ),
        {host: until for host, until in store.back_offs().items() if until > now},
        file.stat().st_size if file is not None and file.exists() else None,
    )


def _of_source(
    source: Source,
    beat: Beat | None,
    due: tuple[int, datetime | None],
    visits: dict[Outcome, Visit],
    kept: dict[str, Any],
) -> SourceStatus:
    seen = max((v for o, v in visits.items() if o in LOOKED), key=lambda v: v.at, default=None)
    failed = max((v for o, v in visits.items() if o not in LOOKED), key=lambda v: v.at, default=None)
    experience = Keeper.from_json(promise(source), kept).experience
    whole = experience.noticed + experience.late
    return SourceStatus(
        source.name,
        beat,
        *due,
        seen,
        failed if failed and (seen is None or failed.at > seen.at) else None,
        experience.noticed / whole if experience.noticed >= 1 else None,
        source.notice_within_seconds,
    )


# ---------------------------------------------------------------- for programs


def status_json(status: Status) -> dict[str, Any]:
    return {
        "made_at": format_time(status.made_at),
        "daemon": status.daemon.holder if status.daemon else None,
        "daemon_since": format_time(status.daemon.since) if status.daemon else None,
        "last_run": _run_json(status.last_run) if status.last_run else None,
        "store_bytes": status.store_bytes,
        "back_offs": {host: format_time(until) for host, until in status.back_offs.items()},
        "sources": [_source_json(one) for one in status.sources],
    }


def _run_json(run: Run) -> dict[str, Any]:
    return {
        "started": format_time(run.started),
        "finished": format_time(run.finished),
        "counts": run.counts,
    }


def _source_json(one: SourceStatus) -> dict[str, Any]:
    return {
        "source": one.name,
        "next_run": format_time(one.beat.next) if one.beat else None,
        "last_run": format_time(one.beat.last) if one.beat else None,
        "articles_due": one.due,
        "next_article": format_time(one.next_article),
        "last_seen": format_time(one.seen.at) if one.seen else None,
        "last_failure": _failure_json(one.failed) if one.failed else None,
        "notice_within_seconds": one.promised_seconds,
        "noticed_in_time": round(one.noticed, 4) if one.noticed is not None else None,
    }


def _failure_json(visit: Visit) -> dict[str, Any]:
    return {"url": visit.url, "at": format_time(visit.at), "outcome": visit.outcome, "reason": visit.reason}


def coverage_json(line: Covered) -> dict[str, Any]:
    """One address of the ledger."""
    return {
        "source": line.source,
        "url": line.url,
        "kind": line.kind,
        "looks": line.looks,
        "attempts": line.attempts,
        "first": format_time(line.first),
        "last": format_time(line.last),
        "missed_seconds": round(line.missed.total_seconds()),
        "gaps": [
            {
                "from": format_time(gap.started),
                "until": format_time(gap.until),
                "cause": gap.cause,
                "reason": gap.reason,
            }
            for gap in line.gaps
        ],
    }


# ---------------------------------------------------------------- for people


def status_lines(status: Status, spoken: str, moment: Callable[[datetime | None], str]) -> Iterator[str]:
    """`spoken`: who the daemon is; `moment`: how a time is shown."""
    if status.daemon:
        yield f"Daemon:   {spoken}, since {moment(status.daemon.since)}"
    else:
        yield "Daemon:   none is watching (`presswatch daemon` starts one)"
    if status.last_run:
        pages = status.last_run.counts.get("pages", 0)
        yield f"Last run: {moment(status.last_run.started)}, {pages:,} page{'' if pages == 1 else 's'}"
    if status.store_bytes is not None:
        yield f"Store:    {status.store_bytes / 1024**2:,.1f} MiB"
    for host, until in sorted(status.back_offs.items()):
        yield f"Back-off: {host} asked to be left alone until {moment(until)}"
    for one in status.sources:
        yield ""
        yield from _source_lines(one, moment, is_watched=status.daemon is not None)


def _source_lines(
    one: SourceStatus, moment: Callable[[datetime | None], str], *, is_watched: bool
) -> Iterator[str]:
    yield one.name
    is_known = is_watched and one.beat is not None and one.beat.next is not None
    yield f"  next visit    {moment(one.beat.next) if one.beat and is_known else 'when a daemon runs'}"
    yield f"  last seen     {moment(one.seen.at) if one.seen else 'never'}"
    later = f", the next one at {moment(one.next_article)}" if one.next_article else ""
    yield f"  articles due  {one.due:,}{later}"
    within = config.format_duration(one.promised_seconds)
    if one.noticed is not None:
        yield f"  promise       {one.noticed:.0%} of edits noticed within {within} (95 % promised)"
    else:
        yield f"  promise       95 % of edits within {within}; too few were seen to say how it is kept"
    if one.failed:
        yield f"  last failure  {moment(one.failed.at)}: {one.failed.reason or one.failed.outcome} {one.failed.url}"


def coverage_lines(lines: Iterator[Covered], moment: Callable[[datetime | None], str]) -> Iterator[str]:
    """The ledger: every listing with its gaps; articles that were missed, and a line that sums up the others."""
    source, whole = None, 0
    for line in lines:
        if line.source != source:
            if whole:
                yield f"  … and {whole:,} articles without a gap"
            source, whole = line.source, 0
            yield line.source
        if line.kind == "article" and not line.gaps:
            whole += 1
            continue
        yield f"  {line.kind:<8} {line.url}"
        last = f"last {moment(line.last)}" if line.last else "never seen"
        missed = f"; missed for {duration(line.missed.total_seconds())}" if line.gaps else "; no gap"
        yield f"           {line.looks:,} of {line.attempts:,} looks, {last}{missed}"
        for gap in line.gaps:
            why = f" ({gap.reason})" if gap.reason else ""
            yield f"           {moment(gap.started)} to {moment(gap.until)}: {CAUSES[gap.cause]}{why}"
    if whole:
        yield f"  … and {whole:,} articles without a gap"


def duration(seconds: float) -> str:
    """
    >>> duration(5400), duration(90), duration(200_000)
    ('1 h 30 min', '1 min 30 s', '2 d 7 h')
    """
    parts: list[str] = []
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        count, seconds = divmod(int(seconds), size)
        if count or parts:
            parts.append(f"{count} {unit}" if count else "")
    return " ".join(part for part in parts[:2] if part) or "0 s"
