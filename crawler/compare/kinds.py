"""What kind of edit it was: number, name, quotation, doubt, claim … each with the words that show it. Pure.

Sentences are aligned first. A pair is read for what it *mentions* (`mentions`, `names`): a kind applies where
the two sentences mention other things of it. What stands nowhere else is told apart last:

| the two sentences | kinds |
|---|---|
| say the same but for spelling, signs, capitals, 12 and *twelve* | `form`, alone |
| the same sentence in another place | `order` |
| mention other figures, dates, names, offices … | those |
| have hardly a word in common | `claim_removed` and `claim_added` |
| none of this | `wording`, alone |

A sentence that came or went whole is a claim, or a correction notice. Where it happened is a kind, too:
`headline`, `byline`, `lead`. What must not live here: how weighty a kind is (`weight`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from rapidfuzz.distance import DamerauLevenshtein

from crawler.compare import mentions
from crawler.compare.diff import sentence_groups
from crawler.compare.lexicon import Found, Pack, language_of, pack
from crawler.compare.mentions import Mentions, Sentence
from crawler.compare.names import Name, Sort, counted, names
from crawler.compare.sentences import align, split
from crawler.text import normalise, words
from storage.records import Article, Teaser

MOST_SENTENCES = 4_000  # of a body that are read
_MOST_READ = 4_000  # characters of a sentence in which kinds are looked for
_STRANGERS = 0.25  # share of the shorter one's telling words below which two sentences are about other things
_LEAST_TELLING = 2
_SAME_SPEAKER = 0.6
_TYPO_LETTERS = 4
_SPELT = re.compile(r"\b(?:[A-Z]\.){2,9}(?=\s|\Z)(?!\s[A-Z][a-z])")  # U.N., not the J.K. of a name
_TYPO_STEPS = 2
_MOST_TYPOS = 3


class Kind(StrEnum):
    NUMBER = "number"
    DATE = "date"
    PERSON = "person"
    ORGANISATION = "organisation"
    PLACE = "place"
    TITLE = "title"
    QUOTATION = "quotation"
    ATTRIBUTION = "attribution"
    CERTAINTY = "certainty"
    CLAIM_ADDED = "claim_added"
    CLAIM_REMOVED = "claim_removed"
    CORRECTION = "correction"
    ORDER = "order"
    FORM = "form"
    WORDING = "wording"
    HEADLINE = "headline"
    BYLINE = "byline"
    LEAD = "lead"


PLACES = frozenset({Kind.HEADLINE, Kind.BYLINE, Kind.LEAD})


@dataclass(frozen=True, slots=True)
class Evidence:
    """The words that show a kind: what was mentioned before, what is mentioned now."""

    kind: Kind
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Edit:
    """What was done to one sentence, or to a few that were merged or split.

    `where`: headline, byline, lead, body, excerpt, published, modified or date. `old` and `new`: the sentences;
    None where they came or went whole.
    """

    where: str
    old: str | None
    new: str | None
    kinds: tuple[Kind, ...]
    evidence: tuple[Evidence, ...] = ()


def edits(before: Article | Teaser, after: Article | Teaser, language: str | None = None) -> tuple[Edit, ...]:
    """Every edit from `before` to `after`, in reading order. `language`: two letters; None: by the script."""
    found: list[Edit] = []
    found += _line_edits(before.headline, after.headline, "headline", language)
    if isinstance(before, Article) and isinstance(after, Article):
        found += _line_edits(before.byline, after.byline, "byline", language)
        for name in ("published", "modified"):
            found += _date_edits(getattr(before, name), getattr(after, name), name)
        found += _body_edits(before.paragraphs, after.paragraphs, language)
    elif isinstance(before, Teaser) and isinstance(after, Teaser):
        found += _line_edits(before.excerpt, after.excerpt, "excerpt", language)
        found += _date_edits(before.date, after.date, "date")
    return tuple(found)


def classify(old: Sequence[str], new: Sequence[str], where: str, language: str | None) -> tuple[Edit, ...]:
    """What was done to the sentences `old` of one place, that are `new` now."""
    chosen = pack(language or language_of(" ".join((*old, *new))))
    if list(map(normalise, old)) != list(map(normalise, new)) and Counter(map(normalise, old)) == Counter(
        map(normalise, new)
    ):
        return (Edit(where, " ".join(old), " ".join(new), _placed([Kind.ORDER], where)),)
    if list(old) != list(new) and list(map(normalise, old)) == list(map(normalise, new)):
        return (Edit(where, " ".join(old), " ".join(new), _placed([Kind.FORM], where)),)
    if len(old) == len(new) == 1:
        return tuple(_pair(old[0], new[0], where, chosen, _known_names([*old, *new])))
    return tuple(_sentence_edits(old, new, lambda side, i: where, chosen))


def is_stealth(before: Article | Teaser, after: Article | Teaser, found: Sequence[Edit]) -> bool:
    """Whether the text changed in more than its form, and neither a notice nor the shown date says so."""
    if not (isinstance(before, Article) and isinstance(after, Article)):
        return False
    texts = [edit for edit in found if edit.where in ("headline", "byline", "lead", "body")]
    is_edited = any(set(edit.kinds) - PLACES - {Kind.FORM} for edit in texts)
    is_said = any(Kind.CORRECTION in edit.kinds and edit.new is not None for edit in texts)
    return is_edited and not is_said and before.modified == after.modified


def has_notice(article: Article, language: str | None = None) -> bool:
    """Whether a sentence of the body is a correction or update notice."""
    chosen = pack(language or language_of(" ".join(article.paragraphs)))
    return any(_is_notice(sentence, chosen) for sentence, _ in _sentences(article.paragraphs))


# ---------------------------------------------------------------- the places of a text


def _line_edits(old: str | None, new: str | None, where: str, language: str | None) -> list[Edit]:
    if old is None or new is None or normalise(old) == normalise(new):
        return []
    return list(classify([old], [new], where, language))


def _date_edits(old: str | None, new: str | None, where: str) -> list[Edit]:
    """A printed date is another; one that merely became known, or is unknown now, is none."""
    if old is None or new is None or old == new:
        return []
    return [Edit(where, old, new, (Kind.DATE,), (Evidence(Kind.DATE, old, new),))]


def _body_edits(old: Sequence[str], new: Sequence[str], language: str | None) -> list[Edit]:
    """The edits of a body: its first paragraph is the lead."""
    olds, news = _sentences(old), _sentences(new)
    if [text for text, _ in olds] == [text for text, _ in news]:
        return []
    chosen = pack(language or language_of(" ".join((*old, *new))))
    sides = olds, news
    where: Callable[[int, int], str] = lambda side, i: "lead" if sides[side][i][1] == 0 else "body"  # noqa: E731
    return list(_sentence_edits([t for t, _ in olds], [t for t, _ in news], where, chosen))


def _sentences(paragraphs: Sequence[str]) -> list[tuple[str, int]]:
    """The sentences of a body, each with the number of its paragraph."""
    found: list[tuple[str, int]] = []
    for number, paragraph in enumerate(paragraphs):
        found += [(sentence, number) for sentence in split(paragraph)]
        if len(found) > MOST_SENTENCES:
            break
    return found[:MOST_SENTENCES]


# ---------------------------------------------------------------- sentences against each other


def _sentence_edits(
    old: Sequence[str], new: Sequence[str], where: Callable[[int, int], str], chosen: Pack
) -> list[Edit]:
    """The edits in reading order; `where(side, index)` names the place of an old (0) or new (1) sentence."""
    alignment = align(old, new)
    placed: list[tuple[float, Edit]] = []
    paired_old: set[int] = set()
    paired_new: set[int] = set()
    known = _known_names([*old, *new])
    for group in sentence_groups(alignment):
        paired_old.update(group.old)
        paired_new.update(group.new)
        olds, news = " ".join(old[i] for i in group.old), " ".join(new[j] for j in group.new)
        place = where(1, group.new[0])
        if normalise(olds) == normalise(news):
            if group.is_moved:
                placed.append((group.new[0], Edit(place, olds, news, _placed([Kind.ORDER], place))))
            continue
        placed += [(group.new[0], one) for one in _pair(olds, news, place, chosen, known)]
    _fold_in(old, new, paired_old, paired_new, chosen)
    for j in range(len(new)):
        if j not in paired_new:
            placed.append((j, _came_or_went(None, new[j], where(1, j), chosen)))
    for i in range(len(old)):
        if i not in paired_old:
            placed.append((i - 0.5, _came_or_went(old[i], None, where(0, i), chosen)))
    return [edit for _, edit in sorted(placed, key=lambda entry: entry[0])]


def _fold_in(
    old: Sequence[str], new: Sequence[str], paired_old: set[int], paired_new: set[int], chosen: Pack
) -> None:
    """Count a sentence as paired whose words its neighbours on the other side hold: it was merged or split."""
    for own, other, paired, across in (
        (old, new, paired_old, paired_new),
        (new, old, paired_new, paired_old),
    ):
        for i in range(len(own)):
            if i in paired or not across or not ({i - 1, i + 1} & paired):
                continue
            near = " ".join(other[j] for j in sorted(across) if abs(j - i) <= 2)
            telling, held = _telling(own[i], chosen), _telling(near, chosen)
            beside = _telling(" ".join(own[j] for j in (i - 1, i + 1) if j in paired), chosen)
            if len(telling) >= 2 and len((telling & held) - beside) >= 0.5 * len(telling):
                paired.add(i)


def _telling(text: str, chosen: Pack) -> set[str]:
    """The words of a text that are not little ones, in one spelling."""
    little = chosen["words", "stop"], chosen["words", "common"]
    return {w for w in _canonical(text, chosen) if not any(w in lexicon for lexicon in little)}


def _came_or_went(old: str | None, new: str | None, where: str, chosen: Pack) -> Edit:
    text = old or new or ""
    if _is_notice(text, chosen):
        kind = Kind.CORRECTION
    else:
        kind = Kind.CLAIM_REMOVED if new is None else Kind.CLAIM_ADDED
    return Edit(where, old, new, _placed([kind], where), (Evidence(kind, old, new),))


def _pair(old: str, new: str, where: str, chosen: Pack, known: frozenset[str]) -> list[Edit]:
    """What was done to a sentence that stayed."""
    if _is_notice(old, chosen) or _is_notice(new, chosen):
        return [
            Edit(where, old, new, _placed([Kind.CORRECTION], where), (Evidence(Kind.CORRECTION, old, new),))
        ]
    if _reads_alike(old, new, chosen) and not _quotes_other(old, new, chosen):
        return [Edit(where, old, new, _placed([Kind.FORM], where))]
    if _has_mark(new, chosen) != _has_mark(old, chosen):
        return [
            Edit(where, old, new, _placed([Kind.CORRECTION], where), (Evidence(Kind.CORRECTION, old, new),))
        ]
    evidence = _evidence(old[:_MOST_READ], new[:_MOST_READ], where, chosen, known)
    if not any(e.kind is not Kind.FORM for e in evidence) and _is_form(old, new, chosen):
        return [Edit(where, old, new, _placed([Kind.FORM], where))]
    if where != "byline" and _are_strangers(old, new, chosen):
        return [_came_or_went(old, None, where, chosen), _came_or_went(None, new, where, chosen)]
    found = list(dict.fromkeys(e.kind for e in evidence)) or [Kind.WORDING]
    return [Edit(where, old, new, _placed(found, where), tuple(evidence))]


def _reads_alike(old: str, new: str, chosen: Pack) -> bool:
    """Whether two sentences are one in another spelling, or but for misspelt words in lower case."""
    left, right = _canonical(old, chosen), _canonical(new, chosen)
    if left == right or "".join(left) == "".join(right):
        return True
    if not _pairs_up(left, right):  # one of them may have a short form for what the other misspells
        left, right = _written(old, chosen), _written(new, chosen)
    if len(left) != len(right):
        return False
    odd = [(a, b) for a, b in zip(left, right, strict=True) if a != b]
    return len(odd) <= _MOST_TYPOS and all(_is_small_typo(a, b, old, new) for a, b in odd)


def _pairs_up(left: Sequence[str], right: Sequence[str]) -> bool:
    """Whether, word for word, no two differ in length by more than typing errors make."""
    return len(left) == len(right) and all(
        abs(len(a) - len(b)) <= _TYPO_STEPS for a, b in zip(left, right, strict=True)
    )


def _written(text: str, chosen: Pack) -> list[str]:
    """The words of `text` as they are spelt."""
    return [word for word in Sentence.read(text, chosen).low if word[0].isalnum()]


def _is_small_typo(one: str, other: str, old: str, new: str) -> bool:
    """Whether a word in lower case is only spelt otherwise: names and figures are no typing errors."""
    is_small = all(
        re.search(rf"(?<!\w){re.escape(word[:3])}", text) for word, text in ((one, old), (other, new))
    )
    return is_small and len(one) > _TYPO_LETTERS and _is_typo(one, other)


def _quotes_other(old: str, new: str, chosen: Pack) -> bool:
    """Whether other words stand in quotation marks; another spelling of them is none."""
    one, other = (
        sorted(" ".join(_canonical(quoted, chosen)) for quoted in mentions.quotations(text))
        for text in (old, new)
    )
    return one != other


def _placed(found: Iterable[Kind], where: str) -> tuple[Kind, ...]:
    """`found` with the kind that the place itself is, in the order of `Kind`."""
    kinds = set(found) | ({Kind(where)} if where in PLACES else set())
    return tuple(kind for kind in Kind if kind in kinds)


def _evidence(old: str, new: str, where: str, chosen: Pack, known: frozenset[str]) -> list[Evidence]:
    """Everything that one of the two sentences mentions and the other does not."""
    one, other = Sentence.read(old, chosen), Sentence.read(new, chosen)
    first, second = one, other
    found: list[Evidence] = []

    def differ(kind: Kind, left: Mentions, right: Mentions) -> None:
        gone, come = left - right, right - left
        if gone or come:
            found.append(Evidence(kind, _listed(gone, first), _listed(come, second)))

    def differ_with_weak(
        kind: Kind, left: tuple[Mentions, Mentions], right: tuple[Mentions, Mentions]
    ) -> None:
        """Weak mentions count where others of the kind went or came."""
        gone, come = left[0] - right[0], right[0] - left[0]
        weak_gone, weak_come = left[1] - right[1], right[1] - left[1]
        if gone or come or (weak_gone and weak_come):
            found.append(Evidence(kind, _listed(gone + weak_gone, first), _listed(come + weak_come, second)))

    differ(Kind.DATE, mentions.dates(one), mentions.dates(other))
    differ_with_weak(Kind.NUMBER, mentions.numbers(one), mentions.numbers(other))
    is_title_case = where == "headline" and (_is_title_case(one) or _is_title_case(other))
    left = names(one, is_title_case=is_title_case, known=known)
    right = names(other, is_title_case=is_title_case, known=known)
    left, right = _told_by_each_other(left, right)
    for sort, kind in (
        (Sort.PERSON, Kind.PERSON),
        (Sort.ORGANISATION, Kind.ORGANISATION),
        (Sort.PLACE, Kind.PLACE),
    ):
        differ(kind, *_apart(counted(left, sort), counted(right, sort), one, other))
    differ_with_weak(Kind.TITLE, mentions.titles(one), mentions.titles(other))
    differ(Kind.QUOTATION, mentions.quotations(old), mentions.quotations(new))
    said, says = mentions.attributions(one), mentions.attributions(other)
    spoke, speaks = (
        mentions.speakers(sentence, [(n.start, n.end, n.text) for n in held])
        for sentence, held in ((one, left), (other, right))
    )
    if not _is_same_speaker(spoke, speaks):
        said[0].update(spoke)
        says[0].update(speaks)
    differ_with_weak(Kind.ATTRIBUTION, said, says)
    if bool(mentions.quotations(old)) != bool(
        mentions.quotations(new)
    ):  # a doubt inside went with its quotation
        first, second = (Sentence.read(mentions.unquoted(text), chosen) for text in (old, new))
        for sentence in (first, second):
            mentions.dates(sentence)
    differ_with_weak(Kind.CERTAINTY, mentions.certainties(first), mentions.certainties(second))
    return found


def _told_by_each_other(left: list[Name], right: list[Name]) -> tuple[list[Name], list[Name]]:
    """The names with the sort of what they stand against, where nothing but capital letters told theirs."""
    texts = {name.text for name in left} & {name.text for name in right}

    def sorted_by(own: list[Name], other: list[Name]) -> list[Name]:
        same = {name.text: name.sort for name in other if name.is_sure}
        against = [name.sort for name in other if name.is_sure and name.text not in texts]
        told = []
        for name in own:
            guess = same.get(name.text) or (against[0] if against and name.text not in texts else name.sort)
            told.append(name if name.is_sure else replace(name, sort=guess))
        return told

    return sorted_by(left, right), sorted_by(right, left)


def _is_same_speaker(spoke: Mentions, speaks: Mentions) -> bool:
    """Whether those who say so are the same by another name: a name in common, or a spelling."""
    if not spoke or not speaks:
        return True  # a verb or phrase came or went with them, and tells
    one, other = " ".join(sorted(spoke)), " ".join(sorted(speaks))
    common = (set(one.split()) & set(other.split())) - {"by"}
    return bool(common) or DamerauLevenshtein.normalized_similarity(one[3:], other[3:]) > _SAME_SPEAKER


def _apart(left: Mentions, right: Mentions, one: Sentence, other: Sentence) -> tuple[Mentions, Mentions]:
    """Names that are told apart: not one that stands in the other sentence under another sort or in more words."""
    gone, come = left - right, right - left
    texts = [f" {' '.join(word for word in s.bare if word[0].isalnum())} " for s in (one, other)]
    gone = Counter({name: n for name, n in gone.items() if _times(texts[0], name) > _times(texts[1], name)})
    come = Counter({name: n for name, n in come.items() if _times(texts[1], name) > _times(texts[0], name)})
    return gone, come


def _times(text: str, name: str) -> int:
    return text.count(f" {name} ") or text.replace(" ", "").count(name.replace(" ", "")) * (
        " " not in name and not name.isascii()
    )


def _listed(found: Mentions, s: Sentence) -> str | None:
    """Mentions by the words that stand in the sentence."""
    return ", ".join(sorted({s.shown.get(mention, mention) for mention in found})) or None


def _is_title_case(s: Sentence) -> bool:
    """Whether nearly every longer word begins with a capital letter, so that capitals tell nothing."""
    longer = [word for word in s.written if len(word) > 3 and word[0].isalpha()]
    capital = sum(word[0].isupper() for word in longer)
    return len(longer) >= 3 and capital >= 0.75 * len(longer)


def _known_names(texts: Sequence[str]) -> frozenset[str]:
    """Words that stand with a capital letter in the middle of a sentence somewhere in the text."""
    found: set[str] = set()
    for text in texts[:400]:
        row = words(text[:_MOST_READ])
        longer = [w for w in row if len(w) > 3 and w[0].isalpha()]
        if longer and sum(w[0].isupper() for w in longer) >= 0.7 * len(longer):
            continue  # a line in capitals says nothing of any word
        found.update(w.casefold() for w in row[1:] if w[:1].isupper() and not w.isupper())
    return frozenset(found)


# ---------------------------------------------------------------- the last resorts


def _is_notice(text: str, chosen: Pack) -> bool:
    """Whether a sentence is a correction or update notice."""
    s = Sentence.read(text[:600], chosen)
    if len(s.low) > 1 and s.low[0] in chosen["correction", "verbs"]:
        return True
    start = 1 if s.low[:1] in (["("], ["["], ["*"]) else 0
    begins = chosen["correction", "starts"].at(s.low, start, s.bare) if s.low else None
    if begins is not None and start:
        return True
    if begins is not None:
        after = s.low[begins.end] if begins.end < len(s.low) else ""
        if (
            after in (":", "-", "(", "：", ",", "]", ".")
            or begins.end - begins.start > 2
            or (begins.end - begins.start > 1 and after)
        ):
            return True
    return next(s.find("correction", "phrases"), None) is not None


def _has_mark(text: str, chosen: Pack) -> bool:
    """Whether a line ends in a mark such as *(corrected)*."""
    inside = re.search(r"[(\[（【]([^()\[\]（）【】]{3,40})[)\]）】]\W{0,3}\Z", text)
    return inside is not None and _is_notice(f"{inside[1]}:", chosen)


def _is_form(old: str, new: str, chosen: Pack) -> bool:
    """Whether two sentences differ in spelling, signs and capitals alone."""
    left, right = _canonical(old, chosen), _canonical(new, chosen)
    if left == right or "".join(left) == "".join(right):
        return True
    if len(left) != len(right):
        return False
    pairs = [(a, b) for a, b in zip(left, right, strict=True) if a != b]
    return len(pairs) <= 3 and all(_is_typo(a, b) for a, b in pairs)


def _canonical(text: str, chosen: Pack) -> list[str]:
    """The words of `text` in one spelling, signs left out."""
    s = Sentence.read(_SPELT.sub(lambda match: match[0].replace(".", ""), text), chosen)
    found: list[str] = []
    i = 0
    while i < len(s.low):
        listed = _listed_spelling(s, i, chosen)
        end, value = mentions.figure(s, i) if listed is None else (i, "")
        if listed is not None:
            found.append(listed.meaning)
            i = listed.end
        elif end > i and not (end == i + 1 and s.low[i] in chosen["number", "weak"] and s.low[i] != "one"):
            found.append(value)
            i = end
        else:
            shared = next((x for key in _SHARED if (x := chosen[key].at(s.low, i, s.low))), None)
            unit = (
                chosen["number", "units"].at(s.low, i, s.low) if found and found[-1][:1].isdigit() else None
            )
            if unit is not None or (shared is not None and not s.written[i].islower()):
                found.append((unit or shared or _NO_WORD).meaning)
                i = (unit or shared or _NO_WORD).end
                continue
            is_article = (
                s.low[i] in ("a", "an") and i + 1 < len(s.low) and mentions.figure(s, i + 1)[0] > i + 1
            )
            if (s.low[i][0].isalnum() or s.low[i] in "$€£¥₩₽₹%&") and not is_article:
                found.append(_spelling(s.low[i]))
            i += 1
    return [word for i, word in enumerate(found) if i == 0 or word != found[i - 1]]


_SHARED = (("date", "months"), ("date", "weekdays"))  # Sept. and September
_NO_WORD = Found(0, 1, "")


def _listed_spelling(s: Sentence, i: int, chosen: Pack) -> Found | None:
    """The abbreviation or spelling that the pack lists at word `i`; *it* is no *IT*."""
    short = chosen["form", "abbreviations"].at(s.low, i, s.low)
    if short is not None and (short.end - i > 1 or s.written[i].isupper() or len(s.low[i]) > 3):
        return short
    return chosen["form", "spellings"].at(s.low, i, s.low)


_SPELLINGS = tuple(  # British and American ones of a word; only ever used to see that two are one
    tuple(pair.split("="))
    for pair in (
        *(
            "isation=ization",
            "ising=izing",
            "ise=ize",
            "yse=yze",
            "our=or",
            "lled=led",
            "lling=ling",
            "ller=ler",
        ),
        *(
            "tre=ter",
            "ence=ense",
            "ogue=og",
            "programme=program",
            "aem=em",
            "oed=ed",
            "cheque=check",
            "grey=gray",
        ),
    )
)


def _spelling(word: str) -> str:
    """A word in one of its spellings, without hyphen and apostrophe."""
    word = word.replace("'", "").replace("’", "").replace("ё", "е").replace("&", "and")
    for british, american in _SPELLINGS:
        word = word.replace(british, american)
    return word


def _is_typo(old: str, new: str) -> bool:
    """Whether one word is the other misspelt: a letter or two, in a word long enough to be known again."""
    if min(len(old), len(new)) < _TYPO_LETTERS or not (old.isalpha() and new.isalpha()):
        return False
    if old.rstrip("s") == new.rstrip("s") or old[:-2] == new[:-2]:
        return False  # another ending says something else: *expects*, *expected*
    steps = DamerauLevenshtein.distance(old, new, score_cutoff=_TYPO_STEPS)
    return steps <= (1 if min(len(old), len(new)) < 7 else _TYPO_STEPS) and old[0] == new[0]


def _are_strangers(old: str, new: str, chosen: Pack) -> bool:
    """Whether the two have so few words in common that one took the other's place."""
    left, right = _telling(old, chosen), _telling(new, chosen)
    least = min(len(left), len(right))
    return least >= _LEAST_TELLING and len(left & right) < _STRANGERS * least
