"""One pass: the listings, what they lead to, and the articles that are due.

Every host has a queue and a few workers of its own, so that a slow one delays nobody else; the fetcher keeps
the distances. What comes back is recorded in batches by one recorder, in the order in which it came.

Before a story at a second address is called a duplicate, the first address is looked at in the same pass: if
that redirects or is gone, the story has *moved*. If it does not answer, nothing is said yet.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from crawler import pipeline, revisit, urls
from crawler.backfill import Backfill, Walk
from crawler.compare.fingerprint import KeyOf, sight_again
from crawler.compare.observe import article_key, listing_place
from crawler.doubts import NOT_LOOKED_AT, UNREAD, Doubts
from crawler.frontier import Frontier, is_article, is_followed, source_targets
from crawler.keepers import Keepers
from crawler.pipeline import Fetch, Look, ParseAny
from crawler.quarantine import Finding, Guard
from storage.errors import NotFound, StoreError
from storage.known import Unlike, Verdict
from storage.records import (
    LOOKED,
    Article,
    Change,
    ChangeKind,
    Listing,
    Origin,
    Outcome,
    Run,
    Sighting,
    Source,
    Subject,
    Target,
    TargetKind,
    Teaser,
    Visit,
)
from storage.store import Store

_JUST_BEFORE = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to visit and how much at once. `is_all`: every known article, due or not, removed ones too.

    `now` is the one clock of the pass: a function, or an instant that dates everything in it. `listings`: the
    sources whose listings, feeds, sitemaps and single addresses are visited; None: all of them. `by_hand`:
    articles fall due by fixed tiers, too (`revisit.targets`). `goes_back`: walk the listings back through their older
    pages to the day `back_until`, or to their end, and visit what they lead to; nothing else is due.
    """

    sources: tuple[Source, ...]
    now: Callable[[], datetime]
    is_all: bool = False
    by_hand: bool = True
    listings: frozenset[str] | None = None
    per_host: int = 2
    most_new_per_host: int = 20_000
    batch_pages: int = 64
    verifies_moves: bool = True
    goes_back: bool = False
    back_until: date | None = None


@dataclass(slots=True)
class Summary:
    """How a pass went. `counts` is by change kind and visit outcome, with `pages` and `unchanged`."""

    started: datetime
    finished: datetime | None = None
    counts: Counter[str] = field(default_factory=Counter)
    changes: dict[str, None] = field(default_factory=dict)  # ids, in the order of recording
    failures: list[Visit] = field(default_factory=list)
    not_followed: dict[str, int] = field(default_factory=dict)  # new addresses over the cap, by host
    over_budget: Counter[str] = field(default_factory=Counter)  # articles due that had to wait, by source
    is_wound_up: bool = False  # what is not begun is left to the next pass
    walks: list[Walk] = field(default_factory=list)  # back through older pages
    findings: list[Finding] = field(default_factory=list)  # what of a source is read wrongly
    is_interrupted: bool = False


class Progress:
    """Told how a pass goes; this one says nothing."""

    def visited(self, visit: Visit, summary: Summary, queued: int) -> None:
        """`visit` was recorded; `queued` targets were handed in so far."""


