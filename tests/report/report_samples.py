"""Changes and texts to render: small factories, with every string a stranger could send in `HOSTILE`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from crawler.compare.campaigns import Campaign
from crawler.compare.groups import Group, GroupKind
from crawler.report import Entry, Report, render
from crawler.report.view import Bearing, CampaignEntry
from storage.records import (
    Annotation,
    Article,
    Change,
    ChangeKind,
    Content,
    Item,
    Origin,
    Outcome,
    Ruling,
    Snapshot,
    Subject,
    TargetKind,
    Teaser,
    Visit,
)

NOON = datetime(2026, 3, 4, 3, 0, tzinfo=UTC)  # 12:00 in Seoul
DAY = timedelta(days=1)
URL = "https://gazette.example/newstream/1772586000-100200/footbridge/"

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "</style></title></textarea><svg onload=alert(1)>",
    "<!-- --> ]]> <![CDATA[",
    "{{ 7 * 7 }} {% raw %}",
    "\x1b[2J\x1b]0;owned\x07\x9b31m",
    "\x1b]8;;https://evil.example\x1b\\here\x1b]8;;\x1b\\",
    "left \u202eright\u202c \u2066isolate\u2069",
    "[bold red]loud[/] [/] [link=https://evil.example]x[/link]",
    "over\rwritten\x08\x08",
    "one\ntwo\u2028three\x85four",
    "=HYPERLINK(1) | +1 | -1 | @SUM(A1)",
    "`code` | *star* _line_ ~~gone~~ [text](javascript:alert(1)) ![i](x)",
    "lone \ud800 surrogate and \x00 nothing",
    "@everyone www.evil.example https://evil.example",
    "e" + "\u0301" * 400,
)


def change(kind: ChangeKind = ChangeKind.NEW, **said: Any) -> Change:
    values: dict[str, Any] = {
        "id": "3f2a9c0d11223344",
        "kind": kind,
        "subject": Subject.ARTICLE,
        "item_id": "1111222233334444",
        "source": "Harbour Gazette",
        "url": URL,
        "headline": "New footbridge opens",
        "detected_at": NOON,
        "changed_after": NOON - DAY,
        "changed_before": NOON,
    }
    return Change(**(values | said))


def snapshot(content: Content, number: int = 1, id: str = "5a0f00000000aa01") -> Snapshot:  # noqa: A002
    return Snapshot(id, "1111222233334444", number, NOON, "0" * 64, 1, content, url=content.url)


def article(*paragraphs: str, headline: str | None = "New footbridge opens", **said: Any) -> Article:
    return Article("Harbour Gazette", URL, None, headline=headline, paragraphs=paragraphs, **said)


def edit(before: Content, after: Content, *fields: str, **said: Any) -> Entry:
    """A change of `fields` from one text to the other."""
    old, new = snapshot(before), snapshot(after, 2, "5a0f00000000aa02")
    said = {"before": old.id, "after": new.id, "fields": fields, "similarity": 0.9, **said}
    return Entry(change(ChangeKind.CHANGED, **said), old, new)


def duplicate(similarity: float = 0.9634, **said: Any) -> Entry:
    older = Item("9999888877776666", Subject.ARTICLE, "Coast Telegraph", NOON - DAY, "", Origin.CRAWL)
    return Entry(
        change(ChangeKind.DUPLICATE, similarity=similarity, of=older.id, **said),
        of=older,
        of_headline="Footbridge handed over",
        of_url="https://coast.example/5",
    )


def move() -> Entry:
    return Entry(
        change(
            ChangeKind.MOVED,
            of="9999888877776666",
            fields=("url",),
            url="https://gazette.example/new",
            reason="the old address https://gazette.example/old redirects here",
        ),
        of_url="https://gazette.example/old",
    )


def assessed(
    where: str = "lead", old: str | None = None, new: str | None = None, **said: Any
) -> dict[str, Any]:
    """One edited sentence as an assessment keeps it; `kinds` and `evidence` may be given."""
    return {"where": where, "kinds": ["number"], "old": old, "new": new, "evidence": []} | said


def meant(entry: Entry, **said: Any) -> Entry:
    """`entry` with a bearing."""
    return replace(entry, bearing=Bearing(**said))


def stealthy() -> Entry:
    """A number edited in silence, weighed, with the words that show it."""
    old, new = "The bridge cost 12 million crowns.", "The bridge cost 14 million crowns."
    evidence = [{"kind": "number", "old": "12 million", "new": "14 million"}]
    return meant(
        edit(article(old), article(new), "paragraphs"),
        weight=72,
        is_stealth=True,
        kinds=("lead", "number", "person"),
        edits=(assessed("lead", old, new, evidence=evidence),),
        parts=({"points": 40, "reason": "a number was edited"}, {"points": 32, "reason": "in the lead"}),
    )


def same_edit(*others: Change, size: int | None = None, **said: Any) -> Entry:
    """An edit that stands for a group."""
    ids = tuple(f"id{n}" for n in range(size or len(others) + 1))
    group = Group("aaaabbbbccccdddd", GroupKind.SAME_EDIT, ids, len(ids))
    return meant(edit(article("a"), article("b"), "paragraphs"), group=group, others=others, **said)


def ruled(by: str = "A. Reviewer", note: str = "another year's harvest") -> dict[str, Any]:
    """What a reviewer said, as a bearing has it."""
    said = Annotation("3f2a9c0d11223344", Ruling.FALSE_ALARM, by, NOON, note)
    return {"annotations": (said,), "ruling": Ruling.FALSE_ALARM}


def campaign(**said: Any) -> Campaign:
    values: dict[str, Any] = {
        "id": "cafe000011112222",
        "source": "Harbour Gazette",
        "kind": "removed",
        "term": "Olm Varga",
        "replacement": None,
        "first_at": NOON - DAY,
        "last_at": NOON,
        "change_ids": ("3f2a9c0d11223344", "3f2a9c0d11223355", "3f2a9c0d11223366"),
        "items": ("1111222233334444", "1111222233335555"),
        "expected": 0.21,
        "p_value": 3.1e-40,
        "q_value": 2e-38,
        "test": "1-day scan, negative binomial tail (clumping 0.25)",
    }
    return Campaign(**(values | said))


def campaigning(*changes: Change, **said: Any) -> CampaignEntry:
    return CampaignEntry(campaign(**said), changes or (change(ChangeKind.CHANGED),))


def hostile_bearing(text: str) -> dict[str, Any]:
    """Everything a bearing can say, said by a stranger."""
    evidence = [{"kind": text, "old": text, "new": "x " + text}]
    other = change(ChangeKind.CHANGED, headline=text, url=text)
    return {
        "weight": 99,
        "is_stealth": True,
        "edits": (assessed(text, text, "x " + text, kinds=[text], evidence=evidence),),
        "parts": ({"points": 5, "reason": text},),
        "kinds": (text,),
        "edit_id": text,
        "group": Group("aaaabbbbccccdddd", GroupKind.SAME_EDIT, ("a", "b", "c")),
        "others": (other, replace(other, headline=None)),
        "cluster": text,
        "relation": text,
        "campaigns": (campaign(term=text, source=text),),
        **ruled(text, text),
    }


def hostile_entries() -> list[Entry]:
    """Every hostile string in every place that takes one."""
    return [entry for text in HOSTILE for entry in _everywhere(text)]


def _everywhere(text: str) -> Iterable[Entry]:
    before = article("First. " + text, text, headline=text, byline=text)
    after = article(text + " second", "other", headline="x " + text, byline=None)
    said: dict[str, Any] = {"source": text, "url": text, "headline": text, "reason": text}
    told = hostile_bearing(text)
    yield meant(edit(before, after, "headline", "byline", "paragraphs", **said), **told)
    yield edit(Teaser(text, text, text, text), Teaser(text, "y", "z " + text, None), "headline", "excerpt")
    yield Entry(change(ChangeKind.NEW, **said), after=snapshot(before))
    yield Entry(change(ChangeKind.REMOVED, **said), before=snapshot(before))
    yield Entry(change(ChangeKind.MOVED, of=text, **said), of_url=text)
    older = Item(text, Subject.ARTICLE, text, NOON, "", Origin.CRAWL)
    copy = change(ChangeKind.DUPLICATE, of=text, **said)
    yield meant(Entry(copy, of=older, of_headline=text, of_url=text), **told)


def failed(reason: str = "no answer within 60 s", **said: Any) -> Visit:
    values: dict[str, Any] = {
        "url": URL,
        "source": "Harbour Gazette",
        "kind": TargetKind.ARTICLE,
        "at": NOON,
        "outcome": Outcome.FAILED,
        "reason": reason,
    }
    return Visit(**(values | said))


def report(*entries: Entry, **said: Any) -> Report:
    values: dict[str, Any] = {
        "title": "Change log",
        "made_at": NOON,
        "entries": entries,
        "counts": Counter(entry.change.kind for entry in entries),
        "zone": "Asia/Seoul",
    }
    return Report(**(values | said))


def hostile_report() -> Report:
    visits = tuple(failed(text, source=text, url=text) for text in HOSTILE)
    campaigns = tuple(_hostile_campaign(text) for text in HOSTILE)
    title = "".join(HOSTILE)
    return report(*hostile_entries(), title=title, visits_failed=visits, campaigns=campaigns)


def _hostile_campaign(text: str) -> CampaignEntry:
    changed = change(ChangeKind.CHANGED, headline=text, url=text, source=text)
    named = {"term": text, "replacement": text, "source": text, "test": text, "also": (text,)}
    return campaigning(changed, kind="replaced", **named)


def drawn(format: Any, *entries: Entry, **said: Any) -> str:  # noqa: A002
    return "".join(render(report(*entries, **said), format))
