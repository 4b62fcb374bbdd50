"""Whether a source's pages are still read as they have been: a recipe that breaks is no news. Pure.

    traits     what one page gave, in figures: which fields were filled, which selectors found something
    profile    what the pages of a source have usually given: running averages, kept with the source
    signs      what is wrong with one page, by its own last text and by the profile
    alike      pages of one pass that have in common what each had of its own
    judge      whether what is wrong is wrong with so many pages of a pass that it is not the pages

A page that lost its byline was edited; twelve of twelve that lost it were read wrongly. So one page is only
ever *suspicious*, and it is the pages of one pass together that are judged, part by part: the articles of a
source are one part, each of its listings is one.

What must not live here: pages, texts, a store, a clock. Whoever uses this turns pages into `Traits`.
"""

from __future__ import annotations

from crawler.health.alike import Alike
from crawler.health.judge import Diagnosis, Tally
from crawler.health.profile import Profile
from crawler.health.signs import Sign, SignKind, article_signs, listing_signs
from crawler.health.traits import ARTICLES, BLOCKS, Traits

__all__ = [
    "ARTICLES",
    "BLOCKS",
    "Alike",
    "Diagnosis",
    "Profile",
    "Sign",
    "SignKind",
    "Tally",
    "Traits",
    "article_signs",
    "listing_signs",
]