class Crawl:
    """One pass over `plan`: `await Crawl(...).run()`, once. `stop()` ends it after the pages in hand.

    `alone`: held while a batch is recorded; passes that run side by side share it, or they get in each other's way.
    `kept` gives the raw bytes that `keep` took, by digest: pages that an older reader read are read again before
    anything is held against them.
    """

    def __init__(
        self,
        plan: Plan,
        *,
        store: Store,
        fetch: Fetch,
        parse: ParseAny,
        keep: Callable[[bytes], str],
        kept: Callable[[str], bytes] | None = None,
        key_of: KeyOf,
        progress: Progress | None = None,
        alone: asyncio.Lock | None = None,
    ) -> None:
        self.plan = plan
        self.store = store
        self.fetch = fetch
        self.parse = parse
        self.keep = keep
        self.kept = kept
        self.key_of = key_of
        self.progress = progress or Progress()
        self._alone = alone or asyncio.Lock()
        self.summary = Summary(plan.now())
        self._sources = {source.name: source for source in plan.sources}
        self._frontier = Frontier(plan.most_new_per_host)
        self._workers: Counter[str] = Counter()
        self._looks: asyncio.Queue[Look | None] = asyncio.Queue()  # None: look again whether all is done
        self._at_work: set[asyncio.Task[None]] = set()
        self._is_aborted = False
        self._doubts = Doubts()
        self._backfill = Backfill(plan.back_until)
        self._links: dict[str, str] = {}  # how articles are linked in this pass: target key -> address
        self._lost: dict[str, Target] = {}  # articles that failed or were gone in this pass, as recorded
        self._told: dict[str, Target] = {}  # articles that a channel spoke of in this pass, as recorded
        self._keepers: Keepers  # made with the store's help when the pass begins

    async def run(self) -> Summary:
        """Visit everything due; gives back how it went. Raises StoreError where the store cannot be used."""
        self._loop = asyncio.get_running_loop()
        due = await asyncio.to_thread(self._due)
        if not due and not self.plan.by_hand:  # nobody asked: nothing to put down
            return self.summary
        self._guard = await asyncio.to_thread(Guard, self.store, self.key_of, self._sources)
        run_id = await asyncio.to_thread(self.store.start_run, self.summary.started)
        try:
            async with asyncio.TaskGroup() as self._tasks:
                for target in due:
                    self._start(self._frontier.add(target))
                await self._record_all()
        except ExceptionGroup as errors:
            raise _one_of(errors) from errors
        self.summary.finished = self.plan.now()
        await asyncio.to_thread(self._guard.finish, self.summary.finished)
        self.summary.findings = self._guard.findings
        self.summary.walks = self._backfill.walks
        self.summary.not_followed = dict(self._frontier.not_followed)
        run = Run(run_id, self.summary.started, self.summary.finished, dict(self.summary.counts))
        await asyncio.to_thread(self.store.finish_run, run)
        return self.summary

    def wind_up(self) -> None:
        """Begin no further visit, except to tell a moved story from a copy: what is due stays due."""
        self.summary.is_wound_up = True
        self._frontier.clear(keep=self._doubts)
        self._looks.put_nowait(None)

    def stop(self) -> None:
        """Begin no further visit; those in hand are finished and recorded."""
        self.summary.is_interrupted = True
        self._frontier.clear()
        for look in self._doubts.release_all():
            self._looks.put_nowait(look)
        self._looks.put_nowait(None)

    def abort(self) -> None:
        """Let go of the pages in hand, too; what was fetched is recorded, and the rest stays due."""
        self.stop()
        self._is_aborted = True
        for task in self._at_work:
            task.cancel()

    # ------------------------------------------------------------ visiting

    def _due(self) -> list[Target]:
        """Listings first, then single addresses, then the known articles that are due."""
        plan, names = self.plan, list(self._sources)
        wanted = names if plan.listings is None else plan.listings
        named = [target for source in plan.sources for target in self._named(source)]
        known = self.store.targets([target.key for target in named])
        polled = {target.key: target.last_visit for target in known.values() if target.last_visit}
        self._keepers = Keepers(plan.sources, self.store.experiences(names), polled)
        visited = [known.get(target.key, target) for target in named if target.source in wanted]
        if plan.goes_back:
            listings = [target for target in named if target.kind is TargetKind.LISTING]
            return self._backfill.begin(listings, self.store.targets(self._backfill.bookmarks(listings)))
        return visited + [target for source in plan.sources for target in self._due_articles(source)]

    def _due_articles(self, source: Source) -> list[Target]:
        """The articles of a source that are due, as far as its budget goes."""
        now = self.plan.now()
        if self.plan.is_all:
            return self.store.article_targets([source.name], None)
        tiers = revisit.tiers(now, source.every_seconds) if self.plan.by_hand else ()
        due = self.store.article_targets([source.name], now, tiers)
        room = self._keepers.room(source.name, now)
        if len(due) <= room:
            return due
        self.summary.over_budget[source.name] = len(due) - int(room)
        return due[: int(room)]

    def _named(self, source: Source) -> Iterable[Target]:
        yield from source_targets(source)
        for url in source.articles:
            yield self._article_target(url, source.name)

    def _article_target(self, url: str, source: str) -> Target:
        return Target(self._article_key(url, source), url, source, TargetKind.ARTICLE)

    def _article_key(self, url: str, source: str) -> str:
        return article_key(self.key_of(url, source))

    def _start(self, host: str | None) -> None:
        """See that somebody visits what was queued for `host`."""
        if host is not None and self._workers[host] < self.plan.per_host:
            self._workers[host] += 1
            task = self._tasks.create_task(self._work(host))
            self._at_work.add(task)
            task.add_done_callback(self._at_work.discard)

    async def _work(self, host: str) -> None:
        """Visit what is queued for `host`, one after another, until nothing is."""
        while (target := self._frontier.next(host)) is not None:
            source = self._sources[target.source]
            try:
                look = await pipeline.look(target, source, self.plan.now, fetch=self.fetch, parse=self.parse)
            except asyncio.CancelledError:
                if not self._is_aborted:
                    raise
                self._frontier.settle(target)
                self._looks.put_nowait(None)
                break
            self._looks.put_nowait(look)
        self._workers[host] -= 1

    # ------------------------------------------------------------ recording

    async def _record_all(self) -> None:
        while self._frontier.open > 0:
            batch = [await self._looks.get()]
            while len(batch) < self.plan.batch_pages and not self._looks.empty():
                batch.append(self._looks.get_nowait())
            looks = [look for look in batch if look is not None]
            looks = await asyncio.to_thread(self._guard.admit, looks)
            if looks:
                await self._record(looks)
            await self._settle()

    async def _settle(self) -> None:
        """Where only looks under guard are left of a source, have them judged."""
        doubted = self._doubts.held_of()
        on_their_way = {name: count - doubted[name] for name, count in self._frontier.open_of.items()}
        is_over = self.summary.is_interrupted
        settled = await asyncio.to_thread(self._guard.settle, on_their_way, is_interrupted=is_over)
        for look in settled.looks:
            self._looks.put_nowait(look)
        hosts = [self._frontier.add(target) for target in settled.probes]
        for host in hosts:
            self._start(host)
        if hosts and not any(hosts):  # all of them were visited for another source
            await self._settle()

    async def _record(self, looks: list[Look]) -> None:
        looks = await asyncio.to_thread(lambda: [self._with_repeat(look) for look in looks])
        looks = [self._backfill.trusted(look) for look in looks]
        try:
            async with self._alone:
                links = await asyncio.to_thread(self._keep, looks)
        except _Doubtful as doubt:
            await self._hold(looks, doubt.older)
            return
        self._doubts.seen(looks)
        await self._follow(links)
        for look in looks:
            _, older_page = self._backfill.turn(look)
            if older_page is not None and not (self.summary.is_interrupted or self.summary.is_wound_up):
                self._start(self._frontier.add(older_page))
            self._frontier.settle(look.target)
            self._count(look.visit)
            for released in self._doubts.release(look):
                self._looks.put_nowait(released)

    def _with_repeat(self, look: Look) -> Look:
        """A page that was not modified says again what it said last."""
        if look.visit.outcome is not Outcome.NOT_MODIFIED or look.sightings:
            return look
        target = look.target
        key = self.key_of(target.url, target.source)
        is_article = target.kind is TargetKind.ARTICLE
        place = article_key(key) if is_article else listing_place(target.source, key)
        last = self.store.last_sighting(place, target.body_digest or "")  # what the validators are of
        if last is None:
            return look
        again = replace(last.observation, captured_at=look.visit.at)
        return replace(look, sightings=(sight_again(last, again, Origin.CRAWL),))

    def _keep(self, looks: Sequence[Look]) -> Links:
        """Record a batch, evidence first; gives back what it links."""
        bodies = {digest: look.page.body for look in looks if look.page and (digest := _digest(look))}
        for look in looks:
            if look.visit.outcome in UNREAD and look.page and look.page.status == 200:
                self.keep(look.page.body)

        keepers, told = self._keepers, self._told
        links, ends = self._links_of(looks), self._ends(looks)
        marks = self._bookmarks(looks, links)
        keys = {look.target.key for look in looks}
        sources = {look.target.source for look in looks}

        def finish(verdict: Verdict) -> pipeline.Ending:
            nonlocal keepers, told
            older = self._older_addresses(looks, verdict)
            if older:
                raise _Doubtful(older)
            for digest in {s.evidence for s in verdict.rows.snapshots if s.evidence in bodies}:
                self.keep(bodies[digest or ""])
            keepers = self._keepers.copy(sources)  # of this try: another one learns anew
            told = self._told | self._signalled(looks, links, verdict, keepers)
            settled: dict[str, Target] = {}
            for look in looks:
                settled |= self._left_behind(look, verdict, keepers, told, ends.get(look.target.key))
            recorded = self._admitted(links) | told | settled | marks
            return pipeline.Ending(list(recorded.values()), keepers.kept(sources))

        verdict = pipeline.take(
            self.store,
            [replace(s, evidence=_digest(look) or s.evidence) for look in looks for s in look.sightings],
            self.key_of,
            visits=[replace(look.visit, body_digest=_digest(look)) for look in looks],
            finish=finish,
            read_again=lambda unlike: self._read_again(unlike, looks),
        )
        self._keepers = keepers
        self._told = {key: target for key, target in told.items() if key not in keys}
        changes = verdict.brought()
        new = [change for change in changes if change.id not in self.summary.changes]
        self.summary.counts.update(change.kind.value for change in new)
        self.summary.counts["unchanged"] += verdict.unchanged
        self.summary.changes |= {change.id: None for change in new}
        return links

    def _bookmarks(self, looks: Sequence[Look], links: Links) -> dict[str, Target]:
        """How far these looks bring the walks back through older pages, by key."""
        if not self.plan.goes_back:
            return {}
        new = [t for t in links.targets.values() if t.kind is TargetKind.ARTICLE and t.key not in links.known]
        wanted = Counter(urls.host(target.url) for target in new)
        marks = {}
        for look in looks:
            host = urls.host(look.target.url)
            left = self._frontier.room(host) - wanted[host]
            mark, _ = self._backfill.turn(look, self._hindrance(look.target, left), is_cut=left < 0)
            if mark is not None:
                marks[mark.key] = mark
        return marks

    def _hindrance(self, page: Target, left: int) -> str:
        """Why a walk back goes no further in this pass, in words; "" if it does. `left`: room for new articles."""
        source = self._sources[page.source]
        walked = sum(walk.pages for walk in self._backfill.walks if walk.source == page.source)
        if source.budget_per_day and self._keepers.room(page.source, self.plan.now()) - walked < 2:
            return f"the day's {source.budget_per_day:,} requests (budget_per_day) are spent"
        if left <= 0:
            return "this pass takes no more new articles of the host ([crawl] max_new_per_host)"
        return ""

    def _read_again(self, unlike: Sequence[Unlike], looks: Sequence[Look]) -> list[Sighting]:
        """The pages of texts that an older reader read, read by today's. Not on the loop's own thread."""
        look_of = {id(sighting.observation): look for look in looks for sighting in look.sightings}
        found: list[Sighting] = []
        for one in unlike:
            look = look_of.get(id(one.later.observation))
            if look is None or look.page is None or self.kept is None:
                continue
            with suppress(NotFound, ValueError):  # not kept, or damaged: then it is compared as it is
                body, at = self.kept(one.earlier.evidence or ""), one.later.at - _JUST_BEFORE
                is_page = look.target.kind in (TargetKind.ARTICLE, TargetKind.LISTING)
                kind = None if is_page and isinstance(one.earlier.content, Teaser) else look.target.kind
                source = self._sources[look.target.source]
                read = pipeline.read_kept(body, one.earlier, look.page.url, source, kind, at, self.parse)
                found += asyncio.run_coroutine_threadsafe(read, self._loop).result()
        return found

    def _left_behind(
        self, look: Look, verdict: Verdict, keepers: Keepers, told: Mapping[str, Target], end: Target | None
    ) -> dict[str, Target]:
        """The target after this look, by its key; where it led on to `end`, which nobody visited, that one instead."""
        is_watched = end is not None and end.last_visit is not None
        target = self._settled(look, verdict, keepers, told, is_led_on=is_watched)
        if end is None or is_watched:
            return {target.key: target}
        before, due = keepers.led_on(target, look.visit.at)
        there = replace(target, key=end.key, url=end.url)
        return {before.key: replace(before, next_visit=due), there.key: there}

    def _settled(
        self, look: Look, verdict: Verdict, keepers: Keepers, told: Mapping[str, Target], *, is_led_on: bool
    ) -> Target:
        """The target after this look: what it left behind, and when it falls due again."""
        target, visit = look.target, look.visit
        if target.last_visit is not None and visit.at < target.last_visit:  # a pass dated back
            return target
        spoken_of = told.get(target.key, target)
        target = replace(
            _with_validators(target, look),
            channel=spoken_of.channel,
            stamp=spoken_of.stamp,
            watched=spoken_of.watched,
        )
        is_seen = visit.outcome in LOOKED
        articles = [s.observation for s in look.sightings if isinstance(s.observation, Article)]
        shown = {article.url for article in articles}
        is_edited = any(c.url in shown and c.kind is ChangeKind.CHANGED for c in verdict.brought())
        target = replace(
            target,
            first_visit=target.first_visit or visit.at,
            last_visit=visit.at,
            last_change=visit.at if is_edited else target.last_change,
            failures=0 if is_seen else target.failures + 1,
        )
        source, due = self._sources[target.source], None
        if is_seen and is_led_on:
            target, due = keepers.led_on(target, visit.at)
        elif is_seen and articles:
            target, due = keepers.looked(
                target, visit.at, is_edited=is_edited, published=articles[0].published
            )
        target = replace(target, next_visit=revisit.next_visit(target, visit.outcome, visit.at, source, due))
        if not is_seen and target.kind is TargetKind.ARTICLE:
            self._lost[target.key] = target
        return target

    def _ends(self, looks: Sequence[Look]) -> dict[str, Target]:
        """By the key of a target whose address led on to another on its site: the target there.

        That is one that is visited itself, or a new one. Not of an address that a channel lists: it tells of that.
        """
        led: dict[str, Target] = {}
        for look in looks:
            target, source = look.target, self._sources[look.target.source]
            for seen in (sighting.observation for sighting in look.sightings):
                is_led = isinstance(seen, Article) and seen.redirected_from and not target.channel
                if is_led and seen.url and is_followed(seen.url, source):
                    led[target.key] = self._article_target(seen.url, source.name)
        known = self.store.targets([end.key for end in led.values()])
        ends = {key: known.get(end.key, end) for key, end in led.items() if end.key != key}
        return {
            key: end
            for key, end in ends.items()
            if end.source in self._sources and (end.last_visit or end.key not in known)
        }

    # ------------------------------------------------------------ signals

    def _signalled(
        self, looks: Sequence[Look], links: Links, verdict: Verdict, keepers: Keepers
    ) -> dict[str, Target]:
        """The known articles that these pages say something new of: edited, listed, listed no longer."""
        found: dict[str, Target] = {}
        for look in looks:
            if look.target.kind in (TargetKind.FEED, TargetKind.SITEMAP) and look.visit.outcome in LOOKED:
                keepers.polled(look.target.key, look.visit.at)
                if look.visit.outcome is Outcome.OK and not look.sitemaps:
                    found |= self._heard(look, links, keepers)
        edited = {c.url for c in verdict.brought() if _is_edited_teaser(c)}
        for key, target in links.known.items():
            if target.last_visit is not None and links.targets[key].url in edited:
                now = self.plan.now()
                found[key] = replace(found.get(key, target), next_visit=now)
        return found

    def _heard(self, look: Look, links: Links, keepers: Keepers) -> dict[str, Target]:
        """What one reading of a channel changes of the articles that it lists, or did list."""
        channel, at = look.target.key, look.visit.at
        listed = {self._article_key(url, look.target.source): stamp for url, stamp in look.stamps}
        known = {key: links.known[key] for key in listed if key in links.known}
        heard = {key: keepers.told(t, channel, listed[key], at) for key, t in known.items()}
        covered = (t for t in self.store.covered(channel) if t.source in self._sources)
        left = [target for target in covered if target.key not in listed]
        heard |= {target.key: keepers.left(target, at) for target in left}
        return {key: target for key, target in heard.items() if target != known.get(key)}

    def _count(self, visit: Visit) -> None:
        self.summary.counts["pages"] += 1
        self.summary.counts[visit.outcome.value] += 1
        is_lost = visit.outcome is Outcome.GONE and visit.kind is not TargetKind.ARTICLE
        if visit.outcome in UNREAD or is_lost:
            self.summary.failures.append(visit)
        self.progress.visited(visit, self.summary, len(self._frontier))

    # ------------------------------------------------------------ following

    def _links_of(self, looks: Iterable[Look]) -> Links:
        """The targets that these pages link, with what is known of them.

        Without those that a source outside of this pass came upon first: an article is visited by one source.
        """
        linked: dict[str, Target] = {}
        for look in looks:
            for target in self._linked(look):
                linked.setdefault(target.key, target)
            for url, stamp in look.stamps:
                key = self._article_key(url, look.target.source)
                if key in linked:
                    linked[key] = replace(linked[key], channel=look.target.key, stamp=stamp)
        known = self.store.targets(list(linked))
        theirs = {key for key, target in known.items() if target.source not in self._sources}
        return Links(
            {key: target for key, target in linked.items() if key not in theirs},
            {key: target for key, target in known.items() if key not in theirs},
        )

    def _admitted(self, links: Links) -> dict[str, Target]:
        """The articles that are new to us, as far as the pass takes more: kept, whatever becomes of the pass."""
        room: dict[str, int] = {}
        found: dict[str, Target] = {}
        for key, target in links.targets.items():
            host = urls.host(target.url)
            left = room.setdefault(host, self._frontier.room(host))
            if key not in links.known and target.kind is TargetKind.ARTICLE and left:
                if key not in self._frontier:
                    room[host] = left - 1
                found[key] = target
        return found

    async def _follow(self, links: Links) -> None:
        """Queue the articles that are new to us, and those that a teaser or a channel says were edited."""
        await self._relink(links.targets)
        for key, linked in links.targets.items():
            if key in self._frontier or self.summary.is_interrupted or self.summary.is_wound_up:
                continue
            target = self._told.get(key, links.known.get(key, linked))
            if target.last_visit is None or self._is_wanted(target):
                self._start(self._frontier.add_new(target))

    def _is_wanted(self, target: Target) -> bool:
        """Whether a page of this pass says that a known article is worth a look now."""
        now = self.plan.now()
        is_signalled = target.key in self._told and target.next_visit is not None
        return (
            is_signalled and target.next_visit <= now and self._keepers.room(target.source, now) >= 1  # type: ignore[operator]
        )

    async def _relink(self, linked: dict[str, Target]) -> None:
        """Where the address on file fails and the site now links the same article by another: take that.

        It is visited when the article falls due: one 404 of an old spelling removes nothing.
        """
        for key, target in linked.items():
            self._links.setdefault(key, target.url)
        again = [
            replace(target, url=self._links[key], etag=None, last_modified=None)
            for key, target in self._lost.items()
            if self._links.get(key, target.url) != target.url
        ]
        if again:
            await asyncio.to_thread(self.store.put_targets, again)
            self._lost.update({target.key: target for target in again})

    def _linked(self, look: Look) -> Iterable[Target]:
        """The targets of one page's links that this source follows."""
        source = self._sources[look.target.source]
        for sighting in look.sightings:
            if isinstance(sighting.observation, Listing):
                for teaser in sighting.observation.teasers:
                    if teaser.url and is_article(teaser.url, source) and self._backfill.is_wanted(teaser):
                        yield self._article_target(teaser.url, source.name)
        for url in look.sitemaps:
            if is_followed(url, source):
                yield from source_targets(replace(source, listings=(), feeds=(), sitemaps=(url,)))
        for url in look.links:
            if is_article(url, source):
                yield self._article_target(url, source.name)

    # ------------------------------------------------------------ moved, or a duplicate?

    async def _hold(self, looks: list[Look], older: dict[int, Target]) -> None:
        """Record `looks` less those (by their place among them) that wait for an older address."""
        now = dict(enumerate(looks))
        for place, target in older.items():
            if self._doubts.is_unanswered(target.key):
                now[place] = self._doubts.put_off(looks[place], target.url)
            elif self.summary.is_interrupted:  # meanwhile: nobody looks at an older address any more
                now[place] = self._doubts.put_off(looks[place], target.url, NOT_LOOKED_AT)
            else:
                self._doubts.hold(now.pop(place), target)
                self._start(self._frontier.add(target, is_first=True))
        if now:
            await self._record(list(now.values()))

    def _older_addresses(self, looks: Sequence[Look], verdict: Verdict) -> dict[int, Target]:
        """For each look, by its place, whose story is a copy: the older address to be looked at first."""
        if not self.plan.verifies_moves:
            return {}
        copies = {
            change.url: target
            for change in verdict.brought()
            if change.kind is ChangeKind.DUPLICATE and change.subject is Subject.ARTICLE
            if (target := self._older_address(change)) is not None
        }
        return {
            place: older
            for place, look in enumerate(looks)
            for sighting in look.sightings
            if isinstance(sighting.observation, Article)
            and (older := copies.get(sighting.observation.url)) is not None
            if older.key != look.target.key and not self._doubts.is_settled(look)
        }

    def _older_address(self, change: Change) -> Target | None:
        """The target of the older copy, if it is on the same host, of this pass, and not yet looked at in it."""
        state = self.store.item_state(change.of or "")
        if state is None or not state.addresses or change.url is None:
            return None
        url, source = state.addresses[-1].url, state.item.source
        if urls.host(url) != urls.host(change.url):
            return None
        target = self._article_target(url, source if source in self._sources else change.source)
        if self._doubts.is_answered(target.key):
            return None
        known = self.store.targets([target.key]).get(target.key, target)
        return known if known.source in self._sources else None


