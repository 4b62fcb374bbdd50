"""How well campaigns are found: purges planted in made-up archives amid ordinary editing, and none planted.

    python -m tests.benchmarks.campaigns [ARTICLES]        10,000 unless told

An archive is two years of a made-up press agency: people, places and bodies of a Zipf-like fame, and articles
about them. Ordinary editing mends typing errors, moves figures and dates, corrects places and the spelling of
names, rewrites headlines, adds and drops sentences, follows a developing story through several articles, sets
several articles right at once, updates one article ten times a day; and articles vanish, at times in bursts.

Planted, each in 10 to 500 articles, within an hour to three weeks: a person's name removed (the sentence
struck, the name cut out of a list, or *a senior official* in its place), a place renamed, a title put before
a name, all articles about a person taken down.

Every change goes through `term_changes` and into a `Watch`, which is asked every midnight, and after each
change of a purge not raised yet. Printed: precision, recall by size, kind and duration, time to detect.

* A campaign is right where most of its changes belong to one purge and its term is that purge's; a second one
  for the same purge counts as wrong.
* `false alarms` of an archive with nothing planted: campaigns a year.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from crawler.compare.campaigns import Campaign, Delta, Watch
from crawler.compare.sentences import split
from crawler.compare.terms import term_changes
from crawler.text import digest

START = datetime(2020, 1, 1, tzinfo=UTC)
DAYS = 730
SIZES = (10, 20, 50, 100, 200, 500)
KINDS = ("name removed", "place renamed", "title added", "articles removed")
HOURS = {"1 h": 1.0, "6 h": 6.0, "1 day": 24.0, "3 days": 72.0, "1 week": 168.0, "3 weeks": 504.0}


def main(arguments: Sequence[str]) -> int:
    articles = int(arguments[0]) if arguments else 10_000
    started = time.perf_counter()
    planted = [measure(Archive(seed, articles, SIZES)) for seed in (1, 2, 3)]
    empty = [measure(Archive(seed, articles, ())) for seed in (11, 12, 13)]
    print_planted(planted)
    print_empty(empty)
    print(f"{time.perf_counter() - started:.0f} s in all")
    return 0


# ---------------------------------------------------------------- a made-up press

_ONSETS = [
    "b",
    "br",
    "d",
    "dr",
    "f",
    "g",
    "gr",
    "h",
    "j",
    "k",
    "kl",
    "l",
    "m",
    "n",
    "p",
    "pr",
    "r",
    "s",
    "st",
    "t",
    "tr",
    "v",
    "w",
    "y",
    "z",
]
_VOWELS = ["a", "e", "i", "o", "u", "ai", "ea", "oo"]
_CODAS = ("", "", "n", "l", "r", "k", "m", "sk", "nd", "th")
_SUBJECTS = [
    "farm",
    "factory",
    "harvest",
    "school",
    "bridge",
    "port",
    "mine",
    "railway",
    "hospital",
    "court",
    "budget",
    "census",
    "election",
    "strike",
    "flood",
    "drought",
    "treaty",
    "festival",
    "museum",
    "library",
    "stadium",
    "reservoir",
    "ministry",
    "workshop",
    "market",
    "canal",
    "quarry",
    "mill",
    "orchard",
    "barracks",
    "airport",
    "dam",
    "institute",
    "committee",
    "congress",
    "delegation",
    "exhibition",
    "laboratory",
    "parade",
]
_VERBS = [
    "visited",
    "inspected",
    "praised",
    "opened",
    "criticised",
    "described",
    "discussed",
    "approved",
    "rejected",
    "announced",
    "examined",
    "planned",
    "delayed",
    "finished",
    "repaired",
    "extended",
    "reviewed",
    "funded",
    "closed",
    "supported",
    "measured",
    "cleared",
]
_QUALITIES = [
    "new",
    "old",
    "modern",
    "local",
    "national",
    "rural",
    "urban",
    "public",
    "private",
    "joint",
    "annual",
    "major",
    "minor",
    "northern",
    "southern",
    "eastern",
    "western",
    "central",
    "historic",
    "temporary",
    "ordinary",
    "urgent",
    "careful",
    "broad",
    "local",
    "costly",
    "steady",
]
_MATTERS = [
    "production",
    "supplies",
    "prices",
    "safety",
    "training",
    "transport",
    "irrigation",
    "housing",
    "pensions",
    "exports",
    "imports",
    "repairs",
    "wages",
    "fuel",
    "timber",
    "steel",
    "coal",
    "fishing",
    "tourism",
    "research",
    "education",
    "health",
    "power",
    "water",
    "grain",
    "cattle",
    "fertiliser",
    "machinery",
    "construction",
    "discipline",
    "cooperation",
    "security",
    "unity",
    "reform",
]
_ADVERBS = [
    "quickly",
    "slowly",
    "openly",
    "quietly",
    "partly",
    "fully",
    "gradually",
    "carefully",
    "broadly",
    "sharply",
    "formally",
    "twice",
    "briefly",
    "jointly",
    "again",
    "largely",
]
_RANKS = [
    "minister",
    "director",
    "chairman",
    "secretary",
    "engineer",
    "governor",
    "professor",
    "general",
    "manager",
    "mayor",
]
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_BODIES = ("Ministry of {}", "Institute of {}", "{} Committee", "{} Union", "Bureau of {}")
_TITLES = [
    f"{quality} {rank}"
    for quality in ("Esteemed", "Beloved", "Distinguished", "Honoured", "Unforgettable", "Steadfast")
    for rank in ("Comrade", "Marshal", "Patron", "Veteran", "Founder")
]


def syllable(rng: random.Random) -> str:
    return rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS)


def coined(rng: random.Random, syllables: int) -> str:
    return "".join(syllable(rng) for _ in range(syllables)).title()


class Cast:
    """Who and what the press writes about; the first are the most famous."""

    def __init__(self, rng: random.Random, people: int) -> None:
        families = [coined(rng, 1) for _ in range(people // 5)]
        self.people = [self._person(rng, families) for _ in range(people)]
        self.places = list(dict.fromkeys(coined(rng, 2) for _ in range(people // 2)))
        matters = [matter.title() for matter in _MATTERS]
        self.bodies = [rng.choice(_BODIES).format(rng.choice(matters)) for _ in range(60)]
        self._fame = [1 / (rank + 3) for rank in range(people)]

    @staticmethod
    def _person(rng: random.Random, families: Sequence[str]) -> str:
        if rng.random() < 0.5:
            return f"{rng.choice(families)} {coined(rng, 1)} {coined(rng, 1)}"
        return f"{coined(rng, 2)} {coined(rng, 2)}"

    def some(self, rng: random.Random, names: Sequence[str], count: int) -> list[str]:
        return list(dict.fromkeys(rng.choices(names, self._fame[: len(names)], k=count)))


@dataclass(slots=True)
class Story:
    """An article: what it is about, and its lines once somebody touches it."""

    id: str
    published: float  # hours since START
    people: list[str]
    places: list[str]
    lines: list[str] = field(default_factory=list)
    is_gone: bool = False

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def written(rng: random.Random, story: Story, cast: Cast) -> list[str]:
    """A headline and paragraphs that name everybody and every place the story is about."""
    sentences = [sentence(rng, cast, person, rng.choice(story.places)) for person in story.people]
    sentences.append(listing(rng, story))
    sentences += [
        f"In {place} the {noun(rng)} was {rng.choice(_VERBS)} {rng.choice(_ADVERBS)}."
        for place in story.places
    ]
    sentences += [plain(rng, cast) for _ in range(rng.randint(4, 9))]
    rest = sentences[1:]
    rng.shuffle(rest)
    sentences = [f"{story.places[0].upper()}, {dated(rng)} - {sentences[0]}", *rest]
    paragraphs = [" ".join(sentences[start : start + 3]) for start in range(0, len(sentences), 3)]
    return [headline(rng, story), *paragraphs]


def noun(rng: random.Random) -> str:
    return f"{rng.choice(_QUALITIES)} {rng.choice(_SUBJECTS)}"


def dated(rng: random.Random) -> str:
    return f"{rng.choice(_MONTHS)} {rng.randint(1, 28)}"


def headline(rng: random.Random, story: Story) -> str:
    who = rng.choice(story.people)
    return f"{who} {rng.choice(_VERBS)} {noun(rng)} in {rng.choice(story.places)}"


def sentence(rng: random.Random, cast: Cast, person: str, place: str) -> str:
    body = rng.choice(cast.bodies)
    forms = (
        f"{person}, {rng.choice(_RANKS)} of the {body}, {rng.choice(_VERBS)} the {noun(rng)} in {place} on "
        f"{rng.choice(_DAYS)}.",
        f"{person} said that {rng.choice(_MATTERS)} had been {rng.choice(_VERBS)} {rng.choice(_ADVERBS)} at the "
        f"{noun(rng)}, and {person}'s aides agreed.",
        f"The {body} in {place} {rng.choice(_VERBS)} {rng.choice(_MATTERS)}, according to {person}.",
        f"At the {noun(rng)} {person} spoke about {rng.choice(_MATTERS)} and {rng.choice(_MATTERS)}.",
    )
    return rng.choice(forms)


def listing(rng: random.Random, story: Story) -> str:
    names = story.people[:]
    rng.shuffle(names)
    return f"Those present were {', '.join(names)} and the {rng.choice(_RANKS)}s of the {noun(rng)}."


def plain(rng: random.Random, cast: Cast) -> str:
    forms = (
        f"The {noun(rng)} {rng.choice(_VERBS)} {rng.randint(2, 900)} tonnes of {rng.choice(_MATTERS)} last year.",
        f"Officials said the {noun(rng)} would be {rng.choice(_VERBS)} {rng.choice(_ADVERBS)}.",
        f"According to the {rng.choice(cast.bodies)}, {rng.choice(_MATTERS)} rose by {rng.randint(2, 60)} percent.",
        f"On {rng.choice(_DAYS)} the {noun(rng)} and the {noun(rng)} were {rng.choice(_VERBS)}.",
        f"People from the {noun(rng)} took part in {rng.choice(_MATTERS)} and {rng.choice(_MATTERS)}.",
    )
    return rng.choice(forms)


# ---------------------------------------------------------------- ordinary editing

Edit = Callable[["Archive", Story], list[str]]


def mend_typo(archive: Archive, story: Story) -> list[str]:
    """The text had an error for a while: the old version gets it, and the new one is what it was."""
    rng = archive.rng
    line = rng.randrange(len(story.lines))
    found = story.lines[line].split()
    word = rng.randrange(len(found))
    wrong = found[word]
    cut = rng.randrange(len(wrong))
    right = story.lines[:]
    found[word] = wrong[:cut] + wrong[cut + 1 : cut + 2] + wrong[cut : cut + 1] + wrong[cut + 2 :]
    story.lines[line] = " ".join(found)
    return right


def move_figure(archive: Archive, story: Story) -> list[str]:
    rng = archive.rng
    return [
        " ".join(
            str(rng.randint(2, 900)) if word.isdigit() and rng.random() < 0.6 else word
            for word in line.split()
        )
        for line in story.lines
    ]


def move_date(archive: Archive, story: Story) -> list[str]:
    old, new = archive.rng.sample(_DAYS, 2)
    date, head, separator = dated(archive.rng), *story.lines[1].partition(" - ")[:2]
    place = head.split(",")[0]
    lines = [line.replace(old, new) for line in story.lines]
    _, _, rest = lines[1].partition(" - ")
    lines[1] = f"{place}, {date}{separator}{rest}" if separator else lines[1]
    return lines


def correct_place(archive: Archive, story: Story) -> list[str]:
    old = archive.rng.choice(story.places)
    new = archive.cast.some(archive.rng, archive.cast.places, 1)[0]
    return [line.replace(old, new) for line in story.lines]


def spell_name(archive: Archive, story: Story) -> list[str]:
    """A name was misspelt throughout, and is set right."""
    right = story.lines[:]
    name = archive.rng.choice(story.people)
    cut = archive.rng.randrange(1, len(name) - 1)
    wrong = name[:cut] + archive.rng.choice("aeioust") + name[cut + 1 :]
    story.lines = [line.replace(name, wrong) for line in story.lines]
    return right


def rewrite_headline(archive: Archive, story: Story) -> list[str]:
    return [headline(archive.rng, story), *story.lines[1:]]


def add_sentence(archive: Archive, story: Story) -> list[str]:
    rng, cast = archive.rng, archive.cast
    person, place = cast.some(rng, cast.people, 1)[0], cast.some(rng, cast.places, 1)[0]
    added = sentence(rng, cast, person, place) if rng.random() < 0.5 else plain(rng, cast)
    return [*story.lines, added]


def drop_sentence(archive: Archive, story: Story) -> list[str]:
    line = archive.rng.randrange(1, len(story.lines))
    kept = story.lines[line].split(". ")
    if len(kept) > 1:
        kept.pop(archive.rng.randrange(1, len(kept)))
    return [*story.lines[:line], ". ".join(kept), *story.lines[line + 1 :]]


def reword(archive: Archive, story: Story) -> list[str]:
    line = archive.rng.randrange(len(story.lines))
    words = story.lines[line].split(" ")
    swaps = {"said": "told reporters", "according to": "as told by", "rose": "grew", "would": "will"}
    for position, word in enumerate(words):
        if word in swaps and archive.rng.random() < 0.7:
            words[position] = swaps[word]
        elif word in _VERBS and archive.rng.random() < 0.3:
            words[position] = archive.rng.choice(_VERBS)
    return [*story.lines[:line], " ".join(words), *story.lines[line + 1 :]]


ORDINARY: dict[Edit, float] = {
    mend_typo: 5,
    move_figure: 4,
    move_date: 4,
    correct_place: 1,
    spell_name: 1.5,
    rewrite_headline: 2,
    add_sentence: 4,
    drop_sentence: 2,
    reword: 3,
}


# ---------------------------------------------------------------- purges


@dataclass(slots=True)
class Plant:
    """A purge: `old` is the name it is about, `new` what comes in its place or before it."""

    kind: str
    size: int
    duration: str
    start: float  # hours
    old: str
    new: str = ""
    stories: list[Story] = field(default_factory=list)
    change_ids: set[str] = field(default_factory=set)
    raised_at: float | None = None  # hours since START
    raised_after: int = 0  # of its own changes

    @property
    def terms(self) -> tuple[str, ...]:
        return tuple(term.casefold() for term in (self.old, self.new) if term)


def purged(archive: Archive, plant: Plant, lines: Sequence[str]) -> list[str]:
    if plant.kind == "place renamed":
        return [
            line.replace(plant.old, plant.new).replace(plant.old.upper(), plant.new.upper()) for line in lines
        ]
    if plant.kind == "title added":
        return [line.replace(plant.old, f"{plant.new} {plant.old}") for line in lines]
    how = archive.rng.random()
    if how < 0.4:
        return [line.replace(plant.old, "a senior official") for line in lines]
    kept = (
        [line.replace(f"{plant.old}, ", "").replace(f" {plant.old} and", " and") for line in lines]
        if how < 0.7
        else list(lines)
    )
    return [struck(line, plant.old) for line in kept]


def struck(line: str, name: str) -> str:
    """The line without its sentences that hold the name; a headline gets *official*."""
    if not line.endswith("."):
        return line.replace(name, "Official")
    return ". ".join(part for part in line[:-1].split(". ") if name not in part) + "."


# ---------------------------------------------------------------- an archive


class Archive:
    """Two years of a press, and what happens to its articles, in order of time. Deterministic by its seed."""

    def __init__(self, seed: int, articles: int, sizes: Sequence[int], days: int = DAYS) -> None:
        self.rng = random.Random(seed)
        self.days = days
        self.cast = Cast(self.rng, max(60, articles // 25))
        self.stories = [self._story(number, articles) for number in range(articles)]
        self._events: list[tuple[float, int, str, Story, object]] = []
        self._ordinary()
        self._removals()
        self.plants: list[Plant] = []
        self._plant(sizes)
        self._events.sort(key=lambda event: event[:2])

    def _story(self, number: int, articles: int) -> Story:
        published = number * self.days * 24 / articles
        people = self.cast.some(self.rng, self.cast.people, self.rng.randint(2, 5))
        places = self.cast.some(self.rng, self.cast.places, self.rng.randint(1, 2))
        return Story(f"story-{number}", published, people, places)

    def _add(self, at: float, what: str, story: Story, extra: object = None) -> None:
        if at < self.days * 24:
            self._events.append((at, len(self._events), what, story, extra))

    def _ordinary(self) -> None:
        rng = self.rng
        edits, weights = list(ORDINARY), list(ORDINARY.values())
        for number, story in enumerate(self.stories):
            for _ in range(poisson(rng, 0.8)):
                late = rng.expovariate(1 / 20) if rng.random() < 0.85 else rng.uniform(0, self.days * 24)
                self._add(story.published + late, "edit", story, rng.choices(edits, weights)[0])
            if rng.random() < 0.01:
                for _ in range(rng.randint(5, 12)):
                    update = rng.choice((add_sentence, move_figure, rewrite_headline))
                    self._add(story.published + rng.uniform(0, 24), "edit", story, update)
            if rng.random() < 0.015:
                self._develop(number)
            if rng.random() < 0.006:
                self._set_right(number)

    def _develop(self, number: int) -> None:
        """A developing story: some articles get the same news within hours; at times it is taken back."""
        rng, cast = self.rng, self.cast
        person, place = cast.some(rng, cast.people, 1)[0], cast.some(rng, cast.places, 1)[0]
        news, is_withdrawn = sentence(rng, cast, person, place), rng.random() < 0.15
        at = self.stories[number].published
        for story in self._related(number):
            self._add(at + rng.uniform(0, 12), "news", story, news)
            if is_withdrawn:
                self._add(at + 24 + rng.uniform(0, 12), "withdrawn", story, news)

    def _set_right(self, number: int) -> None:
        """The same correction in some articles: a body gets its proper name."""
        rng = self.rng
        old, new = rng.sample(self.cast.bodies, 2)
        at = self.stories[number].published
        for story in self._related(number):
            self._add(at + rng.uniform(0, 24), "set right", story, (old, new))

    def _related(self, number: int) -> list[Story]:
        """Two articles of these days or more, each further one with a chance of two in five."""
        size = 2
        while size < 15 and self.rng.random() < 0.4:
            size += 1
        lately = self.stories[max(0, number - 40) : number + 1]
        return self.rng.sample(lately, min(len(lately), size))

    def _removals(self) -> None:
        rng = self.rng
        for story in self.stories:
            if rng.random() < 0.02:
                self._add(story.published + rng.uniform(0, self.days * 24), "gone", story)
        for _ in range(self.days // 60):
            at = rng.uniform(0, self.days * 24)
            there = [story for story in self.stories if story.published < at]
            for story in rng.sample(there, min(len(there), rng.randint(2, 7))):
                self._add(at + rng.uniform(0, 3), "gone", story)

    def _plant(self, sizes: Sequence[int]) -> None:
        rng = self.rng
        wanted = [(size, kind) for size in sizes for kind in KINDS]
        rng.shuffle(wanted)
        wanted.sort(key=lambda one: one[0] >= 200)  # the great ones late, when there is enough to purge
        step = (self.days - 140) / max(1, len(wanted))
        taken: set[str] = set()
        for position, (size, kind) in enumerate(wanted):
            start = 24 * (110 + position * step) + rng.uniform(0, 24)
            plant = self._chosen(kind, size, start, taken)
            if plant is not None:
                taken.update((plant.old, plant.new))
                self.plants.append(plant)
                for story in plant.stories:
                    self._add(start + rng.uniform(0, HOURS[plant.duration]), "purge", story, plant)

    def _chosen(self, kind: str, size: int, start: float, taken: set[str]) -> Plant | None:
        """The purge of the least famous name that enough articles hold."""
        holders: dict[str, list[Story]] = defaultdict(list)
        for story in self.stories:
            if story.published < start - 48:
                for name in story.places if kind == "place renamed" else story.people:
                    holders[name].append(story)
        fitting = [name for name in holders if len(holders[name]) >= size and name not in taken]
        if not fitting:
            return None
        old = min(fitting, key=lambda name: (len(holders[name]), name))
        titles = [title for title in _TITLES if title not in taken]
        new = {"place renamed": f"New {coined(self.rng, 2)}", "title added": self.rng.choice(titles)}.get(
            kind, ""
        )
        stories = self.rng.sample(holders[old], size)
        return Plant(kind, size, self.rng.choice(list(HOURS)), start, old, new, stories)

    def changes(self) -> Iterator[tuple[float, Delta, Plant | None]]:
        """Each change as it was seen, with the purge that it belongs to."""
        for at, number, what, story, extra in self._events:
            if story.is_gone or story.published > at:
                continue
            if not story.lines:
                story.lines = written(self.rng, story, self.cast)
            plant = extra if isinstance(extra, Plant) else None
            if what == "gone" or (plant and plant.kind == "articles removed"):
                story.is_gone = True
                removed = term_changes(story.text, "").removed
                delta = Delta(f"c{number}", story.id, "press", moment(at), removed, is_removal=True)
            else:
                new = self._edited(what, story, extra)
                old_text, story.lines = story.text, new
                if old_text == story.text:
                    continue
                found = term_changes(old_text, story.text)
                terms = found.removed, found.added, found.replaced
                same = edit_id(old_text, story.text)
                delta = Delta(f"c{number}", story.id, "press", moment(at), *terms, edit_id=same)
            if plant:
                plant.change_ids.add(delta.change_id)
            yield at, delta, plant

    def _edited(self, what: str, story: Story, extra: object) -> list[str]:
        if isinstance(extra, Plant):
            return purged(self, extra, story.lines)
        if what == "withdrawn":
            return [line for line in story.lines if line != extra]
        if isinstance(extra, str):
            return [*story.lines, extra]
        if isinstance(extra, tuple):
            old, new = extra
            return [line.replace(old, new) for line in story.lines]
        assert callable(extra), what
        lines: list[str] = extra(self, story)
        return lines


def edit_id(old: str, new: str) -> str:
    """The same for two edits that took and brought the same sentences."""
    olds, news = (Counter(one for line in text.split("\n") for one in split(line)) for text in (old, new))
    return digest(*sorted((olds - news).elements()), None, *sorted((news - olds).elements()))


def poisson(rng: random.Random, mean: float) -> int:
    count, left = 0, rng.expovariate(1)
    while left < mean:
        count, left = count + 1, left + rng.expovariate(1)
    return count


def moment(hours: float) -> datetime:
    return START + timedelta(hours=hours)


# ---------------------------------------------------------------- measuring


@dataclass(slots=True)
class Measured:
    """What was found in one archive. `stable`: campaigns raised early that keep their id to the end."""

    plants: list[Plant]
    right: dict[int, list[Campaign]]  # by number of the plant
    wrong: list[Campaign]
    changes: int
    years: float
    seconds: dict[str, float]
    purity: list[float]
    coverage: list[float]
    stable: list[bool]


def measure(archive: Archive) -> Measured:
    watch = Watch()
    waiting = list(archive.plants)
    early: dict[int, str] = {}
    seconds: Counter[str] = Counter()
    count, day = 0, 0
    clock = time.perf_counter()
    for at, delta, plant in archive.changes():
        seconds["making and reading terms"] += time.perf_counter() - clock
        clock = time.perf_counter()
        is_midnight = at // 24 > day
        if is_midnight:
            day = int(at // 24)
            raise_plants(watch, archive, waiting, day * 24.0, early)
        watch.add(delta)
        count += 1
        if plant in waiting and len(plant.change_ids) >= 5:
            raise_plants(watch, archive, waiting, at, early)
        seconds["watching"] += time.perf_counter() - clock
        clock = time.perf_counter()
    raise_plants(watch, archive, waiting, archive.days * 24.0, early)
    return judged(archive, watch.found(), early, count, seconds)


def raise_plants(
    watch: Watch, archive: Archive, waiting: list[Plant], at: float, early: dict[int, str]
) -> None:
    going = [plant for plant in waiting if plant.change_ids]
    if not going:
        return
    found = watch.found(moment(at - 40 * 24))
    for plant in going:
        fitting = [campaign for campaign in found if is_of(campaign, plant)]
        if fitting:
            plant.raised_at, plant.raised_after = at, len(plant.change_ids)
            early[archive.plants.index(plant)] = fitting[0].id
            waiting.remove(plant)
        elif at > plant.start + HOURS[plant.duration] + 24 * 30:
            waiting.remove(plant)


def is_of(campaign: Campaign, plant: Plant) -> bool:
    """Whether most of its changes are the plant's, and its terms too."""
    if 2 * len(plant.change_ids.intersection(campaign.change_ids)) <= len(campaign.change_ids):
        return False
    named = [term.casefold() for term in (campaign.term, campaign.replacement) if term]
    if not named:
        return plant.kind == "articles removed"
    return any(one in other or other in one for one in named for other in plant.terms)


