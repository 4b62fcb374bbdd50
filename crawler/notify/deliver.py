"""One pass over all channels: what arrived since each was told last, by its rules, sent and then noted.

Channels do not wait for each other. One that fails is left alone for ever longer, and then sent the very same
changes again; those that came in meanwhile follow after. Which changes a notice is about is noted before it is
sent, so that a crash in between sends the same notice again, with the same key.

No rule is asked of a change before its assessment stands. Another process (a report, say) may be assessing anew
at the same moment: a change would weigh next to nothing for that while, and be passed over for good.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from crawler import desk
from crawler.bearings import Bearings
from crawler.config import NotifySettings, Settings
from crawler.errors import PresswatchError
from crawler.notify import channels, rules
from crawler.notify.notices import Notice, notice
from crawler.report.view import Bearing, Entry
from storage.errors import StoreError
from storage.records import Assessment, Change, ChangeKind, Delivery, Subject
from storage.store import Store

_AT_ONCE = 1000  # arrivals that one notice looks through
_ROUNDS = 20  # notices for one channel in one pass
_TRIES = 3  # at reading changes while others assess them
_SPREAD = 0.2  # of a wait, by lot: not all channels of a service are tried at one moment


class Unsettled(PresswatchError):
    """What changes mean is being worked out anew by another process."""


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

    A channel that is new begins with what arrives from now on; `from_start`: with the whole log. One whose receiver
    wanted no more is switched off, and tried again only by name.
    """
    wanted = [one for one in settings.notify if one.enabled and (not names or one.name in names)]
    known = await asyncio.to_thread(store.deliveries)
    one_pass = _Pass(settings, store, now, environ, from_start=from_start)
    tasks = [one_pass.tell(one, known.get(one.name), is_named=one.name in names) for one in wanted]
    ended = await asyncio.gather(*tasks, return_exceptions=True)  # all end before any mistake of ours is told
    for one in ended:
        if isinstance(one, BaseException):
            raise one
    return [one for one in ended if isinstance(one, Told)]


class _Pass:
    """One pass. Channels take turns at reading: what changes mean is worked out once for all of them."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        now: Callable[[], datetime],
        environ: Mapping[str, str],
        *,
        from_start: bool,
    ) -> None:
        self.settings = settings
        self.store = store
        self.now = now
        self.environ = environ
        self.from_start = from_start
        self._turn = asyncio.Lock()
        self._bearings: Bearings | None = None

    async def tell(self, channel: NotifySettings, known: Delivery | None, *, is_named: bool) -> Told:
        """Tell `channel` what it is due; what keeps it from that is in the answer."""
        if known is not None and known.is_off and not is_named:
            return Told(channel.name, error=_off(known))
        try:
            delivery = await asyncio.to_thread(self._begin, channel) if known is None else known
            digest = delivery.digest_at if channel.digest and delivery.upto is None else None
            due = delivery.next_try or digest
            if due is not None and due > self.now():
                return Told(channel.name, error=delivery.error, waits_until=due)
            return await self._tell_all(channel, delivery)
        except (StoreError, Unsettled) as error:
            return Told(channel.name, error=str(error))

    def _begin(self, channel: NotifySettings) -> Delivery:
        """A new channel's place: behind everything that is known, unless it wants all of it."""
        cursor = 0 if self.from_start else self.store.last_arrival()
        digest = None if self.from_start else rules.next_digest(channel.digest, self.now(), channel.time_zone)
        delivery = Delivery(channel.name, cursor, digest_at=digest)
        self.store.put_delivery(delivery)
        return delivery

    async def _tell_all(self, channel: NotifySettings, delivery: Delivery) -> Told:
        sent = 0
        for _ in range(_ROUNDS):
            async with self._turn:
                upto, entries = await asyncio.to_thread(self._arrived, channel, delivery)
            if upto is None:
                break
            try:
                delivery = await self._send(channel, replace(delivery, upto=upto), entries)
            except PresswatchError as error:
                delivery = _failed(delivery, upto, error, self.now())
                await self._note(delivery)
                said = _off(delivery) if delivery.is_off else delivery.error
                return Told(channel.name, sent, said, delivery.next_try)
            sent += len(entries)
        digest = rules.next_digest(channel.digest, self.now(), channel.time_zone)
        if digest != delivery.digest_at:
            await self._note(replace(delivery, digest_at=digest))
        return Told(channel.name, sent)

    async def _send(self, channel: NotifySettings, delivery: Delivery, entries: Sequence[Entry]) -> Delivery:
        """Send what there is, around that note first what and then that; gives back how far it is told now."""
        assert delivery.upto is not None
        sent_at = delivery.sent_at
        if entries:
            await self._note(delivery)
            told = notice(channel.name, entries, channel.max_items, channel.time_zone)
            await channels.send(told, channel, self.settings, self.environ, self.now())
            sent_at = self.now()
        delivery = Delivery(channel.name, delivery.upto, sent_at=sent_at, digest_at=delivery.digest_at)
        await self._note(delivery)
        return delivery

    async def _note(self, delivery: Delivery) -> None:
        await asyncio.to_thread(self.store.put_delivery, delivery)

    def _arrived(self, channel: NotifySettings, delivery: Delivery) -> tuple[int | None, list[Entry]]:
        """The wanted changes after the cursor, and the number up to which that goes; None where nothing came."""
        found = self.store.arrivals(delivery.cursor, delivery.upto, _AT_ONCE)
        if not found:  # what was to be told again may be superseded meanwhile
            return delivery.upto, []
        entries = self._settled([change for _, change in found if rules.can_be_wanted(change, channel)])
        upto = found[-1][0] if delivery.upto is None else delivery.upto
        return upto, [entry for entry in entries if rules.is_wanted(entry, channel)]

    def _settled(self, changes: Sequence[Change]) -> list[Entry]:
        """The entries of `changes`, each edit as it is assessed. Raises Unsettled where others keep at it."""
        if not changes:
            return []
        for _ in range(_TRIES):
            self._bearings = self._bearings or Bearings(self.store)
            entries = list(desk.entries(self.store, changes, self._bearings))
            kept = self.store.assessments([change.id for change in changes])
            if all(_says(entry, kept.get(entry.change.id)) for entry in entries):
                return entries
            self._bearings = None  # made before these came in, or while others were assessing
        raise Unsettled("another process is assessing the changes: they are told when it has ended")


def _says(entry: Entry, kept: Assessment | None) -> bool:
    """Whether the entry of an edit says what is kept of it."""
    change, bearing = entry.change, entry.bearing
    if kept is None:
        return change.kind not in (ChangeKind.CHANGED, ChangeKind.MOVED) or not (
            change.before and change.after
        )
    return (kept.kinds, kept.parts, kept.edits) == (bearing.kinds, bearing.parts, bearing.edits)


def _off(delivery: Delivery) -> str:
    name = delivery.channel
    return f"{delivery.error}; it is switched off: `presswatch notify {name}` tries it again"


def _failed(delivery: Delivery, upto: int, error: PresswatchError, now: datetime) -> Delivery:
    attempts = delivery.attempts + 1
    wait = rules.wait(attempts) * random.uniform(1, 1 + _SPREAD)  # noqa: S311
    asked = error.wait if isinstance(error, channels.NotTaken) else None
    return replace(
        delivery,
        upto=upto,
        attempts=attempts,
        next_try=None if isinstance(error, channels.NotWanted) else now + max(wait, asked or wait),
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
        id=f"{int(now.timestamp()):016x}",  # another one each time: a receiver that knows the key takes no second
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