@dataclass(frozen=True, slots=True)
class Links:
    """What pages link, by target key: the targets as linked, and those that are known as they stand."""

    targets: dict[str, Target]
    known: dict[str, Target]


def _is_edited_teaser(change: Change) -> bool:
    return change.subject is Subject.TEASER and change.kind is ChangeKind.CHANGED


def _one_of(errors: ExceptionGroup[Exception]) -> Exception:
    """The first of them, the store's trouble before any other: that is what the person can do something about."""
    of_store = errors.subgroup(StoreError) or errors
    first = of_store.exceptions[0]
    return _one_of(first) if isinstance(first, ExceptionGroup) else first


class _Doubtful(Exception):
    """A batch holds copies whose older addresses must be looked at before it is recorded."""

    def __init__(self, older: dict[int, Target]) -> None:
        self.older = older
        super().__init__(f"{len(older)} older addresses to look at first")


def _with_validators(target: Target, look: Look) -> Target:
    """`target` with the validators of the page it showed; without any where we must have it in full again.

    That is where a 304 had nothing to repeat, and of a sitemap, whose mere addresses nobody keeps.
    """
    if look.visit.outcome is Outcome.NOT_MODIFIED and not look.sightings:
        return replace(target, etag=None, last_modified=None, body_digest=None)
    if look.visit.outcome is not Outcome.OK or look.page is None:
        return target
    page, is_kept = look.page, not (look.links or look.sitemaps)
    return replace(
        target,
        etag=page.header("etag") if is_kept else None,
        last_modified=page.header("last-modified") if is_kept else None,
        body_digest=_digest(look),
    )


def _digest(look: Look) -> str | None:
    """SHA-256 of the raw body, hexadecimal; None where there is none."""
    body = look.page.body if look.page else b""
    return hashlib.sha256(body).hexdigest() if body else None
