"""What a site's robots.txt lets us fetch (RFC 9309), a file per origin, kept for a day.

answer to /robots.txt              means
200 … 299                          its rules hold, the first 500 KiB of them
400 … 499, or over 5 redirects     there is none: everything is allowed (§2.3.1.3)
500 … 599, 429, no answer          unavailable: nothing may be fetched (§2.3.1.4); asked again in ten minutes.
                                   Rules known from before stay in force meanwhile
an address that the guard refuses  that refusal

The file is hostile input: only the groups that speak to us reach the rule parser, which would otherwise
multiply every agent with every rule of its group.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from protego import Protego

from crawler.fetch.guard import origin_of
from crawler.fetch.limits import Trouble
from storage.records import Outcome

ROBOTS_LIMIT_BYTES = 500 * 1024
ROBOTS_REDIRECT_LIMIT = 5
KEPT = timedelta(hours=24)
ASKED_AGAIN = timedelta(minutes=10)
CRAWL_DELAY_LIMIT_SECONDS = 120.0

_MEMORY_LIMIT_CHARACTERS = 8 * 1024 * 1024  # of rule text; parsed it takes up to thirty times as much
_MEMORY_LIMIT_ORIGINS = 4096

GetRobots = Callable[[str], Awaitable[tuple[int, bytes]]]
"""A robots.txt address -> status and the start of the body. Raises Trouble where there is no answer."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What we know of one origin until `expires`: rules, or none (all allowed), or the trouble."""

    expires: datetime
    parsed: Protego | None = None
    characters: int = 0
    trouble: Trouble | None = None


class RobotsMemory:
    """The rules of every origin met, within bounds: the oldest are forgotten first. May outlive a Fetcher."""

    def __init__(self) -> None:
        self._rules: dict[str, Rules] = {}
        self._characters = 0

    def get(self, origin: str) -> Rules | None:
        """What was last known of `origin`, expired or not."""
        return self._rules.get(origin)

    def put(self, origin: str, rules: Rules) -> None:
        """Remembers `rules`, in place of what was known."""
        self._drop(origin)
        self._rules[origin] = rules
        self._characters += rules.characters
        while len(self._rules) > 1 and self._is_full():
            self._drop(next(iter(self._rules)))

    def _is_full(self) -> bool:
        return len(self._rules) > _MEMORY_LIMIT_ORIGINS or self._characters > _MEMORY_LIMIT_CHARACTERS

    def _drop(self, origin: str) -> None:
        old = self._rules.pop(origin, None)
        self._characters -= old.characters if old else 0


class Robots:
    """Asks before every page. `agent` is the User-Agent; its product name is what rules are matched with."""

    def __init__(
        self, agent: str, *, now: Callable[[], datetime], memory: RobotsMemory, get: GetRobots
    ) -> None:
        self._product = product_of(agent)
        self._now = now
        self._memory = memory
        self._get = get
        self._asking: dict[str, tuple[asyncio.Lock, list[None]]] = {}

    async def crawl_delay(self, href: str) -> float:
        """The seconds between requests that the site of `href` asks for, 0 where it asks for none.

        Raises Trouble where `href` is disallowed, or where the rules cannot be had.
        """
        rules = await self._rules(origin_of(href))
        if rules.trouble is not None:
            raise rules.trouble.again()
        if rules.parsed is None:
            return 0.0
        if not rules.parsed.can_fetch(href, self._product):
            reason = f"{self._product} is not allowed to fetch this"
            raise Trouble("robots.txt", reason, outcome=Outcome.DISALLOWED)
        return min(rules.parsed.crawl_delay(self._product) or 0.0, CRAWL_DELAY_LIMIT_SECONDS)

    async def _rules(self, origin: str) -> Rules:
        async with self._alone(origin):
            known = self._memory.get(origin)
            if known is not None and known.expires > self._now():
                return known
            rules = await self._ask(origin)
            if rules.trouble is not None and known is not None and known.trouble is None:
                rules = Rules(rules.expires, known.parsed, known.characters)
            self._memory.put(origin, rules)
            return rules

    @asynccontextmanager
    async def _alone(self, origin: str) -> AsyncIterator[None]:
        """Lets one at a time ask for the rules of `origin`; the others then find them in memory."""
        lock, users = self._asking.setdefault(origin, (asyncio.Lock(), []))
        users.append(None)
        try:
            async with lock:
                yield
        finally:
            users.pop()
            if not users:
                del self._asking[origin]

    async def _ask(self, origin: str) -> Rules:
        try:
            status, body = await self._get(f"{origin}/robots.txt")
        except Trouble as trouble:
            return self._unanswered(trouble)
        if 200 <= status <= 299:
            text = own_groups(_whole_lines(body).decode("utf-8-sig", "replace"), self._product)
            return Rules(self._now() + KEPT, Protego.parse(text), len(text))
        if 300 <= status <= 499 and status != 429:
            return Rules(self._now() + KEPT)
        return self._unavailable(f"status {status}", status)

    def _unanswered(self, trouble: Trouble) -> Rules:
        if trouble.kind == "back-off":  # already timed, by the host itself
            raise trouble
        if trouble.kind == "redirect loop":
            return Rules(self._now() + KEPT)
        if trouble.kind == "refused address":
            return Rules(self._now() + ASKED_AGAIN, trouble=trouble.again())
        return self._unavailable(str(trouble), trouble.status)

    def _unavailable(self, why: str, status: int | None) -> Rules:
        expires = self._now() + ASKED_AGAIN
        trouble = Trouble("robots.txt", f"unavailable ({why})", status=status, retry_after=expires)
        return Rules(expires, trouble=trouble)


def _whole_lines(body: bytes) -> bytes:
    """`body` without a last line that the limit cut in two: half a path forbids too much."""
    is_cut = len(body) >= ROBOTS_LIMIT_BYTES
    return body[: max(body.rfind(b"\n"), body.rfind(b"\r")) + 1] if is_cut else body


def product_of(agent: str) -> str:
    """The product name of a User-Agent, in lower case: what a robots.txt calls us.

    >>> product_of("Presswatch/0.1 (+https://example.org)")
    'presswatch'
    """
    words = agent.split("/")[0].split()
    return words[0].lower() if words else ""


_AGENT = re.compile(r"user[- ]?agent\s*[:\s]\s*(.*)", re.IGNORECASE)
_SITE_WIDE = re.compile(r"(?:site-?maps?|host)\s*:", re.IGNORECASE)
_RULE = re.compile(r"(?:dis?s?al|dial|allow|crawl|request|visit)|[^:]*:", re.IGNORECASE)


def own_groups(text: str, product: str) -> str:
    """The groups of a robots.txt that are about `product` or about everybody, and nothing else of it."""
    kept: list[str] = []
    is_ours = is_in_agents = False
    for line in text.splitlines():
        bare = line.partition("#")[0].strip()
        if agent := _AGENT.match(bare):
            is_ours = is_ours and is_in_agents
            is_in_agents = True
            name = "*" if agent[1].strip() == "*" else product_of(agent[1].replace("*", ""))
            if name in ("*", product):
                is_ours = True
                kept.append(f"User-agent: {name}")
        elif _RULE.match(bare) and not _SITE_WIDE.match(bare):
            is_in_agents = False
            if is_ours:
                kept.append(bare)
    return "\n".join(kept)
