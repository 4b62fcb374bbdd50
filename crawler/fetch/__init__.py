"""A URL -> a Page. The only place of the product that opens a connection to a site.

    fetcher.py   THE CHAIN: one target, its redirects, its one deadline. Start reading here
    guard.py     where we may connect: addresses, ports, schemes, names
    posting.py   a POST to where the operator wants to be told
    robots.py    what a site's robots.txt lets us fetch (RFC 9309)
    pacing.py    whose turn it is: delay and concurrency a host, back-off
    http.py      one exchange over the wire, bounded in time and size
    rendering.py a page as a browser shows it, over the same wire
    decoding.py  content codings, undone within a limit
    limits.py    the figures, and what a fetch gives back when there is no page

What must not live here: reading a page, or deciding what a status means. httpx, aiohttp and
playwright are imported in this folder only.
"""

from crawler.fetch.fetcher import Fetcher
from crawler.fetch.http import Answer
from crawler.fetch.limits import Failure, FetchLimits
from crawler.fetch.posting import post
from crawler.fetch.rendering import BrowserSettings
from crawler.fetch.robots import RobotsMemory

__all__ = ["Answer", "BrowserSettings", "Failure", "FetchLimits", "Fetcher", "RobotsMemory", "post"]
