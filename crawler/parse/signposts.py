"""Links that say where they lead and not what happened: "Read more", "Next page", "May 2024". Pure.

What lives here: the words of such links, by language. What must not: what else makes a link a teaser
(`listing.py`).
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from crawler.parse import dates


def is_signpost(node: LexborNode, words: str) -> bool:
    """Whether the link `node`, which reads `words`, is a signpost."""
    names = node.attributes
    if not _RELS.isdisjoint((names.get("rel") or "").lower().split()):
        return True
    if "hreflang" in names and len(words.split()) < 3:  # some sites say it of every headline
        return True
    plain = words[:80].casefold().strip(MARKS)
    return plain in _PHRASES or _COUNTED.fullmatch(plain) is not None or _is_month(words)


MARKS = " \t\r\n.…:!?«»‹›<>→←↑↓+-–—|·•*#()[]\u00a0"  # what stands around a signpost, or between two

_RELS = frozenset({"next", "prev", "previous", "first", "last", "tag", "home", "license", "author", "me"})
_COUNTED = re.compile(
    r"\d*|(?:page|seite|página|pagina|страница) \d+|\d+ (?:comments?|replies|kommentare?|commentaires?)"
    r"|(?:older|newer|earlier|later|next|previous|prev|first|last)(?: (?:posts?|page|entry|entries|news"
    r"|stories|articles?|items?))?"
    r"|(?:(?:read|see|show|load|learn|find out|view|all|more) ){1,2}(?:more|news|posts|stories|articles)"
    r"|(?:read|see|view) (?:the )?(?:full |whole )?(?:story|article|post|details|text)"
    r"|(?:(?:go )?back )?(?:to )?(?:the )?(?:top|home ?page|front ?page|start|overview)"
)
_LANGUAGES = {
    "en": "more|all|here|click here|read on|continue reading|keep reading|full story|full text"
    "|read more here|home|start|top|back|about|about us|about this site|contact|contact us|imprint|legal"
    "|legal notice|sitemap|site map|privacy|privacy policy|privacy notice|cookies|cookie policy"
    "|cookie settings|terms|terms of use"
    "|terms of service|terms and conditions|terms & conditions|log in|login|log out|logout|sign in|sign up"
    "|register|subscribe|newsletter|search|archive|archives|rss|rss feed|feed|help|faq|advertise"
    "|no comments|advertise with us|share|tweet|follow us|comment|comments|leave a comment|add a comment"
    "|print",
    "de": "weiterlesen|mehr|mehr lesen|mehr erfahren|mehr dazu|zum artikel|weiter|zurück|nächste|vorherige"
    "|nächste seite|vorherige seite|ältere beiträge|neuere beiträge|startseite|über uns|kontakt|impressum"
    "|datenschutz|datenschutzerklärung|agb|anmelden|suche|archiv|teilen",
    "fr": "lire la suite|lire plus|en savoir plus|suivant|suivante|précédent|précédente|accueil|à propos"
    "|contactez-nous|mentions légales|qui sommes-nous|page suivante|page précédente|partager",
    "es": "leer más|seguir leyendo|ver más|siguiente|anterior|inicio|contacto|quiénes somos|aviso legal"
    "|página siguiente|página anterior|sobre nosotros|compartir",
    "pt": "leia mais|ler mais|saiba mais|próxima|seguinte|início|contato|contacto|sobre nós|quem somos",
    "it": "leggi tutto|leggi di più|continua a leggere|successivo|precedente|chi siamo|contatti",
    "nl": "lees meer|lees verder|volgende|vorige|over ons",
    "pl": "czytaj więcej|czytaj dalej|następna|poprzednia|strona główna|o nas|kontakt",
    "ru": "читать далее|читать дальше|читать полностью|подробнее|далее|назад|главная|о нас|контакты|еще|ещё",
    "ko": "더보기|더 보기|더 읽기|다음|이전|홈|회사소개|회사 소개|처음으로",
    "ja": "続きを読む|もっと見る|次へ|前へ|次のページ|前のページ|ホーム|お問い合わせ|会社概要",
    "zh": "阅读全文|閱讀全文|更多|查看更多|下一页|上一页|下一頁|上一頁|首页|首頁"
    "|关于我们|關於我們|联系我们|聯絡我們",
    "ar": "اقرأ المزيد|المزيد|التالي|السابق|الرئيسية|من نحن|اتصل بنا",
    "names": "english|deutsch|français|español|português|italiano|nederlands|polski|русский|українська"
    "|العربية|فارسی|türkçe|中文|简体中文|繁體中文|日本語|한국어|조선어|tiếng việt|हिन्दी"
    "|facebook|twitter|instagram|youtube|linkedin|telegram|whatsapp|mastodon|bluesky|vkontakte"
    "|follow us on facebook|follow us on twitter",
}
_PHRASES = frozenset(phrase for phrases in _LANGUAGES.values() for phrase in phrases.split("|"))
_MONTH = re.compile(r"([^\W\d_]{3,12})\.? ((?:19|20)\d\d)(?: ?\(\d{1,6}\))?")


def _is_month(words: str) -> bool:
    """Whether `words` are a month and its year, as archives are listed."""
    match = _MONTH.fullmatch(words)
    return match is not None and dates.printed(f"1 {match[1]} {match[2]}") is not None