def judged(
    archive: Archive, found: Sequence[Campaign], early: dict[int, str], count: int, seconds: Counter[str]
) -> Measured:
    right: dict[int, list[Campaign]] = defaultdict(list)
    wrong = []
    for campaign in found:
        of = [number for number, plant in enumerate(archive.plants) if is_of(campaign, plant)]
        if of and not right[of[0]]:
            right[of[0]].append(campaign)
        else:
            wrong.append(campaign)
    right = {number: campaigns for number, campaigns in right.items() if campaigns}
    pairs = [(archive.plants[number].change_ids, set(one.change_ids)) for number, (one, *_) in right.items()]
    return Measured(
        archive.plants,
        right,
        wrong,
        count,
        archive.days / 365,
        dict(seconds),
        [len(planted & told) / len(told) for planted, told in pairs],
        [len(planted & told) / len(planted) for planted, told in pairs],
        [right[number][0].id == id_ for number, id_ in early.items() if number in right],
    )


def print_planted(measured: Sequence[Measured]) -> None:
    right = sum(len(one.right) for one in measured)
    wrong = [campaign for one in measured for campaign in one.wrong]
    print(f"{len(measured)} archives with purges: {', '.join(f'{one.changes} changes' for one in measured)}")
    print(f"precision {right / max(1, right + len(wrong)):.3f}  ({right} right, {len(wrong)} wrong)")
    for campaign in wrong[:8]:
        print(f"    wrong: {shown(campaign)}")
    print_recall(measured, "articles", lambda plant: plant.size)
    print_recall(measured, "kind", lambda plant: plant.kind)
    print_recall(measured, "within", lambda plant: plant.duration)
    for name in ("purity", "coverage", "stable"):
        values = [value for one in measured for value in getattr(one, name)]
        print(f"{MEANINGS[name]:58} {statistics.fmean(values):.3f}")
    for one in measured:
        print("    " + ", ".join(f"{name} {value:.0f} s" for name, value in one.seconds.items()))


