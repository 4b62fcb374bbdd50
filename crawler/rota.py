"""When each source is visited: triggers and hours, made of its settings. Knows no clock of its own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from crawler.config import SourceSettings, parse_duration
from crawler.hours import Hours, read_cron

_JITTER, _MOST_JITTER = 0.1, 600.0  # of the interval; seconds
_STEP, _MOST_STEPS = timedelta(minutes=5), 8 * 24 * 12  # in search of the next open hour


class Rota:
    """The sources that are watched, by name."""

    def __init__(self, sources: Iterable[SourceSettings]) -> None:
        self._sources = {source.name: source for source in sources if source.enabled}
        self._hours = {
            name: (_hours(s.open_hours), _hours(s.quiet_hours)) for name, s in self._sources.items()
        }

    def names(self) -> list[str]:
        return list(self._sources)

    def trigger(self, name: str) -> Any:
        """When the listings of a source are visited."""
        # Imported here: every report makes a rota, and only a daemon or a cron line needs APScheduler.
        from apscheduler.triggers.cron import CronTrigger
        from apscheduler.triggers.interval import IntervalTrigger

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
        local = at.astimezone(ZoneInfo(self._sources[name].time_zone))
        opened, quiet = self._hours[name]
        return (opened is None or opened.has(local)) and not (quiet is not None and quiet.has(local))

    def due_after(self, name: str, look: datetime) -> datetime:
        """When a listing looked at then is due again, by rhythm and hours."""
        source = self._sources[name]
        due = look + timedelta(seconds=parse_duration(source.every))
        if source.cron is not None:
            trigger = self.trigger(name)
            trigger.jitter = None
            due = trigger.get_next_fire_time(look, look) or due
        for _ in range(_MOST_STEPS):
            if self.is_open(name, due):
                break
            due += _STEP
        return due.astimezone(UTC)

    def patience(self, name: str) -> timedelta:
        """By how much a look may come later than it is due, and be no gap: half the rhythm, at least minutes."""
        source = self._sources[name]
        every = parse_duration(source.every) if source.cron is None else 3600.0
        return timedelta(seconds=max(300.0, every / 2) + (_jitter(source, every) or 0.0))


def _hours(line: str | None) -> Hours | None:
    return None if line is None else Hours.read(line)


def _jitter(source: SourceSettings, every: float) -> float | None:
    if source.jitter is not None:
        return parse_duration(source.jitter) or None
    return min(_JITTER * every, _MOST_JITTER) or None
