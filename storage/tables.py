"""The tables: the only place where columns are named. Times are microseconds since 1970 in UTC.

`observation` and `blob` hold the facts. `item` … `change` are derived from them in order of time and can be
derived again. `source`, `target`, `host`, `visit`, `run` are about the work of looking.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from storage.records import EPOCH

_MICROSECOND = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime as an integer: SQLite keeps no time zone, and integers sort and compare fast."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else (value - EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + timedelta(microseconds=value)


def _big_key() -> Any:
    """A 64-bit primary key; SQLite counts up only a column of type INTEGER."""
    return Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)


def _at(*, index: bool = False, nullable: bool = False) -> Any:
    return Column(Instant, nullable=nullable, index=index)


class BlobRow(SQLModel, table=True):
    """A text, zstd-compressed, under the digest of its plain form."""

    __tablename__ = "blob"
    digest: str = Field(primary_key=True)
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class ObservationRow(SQLModel, table=True):
    __tablename__ = "observation"
    __table_args__ = (Index("ix_observation_place_at", "place", "at"),)
    seq: int = Field(sa_column=_big_key())
    identity: str = Field(unique=True)
    kind: str
    source: str
    url: str | None = Field(sa_column=Column(Text))
    redirected_from: str | None = Field(sa_column=Column(Text))
    at: datetime = Field(sa_column=_at(index=True))
    place: str = Field(sa_column=Column(Text, nullable=False))
    digest: str
    tie_order: str = Field(sa_column=Column(Text, nullable=False))
    origin: str
    evidence: str | None = None
    is_block: bool = False
    status: int | None = None
    blob: str | None = None
    reader: str = ""
    charset: str = ""


class ItemRow(SQLModel, table=True):
    __tablename__ = "item"
    id: str = Field(primary_key=True)
    subject: str
    source: str = Field(index=True)
    first_seen: datetime = Field(sa_column=_at(index=True))
    tie_order: str = Field(sa_column=Column(Text, nullable=False))
    origin: str
    source_line: str | None = None


class AddressRow(SQLModel, table=True):
    __tablename__ = "address"
    key: str = Field(sa_column=Column(Text, primary_key=True))
    item_id: str = Field(index=True)
    url: str = Field(sa_column=Column(Text, nullable=False))
    since: datetime = Field(sa_column=_at(index=True))


class SnapshotRow(SQLModel, table=True):
    __tablename__ = "snapshot"
    __table_args__ = (UniqueConstraint("item_id", "number"),)
    id: str = Field(primary_key=True)
    item_id: str
    number: int
    seen_at: datetime = Field(sa_column=_at(index=True))
    exact: str
    normaliser: int
    source: str
    url: str | None = Field(sa_column=Column(Text))
    evidence: str | None = None
    origin: str
    blob: str
    reader: str = ""
    charset: str = ""


class CompletionRow(SQLModel, table=True):
    __tablename__ = "completion"
    item_id: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    at: datetime = Field(sa_column=Column(Instant, primary_key=True))
    value: str = Field(sa_column=Column(Text, nullable=False))


class SpanRow(SQLModel, table=True):
    __tablename__ = "span"
    __table_args__ = (Index("ix_span_place_closed", "place", "closed_at"),)
    item_id: str = Field(primary_key=True)
    place: str = Field(sa_column=Column(Text, primary_key=True))
    first_at: datetime = Field(sa_column=Column(Instant, primary_key=True))
    snapshot_id: str | None = None
    shown: str
    last_at: datetime = Field(sa_column=_at(index=True))
    position: int = 0
    url: str | None = Field(sa_column=Column(Text))
    closed_at: datetime | None = Field(sa_column=_at(nullable=True))
    is_missing: bool = False
    is_block: bool = False


class ClueRow(SQLModel, table=True):
    """Kept in the order of its key: the oldest that share a value stand together and are all that is read."""

    __tablename__ = "clue"
    __table_args__ = ({"sqlite_with_rowid": False},)
    value: int = Field(sa_column=Column(BigInteger, primary_key=True))
    kind: str = Field(primary_key=True)
    at: datetime = Field(sa_column=Column(Instant, primary_key=True, index=True))
    snapshot_id: str = Field(primary_key=True)
    item_id: str


class ChangeRow(SQLModel, table=True):
    __tablename__ = "change"
    __table_args__ = (
        Index("ix_change_detected_rank", "detected_at", "rank"),
        Index("ix_change_item_id_latest", "item_id", "kind", "detected_at", "rank"),
        Index("ix_change_of_latest", "of", "kind", "detected_at", "rank"),
    )
    id: str = Field(primary_key=True)
    kind: str
    subject: str
    item_id: str
    source: str
    url: str | None = Field(sa_column=Column(Text))
    headline: str | None = Field(sa_column=Column(Text))
    detected_at: datetime = Field(sa_column=_at())
    changed_after: datetime | None = Field(sa_column=_at(nullable=True))
    changed_before: datetime = Field(sa_column=_at())
    before: str | None = None
    after: str | None = None
    fields: list[str] = Field(sa_column=Column(JSON, nullable=False))
    similarity: float | None = None
    of: str | None = None
    reverts_to: str | None = None
    reason: str = Field(sa_column=Column(Text, nullable=False))
    rank: int = Field(sa_column=Column(BigInteger, nullable=False))


class SupersededRow(SQLModel, table=True):
    """A change that older evidence, taken in later, showed to be otherwise: kept, out of the log."""

    __tablename__ = "superseded"
    id: str = Field(primary_key=True)
    data: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class AssessmentRow(SQLModel, table=True):
    """What kind of edit a change is: worked out from the texts, and dropped when the rules are newer."""

    __tablename__ = "assessment"
    __table_args__ = (Index("ix_assessment_source_kinds", "source", "kinds"),)
    change_id: str = Field(primary_key=True)
    item_id: str
    source: str
    at: datetime = Field(sa_column=_at(index=True))
    version: int
    kinds: str  # names, blanks between
    weight: int
    is_stealth: bool
    edit_id: str | None = Field(default=None, index=True)
    edits: list[Any] = Field(sa_column=Column(JSON, nullable=False))
    parts: list[Any] = Field(sa_column=Column(JSON, nullable=False))
    terms: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class AnnotationRow(SQLModel, table=True):
    __tablename__ = "annotation"
    id: int | None = Field(default=None, sa_column=_big_key())
    change_id: str = Field(index=True)
    ruling: str
    by: str = Field(sa_column=Column(Text, nullable=False))
    at: datetime = Field(sa_column=_at())
    note: str = Field(sa_column=Column(Text, nullable=False))


class SourceRow(SQLModel, table=True):
    __tablename__ = "source"
    name: str = Field(primary_key=True)
    is_watched: bool
    data: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class TargetRow(SQLModel, table=True):
    __tablename__ = "target"
    __table_args__ = (
        Index("ix_target_source_next", "source", "next_visit"),
        Index("ix_target_channel", "channel"),
    )
    key: str = Field(sa_column=Column(Text, primary_key=True))
    url: str = Field(sa_column=Column(Text, nullable=False))
    source: str
    kind: str
    etag: str | None = Field(sa_column=Column(Text))
    last_modified: str | None = Field(sa_column=Column(Text))
    body_digest: str | None = None
    first_visit: datetime | None = Field(sa_column=_at(nullable=True))
    last_visit: datetime | None = Field(sa_column=_at(nullable=True))
    next_visit: datetime | None = Field(sa_column=_at(nullable=True))
    last_change: datetime | None = Field(sa_column=_at(nullable=True))
    failures: int = 0
    channel: str | None = Field(sa_column=Column(Text))
    stamp: str | None = Field(sa_column=Column(Text))
    watched: dict[str, Any] | None = Field(sa_column=Column(JSON(none_as_null=True)))


class ExperienceRow(SQLModel, table=True):
    """What the looks at a source's articles taught about how often they are edited."""

    __tablename__ = "experience"
    source: str = Field(primary_key=True)
    data: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class HostRow(SQLModel, table=True):
    """What a host asked of us: leave it alone until then."""

    __tablename__ = "host"
    name: str = Field(sa_column=Column(String, primary_key=True))
    back_off_until: datetime = Field(sa_column=_at())


