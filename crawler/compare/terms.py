"""Words and phrases that an edit took out of a text or brought into it, and where a term stood when. Pure.

What lives here: what a *term* is, which terms one change touched, and the trace of one term through many
versions. What must not: whether many changes together mean anything (`campaigns`), and any store.

A term is one to four words in a row, or two to four characters of Chinese or Japanese, which write no blanks:

* no sign and no end of a line lies between its words (*Jang Song Thaek*, but not *Jang, Song*);
* it neither starts nor ends with a stop word, a word of the calendar (*Monday*, *May*) or a number; but a
  number may end it after a capital letter (*Room 39*), and a word that is a name beside one (*An Sung Pak*);
* it is **removed** where it stood in the old text and stands nowhere in the new one, **added** the other way
  round, **replaced** where another stands at its spot, wherever else the two may stand.

What replaced what may be longer, up to `_LONGEST_EXCHANGED` words or characters a side.

Of the words that an edit touched, every such phrase is named, the whole and its parts: another article may
have only *Thaek* to lose. Words that stayed take part where they carry on a name (*Kim Jong* Il → *Kim Jong*
Un) or where the touched words alone were neither lost nor gained.

Terms are compared in comparing form (`folded`): normalised, case folded, without *'s* and without the
particle at the end of a long Korean word. Russian words are compared as they stand, each case of a noun for itself.

Bounds: of each side at most `MOST_CHARACTERS` are read, `_MOST_CHANGED` changed words looked at, and each of
the three lists has at most `MOST_TERMS` terms. Where that is too few, names go first, then single words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import chain, groupby, islice

from crawler.compare.sentences import PIECES, equal_in_order
from crawler.text import normalise

MOST_TERMS = 200
MOST_CHARACTERS = 400_000
LONGEST = 4  # words, or characters of Chinese
_LONGEST_EXCHANGED = 16  # words, or characters of Chinese
_MOST_CHANGED = 6_000  # words of a side between the first and the last change
_MOST_CANDIDATES = 2_000
_MOST_SEARCHED = 50_000_000  # characters, looking for phrases in the other version
_MARGIN = 80  # characters on either side of a change, to read some whole words in
_LONGEST_WORD = 40  # characters
_ISLAND = 2  # characters of Chinese that stayed between two changes and are read as changed with them


@dataclass(frozen=True, slots=True)
class TermChanges:
    """The terms one change touched, as they were written; names first, then in order of the text."""

    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    replaced: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Version:
    """One snapshot of an item: its whole text, first seen so at `seen_at` and last seen so at `last_seen`."""

    item_id: str
    source: str
    url: str | None
    headline: str | None
    snapshot_id: str
    seen_at: datetime
    text: str
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class Presence:
    """One stretch of versions of an item that hold the term.

    It appeared after `appeared_after` (None: it was there when we first saw the item) and by
    `appeared_before`; it was last seen at `held_until`, and vanished by `vanished_before` (None: it has not).
    The snapshots are the first with the term and the first without it again. `most`: how often.
    """

    appeared_in: str
    appeared_after: datetime | None
    appeared_before: datetime
    held_until: datetime
    most: int
    vanished_in: str | None = None
    vanished_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class ItemTrace:
    """An item that holds the term or once did; `presences` oldest first, more than one if it came back."""

    item_id: str
    source: str
    url: str | None
    headline: str | None
    presences: tuple[Presence, ...]

    @property
    def is_there(self) -> bool:
        return self.presences[-1].vanished_before is None


@dataclass(frozen=True, slots=True)
class Total:
    """From `at` on, `items` hold the term; at that instant it appeared in some and vanished from others."""

    at: datetime
    items: int
    appeared: int
    vanished: int


@dataclass(frozen=True, slots=True)
class Trace:
    """A term through time. `items` by first appearance, `totals` by time, one for each instant of change."""

    term: str
    items: tuple[ItemTrace, ...]
    totals: tuple[Total, ...]

    @property
    def first(self) -> ItemTrace | None:
        """The item in which the term was seen first."""
        return self.items[0] if self.items else None


def term_changes(old: str, new: str) -> TermChanges:
    """The terms that the edit from `old` to `new` removed, added or replaced. Lines are kept apart.

    >>> term_changes("He met Ri Yong Ho.", "He met an aide.")
    TermChanges(removed=('Ri Yong Ho', 'Ri Yong', 'Yong Ho', 'Ri', 'Yong', 'Ho'), added=('aide',), \
replaced=(('Ri Yong Ho', 'aide'),))
    """
    olds, news = old[:MOST_CHARACTERS], new[:MOST_CHARACTERS]
    stretches = list(_stretches(olds.split("\n"), news.split("\n")))
    if not stretches:
        return TermChanges()
    return TermChanges(
        _lost([(one.old, [(gap.i, gap.i_end) for gap in one.gaps]) for one in stretches], _Other(news)),
        _lost([(one.new, [(gap.j, gap.j_end) for gap in one.gaps]) for one in stretches], _Other(olds)),
        _exchanged(stretches),
    )


def folded(term: str) -> str:
    """The comparing form of a term: two terms are one where their comparing forms are equal.

    >>> folded("Kim  Jong‑un’s")
    'kim jong-un'
    """
    return " ".join([_fold(word) for word in _WORD.findall(normalise(term))])


def occurrences(text: str, term: str) -> int:
    """How often `term` stands in `text`: as whole words in one line, whatever their case and the blanks.

    Chinese and Japanese are searched as characters, since nothing shows where their words end.

    >>> occurrences("The Song  dynasty. A song, songs, SONG’s.", "song")
    3
    """
    wanted = _line(normalise(term))
    if not wanted:
        return 0
    lines = map(normalise, text[:MOST_CHARACTERS].split("\n"))
    return sum(_line(line).count(wanted) for line in lines if _may_hold(line, wanted))


def trace(term: str, versions: Iterable[Version]) -> Trace:
    """Where `term` appeared, stayed and vanished. `versions`: those of one item together, oldest first.

    Read as a stream: only the items that hold the term are kept.
    """
    items = []
    for _, of_item in groupby(versions, key=lambda version: version.item_id):
        followed = _follow(term, of_item)
        if followed is not None:
            items.append(followed)
    items.sort(key=lambda item: (item.presences[0].appeared_before, item.item_id))
    return Trace(term, tuple(items), tuple(_totals(items)))


# ---------------------------------------------------------------- a trace


def _follow(term: str, versions: Iterable[Version]) -> ItemTrace | None:
    presences: list[Presence] = []
    previous: Version | None = None
    is_held = False
    latest: Version | None = None
    for latest in versions:
        count = occurrences(latest.text, term)
        if count and is_held:
            presences[-1] = _extended(presences[-1], latest, count)
        elif count:
            after = previous.last_seen if previous else None
            presences.append(Presence(latest.snapshot_id, after, latest.seen_at, latest.last_seen, count))
        elif is_held:
            presences[-1] = _ended(presences[-1], latest)
        is_held, previous = count > 0, latest
    if latest is None or not presences:
        return None
    return ItemTrace(latest.item_id, latest.source, latest.url, latest.headline, tuple(presences))


def _extended(presence: Presence, version: Version, count: int) -> Presence:
    return Presence(
        presence.appeared_in,
        presence.appeared_after,
        presence.appeared_before,
        version.last_seen,
        max(presence.most, count),
    )


def _ended(presence: Presence, version: Version) -> Presence:
    return Presence(
        presence.appeared_in,
        presence.appeared_after,
        presence.appeared_before,
        presence.held_until,
        presence.most,
        version.snapshot_id,
        version.seen_at,
    )


def _totals(items: Iterable[ItemTrace]) -> Iterator[Total]:
    steps = []
    for presence in chain.from_iterable(item.presences for item in items):
        steps.append((presence.appeared_before, 1))
        if presence.vanished_before is not None:
            steps.append((presence.vanished_before, -1))
    held = 0
    for at, together in groupby(sorted(steps), key=lambda step: step[0]):
        signs = [sign for _, sign in together]
        held += sum(signs)
        yield Total(at, held, signs.count(1), signs.count(-1))


# ---------------------------------------------------------------- words

# A word as the reader of sentences sees it, and such words joined by hyphens: *Jong-un*.
_WORD = re.compile(rf"(?=\w)(?:{PIECES.pattern})(?:-(?=\w)(?:{PIECES.pattern}))*+|{PIECES.pattern}")
_HAN = re.compile("[\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_HANGUL = re.compile("[가-힣]")
_POSSESSIVE = re.compile(r"'s(?![\w'])")
_END_OF_LINE = "¶"  # a sign like any other: no term goes across it
_STARTS_SENTENCE = frozenset('.!?:"¶')


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


_STOP_WORDS = _listed(
    """a about above across after again against ago all almost along already also although always am amid among
    an and another any anything are around as at away back be became because become been before began behind
    being below besides between beyond both but by came can could did do does doing done down due during each
    either else even ever every few for from further get gets got had has have having he her here hers herself
    him himself his how however i if in including inside instead into is it its itself just last later least
    less like made make makes many may me meanwhile might more most much must my near nearly neither never
    next no nor not now of off often on once one only onto or other others our out outside over own per
    perhaps rather said same say says second several shall she should since so some something soon still such
    than that the their them themselves then there these they this those though three through throughout thus
    to together too toward towards two under until up upon us very via was we well went were what whatever when
    whenever where whether which while who whom whose why will with within without would yet you your
    isn't wasn't weren't aren't didn't doesn't don't hasn't haven't hadn't won't wouldn't can't couldn't it's
    и в во не что он на я с со как а то все она так его но да ты к у же вы за бы по только ее её мне было вот от
    меня еще ещё нет о об из ему теперь когда даже ну ли если уже или ни быть был него до вас опять вам ведь там
    потом себя ничего ей может они тут где есть надо ней для мы тебя их чем была сам чтоб без будто чего раз
    тоже себе под будет ж тогда кто этот того потому этого какой ним здесь этом один почти мой тем чтобы нее
    были куда зачем всех при об это эта эти этих также который которая которое которые которого которой которых
    после перед через между над про около однако хотя более менее сказал сказала заявил заявила сообщил сообщила
    그 이 저 것 수 등 및 또 또한 그리고 그러나 하지만 있다 없다 했다 한다 하는 하고 있는 이다 것이다 위해 대해 대한 통해
    위한 따라 의해 말했다 밝혔다 전했다 보도했다 이날 지난 오는 가운데 때문에 함께 모두 매우 더 가장 약
    的 了 着 们 吗 呢 吧 啊 与 及 或 被 把 之 是 在 和 也 就 都 而 于 以 其 这 那 说 称
    は が を に へ と で も の や か"""
)
_CALENDAR = _listed(
    """monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun
    january february march april june july august september october november december
    jan feb mar apr jun jul aug sep sept oct nov dec today yesterday tomorrow tonight morning afternoon evening
    night noon midnight day days week weeks month months year years hour hours minute minutes weekend
    gmt utc est edt cet kst jst msk a.m p.m am pm
    понедельник вторник среда среду четверг пятница пятницу суббота субботу воскресенье января февраля марта
    апреля мая июня июля августа сентября октября ноября декабря сегодня вчера завтра год года году лет день дня
    дней неделя недели неделю месяц месяца утром вечером часов минут
    월요일 화요일 수요일 목요일 금요일 토요일 일요일 오늘 어제 내일 올해 지난해 오전 오후 작년 이번
    年 月 日 时 分 号 今 昨 明 周 星 期"""
)
_UNFIT = _STOP_WORDS | _CALENDAR
# Of those, the ones that are a family's or a person's name: beside another name; only after one.
_NAMESAKES = _listed("an do he in no on so we will you")
_LATER_NAMESAKES = _listed("april august jan june mar may sun")
_PARTICLES = ("에서", "에게", "께서", "으로", "까지", "부터", "에는")
_SHORT_PARTICLES = frozenset("은는을를이가와과의에로")
_NO_PARTICLE = (
    "회의",
    "주의",
    "결의",
    "협의",
    "심의",
    "강의",
    "국가",
    "정의",
    "동의",
    "합의",
    "논의",
    "토의",
)


def _in_one_line(lines: Iterable[str]) -> str:
    """The lines in comparing form as one, a sign of its own for each end of a line."""
    return f" {_END_OF_LINE} ".join(filter(None, map(normalise, lines)))


def _fold(word: str) -> str:
    word = word.casefold()
    if word.endswith("'s") and len(word) > 2:
        return word[:-2]
    return word if word[-1] < "가" or word[-1] > "힣" else _without_particle(word)


def _without_particle(word: str) -> str:
    """A Korean word of four syllables or more without the particle it ends in: 장성택은 → 장성택."""
    if len(word) < 4 or word.endswith(_NO_PARTICLE):
        return word
    if word.endswith(_PARTICLES):
        return word[:-2]
    return word[:-1] if word[-1] in _SHORT_PARTICLES else word


def _line(text: str) -> str:
    """The folded words of `text`, each between two blanks of its own, so that words are found whole.

    >>> _line("Kim's aide")
    ' kim  aide '
    """
    text = text.casefold()
    found = _WORD.findall(text)
    if "'s" in text or _HANGUL.search(text):
        forms = {word: _fold(word) for word in set(found)}
        found = [forms[word] for word in found]
    return f" {'  '.join(found)} " if found else ""


def _may_hold(readable: str, wanted: str) -> bool:
    """A quick look: whether the longest word of the line `wanted` is part of the text at all."""
    return max(wanted.split(), key=len) in readable.casefold()


class _Other:
    """The whole of the other version, for looking terms up. Word by word it is only read where need be."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._budget = _MOST_SEARCHED

    @cached_property
    def _plain(self) -> str:
        return _POSSESSIVE.sub("", _in_one_line(self._text.split("\n")).casefold())

    @cached_property
    def _line(self) -> str:
        return _line(self._plain)

    @cached_property
    def _has_particles(self) -> bool:
        return _HANGUL.search(self._plain) is not None

    def holds(self, forms: Sequence[str]) -> bool:
        """Whether the words stand there in a row; taken for granted once the budget is spent."""
        self._budget -= len(self._text)
        if self._budget < 0:
            return True
        if _HAN.match(forms[0]):
            return "".join(forms) in self._plain
        phrase = " ".join(forms)
        at = self._plain.find(phrase)
        if at < 0 and not self._has_particles:
            return False
        if at >= 0 and _is_whole(self._plain, at, at + len(phrase)):
            return True
        return f" {'  '.join(forms)} " in self._line


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether what stands on either side makes sure that no word goes on there."""
    after = text[end : end + 1]
    ends = after in " ,;:!?)" or (after == "." and not text[end - 1].isdigit())
    return ends and text[max(0, start - 1) : start] in ' ("'


@dataclass(slots=True)
class _Words:
    """The changed stretch of one version, word by word: as written, folded, and what each is good for."""

    shown: list[str]
    forms: list[str]
    is_han: list[bool]

    @classmethod
    def read(cls, text: str, start: int, end: int, most: int) -> _Words:
        found = islice(_WORD.finditer(text, start, end), most)
        shown = [match.group() for match in found]
        return cls(
            shown, [_fold(word) for word in shown], [_HAN.fullmatch(word) is not None for word in shown]
        )

    def is_name(self, index: int) -> bool:
        """Whether the word is written as a part of a name; in Chinese any character may be."""
        return self.is_han[index] or (self.shown[index][0].isupper() and self.is_fit(index))

    def is_fit(self, index: int) -> bool:
        """Whether a term may start or end with the word."""
        return self.has_meaning(index) or self._is_namesake(index)

    def has_meaning(self, index: int) -> bool:
        """Whether the word may be a term alone, or would if it were longer than a letter."""
        form = self.forms[index]
        return form[0].isalpha() and form not in _UNFIT and len(form) <= _LONGEST_WORD

    def _is_namesake(self, index: int) -> bool:
        """Whether a stop word is part of a name here: *An*, *No* and *So* are families of Korea."""
        form, following = self.forms[index], index + 1
        is_later = form in _LATER_NAMESAKES
        if not (is_later or form in _NAMESAKES) or not self.shown[index][0].isupper():
            return False
        if index == 0 or self.shown[index - 1] in _STARTS_SENTENCE:
            return False  # where any word has a capital letter
        if following < len(self.forms) and self.is_number(following):
            return False  # *Pier No 7*, *Sun 8*
        return self._is_capital(index - 1) or (not is_later and self._is_capital(following))

    def _is_capital(self, index: int) -> bool:
        """Whether a word that bears meaning is written with a capital letter; False beyond the end."""
        return index < len(self.forms) and self.shown[index][0].isupper() and self.has_meaning(index)

    def is_number(self, index: int) -> bool:
        return self.forms[index][0].isdigit()

    def is_term(self, start: int, end: int) -> bool:
        if not self.is_fit(start) or not self._is_end(start, end - 1):
            return False
        if not all(self.shown[k][0].isalnum() for k in range(start + 1, end)):
            return False
        han = sum(self.is_han[start:end])
        if han:
            return han == end - start >= 2
        return end - start > 1 or (len(self.forms[start]) > 1 and self.has_meaning(start))

    def _is_end(self, start: int, last: int) -> bool:
        if self.is_fit(last):
            return True
        return last > start and self.is_number(last) and self.is_name(last - 1)

    def term(self, start: int, end: int) -> str:
        """The words as written, possessives and particles left out at the end, as in the comparing form."""
        parts = list(self.shown[start:end])
        last, form = parts[-1], self.forms[end - 1]
        parts[-1] = last[: len(form)] if len(form) < len(last) else last
        return ("" if self.is_han[start] else " ").join(parts)


# ---------------------------------------------------------------- what changed


@dataclass(frozen=True, slots=True)
class _Gap:
    """Old words i … i_end - 1 became new words j … j_end - 1; one of the two may be none."""

    i: int
    i_end: int
    j: int
    j_end: int


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Neighbouring lines that changed: their words on both sides, and where those differ."""

    old: _Words
    new: _Words
    gaps: list[_Gap]


