"""Where we may connect: the address as written, as resolved, as connected."""

from __future__ import annotations

import asyncio
import doctest
import socket
import threading
from typing import Any

import pytest
from raw_site import LIMITS, Clock, kind_of, redirect, reply, run, site, target

from crawler.fetch import Failure, Fetcher, FetchLimits, guard, pacing, robots
from crawler.fetch.guard import GuardedResolver, Refused, RefusedAddress, check_url, host_of, refusal

_NOT_PUBLIC = """
127.0.0.1 127.255.255.254 0.0.0.0 0.1.2.3 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254
100.64.0.1 100.127.255.255 192.0.0.1 192.0.0.9 192.0.0.192 192.0.2.7 192.88.99.1 198.18.0.1 198.19.255.255
198.51.100.9 203.0.113.5 168.63.129.16 192.31.196.1 192.52.193.1 192.175.48.1 224.0.0.1 239.255.255.250
240.0.0.1 255.255.255.255
:: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:0:127.0.0.1 64:ff9b::7f00:1
64:ff9b::a00:1 64:ff9b:1::8.8.8.8 2002:7f00:1:: 2002:808:808:: 2001::1 2001:0:7f00:1::1 2001:2::1
2001:10::1 2001:20::1 2001:db8::1 fe80::1 fe80::1%eth0 2606:4700::1%eth0 fc00::1 fd00:ec2::254 fec0::1
ff02::1 3fff::1 5f00::1 100::1 4000::1 8000::1 2620:4f:8000::1
"""
_PUBLIC = """
8.8.8.8 1.1.1.1 172.15.255.255 172.32.0.1 100.63.255.255 100.128.0.1 198.17.255.255 198.20.0.1 223.255.255.255
192.0.1.1 168.63.129.17 2606:4700::1111 2a00:1450:4001::1 ::ffff:8.8.8.8 64:ff9b::808:808
"""
_INSIDE = """
127.0.0.1 127.1 0x7f.1 0177.0.0.1 2130706433 0x7f000001 017700000001 0 0x0 127.0.0.1. 10.1 3232235777
①②⑦.⓪.⓪.① 127。0。0。1 １２７.0.0.1 ２１３０７０６４３３ [::1] [::] [::ffff:127.0.0.1] [::127.0.0.1]
[64:ff9b::127.0.0.1] [fe80::1] [fd00:ec2::254] [2002:7f00:1::] 169.254.169.254 192.0.0.192
localhost LOCALHOST localhost. news.localhost ｌｏｃａｌｈｏｓｔ
"""


@pytest.mark.parametrize("address", _NOT_PUBLIC.split())
def test_addresses_that_are_not_public_are_refused(address: str) -> None:
    assert refusal(address) is not None


@pytest.mark.parametrize("address", _PUBLIC.split())
def test_public_addresses_are_not_refused(address: str) -> None:
    assert refusal(address) is None


@pytest.mark.parametrize("text", ["", "example.org", "0177.0.0.1", "127.1", "1.2.3.4.5", "١٢٧.0.0.1"])
def test_what_is_no_address_is_refused(text: str) -> None:
    assert refusal(text) is not None


@pytest.mark.parametrize("host", _INSIDE.split())
def test_hosts_that_mean_an_address_inside_are_refused_however_they_are_written(host: str) -> None:
    assert isinstance(check_url(f"http://{host}/"), Refused)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "gopher://example.org/",
        "ftp://example.org/",
        "data:text/html,x",
        "javascript:alert(1)",
        "jar:http://example.org!/",
        "source:http://example.org/",
        "//example.org/",
        "/path",
        "",
        "example.org",
        "http:example.org",
        "http:/example.org",
        "http:///example.org",
        "http://",
        "http://?x",
        "http://:80/",
        "http://user@example.org/",
        "http://user:word@example.org/",
        "http://@example.org/",
        "http://a\\@example.org/",
        "http:\\\\example.org/",
        "http://example.org\\.evil.example/",
        "http://exam\tple.org/",
        "http://example.org/\r\nX: y",
        "http://example.org/\x00",
        "http://a b/",
        "http://a%2fb/",
        "http://a%00b/",
        "http://[fe80::1%25eth0]/",
        "http://[::1",
        "http://example.org:22/",
        "http://example.org:8080/",
        "http://example.org:6379/",
        "http://example.org:99999/",
        "http://example.org:-1/",
        "http://example.org:x/",
        "http://a..b/",
        "http://.example.org/",
        "http://" + "a" * 64 + ".org/",
        "http://" + "a." * 127 + "org/",
        "http://example.org/" + "a" * 2083,
        "http://exa\ud800mple.org/",
    ],
)
def test_addresses_that_are_odd_as_written_are_refused(url: str) -> None:
    assert isinstance(check_url(url), Refused)


@pytest.mark.parametrize(
    ("url", "href"),
    [
        ("http://example.org", "http://example.org/"),
        ("HTTPS://EXAMPLE.org:443/A?b=%7e#c", "https://example.org/A?b=%7e"),
        (" http://example.org/a\n", "http://example.org/a"),
        ("http://example.org:443/", "http://example.org:443/"),
        ("http://example.org./", "http://example.org./"),
        ("http://example.org/새소식", "http://example.org/%EC%83%88%EC%86%8C%EC%8B%9D"),
        ("http://example.org/mail@home?u=http://user@inside/", "http://example.org/mail@home?u=http://user@inside/"),
        ("http://예.example/", "http://xn--2j5b.example/"),
        ("http://[2606:4700::1111]/", "http://[2606:4700::1111]/"),
        ("http://example.org/?a\\b", "http://example.org/?a\\b"),
    ],
)  # fmt: skip
def test_an_address_is_fetched_in_its_parsed_form(url: str, href: str) -> None:
    assert check_url(url) == href