class TurnRow(SQLModel, table=True):
    """When the next request to a host may start, and the requests that are under way, each until when."""

    __tablename__ = "turn"
    host: str = Field(primary_key=True)
    next_start: datetime = Field(sa_column=_at())
    held: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class LeaseRow(SQLModel, table=True):
    __tablename__ = "lease"
    name: str = Field(primary_key=True)
    holder: str = Field(sa_column=Column(Text, nullable=False))
    since: datetime = Field(sa_column=_at())
    until: datetime = Field(sa_column=_at())


class StretchRow(SQLModel, table=True):
    __tablename__ = "stretch"
    __table_args__ = (Index("ix_stretch_what", "what", "source", "until"),)
    id: int | None = Field(default=None, sa_column=_big_key())
    what: str
    source: str  # empty: of all sources
    started: datetime = Field(sa_column=_at())
    until: datetime = Field(sa_column=_at(index=True))


class BeatRow(SQLModel, table=True):
    __tablename__ = "beat"
    source: str = Field(primary_key=True)
    last: datetime | None = Field(sa_column=_at(nullable=True))
    next: datetime | None = Field(sa_column=_at(nullable=True))


class HealthRow(SQLModel, table=True):
    """What is usual of a source's pages, and what of them is quarantined."""

    __tablename__ = "health"
    source: str = Field(primary_key=True)
    data: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


