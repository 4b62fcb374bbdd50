"""The change log that watching the demo's world must give: worked out from the script, not from the product.

The watcher of this file is perfect, since it is told which copy is which and has only to note what shows:

- an item is *new* on the first capture that shows it; an article is shown once its teaser has been listed;
- but a *duplicate* if it is a further copy of a story already known (of a teaser: with the same words);
- at another address than before: *moved*. With other words than before: *changed*, in those fields;
- an article that reads otherwise than its teaser did when it is first seen was *changed* before that; a copy
  that reads otherwise than its original did, since that was edited, is *changed* against it, once;
- an article is *removed* on its second day of 404; a teaser on the first day that an older neighbour is still
  listed and it is not. Either is *restored* when shown again;
- sinking off the end of a listing, and everything else on a page, is nothing.

Captures come in order of time: the files of `seeds/`, then a pass over everything known on each day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from urllib.parse import urlsplit

from crawler.demo_site.captures import CAPTURES, Capture, Shape, shown
from crawler.demo_site.notices import NOTICES, PORT_OFFICE
from crawler.demo_site.story import LAST_DAY, SCRIPT, Script, date_of, pass_time
from crawler.demo_site.world import LISTING_PATHS, Copy, Edition, edition

ARTICLE = "article"
TEASER = "teaser"

MISSES_TO_REMOVE = 2


@dataclass(frozen=True, slots=True)
class Expectation:
    """One row of the change log. `kind` and `subject` are the words of the interchange format."""

    day: int
    at: datetime  # `detected_at`
    subject: str
    kind: str
    story: str  # the story's name in `prose.py`
    source: str
    headline: str | None  # as shown then; None where the capture has none
    path: str | None  # of its address on its paper's site; None where the capture has none
    fields: tuple[str, ...] | None = None  # that differ, for `changed`; None: any
    reverts: bool = False  # to a text seen before
    of: str | None = None  # name of the story it duplicates; for `moved`, of itself
    is_exact: bool | None = None  # a duplicate of similarity 1, or of less; None: does not matter


Words = tuple[str | None, ...]
_FIELDS = {ARTICLE: ("headline", "paragraphs"), TEASER: ("headline", "excerpt")}


@dataclass(slots=True)
class _Memory:
    """What the watcher knows of one article or teaser."""

    copy: Copy
    path: str | None
    texts: list[Words]  # one after the other, as they were seen
    misses: int = 0
    is_removed: bool = False
    is_listed: bool = True  # at the last look
    dated: list[tuple[datetime, Words]] = field(default_factory=list)  # `texts`, and when
    beside: Words | None = None  # its original's text that it was last held against


_Known = dict[tuple[str, str], _Memory]  # by subject and name of the copy


def expected(script: Script = SCRIPT) -> list[Expectation]:
    """Every row that the change log must have after the seeds and days 1 to 6, oldest first; and no other."""
    known: _Known = {}
    rows: list[Expectation] = []
    for capture in sorted(CAPTURES, key=lambda capture: capture.captured_at):
        rows += _look_at_capture(known, capture, script)
    for day in range(1, LAST_DAY + 1):
        rows += _look_at_day(known, edition(script, day))
    return sorted([*rows, *_look_at_notices()], key=lambda row: row.at)


def _look_at_notices() -> Iterator[Expectation]:
    """The rows of the port office's archive: each notice new, then changed whenever it reads otherwise."""
    for notice in NOTICES:
        before: tuple[str, ...] | None = None
        for day in notice.days(LAST_DAY):
            paragraphs = notice.on(day, LAST_DAY)
            if paragraphs != before:
                at = datetime.combine(date_of(day), time(0), tzinfo=UTC)
                path, name = urlsplit(notice.url).path, f"notice {notice.number}"
                row = Expectation(day, at, ARTICLE, "new", name, PORT_OFFICE, notice.headline, path)
                yield row if before is None else replace(row, kind="changed", fields=("paragraphs",))
            before = paragraphs


def _look_at_capture(known: _Known, capture: Capture, script: Script) -> Iterator[Expectation]:
    article, teasers = shown(capture, script)
    names = {copy: name for name, copy in edition(script, capture.day).copies.items()}
    is_bare = capture.shape is Shape.BARE
    seen = [(ARTICLE, article)] if article else []
    for subject, copy in [*seen, *((TEASER, teaser) for teaser in teasers)]:
        words = _words(subject, copy)
        words = (None, *words[1:]) if is_bare else words
        row = _row(capture.day, capture.captured_at, subject, copy)
        row = replace(row, headline=words[0], path=None)
        yield from _see(known, names[copy], copy, words, None, row)


def _look_at_day(known: _Known, today: Edition) -> Iterator[Expectation]:
    for source in LISTING_PATHS:
        listed = today.listing(source)
        for name, copy in today.copies.items():
            if copy.source == source:
                yield from _look_at_teaser(known, today, name, copy, listed)
                yield from _look_at_article(known, today, name, copy, is_listed=copy in listed)


