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
    """Whether `line` begins as those do that are no part of a story wherever they stand, or is a mere count."""
    return _ASIDE.match(line) is not None or is_volatile(line)


def is_volatile(line: str) -> bool:
    """Whether `line` says nothing but how often, how long or how long ago: another thing at each visit.

    >>> [is_volatile(line) for line in ("1,204 views", "Updated 5 min ago", "5 min read", "It took 5 minutes.")]
    [True, True, True, False]
    """
    return len(line) <= _LONGEST_COUNT and _VOLATILE.fullmatch(line) is not None


_LONGEST_COUNT = 60  # characters


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
    r"(?:for|get) (?:the |all the |more )?(?:latest|breaking|top) (?:stories|news|headlines|updates)\b",
    r"(?:follow|find|like) .{2,60}\bon (?:twitter|facebook|instagram|x|telegram|whatsapp|youtube)\b",
    r"(?:folge|folgen sie|folgt) .{2,60}\b(?:auf|bei) (?:twitter|facebook|instagram|telegram|whatsapp|youtube)\b",
    r"¡?(?:síguenos|siguenos|siga-nos|seguici|suivez-nous|obserwuj nas|únete|unite|inscreva-se|assine)\b",
    r"¡?(?:suscríbete|suscribite|mira lo que|conoce más)\b",
    r"to (?:view|read|continue reading) (?:the|this) (?:full|rest|story|article)",
    r"(?:pour lire la suite|para (?:seguir|continuar) leyendo|per continuare a leggere)",
    r"(?:if you.?re|if you are|are you) .{0,40}\b(?:a |already a )subscriber",
    r"first-time subscribers\b",
    r"already (?:a )?subscribe[rd]",
    r"advertise with\b",
    r"this (?:post|article|story|page) (?:may )?(?:contains?|includes?|was produced|is (?:free|protected|copyright))\b",
    r"(?:we recommend|we independently|we may (?:earn|receive))\b.{0,120}\b(?:commission|products|links)",
    r"suggested citation\b",
    r"dieser (?:text|artikel|beitrag) (?:wurde|ist|erschien|enthält|stammt) .{0,60}"
    r"(?:lizenz|license|zuerst|werbung|affiliate|ausgabe)\b",
    r"materiał chroniony\b",
    r"(?:all|any) rights reserved",
    r"\W*(?:werbung|anzeige|sponsored|reklame)\b[.:]",
    r"lust auf mehr\b",
    r"(?:kennt|kennen|kennst) (?:ihr|sie|du) schon\b",
    r"para comentar\b",
    r"(?:haz|haga) clic\b",
    r"(?:también puede|también te|te puede|puede) (?:leer|interesar)\b",
    r"(?:lea|lee|mira|vea|ver|leia|veja|voir|lire) (?:además|también|tambien|mais|também|aussi)\b",
    r"(?:mira|lea|lee|vea|además|ver más|relacionad[oa]s?|también) ?:",
    r"(?:continua|continúa|continue) (?:depois|después|reading|a leer)\b",
    r"support (?:our|independent|us)\b",
    r"(?:unterstütz\w*|spende\w*) (?:uns|bitte|jetzt|sie)\b",
    r"jetzt (?:abonnieren|lesen|bestellen|testen|anmelden|kostenlos|herunterladen)",
    r"(?:hier|jetzt) (?:geht.s|klicken|anmelden|abonnieren)\b",
    r"wir respektieren deine privatsphäre",
    r"(?:this article )?(?:was )?(?:originally|first) (?:published|appeared) (?:on|in|at)\b",
    r"(?:article|post|story) (?:first |originally )?(?:published|appeared)\b",
    r"(?:php )?(?:warning|deprecated|notice|strict standards|fatal error)\s?:.{10,300}\bon line \d+",
    r"(?:we|this (?:web)?site|our (?:web)?site|[\w.]{3,40}) uses? cookies\b",
    r"(?:wir (?:verwenden|nutzen|setzen)|(?:diese|unsere) (?:web)?seite (?:verwendet|nutzt)) .{0,40}\bcookies\b",
    r"(?:nous utilisons|ce site utilise|utilizamos|usamos|este sitio (?:web )?(?:usa|utiliza)) .{0,30}\bcookies?\b",
    r"questo sito (?:usa|utilizza) .{0,30}\bcookies?\b",
    r"by (?:continuing|using|browsing) .{0,80}\bcookies\b",
    r"(?:download|get) (?:our|the) (?:free )?(?:\w+ )?app\b",
    r"(?:if you )?(?:enjoyed|liked?) (?:reading )?this (?:article|post|story)\b",
    r"(?:never miss|don.t miss) (?:a|an|the|our) (?:story|latest|news|update|post)",
    r"we want to hear (?:what you|from you)",
    r"(?:gefällt|gefiel) (?:dir|ihnen|euch) (?:der|dieser|unser)",
    r"(?:möchten sie|magst du|wollen sie) (?:diesen|den) (?:artikel|beitrag) teilen",
    "alle rechte vorbehalten",
)
_END = re.compile("|".join(_ENDINGS), re.I)
_ASIDE = re.compile("|".join(_ASIDES), re.I)

