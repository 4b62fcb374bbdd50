"""What exactly changed between two versions: paragraphs side by side, and the words inside them. Pure.

What lives here: turning an alignment into rows, pieces and changed words, exact to the last blank. What
must not: which sentence became which (`sentences`), how a change is drawn (`crawler.report`), what it means.

Nothing is lost and nothing invented:

* `diff_words`: the equal and deleted pieces joined are the old text, the equal and inserted ones the new.
* `diff_paragraphs`: the old sides of the rows, in order, are the old paragraphs, the new sides the new ones;
  the pieces of a side joined are that side.

Words are compared in comparing form, so another shape of quote or dash, or another blank, is no edit in a
row; `diff_words` must be exact, so there the shape itself is deleted and inserted.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise, zip_longest
from typing import Literal

from crawler.compare.sentences import (
    PIECES,
    Alignment,
    SentencePair,
    Tag,
    align,
    equal_ends,
    equal_in_order,
    spans,
)
from crawler.text import normalise, words

__all__ = [
    "Alignment",
    "Piece",
    "Row",
    "SentenceGroup",
    "SentencePair",
    "Tag",
    "align",
    "changed_tokens",
    "diff_paragraphs",
    "diff_words",
    "sentence_groups",
    "workbench",
]

Kind = Literal["equal", "delete", "insert"]
_Match = tuple[int, int]  # index of an old word, index of the new word it equals

_LONGEST_PARTICLE = 4  # characters of the words that mostly hold others together: of, the, with
_STOPS = frozenset(".!?。！？")
_LONGEST_ISLAND = 3  # words: an equal run this short between two edits may be absorbed


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that stayed (`equal`), went (`delete`) or came (`insert`); never empty."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the side-by-side view; a side is None where the other version has nothing beside it.

    UNCHANGED, EDITED  both sides; where paragraphs were merged (or one was split), the rows after the first
                       are EDITED with only the old (the new) side
    DELETED, ADDED     one side
    MOVED              one row where the paragraph stood, old side, with `moved_to`, and one where it stands
                       now, new side, with `moved_from`: numbers of paragraphs, counted from 1
    """

    tag: Tag
    old: str | None
    new: str | None
    old_pieces: tuple[Piece, ...] = ()  # equal and delete
    new_pieces: tuple[Piece, ...] = ()  # equal and insert
    moved_from: int | None = None
    moved_to: int | None = None


def diff_paragraphs(old: Sequence[str], new: Sequence[str]) -> tuple[Row, ...]:
    """The two versions side by side, in reading order, with what changed inside each paragraph."""
    alignment = align(old, new)
    before: list[Row] = [_one_sided(Tag.DELETED, text) for text in old]
    after: list[Row] = [_one_sided(Tag.ADDED, text) for text in new]
    backbone: list[SentenceGroup] = []
    for group in sentence_groups(alignment):
        _fill(group, old, new, alignment.old_tags[group.old[0]], before, after)
        if not group.is_moved:
            backbone.append(group)
    return tuple(_in_reading_order(backbone, before, after))


def diff_words(old: str, new: str) -> tuple[Piece, ...]:
    """The edit from `old` to `new` as one stream; of each change, the deleted piece comes first.

    Applying it is exact: equal + delete joined give `old`, equal + insert joined give `new`.

    >>> [(piece.kind, piece.text) for piece in diff_words("He may go.", "He must go.")]
    [('equal', 'He '), ('delete', 'may'), ('insert', 'must'), ('equal', ' go.')]
    """
    before, after = _Text.of(old), _Text.of(new)
    stream = _Stream()
    i = j = a = b = 0  # words and characters consumed so far
    for next_i, next_j in _absorbed(_matches(before, after), before, after):
        if next_i > i or next_j > j:
            left = before.ends[next_i - 1] if next_i > i else a
            right = after.ends[next_j - 1] if next_j > j else b
            stream.change(old[a:left], new[b:right])
            a, b = left, right
        stream.change(old[a : before.starts[next_i]], new[b : after.starts[next_j]])
        a, b = before.ends[next_i], after.ends[next_j]
        stream.change(old[before.starts[next_i] : a], new[after.starts[next_j] : b])
        i, j = next_i + 1, next_j + 1
    stream.change(old[a:], new[b:])
    return stream.pieces()


