"""The language packs: the words by which an edit's kind is told, looked up in a sentence. Pure.

What lives here: reading ``languages/*.toml`` (data: words between blanks, "_" for a blank in a phrase, ``a=b``
for a word and its meaning, a line for words of one meaning where a list is grouped, a final "*" for any ending,
"+" for the forms of an English verb) and ``languages/*.txt`` (long lists of names and words, "_" for a blank), and
finding their entries in a row of words. What must not: any rule about what an edit means.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from crawler.compare.sentences import PIECES

_GROUPED = frozenset(
    {
        ("number", "units"),
        ("date", "relative"),
        ("title", "groups"),
        ("attribution", "verbs"),
        ("certainty", "negations"),
        ("certainty", "hedges"),
        ("certainty", "approximators"),
        ("form", "spellings"),
        ("form", "confused"),
        ("form", "abbreviations"),
    }
)
_LEAST_STEM = 3  # letters of a word that are left when a particle is taken off


@dataclass(frozen=True, slots=True)
class Found:
    """Words `start` to `end` of a sentence are an entry of that meaning."""

    start: int
    end: int
    meaning: str


@dataclass(slots=True)
class Lexicon:
    """Entries, each a row of words with its meaning, found longest first."""

    whole: dict[tuple[str, ...], str] = field(default_factory=dict)
    stems: dict[str, str] = field(default_factory=dict)  # words that may end in any way
    firsts: dict[str, int] = field(default_factory=dict)  # of each first word, the words of its longest entry
    shortest_stem: int = 99

    def add(self, entry: str, meaning: str) -> None:
        if "+" in entry[1:]:
            for form in _verb_forms(entry):
                self.add(form, meaning)
            return
        if entry.endswith("*") and len(entry) > 1:
            stem = entry[:-1]
            self.stems.setdefault(stem, meaning)
            self.shortest_stem = min(self.shortest_stem, len(stem))
            return
        words = tuple(PIECES.findall(entry.replace("_", " ")))
        if words:
            self.whole.setdefault(words, meaning)
            self.firsts[words[0]] = max(self.firsts.get(words[0], 0), len(words))

    def at(self, words: Sequence[str], start: int, bare: Sequence[str]) -> Found | None:
        """The longest entry that begins at `start`; `bare`: the words without particles."""
        longest = self.firsts.get(words[start]) or (1 if bare[start] in self.firsts else 0)
        if not longest and not self.stems:
            return None
        for size in range(min(longest, len(words) - start), 0, -1):
            row = tuple(words[start : start + size])
            meaning = self.whole.get(row) or self.whole.get((*row[:-1], bare[start + size - 1]))
            if meaning is not None:
                return Found(start, start + size, meaning)
        word = words[start]
        for size in range(len(word), self.shortest_stem - 1, -1):
            meaning = self.stems.get(word[:size])
            if meaning is not None:
                return Found(start, start + 1, meaning)
        return None

    def before(self, words: Sequence[str], end: int) -> Found | None:
        """The longest entry that ends right before word `end`."""
        for size in range(min(_LONGEST, end), 0, -1):
            meaning = self.whole.get(tuple(words[end - size : end]))
            if meaning is not None:
                return Found(end - size, end, meaning)
        return None

    def all(self, words: Sequence[str], bare: Sequence[str]) -> Iterator[Found]:
        """Every entry in the row, from left to right, none inside another."""
        firsts, end = self.firsts, 0
        for start, word in enumerate(words):
            if start < end or (word not in firsts and bare[start] not in firsts and not self.stems):
                continue
            found = self.at(words, start, bare)
            if found is not None:
                yield found
                end = found.end

    def __contains__(self, word: str) -> bool:
        return (word,) in self.whole or any(
            word[:size] in self.stems for size in range(self.shortest_stem, len(word) + 1)
        )


class Pack:
    """One language: its lexicons by section and list, and its long lists: places, surnames, given, words."""

    def __init__(
        self, data: Mapping[str, Mapping[str, str]], long_lists: Mapping[str, frozenset[str]] | None = None
    ) -> None:
        self._long = dict(long_lists or {})
        self._lists = {
            (section, name): _lexicon(
                text, is_grouped=(section, name) in _GROUPED, is_short=name == "abbreviations"
            )
            for section, lists in data.items()
            for name, text in lists.items()
        }
        particles = data.get("words", {}).get("particles", "").split()
        self._particles = tuple(sorted(particles, key=len, reverse=True))

    def __getitem__(self, key: tuple[str, str]) -> Lexicon:
        return self._lists.get(key, _NOTHING)

    def long(self, name: str) -> frozenset[str]:
        """The words of a long list, "_" for a blank; none where the language has no such list."""
        return self._long.get(name, frozenset())

    def bare(self, word: str) -> str:
        """`word` without the particle that a language such as Korean hangs on it."""
        for particle in self._particles:
            if word.endswith(particle) and len(word) - len(particle) >= 1:
                return word[: -len(particle)]
        return word


_NOTHING = Lexicon()
_LONGEST = 5  # words of an entry that is looked for before a place


def _verb_forms(entry: str) -> Iterator[str]:
    """The forms in -s, -ed and -ing of the verb that "+" follows; the rest of a phrase stays as it is."""
    verb, _, rest = entry.partition("+")
    head, blank, base = verb.rpartition("_")
    stem = base[:-1] if base.endswith("e") else base
    is_y = base.endswith("y") and base[-2:-1] not in "aeiou"
    is_hissed = base.endswith(("s", "x", "z", "ch", "sh"))
    yield f"{head}{blank}{base}{rest}"
    yield f"{head}{blank}{base[:-1] + 'ies' if is_y else base + ('es' if is_hissed else 's')}{rest}"
    yield f"{head}{blank}{base[:-1] + 'ied' if is_y else stem + 'ed'}{rest}"
    yield f"{head}{blank}{stem}ing{rest}"
    if re.search(r"[^aeiou][aeiou][bdglmnprt]\Z", base):
        yield f"{head}{blank}{base}{base[-1]}ed{rest}"
        yield f"{head}{blank}{base}{base[-1]}ing{rest}"


def _lexicon(text: str, *, is_grouped: bool, is_short: bool) -> Lexicon:
    """A list as a lexicon; a group goes by its first word, one of abbreviations by its longest."""
    lexicon = Lexicon()

    def named(entries: Sequence[str]) -> str:
        return max(entries, key=len) if is_short else entries[0].rstrip("*")

    for line in text.splitlines():
        entries = line.split()
        for entry in entries:
            word, is_meant, meaning = entry.partition("=")
            if is_meant and word:
                lexicon.add(word, meaning)
            else:
                lexicon.add(entry, named(entries) if is_grouped else entry.rstrip("*"))
    return lexicon


@cache
def pack(language: str) -> Pack:
    """The pack of a language; the English one where there is none. Read once."""
    folder = files(__package__) / "languages"
    name = language.lower().partition("-")[0]
    if not re.fullmatch(r"[a-z]{2}", name) or not (folder / f"{name}.toml").is_file():
        name = "en"
    data: dict[str, dict[str, str]] = {}
    for part in (f"{name}.toml", f"{name}.cues.toml"):
        if (folder / part).is_file():
            for section, lists in tomllib.loads((folder / part).read_text("utf-8")).items():
                held = data.setdefault(section, {})
                held.update({name: f"{held.get(name, '')}\n{text}" for name, text in lists.items()})
    return Pack(data, {kind: _long_list(folder / f"{name}.{kind}.txt") for kind in _LONG_LISTS})


_LONG_LISTS = ("places", "surnames", "given", "words")


def _long_list(path: Traversable) -> frozenset[str]:
    if not path.is_file():
        return frozenset()
    lines = path.read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def language_of(text: str) -> str:
    """The language by its script, as far as there is a pack: ko, ru, zh, else en.

    >>> language_of("На мосту"), language_of("다리는 닫혔다"), language_of("The bridge")
    ('ru', 'ko', 'en')
    """
    counts = {name: len(script.findall(text[:2_000])) for name, script in _SCRIPTS.items()}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] * 3 > len(re.findall(r"[^\W\d_]", text[:2_000])) else "en"


_SCRIPTS = {
    "ko": re.compile("[\uac00-\ud7a3]"),
    "ru": re.compile("[\u0400-\u04ff]"),
    "zh": re.compile("[\u4e00-\u9fff]"),
}