# What is counted beneath a story, and how long ago something was, by language. A line that is that and no more
# is volatile; one with a word beside it is not.
_COUNTED = (
    r"views?|reads?|readers?|comments?|shares?|likes?|claps?|votes?|replies|reactions?|retweets?|tweets?|followers?"
    r"|aufrufe|kommentare?|leser|reaktionen|vues?|commentaires?|partages?|lectures?|visualizaciones|visitas|comentarios?"
    r"|compartidos|lecturas|visualizações|comentários?|visualizzazioni|commenti|condivisioni|reacties|weergaven"
    r"|komentarz[ey]?|wyświetleń|odsłon|просмотр\w*|комментари\w*|조회|댓글|阅读|评论|閲覧|コメント"
)
_UNIT = (
    r"s|sec|secs|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|weeks?|months?|years?|sek\w*|minuten?|stunden?|std|tage?n?"
    r"|wochen?|monate?n?|jahre?n?|heures?|jours?|semaines?|mois|ans?|minutos?|horas?|días?|dias?|semanas?|mes(?:es)?|años?"
    r"|anos?|minut[io]|or[ae]|giorn[oi]|settiman[ae]|minuut|uren|uur|dagen|dag|weken|minut\w*|godzin\w*|dni|minuter|timmar"
    r"|мин\w*|час\w*|дн\w*|день"
)
_AGO = (
    rf"(?:an?|one|\d{{1,4}}) ?(?:{_UNIT})\.? ago|just now|vor (?:einer?|einem|\d{{1,4}}) (?:{_UNIT})"
    rf"|hace (?:un[ao]?|\d{{1,4}}) (?:{_UNIT})|há \d{{1,4}} (?:{_UNIT})|il y a (?:une?|\d{{1,4}}) (?:{_UNIT})"
    rf"|\d{{1,4}} (?:{_UNIT}) (?:fa|geleden|temu|назад|sedan|siden)"
    rf"|\d{{1,4}} ?(?:초|분|시간|일) 전|\d{{1,4}} ?(?:秒|分|分钟|小时|時間|天|日)前"
)
_LENGTH = (
    rf"(?:(?:estimated )?reading time|read time|time to read|lesezeit|lesedauer|temps de lecture|tiempo de lectura"
    rf"|tempo de leitura|tempo di lettura|leestijd|czas czytania|время чтения)"
    rf"\W{{0,3}}(?:ca\.? ?|about )?[<~]?\d{{1,3}} ?(?:{_UNIT})\.?"
    rf"|[<~]?\d{{1,3}}[ -]?(?:{_UNIT})\.?"
    rf" (?:read|lesezeit|de lecture|de lectura|de leitura|di lettura|leestijd|czytania)"
)
_VOLATILE = re.compile(
    rf"\W*(?:\d[\d.,  ]{{0,12}} ?[km]?\+? (?:{_COUNTED})|(?:{_COUNTED})\W{{1,3}}\d[\d.,]{{0,12}}"
    rf"|(?:(?:last |zuletzt )?(?:updated|posted|published|modified|aktualisiert|veröffentlicht|actualizado"
    rf"|publicado|mis à jour|publié|aggiornato|bijgewerkt|обновлено)\W{{0,3}})?(?:{_AGO})"
    rf"|{_LENGTH}|\d{{1,2}}:\d\d(?::\d\d)?(?: ?/ ?\d{{1,2}}:\d\d(?::\d\d)?)?)\W*",
    re.I,
)
