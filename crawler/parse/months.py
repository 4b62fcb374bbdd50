"""The names of months in the languages of the press, and the calendars that are not ours. Pure, data first.

What lives here: names to numbers, and the days of the Persian calendar. What must not: where a date stands
in a line (`dates.py`) or on a page (`published.py`).
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta


def fold(line: str) -> str:
    """`line` in lower case and ASCII digits, accents and vowel points off: the form that names are kept in."""
    if line.isascii():
        return line.casefold()
    # NFKC joins Hangul and turns full-width signs plain; accents go from Latin, Greek, Cyrillic and the
    # points from Hebrew and Arabic. The signs of Hindi and Thai stay: they are half of the word.
    parts = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", line.replace("İ", "i")))
    line = unicodedata.normalize("NFC", parts.translate(_MARKS)).casefold()
    return _FOREIGN_DIGIT.sub(lambda match: str(unicodedata.decimal(match[0])), line)


_FOREIGN_DIGIT = re.compile(r"(?![0-9])\d")


_MARKS = dict.fromkeys(
    [*range(0x300, 0x370), 0x200C, 0x200E, 0x200F, *range(0x591, 0x5C8), *range(0x64B, 0x656), 0x640]
)


def number(name: str, language: str | None = None) -> int | None:
    """1-12 for the name of a month as `fold` leaves it; None where it is none.

    A name that two languages give to different months is read in `language`, else in the larger one.
    """
    found = _OTHERWISE.get((language or "", name)) or MONTHS.get(name)
    if found is None and name[:1] in ("ב", "و") and len(name) > 3:  # "in", "and", written as one word
        return MONTHS.get(name[1:])
    return found


def gregorian(year: int, month: str, day: int) -> date | None:
    """The day of the Persian calendar as ours, by the month's name as `fold` leaves it. None: no such day.

    >>> gregorian(1404, fold("فروردین"), 1)
    datetime.date(2025, 3, 21)
    """
    index = PERSIAN_MONTHS.get(month)
    return persian(year, index, day) if index else None


def persian(year: int, month: int, day: int) -> date | None:
    """A day of the Persian calendar in the years 1300 to 1500; None where there is no such day."""
    if not (1300 <= year < 1500 and 1 <= month <= 12):
        return None
    length = 31 if month <= 6 else 30 if month <= 11 or _is_long(year) else 29
    if not 1 <= day <= length:
        return None
    years = range(1400, year) if year >= 1400 else range(year, 1400)
    days = sum(366 if _is_long(y) else 365 for y in years)
    start = date(2021, 3, 21) + timedelta(days if year >= 1400 else -days)
    return start + timedelta(31 * min(month - 1, 6) + 30 * max(month - 7, 0) + day - 1)


def _is_long(year: int) -> bool:
    """Whether a Persian year has 366 days, by the cycle of 33 that holds from 1343 to 1472."""
    return year % 33 in (1, 5, 9, 13, 17, 22, 26, 30)


# ---------------------------------------------------------------- tables

# Twelve months a language, variants by "|". Of two languages that disagree the upper one wins here.
_NAMES = {
    "en": "january|jan february|feb|febr march|mar april|apr may june|jun july|jul august|aug "
    "september|sep|sept october|oct november|nov december|dec",
    "de": "januar|jänner|jaenner februar|feber märz|maerz|mrz april mai juni juli august "
    "september oktober|okt november dezember|dez",
    "fr": "janvier|janv février|févr|fév mars avril|avr mai juin juillet|juil août "
    "septembre octobre novembre décembre|déc",
    "es": "enero|ene febrero marzo abril|abr mayo junio julio agosto|ago "
    "septiembre|setiembre|set octubre noviembre diciembre|dic",
    "pt": "janeiro fevereiro|fev março abril maio|mai junho julho agosto "
    "setembro|set outubro|out novembro dezembro",
    "it": "gennaio|gen febbraio marzo aprile maggio|mag giugno|giu luglio|lug agosto "
    "settembre|set ottobre|ott novembre dicembre",
    "nl": "januari februari maart|mrt april mei juni juli augustus september oktober|okt november december",
    "ru": "января|январь|янв февраля|февраль|фев|февр марта|март|мар апреля|апрель|апр мая|май "
    "июня|июнь|июн июля|июль|июл августа|август|авг сентября|сентябрь|сен|сент "
    "октября|октябрь|окт ноября|ноябрь|ноя|нояб декабря|декабрь|дек",
    "pl": "stycznia|styczeń|sty lutego|luty|lut marca|marzec kwietnia|kwiecień|kwi maja|maj "
    "czerwca|czerwiec|cze lipca|lipiec|lip sierpnia|sierpień|sie września|wrzesień|wrz "
    "października|październik|paź listopada|listopad|lis grudnia|grudzień|gru",
    "uk": "січня|січень|січ лютого|лютий|лют березня|березень|бер квітня|квітень|квіт травня|травень|трав "
    "червня|червень|черв липня|липень|лип серпня|серпень|серп вересня|вересень|вер "
    "жовтня|жовтень|жовт листопада|листопад|лист грудня|грудень|груд",
    "be": "студзеня|студзень лютага|люты сакавіка|сакавік красавіка|красавік траўня|мая чэрвеня|чэрвень "
    "ліпеня|ліпень жніўня|жнівень верасня|верасень кастрычніка|кастрычнік лістапада|лістапад снежня|снежань",
    "cs": "ledna|leden|led února|únor|úno března|březen|bře dubna|duben|dub května|květen|kvě "
    "června|červen|čvn července|červenec|čvc srpna|srpen|srp září|zář října|říjen|říj "
    "listopadu prosince|prosinec|pro",
    "sk": "januára február|februára marec|marca apríla máj|mája jún|júna júl|júla augusta "
    "septembra október|októbra novembra decembra",
    "hu": "január február|febr március|márc április|ápr május|máj június|jún július|júl augusztus "
    "szeptember|szept október november december",
    "ro": "ianuarie|ian februarie martie aprilie mai iunie|iun iulie|iul august "
    "septembrie octombrie noiembrie|noi decembrie",
    "bg": "януари|ян февруари март април май юни юли август септември|септ октомври ноември|ноем декември",
    "mk": "јануари|јан февруари март април мај јуни|јун јули|јул август септември октомври ноември декември",
    "sr": "јануар|јануара фебруар|фебруара|феб март|марта април|априла мај|маја јун|јуна јул|јула август|августа "
    "септембар|септембра октобар|октобра новембар|новембра|нов децембар|децембра",
    "bs": "januar|januara februar|februara mart|marta april|aprila maj|maja juni|juna juli|jula avgust|augusta "
    "septembar|septembra oktobar|oktobra novembar|novembra decembar|decembra",
    "hr": "siječnja|siječanj|sij veljače|veljača|velj ožujka|ožujak|ožu travnja|travanj|tra "
    "svibnja|svibanj|svi lipnja|lipanj srpnja|srpanj kolovoza|kolovoz|kol rujna|rujan|ruj "
    "listopada|listopad|lis studenoga|studenog|studeni|stu prosinca|prosinac",
    "sl": "januarja februarja marca aprila maja junij|junija julij|julija avgust|avgusta|avg "
    "septembra oktobra novembra decembra",
    "el": "ιανουαρίου|ιανουάριος|ιαν φεβρουαρίου|φεβρουάριος|φεβ|φεβρ μαρτίου|μάρτιος|μαρ "
    "απριλίου|απρίλιος|απρ μαΐου|μάιος|μαι ιουνίου|ιούνιος|ιουν ιουλίου|ιούλιος|ιουλ "
    "αυγούστου|αύγουστος|αυγ σεπτεμβρίου|σεπτέμβριος|σεπ|σεπτ οκτωβρίου|οκτώβριος|οκτ "
    "νοεμβρίου|νοέμβριος|νοε|νοεμ δεκεμβρίου|δεκέμβριος|δεκ",
    "da": "januar februar marts april maj juni juli august september oktober november december",
    "no": "januar februar mars april mai juni juli august september oktober november desember|des",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
    "is": "janúar febrúar mars apríl maí júní júlí ágúst september október nóvember desember",
    "fi": "tammikuuta|tammikuu|tammi helmikuuta|helmikuu|helmi maaliskuuta|maaliskuu|maalis "
    "huhtikuuta|huhtikuu|huhti toukokuuta|toukokuu|touko kesäkuuta|kesäkuu|kesä "
    "heinäkuuta|heinäkuu|heinä elokuuta|elokuu|elo syyskuuta|syyskuu|syys lokakuuta|lokakuu|loka "
    "marraskuuta|marraskuu|marras joulukuuta|joulukuu|joulu",
    "et": "jaanuar|jaan veebruar|veebr märts aprill mai juuni juuli august september|sept "
    "oktoober november detsember|dets",
    "lv": "janvāris|janvārī|janv februāris|februārī|febr marts|martā aprīlis|aprīlī maijs|maijā jūnijs|jūnijā "
    "jūlijs|jūlijā augusts|augustā septembris|septembrī oktobris|oktobrī novembris|novembrī decembris|decembrī",
    "lt": "sausio|sausis|saus vasario|vasaris|vas kovo|kovas balandžio|balandis|bal gegužės|gegužė|geg "
    "birželio|birželis|birž liepos|liepa|liep rugpjūčio|rugpjūtis|rugp rugsėjo|rugsėjis|rugs "
    "spalio|spalis|spal lapkričio|lapkritis|lapkr gruodžio|gruodis|gruod",
    "sq": "janar shkurt|shk mars prill|pri maj qershor|qer korrik|korr|kor gusht|gush shtator|sht tetor|tet "
    "nëntor|nën dhjetor|dhj",
    "ca": "gener febrer març abril maig juny juliol agost setembre octubre novembre desembre",
    "gl": "xaneiro|xan febreiro marzo abril maio xuño|xuñ xullo|xul agosto setembro outubro novembro decembro",
    "eu": "urtarrilak|urtarrilaren|urt otsailak|otsailaren|ots martxoak|martxoaren apirilak|apirilaren|api "
    "maiatzak|maiatzaren|mai ekainak|ekainaren|eka uztailak|uztailaren|uzt abuztuak|abuztuaren|abu "
    "irailak|irailaren|ira urriak|urriaren|urr azaroak|azaroaren|aza abenduak|abenduaren|abe",
    "mt": "jannar frar marzu april mejju gunju lulju awwissu settembru ottubru novembru dicembru",
    "tr": "ocak|oca şubat|şub mart nisan|nis mayıs haziran|haz temmuz|tem ağustos|ağu eylül|eyl "
    "ekim|eki kasım|kas aralık|ara",
    "az": "yanvar fevral mart aprel may iyun iyul avqust sentyabr oktyabr noyabr dekabr",
    "ka": "იანვარი|იანვარს თებერვალი|თებერვალს მარტი|მარტს აპრილი|აპრილს მაისი|მაისს ივნისი|ივნისს "
    "ივლისი|ივლისს აგვისტო|აგვისტოს სექტემბერი|სექტემბერს ოქტომბერი|ოქტომბერს ნოემბერი|ნოემბერს "
    "დეკემბერი|დეკემბერს",
    "hy": "հունվարի|հունվար փետրվարի|փետրվար մարտի|մարտ ապրիլի|ապրիլ մայիսի|մայիս հունիսի|հունիս "
    "հուլիսի|հուլիս օգոստոսի|օգոստոս սեպտեմբերի|սեպտեմբեր հոկտեմբերի|հոկտեմբեր նոյեմբերի|նոյեմբեր "
    "դեկտեմբերի|դեկտեմբեր",
    "kk": "қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан",
    "ar": "يناير|جانفي|كانونالثاني فبراير|فيفري|شباط مارس|آذار أبريل|إبريل|أفريل|نيسان مايو|ماي|أيار "
    "يونيو|يونيه|جوان|حزيران يوليو|يوليه|جويلية|يوليوز|تموز أغسطس|أوت|غشت|آب سبتمبر|شتنبر|أيلول "
    "أكتوبر|تشرينالأول نوفمبر|نونبر|تشرينالثاني ديسمبر|دجنبر|كانونالأول",
    "fa": "ژانویه فوریه مارس آوریل مه ژوئن ژوئیه|جولای اوت|آگوست سپتامبر اکتبر نوامبر دسامبر",
    "ur": "جنوری فروری مارچ اپریل مئی جون جولائی اگست ستمبر اکتوبر نومبر دسمبر",
    "he": "ינואר|ינו פברואר|פבר מרץ|מרס אפריל|אפר מאי יוני יולי אוגוסט|אוג ספטמבר|ספט אוקטובר|אוק "
    "נובמבר|נוב דצמבר|דצמ",
    "hi": "जनवरी|जन फ़रवरी|फरवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर|सितम्बर अक्टूबर|अक्तूबर नवंबर|नवम्बर दिसंबर|दिसम्बर",
    "bn": "জানুয়ারি|জানুয়ারী ফেব্রুয়ারি|ফেব্রুয়ারী মার্চ এপ্রিল মে জুন জুলাই আগস্ট সেপ্টেম্বর অক্টোবর নভেম্বর ডিসেম্বর",
    "th": "มกราคม|มค กุมภาพันธ์|กพ มีนาคม|มีค เมษายน|เมย พฤษภาคม|พค มิถุนายน|มิย กรกฎาคม|กค "
    "สิงหาคม|สค กันยายน|กย ตุลาคม|ตค พฤศจิกายน|พย ธันวาคม|ธค",
    "id": "januari februari maret april mei juni juli agustus|agu|agt september oktober|okt november "
    "desember|des",
    "ms": "januari februari mac april mei jun julai ogos|ogo september oktober november disember|dis",
    "tl": "enero pebrero marso abril mayo hunyo hulyo agosto setyembre oktubre nobyembre disyembre",
    "sw": "januari februari machi aprili mei juni julai agosti septemba oktoba novemba desemba",
}
_PERSIAN = "فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند"

PERSIAN_MONTHS = {fold(name): index for index, name in enumerate(_PERSIAN.split(), 1)}
BUDDHIST_MONTHS = frozenset(fold(name) for names in _NAMES["th"].split() for name in names.split("|"))


def _every_name() -> list[tuple[str, str, int]]:
    """Language, folded name and number of every name, in the order of the table."""
    return [
        (language, fold(name), index)
        for language, line in _NAMES.items()
        for index, names in enumerate(line.split(), 1)
        for name in names.split("|")
    ]


MONTHS: dict[str, int] = {}
for _, _name, _index in _every_name():
    MONTHS.setdefault(_name, _index)
_OTHERWISE = {(language, name): index for language, name, index in _every_name() if MONTHS[name] != index}