def _look_at_teaser(
    known: _Known, today: Edition, name: str, copy: Copy, listed: tuple[Copy, ...]
) -> Iterator[Expectation]:
    row = _row(today.day, pass_time(today.day), TEASER, copy)
    memory = known.get((TEASER, name))
    if copy in listed:
        yield from _see(known, name, copy, _words(TEASER, copy), copy.path, row)
    elif memory is not None:
        if memory.is_listed and any(_is_older(other, copy) for other in listed):
            memory.is_removed = True
            yield replace(row, kind="removed")
        memory.is_listed = False


def _look_at_article(
    known: _Known, today: Edition, name: str, copy: Copy, *, is_listed: bool
) -> Iterator[Expectation]:
    row = _row(today.day, pass_time(today.day), ARTICLE, copy)
    memory = known.get((ARTICLE, name))
    if copy.is_gone:
        yield from _miss(memory, row)
    elif (memory is not None or is_listed) and not copy.story.is_for_members:
        is_first = memory is None
        yield from _see(known, name, copy, _words(ARTICLE, copy), copy.path, row)
        if is_first and not " ".join(copy.paragraphs).startswith(copy.excerpt):
            yield replace(row, kind="changed", fields=("paragraphs",))
        if copy.original is not None:
            yield from _look_at_original(known, known[ARTICLE, name], copy, row)


def _look_at_original(known: _Known, memory: _Memory, copy: Copy, row: Expectation) -> Iterator[Expectation]:
    """A copy beside its original as that was last seen before today."""
    original = known.get((ARTICLE, copy.original or ""))
    seen = [text for at, text in original.dated if at < row.at] if original else []
    if seen and memory.beside is not None and memory.beside != seen[-1]:
        yield replace(row, kind="changed", of=copy.story.name)
    memory.beside = seen[-1] if seen else None


def _miss(memory: _Memory | None, row: Expectation) -> Iterator[Expectation]:
    """A 404 at the address of an article; one that was never seen cannot be removed."""
    if memory is None:
        return
    memory.misses += 1
    if memory.misses == MISSES_TO_REMOVE:
        memory.is_removed = True
        yield replace(row, kind="removed")


def _see(
    known: _Known, name: str, copy: Copy, words: Words, path: str | None, row: Expectation
) -> Iterator[Expectation]:
    """The rows for one look at an article or teaser that is there, remembering it."""
    memory = known.get((row.subject, name))
    if memory is None:
        yield _first_sight(known, copy, words, row)
        known[row.subject, name] = _Memory(copy, path, [words], dated=[(row.at, words)])
        return
    if memory.is_removed:
        yield replace(row, kind="restored")
    if path is not None and memory.path not in (None, path):
        yield replace(row, kind="moved", of=copy.story.name)
    differing = _differing(row.subject, memory.texts[-1], words)
    if differing:
        reverts = any(not _differing(row.subject, text, words) for text in memory.texts)
        yield replace(row, kind="changed", fields=differing, reverts=reverts)
    memory.texts.append(_completed(memory.texts[-1], words))
    memory.dated.append((row.at, memory.texts[-1]))
    memory.path = path or memory.path
    memory.misses, memory.is_removed, memory.is_listed = 0, False, True


def _first_sight(known: _Known, copy: Copy, words: Words, row: Expectation) -> Expectation:
    for (subject, _), other in known.items():
        if subject == row.subject and other.copy.story == copy.story:
            is_exact = not _differing(subject, other.texts[-1], words)
            if subject == ARTICLE or (is_exact and other.copy.published == copy.published):
                return replace(row, kind="duplicate", of=copy.story.name, is_exact=is_exact)
    return row


def _row(day: int, at: datetime, subject: str, copy: Copy) -> Expectation:
    """The row of a first sight on the site; every other is made of it."""
    return Expectation(day, at, subject, "new", copy.story.name, copy.source, copy.headline, copy.path)


def _words(subject: str, copy: Copy) -> Words:
    return (copy.headline, *copy.paragraphs) if subject == ARTICLE else (copy.headline, copy.excerpt)


def _differing(subject: str, old: Words, new: Words) -> tuple[str, ...]:
    """The fields in which two texts differ; a headline that is not known differs from none."""
    is_retitled = None not in (old[0], new[0]) and old[0] != new[0]
    differs = (is_retitled, old[1:] != new[1:])
    return tuple(name for name, is_other in zip(_FIELDS[subject], differs, strict=True) if is_other)


def _completed(old: Words, new: Words) -> Words:
    return (old[0] if new[0] is None else new[0], *new[1:])


def _is_older(copy: Copy, than: Copy) -> bool:
    return (copy.published, copy.story.number) < (than.published, than.story.number)
