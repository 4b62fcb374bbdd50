"""QUARANTINE: looks that may be the recipe's fault wait until it is known whether they are.

    gauge      a look -> its traits, and what is known of its item and its listing
    guard      holds looks back, has them judged, lets them go
    ward       one source: its parts, the looks that wait, what is withheld and what is kept
    accept     the operator says that the new look is right: what was withheld is recorded
    standing   how a source stands, for whoever shows it

What is usual, and what is wrong, is `crawler.health`. What must not live here: fetching, deciding.
"""

from __future__ import annotations

from crawler.quarantine.accept import accept
from crawler.quarantine.guard import Finding, Guard, Settled
from crawler.quarantine.standing import Standing, State, standing

__all__ = ["Finding", "Guard", "Settled", "Standing", "State", "accept", "standing"]
