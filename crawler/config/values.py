"""What a value of config.toml may be: durations, addresses, names, headers. Pure."""

from __future__ import annotations

import ipaddress
import re
import zoneinfo
from typing import Annotated

import ada_url
from pydantic import AfterValidator

from crawler.config.wrong import did_you_mean
from crawler.hours import Hours, read_cron

# ---------------------------------------------------------------- durations


def parse_duration(text: str) -> float:
    """The seconds of ``2s``, ``30m``, ``6h`` or ``1d``. Raises ValueError for anything else.

    >>> parse_duration("6h")
    21600.0
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text[:40]!r} is no duration: write a number and s, m, h or d, such as 30m")
    return float(match[1]) * _UNIT_SECONDS[match[2]]


def format_duration(seconds: float) -> str:
    """`seconds` as `parse_duration` reads it back, in the largest unit that divides it.

    >>> format_duration(21600), format_duration(90), format_duration(0.5)
    ('6h', '90s', '0.5s')
    """
    for unit, size in reversed(_UNIT_SECONDS.items()):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:.0f}{unit}"
    return f"{seconds:.6f}".rstrip("0").rstrip(".") + "s"


_UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?) ?([smhd])")

# ---------------------------------------------------------------- what a value may be


def _address(text: str) -> str:
    if not re.match(r"https?://", text, re.IGNORECASE):
        raise ValueError("it must begin with http:// or https://")
    if len(text) > 4096 or re.search(r"[\s\x00-\x1f\x7f]", text):
        raise ValueError("it must have no blanks, and at most 4096 characters")
    try:
        url = ada_url.URL(text)
    except ValueError as error:
        raise ValueError("no browser could open it") from error
    if url.username or url.password:
        raise ValueError("no user name or password may stand in an address")
    return text


def _host(text: str) -> str:
    if re.search(r"[\s/@?#\\]", text):
        raise ValueError("only the host name, without http:// and path")
    try:
        return ada_url.URL(f"http://{text}/").host
    except ValueError as error:
        raise ValueError("no browser could find it") from error


def _time_zone(name: str) -> str:
    try:
        zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # OSError: the name of a folder, such as "Asia"
        raise ValueError(did_you_mean(name, zoneinfo.available_timezones(), '"{}"')) from error
    return name


def store_address(url: str) -> str:
    if url.startswith(("postgres://", "postgresql://")):
        raise ValueError("write postgresql+psycopg:// for PostgreSQL")
    if not re.match(r"sqlite:///(?!:memory:).|postgresql\+psycopg://", url):
        raise ValueError("a store is a SQLite file or a PostgreSQL database")
    return url


def _path(text: str) -> str:
    if not text.strip() or "\x00" in text:
        raise ValueError("a path cannot be empty")
    if text.startswith("~"):
        raise ValueError("~ is not expanded here: write the whole path")
    return text


def interval(text: str) -> str:
    if not 1 <= parse_duration(text) <= 366 * 86400:
        raise ValueError("it must be between 1s and 366d")
    return text


def window(text: str) -> str:
    if not 60 <= parse_duration(text) <= 7 * 86400:
        raise ValueError("it must be between 1m and 7d")
    return text


def path_pattern(text: str) -> str:
    if not text.startswith("/") or not text.isprintable() or " " in text:
        raise ValueError("write a path, with * where anything may stand")
    return text


def span(text: str) -> str:
    if not 0 <= parse_duration(text) <= 86400:
        raise ValueError("it must be at most 1d")
    return text


def hours_open(text: str) -> str:
    if not Hours.read(text).stretches:
        raise ValueError("write days and hours, such as weekdays 06:00-22:00")
    return text


def cron_line(text: str) -> str:
    read_cron(text)
    return text


def listening(text: str) -> str:
    host, _, port = text.rpartition(":")
    try:
        if text and not (0 < int(port) < 65536 and ipaddress.ip_address(host.strip("[]"))):
            raise ValueError("the port goes from 1 to 65535")
    except ValueError as error:
        raise ValueError("write an IP address, a colon and a port, or nothing") from error
    return text


def outlet(text: str) -> str:
    """An address that anybody may read: of a webhook or a mail server. All others of Apprise's hold a token."""
    if not re.match(r"[a-z][a-z0-9+.-]*://[^\s/]", text, re.IGNORECASE) or not text.isprintable():
        raise ValueError("it must begin with a scheme, such as https:// or mailtos://")
    if (
        "@" in text.partition("://")[2].partition("/")[0]
        and ":" in text.partition("://")[2].partition("@")[0]
    ):
        raise ValueError("no password may stand here: put the whole address into a variable, see url_env")
    if not re.match(r"https?://|mailtos?://", text, re.IGNORECASE):
        raise ValueError("such an address holds a token: put it into a variable, see url_env")
    if re.search(r"[?&](pass|password|token|key|secret|auth|api_?key)=", text, re.IGNORECASE):
        raise ValueError("no secret may stand here: put the whole address into a variable, see url_env")
    return text


def variable(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,100}", text):
        raise ValueError("give the variable's name, not what it holds: secrets come from the environment")
    return text


def digest_times(text: str) -> str:
    word, _, rest = text.partition(" ")
    if word == "every":
        interval(rest)
    elif text and not re.fullmatch(r"daily ([01]?\d|2[0-3]):[0-5]\d", text):
        raise ValueError("write daily and a time, or every and a duration")
    return text


def source_name(text: str) -> str:
    if not text.strip() or len(text) > 200 or not text.isprintable():
        raise ValueError("a name has 1 to 200 printable characters")
    return text.strip()


def header(text: str) -> str:
    # It becomes a header of every request: one line of ASCII, or some server reads another header into it.
    if not re.fullmatch(r"[!-~][ -~]{0,254}", text):
        raise ValueError("1 to 255 ASCII characters on one line")
    return text


def contact_address(text: str) -> str:
    if text and not re.fullmatch(r"https?://[!-~]{1,200}|[!-~]{1,64}@[!-~]{1,190}", text):
        raise ValueError("in ASCII and without blanks; a web page with its https://")
    if re.search(r"[()<>\\]", text):  # it may stand in parentheses in a header
        raise ValueError("without brackets and backslashes")
    return text


Address = Annotated[str, AfterValidator(_address)]
Host = Annotated[str, AfterValidator(_host)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
FilePath = Annotated[str, AfterValidator(_path)]