def test_allowing_private_addresses_lifts_the_address_and_the_port_rule_and_no_other() -> None:
    assert check_url("http://127.0.0.1:8080/", allow_private=True) == "http://127.0.0.1:8080/"
    assert check_url("http://localhost:1/", allow_private=True) == "http://localhost:1/"
    assert isinstance(check_url("http://user@127.0.0.1/", allow_private=True), Refused)
    assert isinstance(check_url("ftp://127.0.0.1/", allow_private=True), Refused)


@pytest.mark.parametrize(
    ("href", "host"),
    [
        ("http://example.org./a", "example.org"),
        ("https://example.org/a", "example.org"),
        ("http://example.org.:81/", "example.org:81"),
        ("http://[::1]/", "[::1]"),
        ("http://[::1]:81/", "[::1]:81"),
    ],
)
def test_pacing_counts_by_host_whatever_the_scheme(href: str, host: str) -> None:
    assert host_of(href) == host


def _answers(*addresses: str) -> list[tuple[Any, ...]]:
    families = [socket.AF_INET6 if ":" in address else socket.AF_INET for address in addresses]
    return [
        (family, socket.SOCK_STREAM, 6, "", (address, 80))
        for family, address in zip(families, addresses, strict=True)
    ]


def _resolved(*addresses: str) -> list[str]:
    async def story() -> list[str]:
        resolver = GuardedResolver(allow_private=False, lookup=lambda host, port: _answers(*addresses))
        try:
            return [answer["host"] for answer in await resolver.resolve("example.org", 80)]
        finally:
            await resolver.close()

    return run(story())


def test_a_name_with_public_addresses_is_resolved_to_all_of_them() -> None:
    assert _resolved("8.8.8.8", "2606:4700::1111") == ["8.8.8.8", "2606:4700::1111"]


@pytest.mark.parametrize(
    "addresses",
    [("127.0.0.1",), ("8.8.8.8", "10.0.0.1"), ("10.0.0.1", "8.8.8.8"), ("8.8.8.8", "::ffff:127.0.0.1")],
)
def test_one_address_that_is_not_public_refuses_the_whole_name(addresses: tuple[str, ...]) -> None:
    with pytest.raises(RefusedAddress):
        _resolved(*addresses)


def test_a_name_without_an_address_is_an_error() -> None:
    with pytest.raises(OSError, match="no address"):
        _resolved()


def _public_only(url: str) -> Failure:
    async def story() -> Any:
        async with Fetcher(FetchLimits(delay_seconds=0, total_seconds=2), now=Clock()) as fetcher:
            return await fetcher.fetch(target(url))

    result = run(story())
    assert isinstance(result, Failure)
    return result


def test_a_name_that_leads_inside_is_refused_and_looked_up_once_a_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def lookup(host: str, *_: Any, **__: Any) -> list[tuple[Any, ...]]:
        asked.append(host)
        return _answers("127.0.0.1")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    assert kind_of(_public_only("http://rebinding.example/")) == "refused address"
    assert asked == ["rebinding.example"]


def test_a_literal_is_refused_before_anything_is_sent() -> None:
    failure = _public_only("http://2130706433/")
    assert failure.reason == "refused address: 127.0.0.1 is not public: loopback"
    assert failure.outcome == "failed"


def test_the_socket_itself_refuses_what_came_past_the_other_gates() -> None:
    with pytest.raises(RefusedAddress):
        guard._public_socket(_answers("10.0.0.1")[0])
    guard._public_socket(_answers("8.8.8.8")[0]).close()


def test_a_name_server_that_does_not_answer_is_a_time_out(monkeypatch: pytest.MonkeyPatch) -> None:
    let_go = threading.Event()
    monkeypatch.setattr(guard, "NAME_SECONDS", 0.05)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: let_go.wait(5) and [])
    failure = _public_only("http://silent.example/")
    let_go.set()
    assert failure.reason.startswith("robots.txt: unavailable (time-out")


@pytest.mark.parametrize(
    "location",
    ["http://127.0.0.2/", "//127.0.0.2/", "http://2130706434/", "http://[::1]/", "http://localhost/"],
)
def test_every_redirect_goes_through_the_guard(location: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first hop is let through by a guard that knows no rule for the test's own server."""

    async def story() -> Any:
        async with site({"/": redirect("/2"), "/2": redirect(location)}) as it:
            first = {it.url("/"), it.url("/2"), it.url("/robots.txt")}
            real = check_url
            monkeypatch.setattr(
                "crawler.fetch.fetcher.check_url",
                lambda url, allow_private: url if url in first else real(url, allow_private=False),
            )
            async with Fetcher(LIMITS, now=Clock()) as fetcher:
                return await fetcher.fetch(target(it.url("/")))

    assert kind_of(run(story())) == "refused address"


def test_the_environment_names_no_proxy_for_us(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    async def story() -> Any:
        async with site({"/": reply(b"direct")}) as it, Fetcher(LIMITS, now=Clock()) as fetcher:
            return await fetcher.fetch(target(it.url("/")))

    assert run(story()).body == b"direct"


@pytest.mark.parametrize("module", [guard, pacing, robots])
def test_the_examples_in_the_documentation_are_true(module: Any) -> None:
    assert doctest.testmod(module).failed == 0


def test_closing_a_resolver_drops_what_was_not_begun() -> None:
    async def story() -> None:
        resolver = GuardedResolver(allow_private=True)
        await resolver.close()
        with pytest.raises(RuntimeError):
            await resolver.resolve("example.org")

    asyncio.run(story())