def changed_tokens(old: str, new: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Indexes of the words of `old` that are not in `new`, and the reverse; words as by `crawler.text.words`.

    >>> changed_tokens("He may go.", "He must go now.")
    ((1,), (1, 3))
    """
    before, after = [_folded(word) for word in words(old)], [_folded(word) for word in words(new)]
    matches = _equal_words(before, after)
    kept = {i for i, _ in matches}, {j for _, j in matches}
    return (
        tuple(i for i in range(len(before)) if i not in kept[0]),
        tuple(j for j in range(len(after)) if j not in kept[1]),
    )


def workbench(old: Sequence[str], new: Sequence[str]) -> dict[str, list[object]]:
    """The alignment of two lists of sentences as plain lists, for measuring it.

    `pairs` [old, new] · `old_tag`, `new_tag` a letter a sentence · `tok_old`, `tok_new` the indexes of the
    changed words of each sentence: none where it is unchanged or only moved, all where it was deleted or
    added. The full stop at the joint of merged or split sentences is not counted as a changed word.
    """
    alignment = align(old, new)
    tok_old = [list(range(len(words(text)))) for text in old]
    tok_new = [list(range(len(words(text)))) for text in new]
    for group in sentence_groups(alignment):
        olds, news = [old[i] for i in group.old], [new[j] for j in group.new]
        gone, come = changed_tokens(" ".join(olds), " ".join(news)) if olds != news else ((), ())
        for i, inside in zip(group.old, _by_sentence(olds, gone), strict=True):
            tok_old[i] = inside
        for j, inside in zip(group.new, _by_sentence(news, come), strict=True):
            tok_new[j] = inside
    return {
        "pairs": [[pair.old, pair.new] for pair in alignment.pairs],
        "old_tag": [tag.value for tag in alignment.old_tags],
        "new_tag": [tag.value for tag in alignment.new_tags],
        "tok_old": list(tok_old),
        "tok_new": list(tok_new),
    }


def _by_sentence(sentences: Sequence[str], changed: Sequence[int]) -> Iterator[list[int]]:
    """`changed` word indexes of `sentences` joined, as indexes within each of them."""
    start = 0
    for position, sentence in enumerate(sentences, 1):
        tokens = words(sentence)
        end = start + len(tokens)
        is_joint = position < len(sentences) and tokens[-1:] == ["."]
        low, high = bisect_left(changed, start), bisect_left(changed, end - is_joint)
        yield [index - start for index in changed[low:high]]
        start = end


# ---------------------------------------------------------------- groups: sentences that belong together


@dataclass(frozen=True, slots=True)
class SentenceGroup:
    """A run of old indexes that became a run of new ones."""

    old: tuple[int, ...]
    new: tuple[int, ...]
    is_moved: bool


def sentence_groups(alignment: Alignment) -> list[SentenceGroup]:
    """The pairs of an alignment, those that share an index together; by first old index."""
    runs: list[list[SentencePair]] = []
    for pair in alignment.pairs:
        if runs and (runs[-1][-1].old == pair.old or runs[-1][-1].new == pair.new):
            runs[-1].append(pair)
        else:
            runs.append([pair])
    return [
        SentenceGroup(
            tuple(sorted({pair.old for pair in run})),
            tuple(sorted({pair.new for pair in run})),
            run[0].is_moved,
        )
        for run in runs
    ]


# ---------------------------------------------------------------- rows


def _one_sided(tag: Tag, text: str) -> Row:
    if tag is Tag.DELETED:
        return Row(tag, text, None, old_pieces=_pieces_of("delete", text))
    return Row(tag, None, text, new_pieces=_pieces_of("insert", text))


def _pieces_of(kind: Kind, text: str) -> tuple[Piece, ...]:
    return (Piece(kind, text),) if text else ()


def _fill(
    group: SentenceGroup,
    old: Sequence[str],
    new: Sequence[str],
    tag: Tag,
    before: list[Row],
    after: list[Row],
) -> None:
    """Replace the rows of `group` on both sides by rows that know of each other."""
    olds, news = [old[i] for i in group.old], [new[j] for j in group.new]
    if tag is Tag.UNCHANGED:
        old_pieces, new_pieces = [_pieces_of("equal", olds[0])], [_pieces_of("equal", news[0])]
    else:
        old_pieces, new_pieces = _sides(olds, news)
    to, origin = (group.new[0] + 1, group.old[0] + 1) if group.is_moved else (None, None)
    for i, pieces in zip(group.old, old_pieces, strict=True):
        before[i] = Row(tag, old[i], None, old_pieces=pieces, moved_to=to)
    for j, pieces in zip(group.new, new_pieces, strict=True):
        after[j] = Row(tag, None, new[j], new_pieces=pieces, moved_from=origin)


def _in_reading_order(
    backbone: Sequence[SentenceGroup], before: list[Row], after: list[Row]
) -> Iterator[Row]:
    i = j = 0
    for group in backbone:
        yield from before[i : group.old[0]]
        yield from after[j : group.new[0]]
        i, j = group.old[-1] + 1, group.new[-1] + 1
        for left, right in zip_longest(before[group.old[0] : i], after[group.new[0] : j]):
            yield left if right is None else right if left is None else _joined(left, right)
    yield from before[i:]
    yield from after[j:]


def _joined(left: Row, right: Row) -> Row:
    return Row(left.tag, left.old, right.new, left.old_pieces, right.new_pieces)


_Sides = tuple[list[tuple[Piece, ...]], list[tuple[Piece, ...]]]


def _sides(olds: Sequence[str], news: Sequence[str]) -> _Sides:
    """The pieces of each old and of each new paragraph of one group."""
    before, after = _Text.of("\n".join(olds)), _Text.of("\n".join(news))
    matches = _absorbed(_matches(before, after), before, after)
    kept_old, kept_new = {i for i, _ in matches}, {j for _, j in matches}
    return list(_by_paragraph(before, kept_old, "delete", olds)), list(
        _by_paragraph(after, kept_new, "insert", news)
    )


def _by_paragraph(
    text: _Text, kept: set[int], kind: Kind, paragraphs: Sequence[str]
) -> Iterator[tuple[Piece, ...]]:
    offset = 0
    for paragraph in paragraphs:
        end = offset + len(paragraph)
        first, last = bisect_left(text.starts, offset), bisect_left(text.starts, end)
        marks = [index in kept for index in range(first, last)]
        yield tuple(_marked(text, marks, first, (offset, end), kind))
        offset = end + 1


def _marked(
    text: _Text, marks: Sequence[bool], first: int, within: tuple[int, int], kind: Kind
) -> Iterator[Piece]:
    """The characters `within` as pieces: blanks between two changed words are changed, all others stay."""
    position = within[0]
    for is_kept, run in groupby(range(len(marks)), key=marks.__getitem__):
        if is_kept:
            continue
        changed = list(run)
        start, end = text.starts[first + changed[0]], text.ends[first + changed[-1]]
        yield from _pieces_of("equal", text.text[position:start])
        yield Piece(kind, text.text[start:end])
        position = end
    yield from _pieces_of("equal", text.text[position : within[1]])


# ---------------------------------------------------------------- words


@dataclass(frozen=True, slots=True)
class _Text:
    """A text with where its words start and end, and each word in comparing form (never empty)."""

    text: str
    starts: list[int]
    ends: list[int]
    folded: list[str]

    @classmethod
    def of(cls, text: str) -> _Text:
        starts, ends, folded = [], [], []
        for found in PIECES.finditer(text):
            form = _folded(found.group())
            if form:  # an invisible sign alone is as good as a blank
                starts.append(found.start())
                ends.append(found.end())
                folded.append(form)
        return cls(text, starts, ends, folded)

    def size(self, first: int, last: int) -> int:
        """Characters from word `first` up to, not including, word `last`."""
        return self.ends[last - 1] - self.starts[first] if last > first else 0


def _folded(word: str) -> str:
    return word if word.isascii() and word.isalnum() else normalise(word)


def _matches(old: _Text, new: _Text) -> list[_Match]:
    """The words that stayed: sentence beside sentence where there are several, in order on both sides."""
    old_spans, new_spans = spans(old.text), spans(new.text)
    if len(old_spans) < 2 and len(new_spans) < 2:
        return _equal_words(old.folded, new.folded)
    alignment = align(
        [old.text[start:end] for start, end in old_spans], [new.text[start:end] for start, end in new_spans]
    )
    matches: list[_Match] = []
    for group in sentence_groups(alignment):
        if group.is_moved:
            continue
        i, i_end = _words_within(old, old_spans[group.old[0]][0], old_spans[group.old[-1]][1])
        j, j_end = _words_within(new, new_spans[group.new[0]][0], new_spans[group.new[-1]][1])
        inside = _equal_words(old.folded[i:i_end], new.folded[j:j_end])
        matches.extend((i + x, j + y) for x, y in inside)
    return matches


def _equal_words(old: Sequence[str], new: Sequence[str]) -> list[_Match]:
    """The words that stayed, in order: first those that carry meaning, then the rest between them.

    Without that order a shared *of* may outweigh a shared *resigned*.
    """
    start, end = equal_ends(old, new)
    i, j, last_i, last_j = start, start, len(old) - end, len(new) - end
    matches = [(k, k) for k in range(start)]
    for next_i, next_j in [*_equal_bearers(old, new, start, end), (last_i, last_j)]:
        if i < next_i and j < next_j:
            matches.extend((i + x, j + y) for x, y in equal_in_order(old[i:next_i], new[j:next_j]))
        if next_i < last_i:
            matches.append((next_i, next_j))
        i, j = next_i + 1, next_j + 1
    matches.extend((len(old) - k, len(new) - k) for k in range(end, 0, -1))
    return matches


def _equal_bearers(old: Sequence[str], new: Sequence[str], start: int, end: int) -> list[_Match]:
    left = [i for i in range(start, len(old) - end) if _bears_meaning(old[i])]
    right = [j for j in range(start, len(new) - end) if _bears_meaning(new[j])]
    if not left or not right:
        return []
    return [(left[x], right[y]) for x, y in equal_in_order([old[i] for i in left], [new[j] for j in right])]


def _bears_meaning(word: str) -> bool:
    """A number, or a word too long to be one of the little ones; a rule of thumb for any language."""
    return word.isdigit() or len(word) > _LONGEST_PARTICLE


def _words_within(text: _Text, start: int, end: int) -> tuple[int, int]:
    return bisect_left(text.starts, start), bisect_left(text.starts, end)


@dataclass(frozen=True, slots=True)
class _Run:
    """Equal words in a row: old `i` to `i + size` beside new `j` to `j + size`."""

    i: int
    j: int
    size: int


def _absorbed(matches: Sequence[_Match], old: _Text, new: _Text) -> list[_Match]:
    """`matches` without the short equal islands between two replacements, which make confetti of a phrase.

    An island goes where it has at most three words, none of which bears meaning or ends a sentence, is no
    longer than the edits on either side of it, and those edits both take away and bring.
    """
    kept: list[_Match] = []
    i = j = 0  # where the edit to the left of the current run starts
    for run, following in pairwise([*_runs(matches), _Run(len(old.folded), len(new.folded), 0)]):
        left = old.size(i, run.i), new.size(j, run.j)
        right = old.size(run.i + run.size, following.i), new.size(run.j + run.size, following.j)
        if _is_island(run, old, left, right):
            continue
        kept.extend((run.i + k, run.j + k) for k in range(run.size))
        i, j = run.i + run.size, run.j + run.size
    return kept


def _is_island(run: _Run, text: _Text, left: tuple[int, int], right: tuple[int, int]) -> bool:
    if run.size > _LONGEST_ISLAND or not (left[0] + right[0] and left[1] + right[1]):
        return False
    island = text.folded[run.i : run.i + run.size]
    if any(_bears_meaning(word) or word in _STOPS for word in island):
        return False
    return text.size(run.i, run.i + run.size) <= min(max(left), max(right))


def _runs(matches: Sequence[_Match]) -> Iterator[_Run]:
    start = 0
    for position in range(1, len(matches) + 1):
        i, j = matches[position - 1]
        if position == len(matches) or matches[position] != (i + 1, j + 1):
            yield _Run(*matches[start], position - start)
            start = position


class _Stream:
    """Collects what happens to the text, left to right, as few pieces as will say it."""

    def __init__(self) -> None:
        self._pieces: list[Piece] = []
        self._equal: list[str] = []
        self._gone: list[str] = []
        self._come: list[str] = []

    def change(self, gone: str, come: str) -> None:
        """`gone` becomes `come`; equal texts stay."""
        if gone == come:
            if gone:
                self._flush_change()
                self._equal.append(gone)
        else:
            self._flush_equal()
            self._gone.append(gone)
            self._come.append(come)

    def pieces(self) -> tuple[Piece, ...]:
        self._flush_change()
        self._flush_equal()
        return tuple(self._pieces)

    def _flush_equal(self) -> None:
        self._add("equal", "".join(self._equal))
        self._equal.clear()

    def _flush_change(self) -> None:
        """Blanks that both sides share at the ends of a change are not part of it."""
        gone, come = "".join(self._gone), "".join(self._come)
        self._gone.clear()
        self._come.clear()
        lead = _shared_blanks(gone, come)
        tail = _shared_blanks(gone[lead:][::-1], come[lead:][::-1])
        self._add("equal", gone[:lead])
        self._add("delete", gone[lead : len(gone) - tail])
        self._add("insert", come[lead : len(come) - tail])
        self._equal.append(gone[len(gone) - tail :])

    def _add(self, kind: Kind, text: str) -> None:
        if text and self._pieces and self._pieces[-1].kind == kind:
            text = self._pieces.pop().text + text
        self._pieces.extend(_pieces_of(kind, text))


def _shared_blanks(one: str, other: str) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right or not left.isspace():
            break
        count += 1
    return count