MEANINGS = {
    "purity": "share of a campaign's changes that are the purge's",
    "coverage": "share of the purge's changes that the campaign lists",
    "stable": "share of campaigns with the id they were first raised by",
}


def print_recall(measured: Sequence[Measured], name: str, value: Callable[[Plant], object]) -> None:
    groups: dict[object, list[tuple[Plant, bool]]] = defaultdict(list)
    for one in measured:
        for number, plant in enumerate(one.plants):
            groups[value(plant)].append((plant, number in one.right))
    print(f"{name:18} purges  recall  raised after, median: hours   changes   (worst)")
    for group in sorted(
        groups, key=lambda key: (key not in HOURS, list(HOURS).index(str(key))) if key in HOURS else (2, key)
    ):
        plants = [plant for plant, _ in groups[group]]
        raised = [plant for plant in plants if plant.raised_at is not None]
        hours = [(plant.raised_at or 0) - plant.start for plant in raised] or [float("nan")]
        after = [plant.raised_after for plant in raised] or [0]
        recall = statistics.fmean(found for _, found in groups[group])
        print(
            f"{group!s:18} {len(plants):6}   {recall:.3f} {statistics.median(hours):28.1f} "
            f"{statistics.median(after):9.0f}   ({max(hours):.0f} h, {max(after)})"
        )


def print_empty(measured: Sequence[Measured]) -> None:
    years = sum(one.years for one in measured)
    wrong = [campaign for one in measured for campaign in one.wrong]
    print(
        f"{len(measured)} archives with nothing planted: {', '.join(f'{one.changes} changes' for one in measured)}"
    )
    print(f"false alarms a year {len(wrong) / years:.2f}  ({len(wrong)} in {years:.0f} years)")
    for campaign in wrong[:8]:
        print(f"    false: {shown(campaign)}")


def shown(campaign: Campaign) -> str:
    return (
        f"{campaign.kind} {campaign.term!r} {campaign.replacement or ''} {len(campaign.items)} articles, "
        f"{campaign.expected:.2f} expected, p {campaign.p_value:.1e}, q {campaign.q_value:.1e}, {campaign.test}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
