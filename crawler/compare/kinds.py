"""What kind of edit it was: number, name, quotation, doubt, claim … each with the words that show it. Pure.

Sentences are aligned first. A pair is read for what it *mentions* (`evidence`): a kind applies where
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

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from crawler.compare.diff import sentence_groups
from crawler.compare.edit import PLACES, Edit, Evidence, Kind
from crawler.compare.evidence import evidence
from crawler.compare.lexicon import Pack, language_of, pack
from crawler.compare.mentions import quotations
from crawler.compare.names import known_names
from crawler.compare.notices import is_notice, without_mark
from crawler.compare.sentences import align, split
from crawler.compare.spelling import canonical, is_spelt_otherwise
from crawler.text import normalise
from storage.records import Article, Teaser

__all__ = ["PLACES", "Edit", "Evidence", "Kind", "classify", "edits", "has_notice", "is_stealth"]

MOST_SENTENCES = 4_000  # of a body that are read
_MOST_READ = 4_000  # characters of a sentence in which kinds are looked for
_STRANGERS = 0.25  # share of the shorter one's telling words below which two sentences are about other things
_LEAST_TELLING = 2


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
        return tuple(_pair(old[0], new[0], where, chosen, known_names([*old, *new])))
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
    return any(is_notice(sentence, chosen) for sentence, _ in _sentences(article.paragraphs))


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
    known = known_names([*old, *new])
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
    return {word for word in canonical(text, chosen) if word not in chosen["words", "stop"]}


def _came_or_went(old: str | None, new: str | None, where: str, chosen: Pack) -> Edit:
    text = old or new or ""
    if is_notice(text, chosen):
        kind = Kind.CORRECTION
    else:
        kind = Kind.CLAIM_REMOVED if new is None else Kind.CLAIM_ADDED
    return Edit(where, old, new, _placed([kind], where), (Evidence(kind, old, new),))


def _pair(old: str, new: str, where: str, chosen: Pack, known: frozenset[str]) -> list[Edit]:
    """What was done to a sentence that stayed."""
    if is_notice(old, chosen) or is_notice(new, chosen):
        return [
            Edit(where, old, new, _placed([Kind.CORRECTION], where), (Evidence(Kind.CORRECTION, old, new),))
        ]
    if is_spelt_otherwise(old, new, chosen) and not _quotes_other(old, new, chosen):
        return [Edit(where, old, new, _placed([Kind.FORM], where))]
    bare_old, bare_new = without_mark(old, chosen), without_mark(new, chosen)
    shown = []
    if (bare_old == old) != (bare_new == new):
        shown = [Evidence(Kind.CORRECTION, old[len(bare_old) :] or None, new[len(bare_new) :] or None)]
        if is_spelt_otherwise(bare_old, bare_new, chosen):
            return [Edit(where, old, new, _placed([Kind.CORRECTION], where), tuple(shown))]
    shown += evidence(bare_old[:_MOST_READ], bare_new[:_MOST_READ], where, chosen, known)
    if not any(e.kind is not Kind.FORM for e in shown) and is_spelt_otherwise(
        old, new, chosen, in_names=True
    ):
        return [Edit(where, old, new, _placed([Kind.FORM], where))]
    if where != "byline" and _are_strangers(old, new, chosen):
        return [_came_or_went(old, None, where, chosen), _came_or_went(None, new, where, chosen)]
    found = list(dict.fromkeys(e.kind for e in shown)) or [Kind.WORDING]
    return [Edit(where, old, new, _placed(found, where), tuple(shown))]


def _quotes_other(old: str, new: str, chosen: Pack) -> bool:
    """Whether other words stand in quotation marks; another spelling of them is none."""
    one, other = (
        sorted(" ".join(canonical(quoted, chosen)) for quoted in quotations(text)) for text in (old, new)
    )
    return one != other


def _placed(found: Iterable[Kind], where: str) -> tuple[Kind, ...]:
    """`found` with the kind that the place itself is, in the order of `Kind`."""
    kinds = set(found) | ({Kind(where)} if where in PLACES else set())
    return tuple(kind for kind in Kind if kind in kinds)


def _are_strangers(old: str, new: str, chosen: Pack) -> bool:
    """Whether the two have so few words in common that one took the other's place."""
    left, right = _telling(old, chosen), _telling(new, chosen)
    least = min(len(left), len(right))
    left, right = {_stem(word) for word in left}, {_stem(word) for word in right}
    return least >= _LEAST_TELLING and len(left & right) < _STRANGERS * least


def _stem(word: str) -> str:
    """A word without what its language hangs on it, so that *used* and *use* are one."""
    if word[0] > "\u0400":
        return word[:4] if word[0] < "\u0530" else word[:2]
    for ending in ("ings", "ing", "ed", "es", "ly", "s", "d"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    return word.rstrip("e") if len(word) > 3 else word
