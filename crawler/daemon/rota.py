"""When each source is visited: triggers and hours, made of its settings. Knows no clock of its own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from crawler.config import SourceSettings, parse_duration
from crawler.hours import Hours, read_cron

_JITTER, _MOST_JITTER = 0.1, 600.0  # of the interval; seconds


class Rota:
    """The sources that are watched, by name."""

    def __init__(self, sources: Iterable[SourceSettings]) -> None:
        self._sources = {source.name: source for source in sources if source.enabled}

    def names(self) -> list[str]:
        return list(self._sources)

    def trigger(self, name: str) -> BaseTrigger:
        """When the listings of a source are visited."""
        source = self._sources[name]
        every = parse_duration(source.every)
        if source.cron is None:
            return IntervalTrigger(seconds=every, timezone=source.time_zone, jitter=_jitter(source, every))
        fields = read_cron(source.cron)
        return CronTrigger(
            minute=fields["minute"],
            hour=fields["hour"],
            day=fields["day"],
            month=fields["month"],
            day_of_week=fields["weekday"],
            timezone=source.time_zone,
            jitter=_jitter(source, 0.0),
        )

    def is_open(self, name: str, at: datetime) -> bool:
        """Whether the source may be visited then, by its hours."""
        source = self._sources[name]
        local = at.astimezone(ZoneInfo(source.time_zone))
        is_in = source.open_hours is None or Hours.read(source.open_hours).has(local)
        return is_in and not (source.quiet_hours is not None and Hours.read(source.quiet_hours).has(local))


def _jitter(source: SourceSettings, every: float) -> float | None:
    if source.jitter is not None:
        return parse_duration(source.jitter) or None
    return min(_JITTER * every, _MOST_JITTER) or None
