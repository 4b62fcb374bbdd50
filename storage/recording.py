"""What a batch brings, written into the database: `SqlStore.record`, within its transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, and_, delete, or_, select, update

from storage import blobs, said
from storage.known import Rows, Verdict
from storage.recalling import showings_in
from storage.records import Article, Change, Source
from storage.rewind import as_it_stood
from storage.rows import (
    as_row,
    change_of,
    change_to_json,
    chunks,
    insert_rows,
    sources_in,
    span_of,
    upsert,
    where_in,
)
from storage.tables import (
    ADDRESS,
    BLOB,
    CHANGE,
    CLUE,
    COMPLETION,
    ITEM,
    OBSERVATION,
    SNAPSHOT,
    SOURCE,
    SPAN,
    STATE,
    SUPERSEDED,
)


def put_sightings(db: Connection, verdict: Verdict) -> None:
    """The captures, each with its text; those seen again at another place are moved there."""
    rows, texts = [], {}
    for sighting in verdict.sightings:
        data = blobs.observation_json(sighting.observation)
        key = blobs.digest(data) if data is not None else None
        if data is not None and key is not None:
            texts[key] = data
        observation = sighting.observation
        rows.append(
            {
                "seq": sighting.seq,
                "identity": verdict.identities[sighting.seq],
                "kind": type(observation).__name__.lower(),
                "source": observation.source,
                "url": observation.url,
                "redirected_from": getattr(observation, "redirected_from", None),
                "at": sighting.at,
                "place": verdict.places[sighting.seq],
                "digest": sighting.digest,
                "tie_order": sighting.order,
                "origin": sighting.origin.value,
                "evidence": sighting.evidence,
                "reader": sighting.reader,
                "charset": sighting.charset,
                "is_block": getattr(observation, "is_block", False),
                "status": getattr(observation, "status", None),
                "blob": key,
            }
        )
    put_blobs(db, texts)
    insert_rows(db, OBSERVATION, rows)
    again = verdict.places.keys() - {sighting.seq for sighting in verdict.sightings}
    for seq in again:
        db.execute(update(OBSERVATION).where(OBSERVATION.c.seq == seq).values(place=verdict.places[seq]))


def put_rows(db: Connection, rows: Rows) -> None:
    """What was decided: items, addresses, snapshots with their texts, completions, clues, spans and changes."""
    insert_rows(db, ITEM, [as_row(item) | {"tie_order": item.order} for item in rows.items])
    insert_rows(db, ADDRESS, [as_row(address) for address in rows.addresses])
    texts, snapshots = {}, []
    for snapshot in rows.snapshots:
        data = blobs.content_json(snapshot.content)
        key = blobs.digest(data)
        texts[key] = data
        source = snapshot.content.source if isinstance(snapshot.content, Article) else ""
        snapshots.append(as_row(snapshot) | {"blob": key, "source": source})
    put_blobs(db, texts)
    insert_rows(db, SNAPSHOT, snapshots)
    upsert(db, COMPLETION, [as_row(row) for row in rows.completions])
    upsert(db, CLUE, [as_row(clue) for clue in rows.clues])
    upsert(db, SPAN, [as_row(span) for span in rows.spans.values()])
    insert_rows(db, CHANGE, [as_row(c) | {"fields": list(c.fields)} for c in rows.changes])


def put_blobs(db: Connection, texts: Mapping[str, bytes]) -> None:
    held = {row.digest for row in where_in(db, select(BLOB.c.digest), BLOB.c.digest, list(texts))}
    new = [{"digest": k, "data": blobs.compress(v)} for k, v in texts.items() if k not in held]
    insert_rows(db, BLOB, new)


def rewind(db: Connection, since: datetime) -> list[Change]:
    """Take back every derived row from `since` on; gives back the changes so dropped."""
    is_later = CHANGE.c.detected_at >= since
    dropped = [change_of(row) for row in db.execute(select(CHANGE).where(is_later))]
    touched = select(SPAN).where(
        SPAN.c.first_at < since, or_(SPAN.c.last_at >= since, SPAN.c.closed_at >= since)
    )
    spans = [span_of(row) for row in db.execute(touched)]
    for span in as_it_stood(spans, since, showings_in(db, since)).values():
        key = and_(
            SPAN.c.item_id == span.item_id,
            SPAN.c.place == span.place,
            SPAN.c.first_at == span.first_at,
        )
        values = {n: getattr(span, n) for n in ("last_at", "position", "closed_at", "is_missing")}
        db.execute(update(SPAN).where(key).values(**values))
    said.rewind(db, since)
    for table, time in (
        (ITEM, ITEM.c.first_seen),
        (ADDRESS, ADDRESS.c.since),
        (SNAPSHOT, SNAPSHOT.c.seen_at),
        (COMPLETION, COMPLETION.c.at),
        (CLUE, CLUE.c.at),
        (SPAN, SPAN.c.first_at),
        (CHANGE, CHANGE.c.detected_at),
    ):
        db.execute(delete(table).where(time >= since))
    return dropped


def settle_superseded(db: Connection, dropped: list[Change], current: set[str]) -> None:
    """Keep the changes that did not come back; those that came back are superseded no longer."""
    for ids in chunks(list(current)):
        db.execute(delete(SUPERSEDED).where(SUPERSEDED.c.id.in_(ids)))
    lost = [change for change in dropped if change.id not in current]
    insert_rows(db, SUPERSEDED, [{"id": c.id, "data": change_to_json(c)} for c in lost])


def counter(db: Connection, name: str, *, is_held: bool = False) -> int:
    """The counter; where it is `held`, nobody else changes it until this transaction is over."""
    wanted = select(STATE.c.value).where(STATE.c.name == name)
    found = db.execute(wanted.with_for_update() if is_held else wanted).scalar()
    return int(found or 0)


def name_sources(db: Connection, names: set[str]) -> None:
    """Create the sources of these names that there are not, unwatched."""
    strange = [Source(name, is_watched=False) for name in names - sources_in(db).keys()]
    insert_rows(db, SOURCE, [{"name": s.name, "is_watched": False, "data": asdict(s)} for s in strange])
