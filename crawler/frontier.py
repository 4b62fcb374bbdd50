"""What a pass still has to visit: a queue a host, each target once. Knows nothing of pages or stores."""

from __future__ import annotations

import fnmatch
import re
from collections import Counter, defaultdict, deque
from collections.abc import Container, Iterable
from functools import lru_cache
from urllib.parse import urlsplit

from crawler import urls
from storage.records import Source, Target, TargetKind


class Frontier:
    """Targets by host. `open` counts those handed in and not yet settled."""

    def __init__(self, most_new_per_host: int) -> None:
        self.most_new_per_host = most_new_per_host
        self.open = 0
        self.open_of: Counter[str] = Counter()  # the same by source
        self.not_followed: Counter[str] = Counter()  # new addresses over the cap, by host
        self._queues: dict[str, deque[Target]] = defaultdict(deque)
        self._known: set[str] = set()
        self._new: Counter[str] = Counter()

    def __contains__(self, key: str) -> bool:
        return key in self._known

    def __len__(self) -> int:
        """How many targets were handed in so far."""
        return len(self._known)

    def add(self, target: Target, *, is_first: bool = False) -> str | None:
        """Queue `target` unless it was queued before in this pass; gives back its host."""
        if target.key in self._known:
            return None
        self._known.add(target.key)
        self.open += 1
        self.open_of[target.source] += 1
        host = urls.host(target.url)
        queue = self._queues[host]
        queue.appendleft(target) if is_first else queue.append(target)
        return host

    def add_new(self, target: Target) -> str | None:
        """Queue a target that a listing led to, within the cap of new ones a host."""
        host = urls.host(target.url)
        if target.key not in self._known:
            self._new[host] += 1
            if self._new[host] > self.most_new_per_host:
                self.not_followed[host] += 1
                return None
        return self.add(target)

    def room(self, host: str) -> int:
        """How many more new targets of `host` are taken in this pass."""
        return max(0, self.most_new_per_host - self._new[host])

    def next(self, host: str) -> Target | None:
        queue = self._queues[host]
        return queue.popleft() if queue else None

    def clear(self, keep: Container[str] = ()) -> None:
        """Drop what is queued and not begun, except for the targets of the keys to `keep`."""
        for queue in self._queues.values():
            kept = [target for target in queue if target.key in keep]
            for target in queue:
                if target.key not in keep:
                    self.settle(target)
            queue.clear()
            queue.extend(kept)

    def settle(self, target: Target) -> None:
        """`target` is done with."""
        self.open -= 1
        self.open_of[target.source] -= 1


def source_targets(source: Source) -> Iterable[Target]:
    """The listings, feeds and sitemaps that `source` names."""
    for kind, addresses in (
        (TargetKind.LISTING, source.listings),
        (TargetKind.FEED, source.feeds),
        (TargetKind.SITEMAP, source.sitemaps),
    ):
        for url in addresses:
            yield Target(listing_target_key(kind, source.name, url), url, source.name, kind)


def listing_target_key(kind: TargetKind, source: str, url: str) -> str:
    """A listing belongs to the source that names it: two sources may watch one page."""
    return f"{kind.value}|{source}|{urls.canonical(url)}"


def is_article(url: str, source: Source) -> bool:
    """Whether a listing's link is followed as an article: on the source's site, and like its articles' addresses."""
    if not is_followed(url, source):
        return False
    if not source.articles_like:
        return True
    parts, like = urlsplit(url), _likeness(source.articles_like)
    path = parts.path or "/"
    return like.match(path) is not None or like.match(f"{path}?{parts.query}") is not None


@lru_cache(maxsize=1024)
def _likeness(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """One expression for all of `patterns`; fnmatch's, which never tries a part of an address twice."""
    plain = (pattern.replace("[", "[[]").replace("?", "[?]") for pattern in patterns)
    return re.compile("|".join(map(fnmatch.translate, plain)))


def is_followed(url: str, source: Source) -> bool:
    """Whether a teaser's address is on the source's own site, or on one of its further hosts."""
    if urls.host(url) in source.hosts:
        return True
    own = (*source.listings, *source.feeds, *source.sitemaps, *source.articles)
    return any(urls.is_same_site(url, one) for one in own)
