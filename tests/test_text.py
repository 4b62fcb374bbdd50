"""The comparing form: what it folds, what it keeps, and that it is a form."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.text import normalise


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cafe\u0301 on the quay", "Café on the quay"),
        ("“Ferry” – ‘back’…", "\"Ferry\" - 'back'..."),
        ("the\u00a0 ferry\u200b is\tback", "the ferry is back"),
        ("２０２６年３月４日", "2026年3月4日"),
        ("ＫＣＮＡ reports", "KCNA reports"),
        ("ﾌｪﾘｰが ｶﾞﾀﾞﾙｶﾅﾙへ", "フェリーが ガダルカナルへ"),
        ("the ﬁrst oﬃce", "the first office"),
        ("ﺍﻟﺴﻔﻴﻨﺔ", "السفينة"),
        ("الســـفينة", "السفينة"),
        ("渡船于星期一\n离开了港口", "渡船于星期一离开了港口"),
        ("渡船， 于星期一 离开", "渡船，于星期一离开"),
        ("渡船 。", "渡船。"),
        ("（ 渡船 ）！ 渡船", "（渡船）！渡船"),
    ],
)
def test_what_carries_no_meaning_is_folded(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ferry", "ferry"),
        ("12 crates", "1 2 crates"),
        ("배가 떠났다", "배가떠났다"),  # Korean parts its words by blanks
        ("x²", "x2"),
        ("½ crate", "12 crate"),
        ("① first", "1 first"),
        ("渡船 2026", "渡船 2027"),
        ("か", "が"),
        ("カ", "ガ"),
        ("no.", "no"),
        ("渡船，", "渡船,"),
    ],
)
def test_what_a_reader_would_call_different_stays_so(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=40))
def test_the_form_of_a_form_is_itself(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


def test_no_letter_or_digit_is_lost() -> None:
    """Over all of Unicode: whatever is a letter or a digit leaves something behind."""
    lost = [
        code
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code))[0] in "LN"
        and not normalise(f"a{chr(code)}b")[1:-1].strip()
        and code != 0x640
    ]
    assert lost == []
