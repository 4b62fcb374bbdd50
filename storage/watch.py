"""The watch, in SQL: who holds it, whose turn it is at a host, what held how long. The rest: `sql`.

Times are the caller's `now`; a store is used by machines whose clocks agree to a few seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from storage.records import EPOCH, Lease, Stretch, Stretched, Turn
from storage.tables import HOST, LEASE, STRETCH, TURN

_ASK_AGAIN = timedelta(milliseconds=250)
_LONGEST_BACK_OFF = timedelta(days=1)  # a longer one was noted by a pass that was dated ahead


def hold(
    db: Connection,
    name: str,
    holder: str,
    now: datetime,
    length: timedelta,
    is_dead: Callable[[str], bool],
) -> Lease:
    """The lease of `name` after `holder` asked for it, or said again that it is there.

    It is another's where that one's time is not over and `is_dead` does not know better.
    """
    row = db.execute(select(LEASE).where(LEASE.c.name == name)).first()
    if row is not None and row.holder != holder and row.until > now and not is_dead(row.holder):
        return Lease(row.name, row.holder, row.since, row.until)
    since = row.since if row is not None and row.holder == holder else now
    lease = Lease(name, holder, since, now + length)
    db.execute(delete(LEASE).where(LEASE.c.name == name))
    db.execute(insert(LEASE).values(name=name, holder=holder, since=since, until=lease.until))
    return lease


def let_go(db: Connection, name: str, holder: str) -> None:
    db.execute(delete(LEASE).where(LEASE.c.name == name, LEASE.c.holder == holder))


def lease(db: Connection, name: str) -> Lease | None:
    row = db.execute(select(LEASE).where(LEASE.c.name == name)).first()
    return None if row is None else Lease(row.name, row.holder, row.since, row.until)


# ---------------------------------------------------------------- turns at a host


def take_turn(
    db: Connection, host: str, token: str, now: datetime, delay: timedelta, most: int, lasts: timedelta
) -> Turn:
    """A turn at `host` for the request `token`, if fewer than `most` are under way and it is not backed off.

    Turns start `delay` apart. One that nobody gives back ends by itself, `lasts` after its start.
    """
    back_off = db.execute(select(HOST.c.back_off_until).where(HOST.c.name == host)).scalar()
    if back_off is not None and now < back_off <= now + _LONGEST_BACK_OFF:
        return Turn(back_off, is_taken=False, is_backed_off=True)
    row = db.execute(select(TURN).where(TURN.c.host == host)).first()
    held = _under_way(row.held if row else {}, now)
    if len(held) >= most:
        return Turn(now + _ASK_AGAIN, is_taken=False)
    # A turn further away than all that are under way can explain was given by a clock that ran ahead.
    is_sound = row is not None and row.next_start <= now + 4 * most * delay
    start = max(now, row.next_start) if row is not None and is_sound else now
    held[token] = _microseconds(start + lasts)
    _put_turn(db, host, start + delay, held, is_new=row is None)
    return Turn(start)


def end_turn(db: Connection, host: str, token: str, now: datetime) -> None:
    row = db.execute(select(TURN).where(TURN.c.host == host)).first()
    if row is not None and token in row.held:
        held = {name: end for name, end in _under_way(row.held, now).items() if name != token}
        _put_turn(db, host, row.next_start, held, is_new=False)


def _put_turn(db: Connection, host: str, start: datetime, held: dict[str, int], *, is_new: bool) -> None:
    if is_new:
        db.execute(insert(TURN).values(host=host, next_start=start, held=held))
    else:
        db.execute(update(TURN).where(TURN.c.host == host).values(next_start=start, held=held))


def _under_way(held: Mapping[str, int], now: datetime) -> dict[str, int]:
    limit = _microseconds(now)
    return {name: end for name, end in held.items() if end > limit}


def _microseconds(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def put_back_offs(db: Connection, hosts: Mapping[str, datetime]) -> None:
    """Leave each of `hosts` alone until then, or for longer where somebody was told so."""
    held = {row.name: row.back_off_until for row in db.execute(select(HOST))}
    for name, until in hosts.items():
        if name not in held:
            db.execute(insert(HOST).values(name=name, back_off_until=until))
        elif until > held[name]:
            db.execute(update(HOST).where(HOST.c.name == name).values(back_off_until=until))


# ---------------------------------------------------------------- what held how long


def extend(db: Connection, what: Stretched, source: str | None, now: datetime, gap: timedelta) -> None:
    """Prolong the last stretch of this kind to `now`, or begin one where it ended longer than `gap` ago."""
    table, name = STRETCH.c, source or ""
    mine = select(table.id, table.until).where(table.what == what.value, table.source == name)
    last = db.execute(mine.order_by(table.until.desc()).limit(1)).first()
    if last is None or now - last.until > gap or now < last.until - gap:
        db.execute(insert(STRETCH).values(what=what.value, source=name, started=now, until=now))
    elif now > last.until:
        db.execute(update(STRETCH).where(table.id == last.id).values(until=now))


def stretches(db: Connection, since: datetime | None, until: datetime | None) -> list[Stretch]:
    wanted = select(STRETCH).order_by(STRETCH.c.started, STRETCH.c.id)
    if since is not None:
        wanted = wanted.where(STRETCH.c.until >= since)
    if until is not None:
        wanted = wanted.where(STRETCH.c.started < until)
    return [Stretch(Stretched(r.what), r.source or None, r.started, r.until) for r in db.execute(wanted)]
