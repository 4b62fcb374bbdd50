"""Addresses: one identity for what is one page, and nothing but web addresses from links."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.urls import MOST_CHARACTERS, absolute, canonical, host, is_same_site

# ---------------------------------------------------------------- canonical

SAME = [
    ("http://gazette.example/a", "https://gazette.example/a"),
    ("https://www.gazette.example/a", "https://gazette.example/a"),
    ("https://GAZETTE.example/a", "https://gazette.example/a"),
    ("https://gazette.example./a", "https://gazette.example/a"),
    ("https://gazette.example:443/a", "http://gazette.example:80/a"),
    ("https://reader@gazette.example/a", "https://gazette.example/a"),
    ("https://gazette.example/a/", "https://gazette.example/a"),
    ("https://gazette.example", "https://gazette.example/"),
    ("https://gazette.example/x/../a/./b", "https://gazette.example/a/b"),
    ("https://gazette.example/%7etide", "https://gazette.example/~tide"),
    ("https://gazette.example/caf%c3%a9", "https://gazette.example/café"),
    ("https://gazette.example/100%", "https://gazette.example/100%25"),
    ("https://gazette.example/?q=tide+mill", "https://gazette.example/?q=tide%20mill"),
    ("https://gazette.example/?b=2&a=1", "https://gazette.example/?a=1&b=2"),
    ("https://gazette.example/a?", "https://gazette.example/a"),
    ("https://gazette.example/a#top", "https://gazette.example/a"),
    ("https://gazette.example/a?utm_source=mail&UTM_Medium=x&id=7", "https://gazette.example/a?id=7"),
    ("https://gazette.example/a?fbclid=1&gclid=2&mc_cid=3&mc_eid=4&msclkid=5", "https://gazette.example/a"),
    ("https://gazette.example/a;jsessionid=0F3A?id=7", "https://gazette.example/a?id=7"),
    ("https://gazette.example/a?PHPSESSID=0f3a", "https://gazette.example/a"),
    ("https://gazette.example/a?sid=0123456789abcdef0123", "https://gazette.example/a"),
    ("https://bücher.example/a", "https://xn--bcher-kva.example/a"),
    ("https://gazette.example/뉴스", "https://gazette.example/%EB%89%B4%EC%8A%A4"),
    ("  https://gazette.example/a\n", "https://gazette.example/a"),
    ("https://gazette.example/\ta", "https://gazette.example/a"),
]

DIFFERENT = [
    ("https://gazette.example/a", "https://gazette.example/b"),
    ("https://gazette.example/a", "https://gazette.example/A"),
    ("https://gazette.example/a", "https://telegraph.example/a"),
    ("https://gazette.example/a", "https://news.gazette.example/a"),
    ("https://gazette.example/a", "https://gazette.example:8443/a"),
    ("https://gazette.example/a", "https://gazette.example/a/index.html"),
    ("https://gazette.example/?id=1", "https://gazette.example/?id=2"),
    ("https://gazette.example/?sid=41", "https://gazette.example/?sid=42"),
    ("https://gazette.example/?t=1&t=2", "https://gazette.example/?t=2&t=1"),
    ("https://gazette.example/a%2Fb", "https://gazette.example/a/b"),
    ("https://gazette.example/?q=a%26b", "https://gazette.example/?q=a&b"),
    ("https://gazette.example/#!/story/1", "https://gazette.example/#!/story/2"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_addresses_of_one_page_have_one_identity(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_addresses_of_two_pages_have_two_identities(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


def test_an_identity_reads_as_host_path_and_query() -> None:
    assert canonical("https://www.gazette.example/News/?b=2&a=1#x") == "gazette.example/News?a=1&b=2"


def test_an_identity_longer_than_an_index_takes_is_shortened_and_still_its_own() -> None:
    long = ["https://gazette.example/" + "a" * 5_000 + end for end in ("1", "2")]
    first, second = map(canonical, long)
    assert (len(first) < 100, first == second, canonical(first)) == (True, False, first)


@pytest.mark.parametrize(
    "garbage",
    ["", " ", "http://", "http:///x", "::", "javascript:alert(1)", "http://[1", "http://a b/", "\ud800"],
)
def test_what_is_no_address_still_has_a_stable_identity(garbage: str) -> None:
    assert canonical(canonical(garbage)) == canonical(garbage)


_PIECES = st.sampled_from(
    [
        *(
            "http",
            "https",
            ":",
            "//",
            "/",
            "?",
            "#",
            "#!",
            "&",
            "=",
            "%",
            "%2f",
            "%41",
            "%e9",
            ".",
            "..",
            ";",
        ),
        *("www.", "a.example", "127.1", "é", "뉴스", "utm_source", "sid=", ";jsessionid=1", "@", "[::1]"),
        *(":443", "\\", "+", " ", "\t", "\x00", "\ud800", "xn--", "0x7f", "x"),
    ]
)


@given(st.lists(_PIECES, max_size=12).map("".join) | st.text(max_size=60))
def test_the_identity_of_an_identity_is_itself(url: str) -> None:
    assert canonical(canonical(url)) == canonical(url)


@given(st.lists(_PIECES, max_size=12).map("".join))
def test_an_address_that_a_link_points_to_is_written_as_it_stays(href: str) -> None:
    address = absolute("", href)
    assert address is None or absolute("", address) == address


# ---------------------------------------------------------------- absolute

BASE = "https://gazette.example/news/today/"


@pytest.mark.parametrize(
    ("href", "address"),
    [
        ("tide", "https://gazette.example/news/today/tide"),
        ("../crab", "https://gazette.example/news/crab"),
        ("/", "https://gazette.example/"),
        ("?page=2", "https://gazette.example/news/today/?page=2"),
        ("//telegraph.example/a", "https://telegraph.example/a"),
        ("HTTP://Telegraph.example/a b", "http://telegraph.example/a%20b"),
        (" /tide ", "https://gazette.example/tide"),
        ("/뉴스", "https://gazette.example/%EB%89%B4%EC%8A%A4"),
    ],
)
def test_a_link_is_resolved_as_browsers_do(href: str, address: str) -> None:
    assert absolute(BASE, href) == address


@pytest.mark.parametrize(
    "href",
    [
        "",
        "javascript:alert(1)",
        "data:text/html,x",
        "mailto:desk@gazette.example",
        "file:///etc/passwd",
        "ftp://gazette.example/a",
        "http:///x",
        "http://user:word@gazette.example/",
        "/a\r\nHost: x",
        "/a\x00b",
        "/a\ud800",
        "http://[::1",
        "/" + "a" * MOST_CHARACTERS,
    ],
)
def test_a_link_that_no_honest_page_carries_leads_nowhere(href: str) -> None:
    assert absolute(BASE, href) is None


def test_without_a_page_a_relative_link_leads_nowhere() -> None:
    assert (absolute("", "/tide"), absolute("", "https://gazette.example/tide")) == (
        None,
        "https://gazette.example/tide",
    )


# ---------------------------------------------------------------- hosts and sites


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.Gazette.example/a", "gazette.example"),
        ("gazette.example/a", "gazette.example"),
        ("http://gazette.example:8080/", "gazette.example:8080"),
        ("https://gazette.example:443/", "gazette.example"),
        ("mailto:desk@gazette.example", ""),
        ("", ""),
    ],
)
def test_the_host_of_an_address(url: str, name: str) -> None:
    assert host(url) == name


@pytest.mark.parametrize(
    ("a", "b", "is_one"),
    [
        ("https://gazette.example/", "http://www.gazette.example/a", True),
        ("https://m.gazette.example/", "https://feeds.gazette.example/rss", True),
        ("https://news.gazette.example/", "https://gazette.example/", True),
        ("https://news.gazette.example/", "https://sport.gazette.example/", False),
        ("https://gazette.example/", "https://notgazette.example/", False),
        ("https://gazette.example/", "https://gazette.example.evil.test/", False),
        ("https://gazette.example/", "https://gazette.example:8443/", False),
        ("https://example/", "https://gazette.example/", False),
        ("nonsense:", "nonsense:", False),
    ],
)
def test_which_addresses_belong_to_one_site(a: str, b: str, is_one: bool) -> None:
    assert (is_same_site(a, b), is_same_site(b, a)) == (is_one, is_one)


def test_hostile_addresses_are_read_in_no_time() -> None:
    start = time.monotonic()
    for hostile in (
        "%" * 200_000,
        "https://a.example/" + "a/../" * 50_000,
        "https://a.example/?" + "&" * 200_000,
    ):
        canonical(hostile)
        is_same_site(hostile, "www." * 50_000 + "a.example")
    assert time.monotonic() - start < 5
