"""What the lines around a story say, by language: how they begin. Pure data and two questions of it.

What lives here: openings of lines that are no part of a story, or end one. What must not: where such a line
stands; that is `article.py`.
"""

from __future__ import annotations

import re


def ends_a_story(line: str) -> bool:
    """Whether `line` begins as those do that open what follows a story: other stories, comments."""
    return _END.match(line) is not None


def is_aside(line: str) -> bool:
    """Whether `line` begins as those do that are no part of a story wherever they stand."""
    return _ASIDE.match(line) is not None


# How lines begin that open what follows a story: other stories, comments.
_ENDINGS = (
    "related (?:articles?|stories|posts|news|topics)",
    "more (?:stories|articles|news|from|on)",
    "you (?:may|might) (?:also )?like",
    "leave a (?:reply|comment)",
    r"comments?\b",
    r"kommentare?\b",
    "ähnliche (?:artikel|beiträge|themen)",
    "verwandte",
    "weitere (?:artikel|beiträge|meldungen|themen|informationen|nachrichten)",
    "weiterführende",
    "zum weiterlesen",
    "schon gelesen",
    "mehr zum thema",
    "mehr themen",
    "das könnte (?:sie|dich|euch)",
    "auch interessant",
    "lesen sie auch",
    "kommende events",
    "zusatzinformationen",
    "über den autor",
    "notas relacionadas",
    "noticias relacionadas",
    "artículos relacionados",
    "te puede interesar",
    "leia (?:também|mais)",
    "veja também",
    "articles? (?:liés|similaires|connexes)",
    "à lire aussi",
    "sur le même sujet",
    "articoli correlati",
    "leggi anche",
    "potrebbe interessarti",
    "lees ook",
    "gerelateerd",
    "(?:czytaj|zobacz) (?:też|także|również)",
    "читайте также",
    "похожие",
    "по теме",
)
# How short lines begin that are no part of a story wherever they stand.
_ASIDES = (
    r"\W*(?:anzeige|advertisement|werbung|publicidad|publicité|pubblicità|reklama|реклама)\b\W*(?:\Z|[-–:*])",
    r"copyright (?:©|\(c\)|\d|by\b)",
    "©",
    r"\(c\)",
    r"\W?(?:photo|image|foto|bild|beitragsbild|crédit|credit|picture)s?(?: credit|nachweis| photos?)? ?:",
    r"(?:photo|image|foto) (?:by|von|courtesy)\b",
    r"read (?:more|also|next)\b",
    "auch interessant",
    "lesen sie auch",
    "mehr (?:dazu|zum thema)",
    "(?:à )?lire aussi",
    "(?:lea|lee|leia) también",
    "(?:czytaj|zobacz) (?:też|także|również)",
    "leggi anche",
    "lees ook",
    "читайте также",
    r"(?:share|teilen|partager|compartir|condividi)\b.{0,40}\Z",
    r"(?:subscribe|sign up)\b",
    "(?:join|subscribe to|sign up (?:for|to)) our (?:news|mail|what|tele)",
    r"(?:follow|folgen|folge|síguenos|suivez)[ -](?:us|sie|uns|nous|en)\b",
    "click here",
    "tags?:",
    "schlagwörter",
    "stichwörter",
    "themen:",
    "etiquetas",
    r"(?:last )?updated?\b[^.!?]{0,30}\d{4}",
    "published:",
    r"posted (?:on|by|in)\b.{0,60}\Z",
    "filed under",
    r"veröffentlicht (?:am|in|unter)\b.{0,60}\Z",
    "letzte (?:änderung|aktualisierung)",
    "zuletzt (?:geändert|aktualisiert)",
    "ein-/ausblenden",
    "quelle:",
    "source:",
    r"\(?alle angaben ohne gewähr",
    r"(?:php )?(?:warning|deprecated|notice|strict standards|fatal error)\s?:.{10,300}\bon line \d+",
    r"(?:we|this (?:web)?site|our (?:web)?site|[\w.]{3,40}) uses? cookies\b",
    r"(?:wir verwenden|wir nutzen|wir setzen|diese (?:web)?seite (?:verwendet|nutzt)|unsere webseite (?:verwendet|nutzt)) .{0,40}\bcookies\b",
    r"(?:nous utilisons|ce site utilise|utilizamos|usamos|este sitio (?:web )?(?:usa|utiliza)|questo sito (?:usa|utilizza)) .{0,30}\bcookies?\b",
    r"by (?:continuing|using|browsing) .{0,80}\bcookies\b",
    r"(?:download|get) (?:our|the) (?:free )?(?:\w+ )?app\b",
    r"(?:if you )?(?:enjoyed|liked?) (?:reading )?this (?:article|post|story)\b",
    r"(?:never miss|don.t miss) (?:a|an|the|our) (?:story|latest|news|update|post)",
    r"we want to hear (?:what you|from you)",
    r"(?:gefällt|gefiel) (?:dir|ihnen|euch) (?:der|dieser|unser)",
    r"(?:möchten sie|magst du|wollen sie) (?:diesen|den) (?:artikel|beitrag) teilen",
    "all rights reserved",
    "alle rechte vorbehalten",
)
_END = re.compile("|".join(_ENDINGS), re.I)
_ASIDE = re.compile("|".join(_ASIDES), re.I)
