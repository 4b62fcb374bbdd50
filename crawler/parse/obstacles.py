"""What stands in the way of a page: pages that a site's guard or error handler made, not its editors. Pure.

What lives here: the signs of a challenge page, of a refusal by a bot protection and of a 404 that says 200.
What must not: members' walls, which are a site's own and stand in its recipe.

A sign counts only where there is hardly any text: an article about captchas is an article.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

from crawler import text
from crawler.parse.lines import page_lines
from storage.records import Page

_LARGEST_CHALLENGE = 200_000  # characters of markup
_LITTLE_TEXT = 1_500  # characters a reader sees on a challenge page, at most
_SENTENCE = 60  # characters of a line that is no label
_LITTLE_PROSE = 600  # characters of lines that are no labels and no links, on a page that says "not found"


CHALLENGE = "challenge page"
WALL = "members' wall"
REFUSAL = "blocked by "


def is_block(obstacle: str | None) -> bool:
    """Whether what answered was not the site but its guard: it says nothing about what is at the address."""
    return obstacle is not None and obstacle.startswith((CHALLENGE, WALL, REFUSAL))


def refusal(page: Page) -> str | None:
    """ "blocked by <whom>: status 403" where a bot protection refused us; None where the site itself did."""
    if page.status not in _REFUSING:
        return None
    name = next((guard for guard, claims in _BY_HEADER if any(_has(page, *claim) for claim in claims)), None)
    if name is None:
        start = page.body[:_LARGEST_REFUSAL].decode("utf-8", "replace").lower()
        name = next((guard for sign, guard in _BY_BODY if sign in start), None)
    return f"{REFUSAL}{name}: status {page.status}" if name else None


def of_page(page: Page, markup: str, tree: LexborHTMLParser) -> str | None:
    """ "challenge page: <whose>" or "soft 404: <what it says>"; None where nothing is in the way."""
    if page.header("cf-mitigated") == "challenge":
        return f"{CHALLENGE}: Cloudflare"
    if (
        len(markup) <= _LARGEST_CHALLENGE
        and not _tells(tree)
        and (whose := _challenge(markup, tree)) is not None
    ):
        return f"{CHALLENGE}: {whose}" if whose else CHALLENGE
    return refusal(page) or (_soft_404(tree) if page.status == 200 else None)


def _tells(tree: LexborHTMLParser) -> bool:
    """Whether there are more paragraphs on the page than on any challenge: no sign needs to be looked for."""
    room = 2 * _LITTLE_TEXT
    for node in tree.css("p")[:_MOST_PARAGRAPHS]:
        room -= len(node.text().strip())
        if room < 0:
            return True
    return False


_MOST_PARAGRAPHS = 500


def is_blank(tree: LexborHTMLParser) -> bool:
    """Whether a reader sees no text at all on the page."""
    return tree.body is None or not page_lines(tree.body)


# ---------------------------------------------------------------- challenge pages

# What only the challenge itself loads. Their scripts that merely watch are on ordinary pages, too.
_SCRIPTS = {
    "_cf_chl_opt": "Cloudflare",
    "/cdn-cgi/challenge-platform/h/": "Cloudflare",
    "cf-browser-verification": "Cloudflare",
    "cf-challenge": "Cloudflare",
    "cf-error-details": "Cloudflare",
    "incapsula incident id": "Imperva",
    "captcha-delivery.com": "DataDome",
    "px-captcha": "HUMAN",
    "sucuri_cloudproxy_js": "Sucuri",
    "ddos-guard/js-challenge": "DDoS-Guard",
    "awswafcookiedomainlist": "AWS WAF",
    "errors.edgesuite.net": "Akamai",
    "distil_r_captcha": "Distil",
    "anubis_challenge": "Anubis",
    "slowaes": "cookie test",  # of hosters
}
# What an ordinary page may load, too: they count where there is as good as no text.
_WATCHERS = ("captcha", "cf-turnstile", "_incapsula_resource", "_pxappid", "aws-waf-token", "kpsdk")
_PHRASES = re.compile(
    r"just a moment|attention required|one more step|security check|ddos protection by"
    r"|checking (?:your browser|if the site connection is secure)"
    r"|verif(?:y|ying) (?:that )?you(?:'re| are) (?:a )?(?:not a bot|human)"
    r"|(?:are you|you are) (?:not )?a robot\b|(?:bot|human) verification|you have been blocked"
    r"|access (?:to this page has been )?denied|request (?:unsuccessful|blocked)"
    r"|unusual (?:traffic|activity)|pardon our interruption|enable javascript and cookies to continue"
    r"|please enable (?:js|javascript) and disable"
    r"|please wait while (?:we|your) (?:verify|check|request)",
    re.I,
)


def _challenge(markup: str, tree: LexborHTMLParser) -> str | None:
    """Whose challenge the page is, "" where it does not say; None for a page that is none."""
    plain = markup.lower()
    whose = next((guard for script, guard in _SCRIPTS.items() if script in plain), "")
    return whose if _is_challenge(markup, plain, tree, has_script=bool(whose)) else None


def _is_challenge(markup: str, plain: str, tree: LexborHTMLParser, *, has_script: bool) -> bool:
    title = text.clean(_first(tree, "title"))
    has_watcher = any(watcher in plain for watcher in _WATCHERS)
    says_so = _PHRASES.search(title) or (len(markup) < 20_000 and _PHRASES.search(plain))
    if not (has_script or has_watcher or says_so):
        return False
    shown = [line.text for line in page_lines(tree.body)] if tree.body else []
    size = sum(map(len, shown))
    if has_script:
        return size <= _LITTLE_TEXT
    heads = " ".join([title, _first(tree, "h1"), _first(tree, "h2")])
    if _PHRASES.search(heads):
        return size <= _LITTLE_TEXT
    return size <= 400 and bool(has_watcher or _PHRASES.search(text.normalise(" ".join(shown))))


def _first(tree: LexborHTMLParser, selector: str) -> str:
    node = tree.css_first(selector)
    return node.text()[:1_000] if node is not None else ""


# ---------------------------------------------------------------- refusals by a bot protection

_REFUSING = (401, 403, 405, 406, 429, 503)
_LARGEST_REFUSAL = 100_000  # bytes of a refusal that are looked through

# By header, what it must hold (lower case; "" = anything). What a guard sets on all that passes through it
# (`Server: cloudflare`, `X-Iinfo`, `Akamai-GRN`) is no sign: the site's own refusals carry it, too.
_BY_HEADER: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("Cloudflare", (("cf-mitigated", ""),)),
    ("DataDome", (("x-datadome", ""), ("x-dd-b", ""))),
    ("Akamai", (("server", "akamaighost"),)),
    ("HUMAN", (("x-px-block", ""), ("x-px-blocked", ""))),
    ("Sucuri", (("x-sucuri-block", ""),)),
    ("AWS WAF", (("x-amzn-waf-action", ""),)),
    ("Kasada", (("x-kpsdk-ct", ""),)),
    ("Vercel", (("x-vercel-mitigated", ""),)),
)
_BY_BODY = (
    *_SCRIPTS.items(),
    ("error code: 10", "Cloudflare"),  # 1005 … 1020, its answer in plain text
    ("reference&#32;&#35;", "Akamai"),
    ("_incapsula_resource", "Imperva"),
    ("sucuri website firewall", "Sucuri"),
    ("the requested url was rejected. please consult with your administrator", "F5"),
    ("generated by wordfence", "Wordfence"),
    ("captcha", "a captcha"),
)


def _has(page: Page, header: str, claim: str) -> bool:
    return any(name.lower() == header and claim in value.lower() for name, value in page.headers)


# ---------------------------------------------------------------- 404s that say 200

_NOT_FOUND = re.compile(
    r"\W{0,5}(?:error|fehler|erreur|http)?\W{0,3}404\b"
    r"|(?:.{0,60}\W)?(?:page|article|story|content|post|seite|p[aá]gina|pagina|strona|страница)\b.{0,40}?"
    r"(?:not (?:be )?found|not (?:available|exist)|no longer (?:available|exists)"
    r"|n(?:o|ão|o se) (?:encontrad|existe|ha sido)"
    r"|nicht (?:gefunden|vorhanden|verfügbar)|introuvable|non trovata|niet gevonden"
    r"|nie (?:została )?znalezion|не найдена)"
    r"|not found\W{0,3}(?:[|–-]|\Z)|nothing (?:was )?found|(?:page )?no longer (?:available|exists)"
    r"|oops\W{1,5}(?:that|this|the) page|page introuvable"
    r"|.{0,40}(?:찾을 수 없|존재하지 않)|.{0,40}(?:ページが見つかりません|見つかりませんでした)"
    r"|.{0,40}(?:页面不存在|找不到(?:页面|网页)|頁面不存在)",
    re.I,
)


def _soft_404(tree: LexborHTMLParser) -> str | None:
    for selector in ("title", "h1"):
        head = text.clean(_first(tree, selector))[:200]
        if head and _NOT_FOUND.match(head):
            return f"soft 404: {head}" if _has_little_prose(tree) else None
    return None


def _has_little_prose(tree: LexborHTMLParser) -> bool:
    lines = page_lines(tree.body) if tree.body else []
    prose = sum(len(line.text) for line in lines if line.href is None and len(line.text) >= _SENTENCE)
    return prose <= _LITTLE_PROSE
