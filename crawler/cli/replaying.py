"""`presswatch replay`: what kept raw responses would read like today."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Annotated, Any

import typer

from crawler.cli.program import (
    Jsonl,
    app,
    counted,
    json_text,
    known_sources,
    opened,
    say,
    settings_of,
    status,
    zone_name,
)


@app.command()
def replay(
    context: typer.Context,
    source: Annotated[
        list[str] | None,
        typer.Option("--source", metavar="NAME", help="Only of this source. May be repeated."),
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only what was seen since: a date, a time, or 24h, 7d.")
    ] = None,
    apply: Annotated[
        bool,
        typer.Option("--apply", help="Store what the latest texts read like today; no change is recorded."),
    ] = False,
    jsonl: Jsonl = False,
) -> None:
    """Read kept raw responses again, with the recipes of today, and show what would read differently.

    The pages are the same, so none of it is an edit. For whoever changes a recipe. With --apply, what the latest text
    of each article and teaser reads like today is stored as a technical snapshot beside it.

    Example: presswatch replay --source Gazette --since 30d
    """
    from crawler import config, desk, wiring
    from crawler import replay as again
    from crawler.report.inert import inert

    settings = settings_of(context)
    from_when = (
        desk.parse_moment(since, wiring.utc_now(), zone_name(settings.report.time_zone)) if since else None
    )
    told: Counter[str] = Counter()
    applied: again.Applied | None = None

    async def run(store: Any, progress: Any) -> None:
        evidence = wiring.evidence(settings)
        async with wiring.parsers(settings) as parse:
            read = again.replay(
                store, evidence.get, parse, config.sources(settings), names=source or (), since=from_when
            )
            async for one in read:
                told["read"] += 1
                progress(f"{told['read']:,} read, {told['differ']:,} differ")
                told["differ" if one.fields else "unread" if one.problem else "alike"] += 1
                told.update(one.fields)
                if jsonl:
                    print(json_text(_as_json(one)))
                elif one.fields or one.problem:
                    print("\n".join(map(inert, _lines(one))))
            if apply:
                nonlocal applied
                applied = await again.apply(
                    store,
                    evidence.get,
                    parse,
                    config.sources(settings),
                    wiring.key_of(config.sources(settings)),
                    wiring.utc_now,
                    names=source or (),
                    since=from_when,
                    progress=lambda made: progress(f"{made.pages:,} applied, {made.stored:,} stored"),
                )

    with opened(settings) as store, status("Reading again") as progress:
        known_sources(source or (), store, settings)
        asyncio.run(run(store, progress))
    fields = ", ".join(f"{name} {told[name]:,}" for name in _FIELDS if told[name])
    say(
        f"{counted(told['read'], 'response')} read again: {told['alike']:,} alike, {told['differ']:,} otherwise"
        f"{f' ({fields})' if fields else ''}, {told['unread']:,} not readable"
    )
    if applied is not None:
        say(
            f"{counted(applied.stored, 'technical snapshot')} stored, of {counted(applied.pages, 'page')}; no change."
        )


_FIELDS = ("headline", "byline", "published", "modified", "paragraphs")


def _as_json(one: Any) -> dict[str, Any]:
    before, after = one.snapshot.content, one.after
    return {
        "snapshot": one.snapshot.id,
        "source": one.source,
        "url": one.snapshot.url,
        "seen_at": one.snapshot.seen_at.isoformat(),
        "problem": one.problem,
        "fields": list(one.fields),
        "before": {name: _value(before, name) for name in one.fields},
        "after": {name: _value(after, name) for name in one.fields},
    }


def _value(article: Any, name: str) -> Any:
    value = getattr(article, name)
    return list(value) if isinstance(value, tuple) else value


def _lines(one: Any) -> list[str]:
    head = f"{one.snapshot.id}  {one.snapshot.url or '(no address)'}"
    if one.problem:
        return [head, f"  not readable: {one.problem}"]
    return [
        head,
        *(line for name in one.fields for line in _field_lines(name, one.snapshot.content, one.after)),
    ]


def _field_lines(name: str, before: Any, after: Any) -> list[str]:
    old, new = _value(before, name), _value(after, name)
    if name != "paragraphs":
        return [f"  {name}: {old}", f"  {' ' * len(name)}→ {new}"]
    gone = [line for line in old if line not in new]
    came = [line for line in new if line not in old]
    return [f"  - {line[:160]}" for line in gone[:_SHOWN]] + [f"  + {line[:160]}" for line in came[:_SHOWN]]


_SHOWN = 5  # paragraphs of each side
