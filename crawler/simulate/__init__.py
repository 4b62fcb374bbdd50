"""A rehearsal on paper: what policies of looking again would have seen of a history, and for how many requests.

    history   what happened at a source       synthetic: made up        recorded: from observations
    ours      our policy, let loose on it     rivals: those it is measured against
    contest   all of them at equal budgets

Nothing here touches the network, a store or a clock; lots are drawn from seeds.
"""

from __future__ import annotations

from crawler.simulate.contest import Result, compare
from crawler.simulate.history import History, Story
from crawler.simulate.recorded import recorded
from crawler.simulate.synthetic import PRESETS, SITES, synthetic

__all__ = ["PRESETS", "SITES", "History", "Result", "Story", "compare", "recorded", "synthetic"]
