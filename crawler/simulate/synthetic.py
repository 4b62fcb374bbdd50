"""Made-up histories of a press site: the measured model of how often news is edited, and sites unlike it.

Deterministic by seed. Every site publishes evenly, `PER_DAY` articles a day unless it says otherwise.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from random import Random

from crawler.revisit.rates import DAY, HOURS, MEASURED, MEASURED_SHAPE, WEEK, Steps
from crawler.simulate.history import History, Story

PER_DAY = 120
POLL_HOURS = 1 / 3
_START = 17_532 * DAY  # a Monday: 2018-01-01


@dataclass(frozen=True, slots=True)
class Site:
    """How a made-up site edits, and what its channel tells.

    `told`: the share of edits that the channel tells; it lists articles up to `covered_hours` of age.
    `shape`: of the Gamma distribution of the articles' multipliers; infinite where all are alike.
    `burst`: how many further edits an edit brings on average, within hours of it.
    """

    what: str
    by_age: Steps = MEASURED
    shape: float = MEASURED_SHAPE
    told: float = 0.0
    covered_hours: float = 0.0
    by_hour: Steps | None = None
    burst: float = 0.0
    per_day: float = PER_DAY
    busy_share: float = 1.0  # of the articles that are edited at all


def _night(factor: float) -> Steps:
    """Nearly nobody at work from 22 to 6 UTC."""
    return Steps.of(
        HOURS, (*(factor if h < 6 or h >= 22 else (24 - 8 * factor) / 16 for h in range(24)), 1.0)
    )


_FLAT = Steps.of((0.0, WEEK), (3.9 / WEEK, 3.9 / WEEK))
_LATE = Steps.of((0.0, 24, 120, WEEK), (0.02, 3.2 / 96, 0.005, 0.0))
_QUIET = Steps.of(MEASURED.edges, tuple(0.05 * height for height in MEASURED.heights))
_SLOW = Steps.of((0.0, 12, 48, 168), (0.1, 0.05, 0.005, 0.001))
_NEVER = Steps.of((0.0, 1.0), (0.0, 0.0))

SITES = {
    "plain": Site("the measured model; nothing tells of an edit"),
    "feed": Site("with a feed of two days whose `updated` tells 85 % of edits", told=0.85, covered_hours=48),
    "sitemap": Site(
        "with a news sitemap of two days whose `lastmod` tells 95 %", told=0.95, covered_hours=48
    ),
    "night": Site("nearly no edits from 22 to 6 UTC", by_hour=_night(0.05)),
    "bursts": Site(
        "an edit brings others", Steps.of(MEASURED.edges, tuple(0.4 * h for h in MEASURED.heights)), burst=0.6
    ),
    "flat": Site("edits at any age alike, articles alike", _FLAT, shape=math.inf),
    "uneven": Site("edits at any age alike; few articles have most", _FLAT, shape=0.3),
    "late": Site("edits come in days two to five", _LATE),
    "slow": Site("edits over two days", _SLOW),
    "quiet": Site("one edit in five articles", _QUIET, per_day=20),
    "never": Site("nothing is ever edited", _NEVER),
    "live": Site(
        "one article in fifty is edited hourly, the others never",
        Steps.of((0.0, WEEK), (50.0, 50.0)),
        shape=math.inf,
        busy_share=0.02,
    ),
    "small": Site("two articles a day", per_day=2),
}
PRESETS = ("plain", "feed", "sitemap")


def synthetic(name: str, articles: int, seed: int) -> History:
    """The history of the made-up site `name` (a key of `SITES`) with so many articles."""
    site, random = SITES[name], Random(f"{name} {seed}")  # noqa: S311 (nobody gains by guessing these)
    stories = []
    for number in range(articles):
        born = _START + (number + random.random()) * DAY / site.per_day
        stories.append(_story(site, born, random))
    stories.sort(key=lambda story: story.first_seen)
    return History(name, tuple(stories), _polls(stories) if site.told else ())


def _polls(stories: list[Story]) -> tuple[float, ...]:
    first, last = stories[0].first_seen, stories[-1].until
    return tuple(n * POLL_HOURS for n in range(math.ceil(first / POLL_HOURS), math.ceil(last / POLL_HOURS)))


def _story(site: Site, born: float, random: Random) -> Story:
    multiplier = 1.0 if math.isinf(site.shape) else random.gammavariate(site.shape, 1 / site.shape)
    if random.random() >= site.busy_share:
        multiplier = 0.0
    ages = sorted(_with_bursts(list(_ages(site, born, multiplier, random)), site.burst, random))
    edits = tuple(born + age for age in ages if age < WEEK)
    covered = born + site.covered_hours
    told = (edit for edit in edits if edit < covered and random.random() < site.told)
    signals = tuple(sorted({(math.floor(edit / POLL_HOURS) + 1) * POLL_HOURS for edit in told}))
    return Story(born, born, born + WEEK, edits, signals, covered if site.told else None)


def _ages(site: Site, born: float, multiplier: float, random: Random) -> list[float]:
    """Ages at which the article is edited of its own accord (thinned by the hour of day)."""
    most = max(site.by_hour.heights) if site.by_hour else 1.0
    found: list[float] = []
    mass = 0.0
    while multiplier:
        mass += random.expovariate(1.0) / multiplier / most
        if mass >= site.by_age.upto(WEEK):
            break
        age = _age_at(site.by_age, mass)
        factor = site.by_hour.heights[int(born + age) % 24] if site.by_hour else 1.0
        if random.random() < factor / most:
            found.append(age)
    return found


def _age_at(by_age: Steps, mass: float) -> float:
    """The age up to which `mass` edits are expected."""
    step = bisect_right(by_age.below, mass) - 1
    return by_age.edges[step] + (mass - by_age.below[step]) / by_age.heights[step]


def _with_bursts(ages: list[float], burst: float, random: Random) -> list[float]:
    """`ages` and what follows them: each edit brings others, on average `burst`, about two hours later."""
    found = []
    while ages:
        age = ages.pop()
        found.append(age)
        while age < WEEK and random.random() < burst / (1 + burst):
            ages.append(age + random.expovariate(0.5))
    return found
