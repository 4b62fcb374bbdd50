"""What an article's page says beside its text: lead image, language, its own address, whether it is all there. Pure.

Kept with a text and shown, never compared: a picture that is cropped anew is no edit of the story.

The lead image is what JSON-LD, OpenGraph or Twitter's tags claim, else the first figure's; its words are those of the
`<img>` that shows the same file, else what is claimed. A text counts as cut where the page says that it is not
accessible for free (`isAccessibleForFree`, `article:content_tier`), or shows a box named a paywall that asks to
subscribe. (https://developers.google.com/search/docs/appearance/structured-data/paywalled-content)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler import text
from crawler.parse.metadata import claims
from crawler.urls import absolute
from storage.records import About

_WORDS_LIMIT = 1_000  # characters of an image's words
_MOST_IMAGES = 300
_WALLS = "[class*='paywall' i], [id*='paywall' i], [class*='subscriber-only' i], [data-paywall]"
_NAMES_OF_WALLS = ("aywall", "bscriber-only")
_ASKS = re.compile(
    r"subscri|sign in|log in|register|already a member|become a member|abonn|anmelden|suscr|iniciar ses|assin"
    r"|подпис|войдите|구독|로그인|订阅|登录|会員|ログイン",
    re.IGNORECASE,
)
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z0-9]{2,8}))?(?![A-Za-z])")


def read_about(tree: LexborHTMLParser, markup: str, url: str | None) -> About | None:
    """What the page `tree`, whose source is `markup`, says beside its text; None where it says nothing."""
    said = claims(tree)
    tags, things = said.tags, said.articles
    image = next(filter(None, (absolute(url or "", claim) for claim in _images(tags, things))), None)
    shown = _shown(tree, image, url)
    if image is None and shown is not None:
        image = absolute(url or "", shown.attributes.get("src") or "")
    told = (shown.attributes.get("alt") if shown is not None else None) or tags.get("og:image:alt")
    found = About(
        image=image,
        image_alt=text.clean(told or tags.get("twitter:image:alt") or "")[:_WORDS_LIMIT] or None
        if image
        else None,
        language=_language(tree, tags, things),
        is_cut=_is_cut(tree, markup, tags, things),
    )
    return found if found != About() else None


def _images(tags: dict[str, str], things: list[dict[str, Any]]) -> Iterator[str]:
    for thing in things:
        claim = thing.get("image")
        one = claim[0] if isinstance(claim, list) and claim else claim
        address = one.get("url") or one.get("contentUrl") if isinstance(one, dict) else one
        if isinstance(address, str):
            yield address.strip()[:2_000]
    for name in ("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src"):
        if name in tags:
            yield tags[name]


def _shown(tree: LexborHTMLParser, image: str | None, url: str | None) -> LexborNode | None:
    """The `<img>` that shows `image`, whatever its size; without one claimed, the first figure's."""
    if image is None:
        return tree.css_first("article figure img[src], main figure img[src]")
    name = _file(image)
    if not name or not _PLAIN.fullmatch(name):
        return None
    named = tree.css(f'img[src*="{name}"]')[:_MOST_IMAGES]
    return next((node for node in named if _file(node.attributes.get("src") or "") == name), None)


_PLAIN = re.compile(r"[\w.%~ +-]{1,200}")


def _file(address: str) -> str:
    """The name of an image's file, without what tells sizes apart: "ferry-1024x683.jpg" is "ferry"."""
    name = (
        urlsplit(address[:2_000]).path.rpartition("/")[2].rpartition(".")[0] if _is_address(address) else ""
    )
    return re.sub(r"[-_@](?:\d{2,4}x\d{2,4}|\d{2,4}w?|[23]x|scaled|large|medium|small)$", "", name)


def _is_address(address: str) -> bool:
    try:
        urlsplit(address)
    except ValueError:
        return False
    return not address.startswith("data:")


def _language(tree: LexborHTMLParser, tags: dict[str, str], things: list[dict[str, Any]]) -> str | None:
    """A language tag such as "en" or "pt-BR", as the page claims it."""
    root = tree.root
    said = [root.attributes.get("lang") if root else None, tags.get("og:locale")]
    said += [value for thing in things if isinstance(value := thing.get("inLanguage"), str)]
    matches = (_LANGUAGE.match(claim.strip()) for claim in (*said, tags.get("language")) if claim)
    return next((_tag(match) for match in matches if match), None)


def _tag(match: re.Match[str]) -> str:
    region = match[2]
    return (
        f"{match[1].lower()}-{region.upper() if len(region) == 2 else region}" if region else match[1].lower()
    )


def _is_cut(tree: LexborHTMLParser, markup: str, tags: dict[str, str], things: list[dict[str, Any]]) -> bool:
    if any(str(thing.get("isAccessibleForFree")).lower() == "false" for thing in things):
        return True
    if tags.get("article:content_tier", "").lower() in ("locked", "metered"):
        return True
    if not any(name in markup for name in _NAMES_OF_WALLS):  # asking the tree takes a hundred times as long
        return False
    boxes = (" ".join(node.text(deep=True)[:2_000].split()) for node in tree.css(_WALLS)[:20])
    return any(len(box) >= 20 and _ASKS.search(box) for box in boxes)