class WithheldRow(SQLModel, table=True):
    """What a page of a quarantined source said, as observations of the interchange format."""

    __tablename__ = "withheld"
    source: str = Field(primary_key=True)
    key: str = Field(sa_column=Column(Text, primary_key=True))
    at: datetime = Field(sa_column=Column(Instant, primary_key=True))
    part: str = Field(sa_column=Column(Text, nullable=False))
    observations: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    evidence: str | None = None


class VisitRow(SQLModel, table=True):
    __tablename__ = "visit"
    __table_args__ = (
        Index("ix_visit_url_at", "url", "at"),
        Index("ix_visit_last", "source", "outcome", "at"),
    )
    id: int | None = Field(default=None, sa_column=_big_key())
    run_id: int | None = Field(default=None, index=True)
    url: str = Field(sa_column=Column(Text, nullable=False))
    source: str
    kind: str
    at: datetime = Field(sa_column=_at(index=True))
    outcome: str
    reason: str = Field(sa_column=Column(Text, nullable=False))
    status: int | None = None
    body_digest: str | None = None
    seconds: float = 0.0


class RunRow(SQLModel, table=True):
    __tablename__ = "run"
    id: int | None = Field(default=None, sa_column=_big_key())
    started: datetime = Field(sa_column=_at())
    finished: datetime | None = Field(sa_column=_at(nullable=True))
    counts: dict[str, int] = Field(sa_column=Column(JSON, nullable=False))


class StateRow(SQLModel, table=True):
    """Counters of the store itself: `revision` rises with every batch recorded."""

    __tablename__ = "state"
    name: str = Field(primary_key=True)
    value: int = Field(sa_column=Column(BigInteger, nullable=False))


class ArrivalRow(SQLModel, table=True):
    """The number that a change got when it first came in."""

    __tablename__ = "arrival"
    number: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    change_id: str = Field(unique=True, index=True)


class DeliveryRow(SQLModel, table=True):
    __tablename__ = "delivery"
    channel: str = Field(primary_key=True)
    cursor: int = Field(sa_column=Column(BigInteger, nullable=False))
    upto: int | None = Field(sa_column=Column(BigInteger))
    attempts: int = 0
    next_try: datetime | None = Field(sa_column=_at(nullable=True))
    sent_at: datetime | None = Field(sa_column=_at(nullable=True))
    digest_at: datetime | None = Field(sa_column=_at(nullable=True))
    error: str = Field(sa_column=Column(Text, nullable=False))


def _table(row: type[SQLModel]) -> Table:
    return row.__table__  # type: ignore[attr-defined,no-any-return]


# What statements are written with.
BLOB = _table(BlobRow)
OBSERVATION = _table(ObservationRow)
ITEM = _table(ItemRow)
ADDRESS = _table(AddressRow)
SNAPSHOT = _table(SnapshotRow)
COMPLETION = _table(CompletionRow)
SPAN = _table(SpanRow)
CLUE = _table(ClueRow)
CHANGE = _table(ChangeRow)
SUPERSEDED = _table(SupersededRow)
ASSESSMENT = _table(AssessmentRow)
ANNOTATION = _table(AnnotationRow)
SOURCE = _table(SourceRow)
TARGET = _table(TargetRow)
EXPERIENCE = _table(ExperienceRow)
HOST = _table(HostRow)
TURN = _table(TurnRow)
LEASE = _table(LeaseRow)
STRETCH = _table(StretchRow)
BEAT = _table(BeatRow)
HEALTH = _table(HealthRow)
WITHHELD = _table(WithheldRow)
VISIT = _table(VisitRow)
RUN = _table(RunRow)
STATE = _table(StateRow)
ARRIVAL = _table(ArrivalRow)
DELIVERY = _table(DeliveryRow)

ALL = tuple(SQLModel.metadata.tables[name] for name in sorted(SQLModel.metadata.tables))
NAMES = frozenset(table.name for table in ALL)
