"""A POST to an address that the operator gave: one exchange through the same guard, with the same bounds.

No robots.txt and no pacing: nobody's site is read. No redirects: a body that is signed for one address goes to
that address alone. What must not live here: what is posted, and when again.
"""

from __future__ import annotations

from crawler.fetch.guard import Refused, check_url
from crawler.fetch.http import Answer, Exchanges, Headers, Stopwatch
from crawler.fetch.limits import Failure, FetchLimits, Trouble
from storage.records import Outcome


async def post(url: str, headers: Headers, content: bytes, limits: FetchLimits) -> Answer | Failure:
    """What `url` answered to `content`, whatever the status, the body unread; or why nobody did. Raises nothing."""
    checked = check_url(url, allow_private=limits.allow_private_addresses)
    if isinstance(checked, Refused):
        return Failure(Outcome.FAILED, f"refused address: {checked.reason}")
    watch = Stopwatch(limits.total_seconds)
    exchanges = Exchanges(limits)
    try:
        return await exchanges.post(checked, headers, content, watch)
    except Trouble as trouble:
        return Failure(trouble.outcome, str(trouble), trouble.status, round(watch.spent, 3))
    finally:
        await exchanges.close()
