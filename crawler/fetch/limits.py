"""The figures a fetch keeps to, and what it gives back when there is no page.

A failed fetch is a value, `Failure`. Inside this folder it travels as the exception `Trouble`, which
`Fetcher.fetch` turns into that value; it never leaves the folder.

kind (how every reason starts)   means
time-out          a part of the exchange, or all of it, took too long
refused address   the guard does not let us go there: scheme, port, name or IP address
robots.txt        disallowed (outcome DISALLOWED), or unavailable, which means: wait
too large         the body or the header section passed its limit
connection        no such name, nobody listening, or the connection broke
TLS               the certificate or the handshake is wrong
redirect loop     back where we were, or more hops than we follow
back-off          the host asked us to stay away until `retry_after`; nothing was sent
truncated         less, or other, than the server announced
bad response      what came is not HTTP that can be used
browser           the browser could not show the page, or not whole
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crawler.text import clean
from storage.records import Outcome

MIB = 1024 * 1024

WIRE_LIMIT_BYTES = 10 * MIB  # of a body as sent, before its content coding is undone
HEADER_LIMIT_BYTES = 100 * 1024  # names and values of one response together
URL_LIMIT_CHARACTERS = 2083  # as in browsers of old, Heritrix and Scrapy
ENCODING_LIMIT = 2  # content codings on top of each other
REDIRECT_LIMIT = 10
NAME_SECONDS = 5.0  # for one name lookup

_DETAIL_LIMIT = 300  # characters of a reason: error texts may quote what a server sent


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """What the operator decides, from config `[fetch]`. Times in seconds."""

    user_agent: str = "presswatch/0.1"
    contact: str = ""  # an address or URL where a site's owner reaches us; goes into the User-Agent
    delay_seconds: float = 2.0  # between the starts of two requests to one host, at the least
    concurrency: int = 8  # requests under way at once, in all
    per_host: int = 2  # ... and to one host
    connect_seconds: float = 10.0
    read_seconds: float = 20.0  # between two pieces of a response
    total_seconds: float = 60.0  # a chain with all its redirects; waiting for a turn not counted
    limit_bytes: int = 20 * MIB  # of a body, decoded
    allow_private_addresses: bool = False  # also lifts the rule on ports; for demo and tests

    @property
    def agent_header(self) -> str:
        """The User-Agent sent: `user_agent`, and `contact` behind it where there is one."""
        return f"{self.user_agent} (+{self.contact})" if self.contact else self.user_agent


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no page. `reason` starts with one of the kinds above and a colon."""

    outcome: Outcome  # DISALLOWED or FAILED
    reason: str
    status: int | None = None
    seconds: float = 0.0  # on the wire
    retry_after: datetime | None = None  # when asking again makes sense, where that is known


class Trouble(Exception):
    """There is no page, and why. `str(trouble)` is the reason of the `Failure` it becomes."""

    def __init__(
        self,
        kind: str,
        detail: str,
        *,
        outcome: Outcome = Outcome.FAILED,
        status: int | None = None,
        retry_after: datetime | None = None,
    ) -> None:
        self.kind = kind
        self.detail = clean(detail)[:_DETAIL_LIMIT]
        self.outcome = outcome
        self.status = status
        self.retry_after = retry_after
        super().__init__(f"{kind}: {self.detail}")

    def again(self) -> Trouble:
        """The same trouble, to be raised anew: an exception carries where it was raised with it."""
        return Trouble(
            self.kind, self.detail, outcome=self.outcome, status=self.status, retry_after=self.retry_after
        )
