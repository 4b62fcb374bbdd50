"""Whether many changes are one campaign: a term removed, added or replaced in many articles. Pure.

What lives here: the test, and what is folded into one event. What must not: which terms a change touched
(`terms`), reading the changes from a store, drawing them.

    records       what goes in and comes out        windows    the touches of a term, the striking windows
    archive       the changes of one source         clumping   how unevenly it edits
    significance  the arithmetic of the test        folding    what is one event; naming: how it is called

**The question.** At one source, within a window of six hours, a day, a week or four weeks, one term was
touched in `k` articles: is that more than this source's ordinary editing explains? Only the past is asked,
so that the answer of a day is not revised by the next one.

**The base rate.** Of the `n0` edits before the window, `k0` touched the term the same way; the window has `n`
edits. Ordinarily, we take it, an edit touches it with probability (k0 + 1 + 2·√(k0 + 1)) / n0 at the most: for
a term never touched before that is 3/n0, the rule of three. `expected` is n times that. An update that rides
on every edit (*said*) has a high share, and a busy day has a high n: neither is a campaign.

**The test.** Edits come in clumps, since the articles of a story are edited together; so the count is not
Poisson but negative binomial, with a variance of 1/(1 - ρ) times its mean, and p = P(X ≥ k). ρ is the source's
own: how often a rare term touched in two (three) articles within such a window was touched in a third (fourth),
over all blocks of four weeks before; without the changes of campaigns, and phrases that the very same changes
touched as one. A half until clumps are counted, and then for four more of them.

The scan looks at each window that ends with a touch. For one term and window length its smallest p is
multiplied by the number of those windows (Bonferroni); over all terms and lengths of a block of four weeks,
Benjamini-Hochberg keeps the share of false alarms among the alarms below `LEVEL`, 1 %. A source with nothing to
find then gives an alarm in one block of a hundred, if the model is right: once in eight years for each of the
two families that are corrected apart, what edits touch and what vanished.

**The same edit many times** (`Delta.edit_id`: one sentence added to ten articles) says less than ten different
ones that touch one term. Its terms are counted once in four weeks; how often it was made is counted as a term
of its own kind is, with a ρ of its own.

**Removals** are tested twice: each vanished article's terms against those of other vanished articles, as
above; and their bare number against the number to be expected in so much time, ρ from the variance of that,
once twice that much time has passed.

**And it must matter:** at least `LEAST_ITEMS` articles (`LEAST_ALIKE` of one and the same edit, and of removals
with no term in common), and three times what was expected.

**Folding.** One event has one campaign. From the smallest p on, a term is part of a campaign already found
where the articles that this one does not explain would be no campaign: phrases of one name, the two sides of
a replacement, words of a sentence that was struck with the name. A wider term takes in the campaigns that are
parts of it. What several campaigns explain together goes; a word that several names share gives way to them.
The campaign is called by its longest phrase that covers at least four in five of the changes; terms that went
the same way, without being part of that phrase, are in `also`.

Cost: each touch of a term is looked at once, with four sliding windows; linear in the number of touches.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime

from crawler.compare.campaigns.archive import Archive
from crawler.compare.campaigns.records import Campaign, Delta, Kind
from crawler.compare.campaigns.significance import LEVEL, log_tail
from crawler.compare.campaigns.windows import LEAST_ALIKE, LEAST_ITEMS, LEAST_RATIO

__all__ = [
    "LEAST_ALIKE",
    "LEAST_ITEMS",
    "LEAST_RATIO",
    "LEVEL",
    "Campaign",
    "Delta",
    "Kind",
    "Watch",
    "find_campaigns",
    "log_tail",
]


def find_campaigns(
    deltas: Iterable[Delta], *, since: datetime | None = None, until: datetime | None = None
) -> tuple[Campaign, ...]:
    """The campaigns in `deltas`, whatever their order; by their first change.

    Changes of one instant are told in the order in which they were handed in.

    `until`: as they were known then, later changes unseen. `since`: only those that went on until then or
    later; earlier changes still tell what is ordinary, so hand in all there are.
    """
    watch = Watch()
    known = (delta for delta in deltas if until is None or delta.at < until)
    for delta in sorted(known, key=lambda delta: delta.at):
        watch.add(delta)
    return watch.found(since)


class Watch:
    """Changes as they come in, and at any time the campaigns among them."""

    def __init__(self) -> None:
        self._sources: dict[str, Archive] = {}

    def add(self, delta: Delta) -> None:
        """The next change. ValueError if this source had a later one already."""
        archive = self._sources.get(delta.source)
        if archive is None:
            archive = self._sources[delta.source] = Archive(delta.at.timestamp())
        archive.add(delta)

    def found(self, since: datetime | None = None) -> tuple[Campaign, ...]:
        """The campaigns so far, by first change; only those that went on until `since`, if it is given."""
        earliest = since.timestamp() if since else -math.inf
        campaigns = [one for archive in self._sources.values() for one in archive.campaigns(earliest)]
        return tuple(sorted(campaigns, key=lambda one: (one.first_at, one.source, one.id)))
