"""The daemon: always on. The beat is APScheduler's, the schedule is the store's.

    holder    who we are among processes, and whether another one is dead: for the lease
    service   the daemon itself: beats in, passes out, until it is told to stop

A beat brings a pass over a source's listings and what they lead to; in between, every few seconds, a pass over
its articles that fell due. A source has one pass at a time. Missed beats (sleep, a clock that jumps) cost one.
"""

from __future__ import annotations

from crawler.daemon.service import Daemon

__all__ = ["Daemon"]
