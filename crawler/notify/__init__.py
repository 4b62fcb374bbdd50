"""NOTIFY: changes -> somebody. Reads the change log by cursor; never called from inside a crawl.

    rules      which changes a channel wants, when its digest is due, when to try again; pure
    notices    changes -> what is sent: JSON, text, HTML; pure
    channels   the ways out: a webhook with a signed body, anything that Apprise knows
    deliver    one pass over all channels, each on its own: at least once, and the same notice again with the same key

A channel that is new is told of what comes from now on. What it was told of is noted after it has taken it: a
crash in between sends the same notice again, and its key says so.
"""

from __future__ import annotations

from crawler.notify.deliver import Told, deliver, try_out

__all__ = ["Told", "deliver", "try_out"]
