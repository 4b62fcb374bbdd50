"""Words that no term starts or ends with, and endings that belong to no word: data, by language.

What must not live here: any rule but the lists themselves.
"""

from __future__ import annotations


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


_STOP_WORDS = _listed(
    """a about above across after again against ago all almost along already also although always am amid among
    an and another any anything are around as at away back be became because become been before began behind
    being below besides between beyond both but by came can could did do does doing done down due during each
    either else even ever every few for from further get gets got had has have having he her here hers herself
    him himself his how however i if in including inside instead into is it its itself just last later least
    less like made make makes many may me meanwhile might more most much must my near nearly neither never
    next no nor not now of off often on once one only onto or other others our out outside over own per
    perhaps rather said same say says second several shall she should since so some something soon still such
    than that the their them themselves then there these they this those though three through throughout thus
    to together too toward towards two under until up upon us very via was we well went were what whatever when
    whenever where whether which while who whom whose why will with within without would yet you your
    isn't wasn't weren't aren't didn't doesn't don't hasn't haven't hadn't won't wouldn't can't couldn't it's
    и в во не что он на я с со как а то все она так его но да ты к у же вы за бы по только ее её мне было вот от
    меня еще ещё нет о об из ему теперь когда даже ну ли если уже или ни быть был него до вас опять вам ведь там
    потом себя ничего ей может они тут где есть надо ней для мы тебя их чем была сам чтоб без будто чего раз
    тоже себе под будет ж тогда кто этот того потому этого какой ним здесь этом один почти мой тем чтобы нее
    были куда зачем всех при об это эта эти этих также который которая которое которые которого которой которых
    после перед через между над про около однако хотя более менее сказал сказала заявил заявила сообщил сообщила
    그 이 저 것 수 등 및 또 또한 그리고 그러나 하지만 있다 없다 했다 한다 하는 하고 있는 이다 것이다 위해 대해 대한 통해
    위한 따라 의해 말했다 밝혔다 전했다 보도했다 이날 지난 오는 가운데 때문에 함께 모두 매우 더 가장 약
    的 了 着 们 吗 呢 吧 啊 与 及 或 被 把 之 是 在 和 也 就 都 而 于 以 其 这 那 说 称
    は が を に へ と で も の や か"""
)
_CALENDAR = _listed(
    """monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun
    january february march april june july august september october november december
    jan feb mar apr jun jul aug sep sept oct nov dec today yesterday tomorrow tonight morning afternoon evening
    night noon midnight day days week weeks month months year years hour hours minute minutes weekend
    gmt utc est edt cet kst jst msk a.m p.m am pm
    понедельник вторник среда среду четверг пятница пятницу суббота субботу воскресенье января февраля марта
    апреля мая июня июля августа сентября октября ноября декабря сегодня вчера завтра год года году лет день дня
    дней неделя недели неделю месяц месяца утром вечером часов минут
    월요일 화요일 수요일 목요일 금요일 토요일 일요일 오늘 어제 내일 올해 지난해 오전 오후 작년 이번
    年 月 日 时 分 号 今 昨 明 周 星 期"""
)
UNFIT = _STOP_WORDS | _CALENDAR
# Of those, the ones that are a family's or a person's name: beside another name; only after one.
NAMESAKES = _listed("an do he in no on so we will you")
LATER_NAMESAKES = _listed("april august jan june mar may sun")
PARTICLES = ("에서", "에게", "께서", "으로", "까지", "부터", "에는")
SHORT_PARTICLES = frozenset("은는을를이가와과의에로")
NO_PARTICLE = (
    "회의",
    "주의",
    "결의",
    "협의",
    "심의",
    "강의",
    "국가",
    "정의",
    "동의",
    "합의",
    "논의",
    "토의",
)
