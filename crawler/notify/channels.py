"""The ways out: a webhook with a signed body, and whatever Apprise knows (e-mail, chat, …).

A webhook is a POST of `notices.as_json` with

    X-Presswatch-Timestamp    seconds since 1970
    X-Presswatch-Signature    ``sha256=`` and the HMAC-SHA256, with the channel's secret, of timestamp, a dot and
                              the body
    Idempotency-Key           the notice's key

Any status of 200 to 299 means that it was taken. Redirects are not followed. The address passes the same guard
as every page does. What a server answers is not read.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

import httpx

from crawler.config import NotifySettings, Settings
from crawler.errors import PresswatchError, UsageError
from crawler.fetch import FetchLimits
from crawler.fetch.guard import Refused, check_url
from crawler.fetch.http import open_transport
from crawler.fetch.pacing import asked_wait
from crawler.notify.notices import Notice, as_html, as_json, as_text

_SECONDS = 20.0  # for one delivery


class NotTaken(PresswatchError):
    """A channel did not take a notice. `wait`: for how long it asked to be left alone."""

    def __init__(self, why: str, wait: timedelta | None = None) -> None:
        self.wait = wait
        super().__init__(why)


async def send(
    told: Notice, channel: NotifySettings, settings: Settings, environ: Mapping[str, str], now: datetime
) -> None:
    """Hand `told` to `channel`. Raises NotTaken, with the reason in words."""
    url = address(channel, environ)
    try:
        async with asyncio.timeout(_SECONDS):
            if url.startswith(("http://", "https://")):
                await _post(told, url, _secret(channel, environ), settings, now)
            else:
                await asyncio.to_thread(_apprise, told, url)
    except TimeoutError as error:
        raise NotTaken(f"no answer within {_SECONDS:.0f} s") from error


def address(channel: NotifySettings, environ: Mapping[str, str]) -> str:
    """Where the channel leads. Raises NotTaken where the environment does not hold it."""
    url = channel.url or environ.get(channel.url_env or "", "")
    if not url:
        raise NotTaken(f"the environment variable {channel.url_env} is not set: it should hold the address")
    return url


def _secret(channel: NotifySettings, environ: Mapping[str, str]) -> bytes:
    secret = environ.get(channel.secret_env or "", "")
    if not secret:
        raise NotTaken(f"the environment variable {channel.secret_env} is not set: it should hold the secret")
    return secret.encode()


# ---------------------------------------------------------------- webhook


async def _post(told: Notice, url: str, secret: bytes, settings: Settings, now: datetime) -> None:
    limits = FetchLimits(**settings.fetch.model_dump())
    checked = check_url(url, allow_private=limits.allow_private_addresses)
    if isinstance(checked, Refused):
        raise NotTaken(f"its address is refused: {checked.reason} ([fetch] allow_private_addresses)")
    body = as_json(told, now)
    extensions = {"href": checked, "total_seconds": _SECONDS}
    async with httpx.AsyncClient(transport=open_transport(limits), timeout=_SECONDS) as client:
        request = client.build_request(
            "POST", checked, content=body, headers=headers(told, body, secret, now), extensions=extensions
        )
        try:
            response = await client.send(request, stream=True)
            await response.aclose()
        except (httpx.HTTPError, OSError) as error:
            raise NotTaken(f"{type(error).__name__}: {error}"[:300]) from error
    if not 200 <= response.status_code <= 299:
        asked = asked_wait(response.headers.get("retry-after"), now)
        raise NotTaken(f"status {response.status_code}", asked)


def headers(told: Notice, body: bytes, secret: bytes, now: datetime) -> dict[str, str]:
    """The headers of a webhook: who sends, what, and the proof that it was us."""
    stamp = str(int(now.timestamp()))
    signature = hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "User-Agent": "presswatch",
        "X-Presswatch-Timestamp": stamp,
        "X-Presswatch-Signature": f"sha256={signature}",
        "Idempotency-Key": told.key,
    }


# ---------------------------------------------------------------- Apprise


def _apprise(told: Notice, url: str) -> None:
    try:
        import apprise
    except ImportError as error:
        raise UsageError("e-mail and chat need an optional part: pip install 'presswatch[notify]'") from error
    service = apprise.Apprise.instantiate(url)
    if service is None:
        raise NotTaken("Apprise does not know such an address: see https://github.com/caronc/apprise/wiki")
    is_html = service.notify_format == apprise.NotifyFormat.HTML
    body = as_html(told) if is_html else as_text(told)
    kind = apprise.NotifyFormat.HTML if is_html else apprise.NotifyFormat.TEXT
    outlet = apprise.Apprise()
    outlet.add(service)
    if not outlet.notify(title=told.title, body=body, body_format=kind):
        raise NotTaken("Apprise could not deliver it: its log says more")
