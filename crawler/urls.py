"""Addresses: when two of them are one, what a link on a page points to, and which site it is. Pure.

What lives here: rules that hold for every site. What must not: rules of one site (`parse/sites/`), and
whether we may connect to an address (`fetch/guard.py`).

A **canonical** address is an identity, never something to fetch. What it leaves out or evens out:

    scheme, default port, user name      http and https are one site
    www. and a trailing dot              of the host, which is lower-case ASCII (IDNA)
    percent-encoding                     %7e is ~, %c3 is %C3, é is %C3%A9, + in a query is %20
    . and .. segments, a trailing /      but index.html stays: nobody knows that it is the same
    tracking and session parameters      the tables below; what is left of the query is sorted by name
    the fragment                         but not `#!…`, which once addressed pages of their own

Parsing is WHATWG's (ada), as in browsers, so that what we compare is what a browser would have opened.
"""

from __future__ import annotations

import hashlib
import re

import ada_url

MOST_CHARACTERS = 2_083  # of an address that is followed: what browsers and proxies agreed on


def canonical(url: str) -> str:
    """The identity of `url`: host, path and query, without what does not matter. Never raises.

    What is no web address gives itself back, without blanks around it. Gives its own results back unchanged.

    >>> canonical("https://www.Example.org:443/a/./b%7e/?utm_source=x&b=2&a=1#top")
    'example.org/a/b~?a=1&b=2'
    """
    tidy = _BREAKS.sub("", url).translate(_SURROGATES).strip(_BLANKS)
    parts = _parse(_with_scheme(tidy))
    name = _host(parts) if parts is not None else ""
    if parts is None or not name:
        return tidy
    key = name + _path(parts.pathname) + _query(parts.search) + _fragment(parts.hash)
    if len(key) > MOST_CHARACTERS:  # an index of a database takes no more; two long ones still differ
        return f"{name}/~{hashlib.sha256(key.encode()).hexdigest()}"
    return key


def absolute(base: str, href: str) -> str | None:
    """The http(s) address that `href` points to on the page at `base` ("": nowhere); None where to none.

    Also None for what no honest page links to: control characters inside, a user name, an empty host, more
    than `MOST_CHARACTERS` characters.
    """
    href = href.strip()
    if not href or len(href) > MOST_CHARACTERS or _UNSAFE.search(href):
        return None
    try:
        parts = ada_url.URL(href, base=base) if base else ada_url.URL(href)
    except (ValueError, UnicodeEncodeError):
        return None
    if parts.protocol not in ("http:", "https:") or parts.username or parts.password:
        return None
    return parts.href if len(parts.href) <= MOST_CHARACTERS else None


def host(url: str) -> str:
    """The host of `url`, as its canonical form has it, with the port where it is not the default.

    "" where `url` is no web address.

    >>> host("https://www.example.org:8443/a")
    'example.org:8443'
    """
    parts = _parse(_with_scheme(url.translate(_SURROGATES).strip(_BLANKS)))
    return _host(parts) if parts is not None else ""


def is_same_site(a: str, b: str) -> bool:
    """Whether two addresses belong to one site: the same host, or one is below the other.

    `www.`, `m.`, `feeds.` and the like in front do not count. Ports must be the same.
    """
    first, second = _site(host(a)), _site(host(b))
    if not first or not second:
        return False
    # ".net" is below nothing: what stands above must have a dot of its own.
    return first == second or any(
        "." in above and below.endswith("." + above) for below, above in ((first, second), (second, first))
    )


# ---------------------------------------------------------------- parsing

_BLANKS = "".join(map(chr, range(0x21)))
_BREAKS = re.compile(r"[\t\r\n]")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]|\Ahttps?:[/\\]{3}", re.I)
_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
_HOST_AND_PORT = re.compile(r"[a-z0-9.-]+:\d{1,5}(?:[/?#]|\Z)", re.I)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.I)


def _with_scheme(url: str) -> str:
    """`url` as something to parse: a canonical one has lost its scheme."""
    if _HOST_AND_PORT.match(url) or not _SCHEME.match(url):
        return ("http:" if url.startswith("//") else "http://") + url
    return url


def _parse(url: str) -> ada_url.URL | None:
    try:
        parts = ada_url.URL(url)
    except (ValueError, UnicodeEncodeError):
        return None
    return parts if parts.protocol in ("http:", "https:") else None


# ---------------------------------------------------------------- host


