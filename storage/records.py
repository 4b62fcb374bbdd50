"""Every noun of the product, as frozen values: the glossary in code.

What lives here: plain dataclasses and enumerations. What must not: behaviour that needs a network,
a database or a clock, and any import of ours.

An **observation** (`Article`, `Listing`, `Gone`) is what one capture of one address said. Observations are
the facts; everything below `Item` is derived from them, in order of time, and can be derived again.

Times are aware UTC datetimes. A date as *printed* on a page stays a string, ISO 8601: either a day
(``2026-01-31``) or a full RFC 3339 time, exactly as precise as the page was. ``None`` means "not known".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

# ---------------------------------------------------------------- what a page says


@dataclass(frozen=True, slots=True)
class Teaser:
    """One headline link as shown in a listing. Its place in `Listing.teasers` is its position, 0 = top.

    `updated`: when a feed or sitemap says that the article was last edited. A signal to look, no part of what
    a reader sees: the parser hands it on, and no store keeps it.
    """

    url: str | None = None
    headline: str | None = None
    excerpt: str | None = None
    date: str | None = None
    updated: str | None = None


@dataclass(frozen=True, slots=True)
class About:
    """What an article's page says beside its text: kept with it and shown, never compared.

    `image`: address of the lead image, `image_alt` its words. `language`: a tag such as "en" or "pt-BR".
    `canonical`: the address that the page calls its own, where that is another one. `is_cut`: by its own word the page
    shows only a part of the text.
    """

    image: str | None = None
    image_alt: str | None = None
    language: str | None = None
    canonical: str | None = None
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Article:
    """The story, as one capture of its page told it. `paragraphs` holds the body, one string a paragraph.

    `published_note`: why `published` is doubtful, or could not be read. A signal of the parser: a day so noted
    is never compared, and no store keeps either.
    """

    source: str
    url: str | None
    captured_at: datetime | None
    headline: str | None = None
    byline: str | None = None
    published: str | None = None
    modified: str | None = None
    paragraphs: tuple[str, ...] = ()
    source_line: str | None = None  # the origin the page itself names ("Source: Pyongyang Times")
    redirected_from: str | None = None  # the address asked for, when the server led on to `url`
    original: str | None = None  # the address that the page itself names as its original
    published_note: str | None = None
    about: About | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Listing:
    """What a front page, section, 'More from' block, feed or sitemap says: teasers in page order.

    `is_block`: it is a block on an article page. All such blocks of a source show one and the same list.
    """

    source: str
    url: str | None
    captured_at: datetime | None
    teasers: tuple[Teaser, ...] = ()
    source_line: str | None = None
    is_block: bool = False


@dataclass(frozen=True, slots=True)
class Gone:
    """The server said that nothing is at this address: status 404 or 410."""

    source: str
    url: str
    captured_at: datetime | None
    status: int = 404


Observation = Article | Listing | Gone
Content = Article | Teaser

# ---------------------------------------------------------------- what we come back to


class TargetKind(StrEnum):
    LISTING = "listing"
    FEED = "feed"
    SITEMAP = "sitemap"
    ARTICLE = "article"


class DateOrder(StrEnum):
    """How a source writes an all-digit date such as 01/08/2024."""

    DMY = "DMY"
    MDY = "MDY"
    YMD = "YMD"


@dataclass(frozen=True, slots=True)
class Source:
    """A site or section we watch. `every_seconds`: the cadence of its listings.

    The promise for its articles: edits noticed within `notice_within_seconds`, nobody unvisited for longer than
    `max_interval_seconds`, at most `budget_per_day` requests (0: as many as that takes).
    """

    name: str
    recipe: str | None = None  # by name; else by host; else the generic parser
    listings: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    articles_like: tuple[
        str, ...
    ] = ()  # paths of articles, * for anything; none: whatever a listing leads to
    time_zone: str = "UTC"
    date_order: DateOrder | None = None
    language: str | None = None
    every_seconds: float = 1800.0
    notice_within_seconds: float = 3600.0
    max_interval_seconds: float = 30 * 86400.0
    budget_per_day: int = 0
    is_rendered: bool = False  # its pages are read as a browser shows them
    is_watched: bool = True


@dataclass(frozen=True, slots=True)
class Target:
    """One address we come back to, with what the last visit left behind.

    Of an article: `channel` is the key of the feed or sitemap that tells when it is edited, while that lists it,
    with the `stamp` it gave last; `watched` is what `crawler.revisit` keeps of it, as JSON.
    """

    key: str  # canonical identity of `url`, see crawler.urls
    url: str  # the address as it was linked: this is what is fetched
    source: str
    kind: TargetKind
    etag: str | None = None
    last_modified: str | None = None
    body_digest: str | None = None
    first_visit: datetime | None = None
    last_visit: datetime | None = None
    next_visit: datetime | None = None
    last_change: datetime | None = None
    failures: int = 0  # in a row
    channel: str | None = None
    stamp: str | None = None
    watched: dict[str, float | bool | None] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One downloaded response, after redirects and content decoding. `headers` keep the server's order."""

    requested_url: str
    url: str  # final
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    fetched_at: datetime | None  # None: a saved page, and nobody knows when
    seconds: float = 0.0
    redirects: tuple[str, ...] = ()  # addresses passed on the way, requested first, final left out

    def header(self, name: str) -> str | None:
        """The first value of header `name`, whatever its case; None where it is absent."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


class Outcome(StrEnum):
    OK = "ok"
    NOT_MODIFIED = "not_modified"
    DISALLOWED = "disallowed"  # by robots.txt
    GONE = "gone"  # 404, 410
    BLOCKED = "blocked"  # the site's guard answered: a challenge, a members' wall, a bot protection
    FAILED = "failed"  # everything else: the reason says what


LOOKED = (Outcome.OK, Outcome.NOT_MODIFIED)  # how a visit ends that saw what is there


@dataclass(frozen=True, slots=True)
class Visit:
    """One attempt at one target and how it ended. Failures are values: `outcome` and a `reason` in words."""

    url: str
    source: str
    kind: TargetKind
    at: datetime
    outcome: Outcome
    reason: str = ""
    status: int | None = None
    body_digest: str | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Withheld:
    """What a page said that was not believed: kept apart from the facts until somebody accepts it.

    `part`: what of the source it belongs to, its articles or one listing. `key`: of its target.
    """

    source: str
    part: str
    key: str
    at: datetime
    observations: tuple[Observation, ...]
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One pass over what was due. `counts` holds pages, each change kind, unchanged and failed."""

    id: int | None
    started: datetime
    finished: datetime | None = None
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lease:
    """Who may do what only one may do at a time, and until when unless it says again that it is there."""

    name: str
    holder: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """A request's turn at a host: it starts at `at`. Not `is_taken`: ask again then, or the host is backed off."""

    at: datetime
    is_taken: bool = True
    is_backed_off: bool = False