def _stretches(olds: Sequence[str], news: Sequence[str]) -> Iterator[_Stretch]:
    room = _MOST_CHANGED
    for i, i_end, j, j_end in _differing(olds, news):
        before, after = _in_one_line(olds[i:i_end]), _in_one_line(news[j:j_end])
        if before == after:
            continue
        start, end = _shared_ends(before, after)
        old = _Words.read(before, start, len(before) - end, room)
        new = _Words.read(after, start, len(after) - end, room)
        yield _Stretch(old, new, _gaps(old, new))
        room -= max(len(old.forms), len(new.forms))
        if room <= 0:
            break


def _differing(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """The stretches between what is equal, in order: old start and end, new start and end."""
    i = j = 0
    for next_i, next_j in [*equal_in_order(old, new), (len(old), len(new))]:
        if next_i > i or next_j > j:
            yield i, next_i, j, next_j
        i, j = next_i + 1, next_j + 1


def _shared_ends(one: str, other: str) -> tuple[int, int]:
    """How many characters at the start and at the end are the same, whole words and a few less of them."""
    shorter = min(len(one), len(other))
    start = _widest(shorter, lambda size: one[:size] == other[:size])
    end = _widest(shorter - start, lambda size: one[len(one) - size :] == other[len(other) - size :])
    return _cut_back(one[:start]), len(one) - _cut_forward(one, len(one) - end)


def _widest(limit: int, holds: Callable[[int], bool]) -> int:
    """The greatest size up to `limit` that holds, where every smaller one holds too."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low


def _cut_back(text: str) -> int:
    """Where to start reading: some words before the end of `text`."""
    left = max(0, len(text) - _MARGIN)
    starts = [match.start() for match in _WORD.finditer(text, left)]
    return starts[-LONGEST - 1] if len(starts) > LONGEST + 1 else max(0, text.rfind(" ", 0, left))


def _cut_forward(text: str, position: int) -> int:
    """Where to stop reading: some words after `position`, which may lie within a word."""
    right = position + _MARGIN
    starts = [match.start() for match in _WORD.finditer(text, position, right)]
    if len(starts) > LONGEST + 2:
        return starts[LONGEST + 1]
    cut = text.find(" ", right)
    return len(text) if cut < 0 else cut


def _gaps(old: _Words, new: _Words) -> list[_Gap]:
    gaps: list[_Gap] = []
    for i, i_end, j, j_end in _differing(old.forms, new.forms):
        if gaps and _is_island(old, gaps[-1].i_end, i):
            last = gaps.pop()
            i, j = last.i, last.j
        gaps.append(_Gap(i, i_end, j, j_end))
    return gaps


def _is_island(old: _Words, start: int, end: int) -> bool:
    """A character or two of Chinese that stayed by chance between two changes: 张成泽 → 李成柱."""
    return end - start <= _ISLAND and all(old.is_han[start:end])


_Span = tuple[int, int]
_Phrase = tuple[_Words, int, int]


def _lost(touched: Iterable[tuple[_Words, Sequence[_Span]]], other: _Other) -> tuple[str, ...]:
    """The terms in the touched spans of words that the `other` version does not hold at all."""
    found: dict[tuple[str, ...], _Phrase] = {}
    for words, start, end in ((words, *span) for words, spans in touched for span in spans):
        inner = _phrases(words, start, end)
        lost = [phrase for phrase in inner if not other.holds(words.forms[phrase[0] : phrase[1]])]
        is_bare = not lost and any(words.has_meaning(k) for k in range(start, end))
        for a, b in chain(lost, _across(words, start, end, other, is_bare=is_bare)):
            found.setdefault(tuple(words.forms[a:b]), (words, a, b))
        if len(found) > _MOST_CANDIDATES:
            break
    chosen = sorted(found.values(), key=_precedence)[:MOST_TERMS]  # a stable sort: in order of the text
    return tuple(dict.fromkeys(words.term(a, b) for words, a, b in chosen))


def _phrases(words: _Words, start: int, end: int) -> list[tuple[int, int]]:
    end = min(end, start + _MOST_CANDIDATES)
    return [
        (a, b)
        for a in range(start, end)
        for b in range(a + 1, min(a + LONGEST, end) + 1)
        if words.is_term(a, b)
    ]


def _across(
    words: _Words, start: int, end: int, other: _Other, *, is_bare: bool
) -> Iterator[tuple[int, int]]:
    """Lost phrases of touched words and words beside them that stayed: those that carry on a name.

    `is_bare`: the touched words bear meaning, but stand elsewhere too; then any words beside them may be what
    makes the phrase.
    """
    for a in range(max(0, start - LONGEST + 1), end):
        for b in range(max(a + 2, start + 1), min(a + LONGEST, len(words.forms)) + 1):
            if start <= a and b <= end:
                continue
            is_name = all(words.is_name(k) for k in range(a, b))
            if (
                (is_name or (is_bare and start < end))
                and words.is_term(a, b)
                and not other.holds(words.forms[a:b])
            ):
                yield a, b


def _precedence(phrase: _Phrase) -> tuple[int, int]:
    words, start, end = phrase
    if all(words.is_name(k) for k in range(start, end)):
        return 0, start - end
    return (1, 0) if end - start == 1 else (2, 0)


def _exchanged(stretches: Iterable[_Stretch]) -> tuple[tuple[str, str], ...]:
    """What stood where, before and after: the bare words, and the whole names that they are part of."""
    found: dict[tuple[str, str], None] = {}
    for one, gap in ((stretch, gap) for stretch in stretches for gap in stretch.gaps):
        for left, right in _variants(one.old, one.new, gap):
            if one.old.is_term(*left) and one.new.is_term(*right):
                found.setdefault((one.old.term(*left), one.new.term(*right)))
        if len(found) >= MOST_TERMS:
            break
    return tuple(list(found)[:MOST_TERMS])


def _variants(old: _Words, new: _Words, gap: _Gap) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    left, right = _trimmed(old, gap.i, gap.i_end), _trimmed(new, gap.j, gap.j_end)
    if left[0] >= left[1] or right[0] >= right[1]:
        return
    yield left, right
    before = (
        _stayed(old, new, (left[0] - 1, right[0] - 1), -1) if left[0] == gap.i and right[0] == gap.j else 0
    )
    after = _stayed(old, new, (left[1], right[1]), 1) if left[1] == gap.i_end and right[1] == gap.j_end else 0
    room = LONGEST - max(left[1] - left[0], right[1] - right[0])
    for lead, tail in _growths(before, after, room, is_han=old.is_han[left[0]]):
        yield (left[0] - lead, left[1] + tail), (right[0] - lead, right[1] + tail)


def _trimmed(words: _Words, start: int, end: int) -> tuple[int, int]:
    """The span without what no term may start or end with."""
    if end - start > _LONGEST_EXCHANGED:
        return start, start
    while start < end and not words.is_fit(start):
        start += 1
    while start < end and not words.is_fit(end - 1):
        end -= 1
    return start, end


def _stayed(old: _Words, new: _Words, beside: tuple[int, int], step: int) -> int:
    """How many words beside a gap stayed and are part of a name, at most `LONGEST` - 1."""
    i, j = beside
    count = 0
    while (
        count < LONGEST - 1
        and 0 <= i < len(old.forms)
        and 0 <= j < len(new.forms)
        and old.forms[i] == new.forms[j]
        and old.is_name(i)
    ):
        count, i, j = count + 1, i + step, j + step
    return count


def _growths(before: int, after: int, room: int, *, is_han: bool) -> Iterator[tuple[int, int]]:
    """How many words to take in on both sides: the whole name; in Chinese, where none shows, each way."""
    if is_han:
        yield from (
            (lead, tail)
            for lead in range(min(before, room) + 1)
            for tail in range(min(after, room - lead) + 1)
            if lead + tail
        )
    elif before + after and room > 0:
        lead = min(before, room)
        yield lead, min(after, room - lead)