def _host(parts: ada_url.URL) -> str:
    name = parts.hostname
    if not name.endswith(".."):  # "4.." is a name, if no useful one; "4" is a number
        name = name.removesuffix(".")
    while name.startswith("www.") and "." in name[4:].strip("."):
        name = name[4:]
    # Without its scheme a key cannot say which of the two default ports it left out.
    return f"{name}:{parts.port}" if name and parts.port not in ("", "80", "443") else name


_FRONTS = re.compile(r"(?:(?:www|m|mobile|feeds?|rss|amp)\.)+(?=[^.]+\.)")


def _site(name: str) -> str:
    return _FRONTS.sub("", name, count=1) if _FRONTS.match(name) else name


# ---------------------------------------------------------------- path, query, fragment

_STRAY = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")  # RFC 3986 §2.3
# Not after "/." and "/..": what is left would be a dot segment.
_PATH_SESSION = re.compile(r"(?<!/\.)(?<!/\.\.);(?:jsessionid|phpsessid|sid)=[^/;]*", re.I)


def _even(part: str) -> str:
    """`part` with its percent-encoding evened out."""
    if "%" not in part:
        return part
    return _ESCAPE.sub(_even_escape, _STRAY.sub("%25", part))


def _even_escape(match: re.Match[str]) -> str:
    sign = chr(int(match[0][1:], 16))
    return sign if sign in _UNRESERVED else match[0].upper()


def _path(path: str) -> str:
    path = _even(path)
    if ";" in path:
        path = _PATH_SESSION.sub("", path)
    return path.rstrip("/")


def _query(query: str) -> str:
    if len(query) < 2:
        return ""
    pairs = [_even(pair.replace("+", "%20")) for pair in query[1:].split("&") if pair]
    kept = sorted((pair for pair in pairs if not _is_noise(pair)), key=lambda pair: pair.partition("=")[0])
    return "?" + "&".join(kept) if kept else ""


def _is_noise(pair: str) -> bool:
    """Whether `pair` says where a reader came from or who they are, and not what they read."""
    name, _, value = pair.partition("=")
    name = name.lower()
    if name in _TRACKING or name.startswith(_TRACKING_FAMILIES):
        return True
    return name in _SESSIONS or (name in _MAYBE_SESSIONS and _SESSION_VALUE.fullmatch(value) is not None)


def _fragment(fragment: str) -> str:
    return _even(fragment) if fragment.startswith("#!") and len(fragment) > 2 else ""


# ---------------------------------------------------------------- tables

_TRACKING_FAMILIES = (
    "utm_",  # campaign tags: Google Analytics, and since then everybody
    "mtm_",  # Matomo
    "pk_",  # Matomo, when it was Piwik
    "hsa_",  # HubSpot advertisements
    "at_",  # AT Internet: at_medium, at_campaign
    "_hs",  # HubSpot mail: _hsenc, _hsmi
    "__s",  # Drip mail
)
_TRACKING = frozenset(
    {
        "fbclid",  # Facebook click
        "gclid",  # Google Ads click
        "gclsrc",
        "gbraid",  # Google Ads click, from an app
        "wbraid",
        "dclid",  # Google Display click
        "msclkid",  # Microsoft Advertising click
        "twclid",  # Twitter click
        "ttclid",  # TikTok click
        "li_fat_id",  # LinkedIn click
        "yclid",  # Yandex click
        "ysclid",
        "igshid",  # Instagram share
        "igsh",
        "mc_cid",  # Mailchimp campaign
        "mc_eid",  # Mailchimp reader
        "mkt_tok",  # Marketo reader
        "vero_id",  # Vero reader
        "oly_anon_id",  # Omeda reader
        "oly_enc_id",
        "wickedid",  # Wicked Reports click
        "s_cid",  # Adobe Analytics campaign
        "cmpid",  # campaign, of many publishers
        "icid",  # campaign inside the site
        "ito",  # Daily Mail share
        "xtor",  # AT Internet, of French publishers
        "ncid",  # AOL, Yahoo
        "smid",  # New York Times share
        "ftag",  # CBS share
        "spm",  # Alibaba path of clicks
        "_ga",  # Google Analytics across domains
        "_gl",
        "ref_src",  # Twitter embed
        "ref_url",
        "at_xt",
        "wt_mc",  # Webtrekk campaign
        "guccounter",  # Yahoo consent
        "guce_referrer",
        "guce_referrer_sig",
    }
)
_SESSIONS = frozenset({"phpsessid", "jsessionid", "aspsessionid", "cfid", "cftoken"})
_MAYBE_SESSIONS = frozenset({"sid", "session", "sessionid", "session_id"})  # or the number of a story
_SESSION_VALUE = re.compile(r"[0-9A-Za-z_,-]{16,}")