class Stretched(StrEnum):
    """What a `Stretch` is about."""

    DAEMON = "daemon"  # a daemon was there
    BUDGET = "budget"  # articles were due and had to wait for the next day's requests


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which something held: of all sources, or of one."""

    what: Stretched
    source: str | None
    started: datetime
    until: datetime


class Cause(StrEnum):
    """Why something was not looked at."""

    DOWN = "down"  # it did not answer, or not with what it should have
    BLOCKED = "blocked"  # its guard answered
    DISALLOWED = "disallowed"  # by robots.txt
    GONE = "gone"  # 404, 410
    BUDGET = "budget"  # the day's requests were spent
    OFF = "off"  # nobody was watching
    LATE = "late"  # we were there, and busy with other pages


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which an address was due and was not looked at. `until` is the next look, or the end of the period."""

    source: str
    url: str
    started: datetime
    until: datetime
    cause: Cause
    reason: str = ""  # in words, of the last attempt


@dataclass(frozen=True, slots=True)
class Beat:
    """When the daemon last went to a source's listings, and when it will next."""

    source: str
    last: datetime | None
    next: datetime | None


# ---------------------------------------------------------------- what is derived from observations


class Subject(StrEnum):
    ARTICLE = "article"
    TEASER = "teaser"


class ChangeKind(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    DUPLICATE = "duplicate"
    MOVED = "moved"
    REMOVED = "removed"
    RESTORED = "restored"


class Origin(StrEnum):
    """How an observation came to us."""

    CRAWL = "crawl"
    IMPORT = "import"  # JSON lines: its source name was given
    DOCUMENT = "document"  # a seed document: its source name was read off the page
    REREAD = "reread"  # a kept response, read again by a newer reader: no look at the site


@dataclass(frozen=True, slots=True)
class Sighting:
    """An observation on its way into the store, or out of it: with its origin and its raw bytes' digest.

    `digest` is of its content alone. `order` breaks ties between observations of one instant the same way
    whatever order they arrive in. `seq` is its number in the store, in order of arrival; 0 = not yet stored.
    `reader` is the version of what read it off the raw bytes, `charset` what the server said of these; "" where that
    is not known, or it came as it is.
    """

    observation: Observation
    digest: str
    order: str
    origin: Origin = Origin.IMPORT
    evidence: str | None = None
    seq: int = 0
    reader: str = ""
    charset: str = ""

    @property
    def at(self) -> datetime:
        assert self.observation.captured_at is not None
        return self.observation.captured_at


@dataclass(frozen=True, slots=True)
class Item:
    """One story or one teaser through time. A seeded one has no `Address` until a crawl finds it."""

    id: str
    subject: Subject
    source: str
    first_seen: datetime
    order: str
    origin: Origin
    source_line: str | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """An address under which an item is known, since when. `key` is its identity, `url` as linked."""

    key: str
    item_id: str
    url: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An item's text as first observed at a time. Immutable; `number` counts 1, 2, 3 … within its item.

    One of origin REREAD is technical: the same raw bytes as the one before it, read by another `reader`. No edit.
    """

    id: str
    item_id: str
    number: int
    seen_at: datetime
    exact: str  # SHA-256 of the normalised content, hexadecimal
    normaliser: int  # version of the normaliser that made `exact`
    content: Content
    url: str | None = None
    evidence: str | None = None
    origin: Origin = Origin.IMPORT
    reader: str = ""  # as of the sighting, and
    charset: str = ""


@dataclass(frozen=True, slots=True)
class Completion:
    """A field that a snapshot left unknown (None) and a later, otherwise equal, capture filled in."""

    item_id: str
    at: datetime
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of captures of one place in which an item showed one content, or was gone.

    A *place* is an article's address or one listing. `snapshot_id` is None for a stretch of 404/410.
    `closed_at` is the first capture of that place that showed something else; None while it lasts.
    `is_missing`: it closed because the teaser was no longer listed while an older neighbour still was.
    `url` and `position`: how and where a listing linked it last.
    """

    item_id: str
    place: str
    snapshot_id: str | None
    shown: str  # digest of exactly what this place showed
    first_at: datetime
    last_at: datetime
    position: int = 0
    url: str | None = None
    closed_at: datetime | None = None
    is_missing: bool = False
    is_block: bool = False  # the place is a block on an article page, not a listing of its own


@dataclass(frozen=True, slots=True)
class Clue:
    """A 64-bit hash by which a snapshot can be found again: kind is text, headline, excerpt or band."""

    kind: str
    value: int
    item_id: str
    snapshot_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the change log: what happened to an item, between when and when, and how we know."""

    id: str
    kind: ChangeKind
    subject: Subject
    item_id: str
    source: str
    url: str | None
    headline: str | None
    detected_at: datetime
    changed_after: datetime | None  # last seen unchanged
    changed_before: datetime  # first seen changed
    before: str | None = None  # snapshot ids
    after: str | None = None
    fields: tuple[str, ...] = ()
    similarity: float | None = None
    of: str | None = None  # id of the item it duplicates or moved from
    reverts_to: str | None = None  # snapshot id
    reason: str = ""
    rank: int = 0  # order among changes detected at one instant


# ---------------------------------------------------------------- what is said about changes


@dataclass(frozen=True, slots=True)
class Assessment:
    """What kind of edit a change is. Worked out from the texts when first read, and kept: a cache.

    `version` is that of the rules. `kinds` are names of `crawler.compare.kinds.Kind`, each once, sorted;
    `edits` and `parts` are what edits and weight consist of, as plain JSON values. `edit_id` is the same for
    identical edits, whatever page they are on. `removed` … `replaced`: words and phrases.
    """

    change_id: str
    item_id: str
    source: str
    at: datetime  # when the change was detected
    version: int
    kinds: tuple[str, ...] = ()
    weight: int = 0  # 0 to 100
    is_stealth: bool = False
    edit_id: str | None = None
    edits: tuple[dict[str, object], ...] = ()
    parts: tuple[dict[str, object], ...] = ()
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    replaced: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """How far a channel was told: every arrival up to `cursor`. `upto`: those it is being told, while that fails.

    `digest_at`: when its next digest is due, of a channel that gets one. One that failed with no next try is switched
    off.
    """

    channel: str
    cursor: int
    upto: int | None = None
    attempts: int = 0
    next_try: datetime | None = None
    sent_at: datetime | None = None
    digest_at: datetime | None = None
    error: str = ""

    @property
    def is_off(self) -> bool:
        """Whether its receiver wants no more: nothing is sent until somebody asks for it by name."""
        return self.attempts > 0 and self.next_try is None


class Ruling(StrEnum):
    """What a reviewer says of a change, against the program."""

    NOT_DUPLICATE = "not-duplicate"
    NOT_SAME_ITEM = "not-same-item"
    FALSE_ALARM = "false-alarm"
    WITHDRAWN = "withdrawn"  # what was said before no longer stands


@dataclass(frozen=True, slots=True)
class Annotation:
    """A reviewer's word on one change. It is a fact, never derived: it outlasts every replay.

    `id` is its number in the store; 0 = not yet stored. A later one on the same change stands instead.
    """

    change_id: str
    ruling: Ruling
    by: str
    at: datetime
    note: str = ""
    id: int = 0


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
