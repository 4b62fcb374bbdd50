"""One pass over all channels: what arrived since each was told last, by its rules, sent and then noted.

Channels do not wait for each other. One that fails is left alone for ever longer, and then sent the very same
changes again; those that came in meanwhile follow after.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from crawler import bearings, desk
from crawler.bearings import Bearings
from crawler.config import NotifySettings, Settings
from crawler.errors import PresswatchError
from crawler.notify import channels, rules
from crawler.notify.notices import Notice, notice
from crawler.report.view import Bearing, Entry
from storage.errors import StoreError
from storage.records import Change, ChangeKind, Delivery, Subject
from storage.store import Store

_AT_ONCE = 1000  # arrivals that one notice looks through
_ROUNDS = 20  # notices for one channel in one pass
_SPREAD = 0.2  # of a wait, by lot: not all channels of a service are tried at one moment


@dataclass(frozen=True, slots=True)
class Told:
    """What a pass did for a channel. `waits_until`: it is not its time yet."""

    channel: str
    sent: int = 0  # changes
    error: str = ""
    waits_until: datetime | None = None


async def deliver(
    settings: Settings,
    store: Store,
    now: Callable[[], datetime],
    environ: Mapping[str, str],
    *,
    names: Sequence[str] = (),
    from_start: bool = False,
) -> list[Told]:
    """Tell every channel, or those of `names`, what it is due. Raises nothing for what a channel does.

    A channel that is new begins with what arrives from now on; `from_start`: with the whole log.
    """
    wanted = [one for one in settings.notify if one.enabled and (not names or one.name in names)]
    known = await asyncio.to_thread(store.deliveries)
    tasks = [_tell(one, known.get(one.name), settings, store, now, environ, from_start) for one in wanted]
    return list(await asyncio.gather(*tasks))


async def _tell(
    channel: NotifySettings,
    known: Delivery | None,
    settings: Settings,
    store: Store,
    now: Callable[[], datetime],
    environ: Mapping[str, str],
    from_start: bool,
) -> Told:
    try:
        begun = None if known else await asyncio.to_thread(_begin, channel, store, now(), from_start)
        delivery = known or begun
        assert delivery is not None
        due = delivery.next_try or (delivery.digest_at if delivery.upto is None else None)
        if due is not None and due > now():
            return Told(channel.name, error=delivery.error, waits_until=due)
        return await _tell_all(channel, delivery, settings, store, now, environ)
    except StoreError as error:
        return Told(channel.name, error=str(error))


def _begin(channel: NotifySettings, store: Store, now: datetime, from_start: bool) -> Delivery:
    """A new channel's place: behind everything that is known, unless it wants all of it."""
    cursor = 0 if from_start else store.last_arrival()
    digest = None if from_start else rules.next_digest(channel.digest, now, channel.time_zone)
    delivery = Delivery(channel.name, cursor, digest_at=digest)
    store.put_delivery(delivery)
    return delivery


async def _tell_all(
    channel: NotifySettings,
    delivery: Delivery,
    settings: Settings,
    store: Store,
    now: Callable[[], datetime],
    environ: Mapping[str, str],
) -> Told:
    sent = 0
    for _ in range(_ROUNDS):
        upto, entries = await asyncio.to_thread(_arrived, channel, delivery, store)
        if upto is None:
            break
        if entries:
            told = notice(channel.name, entries, channel.max_items, channel.time_zone)
            try:
                await channels.send(told, channel, settings, environ, now())
            except PresswatchError as error:
                delivery = _failed(delivery, upto, error, now())
                await asyncio.to_thread(store.put_delivery, delivery)
                return Told(channel.name, sent, str(error), delivery.next_try)
        sent += len(entries)
        at = now() if entries else delivery.sent_at
        delivery = Delivery(channel.name, upto, sent_at=at, digest_at=delivery.digest_at)
        await asyncio.to_thread(store.put_delivery, delivery)
    digest = rules.next_digest(channel.digest, now(), channel.time_zone)
    if digest != delivery.digest_at:
        await asyncio.to_thread(store.put_delivery, replace(delivery, digest_at=digest))
    return Told(channel.name, sent)


def _arrived(channel: NotifySettings, delivery: Delivery, store: Store) -> tuple[int | None, list[Entry]]:
    """The wanted changes after the cursor, and the number up to which that goes; None where nothing came."""
    found = store.arrivals(delivery.cursor, delivery.upto, _AT_ONCE)
    if not found:  # what was to be told again may be superseded meanwhile
        return delivery.upto, []
    bearings.assess_all(store, lambda done, total: None)
    made = desk.entries(store, [change for _, change in found], Bearings(store))
    return found[-1][0], [entry for entry in made if rules.is_wanted(entry, channel)]


def _failed(delivery: Delivery, upto: int, error: PresswatchError, now: datetime) -> Delivery:
    attempts = delivery.attempts + 1
    wait = rules.wait(attempts) * random.uniform(1, 1 + _SPREAD)  # noqa: S311
    asked = error.wait if isinstance(error, channels.NotTaken) else None
    return replace(
        delivery,
        upto=upto,
        attempts=attempts,
        next_try=now + max(wait, asked or wait),
        error=str(error)[:500],
    )


# ---------------------------------------------------------------- trying out


async def try_out(
    channel: NotifySettings, settings: Settings, environ: Mapping[str, str], now: datetime
) -> None:
    """Send a sample that says that it is one. Raises NotTaken or UsageError."""
    await channels.send(_sample(channel, now), channel, settings, environ, now)


def _sample(channel: NotifySettings, now: datetime) -> Notice:
    change = Change(
        id="0" * 16,
        kind=ChangeKind.CHANGED,
        subject=Subject.ARTICLE,
        item_id="0" * 16,
        source="presswatch",
        url="https://example.org/sample",
        headline="A sample: the bridge cost 240, not 420, says the town",
        detected_at=now,
        changed_after=None,
        changed_before=now,
        reason="somebody tries whether this channel works",
    )
    entry = Entry(change, bearing=Bearing(weight=50, kinds=("number",)))
    return notice(channel.name, [entry], channel.max_items, channel.time_zone, is_test=True)
