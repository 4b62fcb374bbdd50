"""What stands in the way of a page: pages that a site's guard or error handler made, not its editors. Pure.

What lives here: the signs of a challenge page and of a 404 that says 200. What must not: members' walls,
which are a site's own and stand in its recipe.

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


def of_page(page: Page, markup: str, tree: LexborHTMLParser) -> str | None:
    """ "challenge page" or "soft 404: <what it says>"; None where nothing is in the way."""
    if page.header("cf-mitigated") == "challenge":
        return "challenge page"
    if len(markup) <= _LARGEST_CHALLENGE and _is_challenge(markup, tree):
        return "challenge page"
    return _soft_404(tree) if page.status == 200 else None


def is_blank(tree: LexborHTMLParser) -> bool:
    """Whether a reader sees no text at all on the page."""
    return tree.body is None or not page_lines(tree.body)


# ---------------------------------------------------------------- challenge pages

# What only the challenge itself loads. Their scripts that merely watch are on ordinary pages, too.
_SCRIPTS = (
    "_cf_chl_opt",  # Cloudflare
    "/cdn-cgi/challenge-platform/h/",
    "cf-browser-verification",
    "cf-challenge",
    "cf-error-details",
    "incapsula incident id",  # Imperva
    "captcha-delivery.com",  # DataDome
    "px-captcha",  # PerimeterX, HUMAN
    "sucuri_cloudproxy_js",  # Sucuri
    "ddos-guard/js-challenge",
    "awswafcookiedomainlist",  # AWS WAF
    "errors.edgesuite.net",  # Akamai
    "distil_r_captcha",
    "anubis_challenge",
    "slowaes",  # hosters' cookie test
)
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


def _is_challenge(markup: str, tree: LexborHTMLParser) -> bool:
    plain = markup.lower()
    title = text.clean(_first(tree, "title"))
    has_script = any(script in plain for script in _SCRIPTS)
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
