"""The ways out: a webhook with a signed body, and whatever Apprise knows (e-mail, chat, …).

A webhook is a POST of `notices.as_json` with

    X-Presswatch-Timestamp    seconds since 1970
    X-Presswatch-Signature    ``sha256=`` and the HMAC-SHA256, with the channel's secret, of timestamp, a dot and
                              the body
    Idempotency-Key           the notice's key

Any status of 200 to 299 means that it was taken; 410 that nothing more is wanted there. Redirects are not followed.
The address passes the same guard as every page does. What a server answers is not read.

Apprise waits for its services as long as they please, so it works in threads that nobody has to wait for: one
that hangs takes no place from other work, and does not keep the program from ending.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from crawler.config import NotifySettings, Settings
from crawler.errors import PresswatchError
from crawler.fetch import Failure, FetchLimits, post
from crawler.fetch.pacing import asked_wait
from crawler.notify.notices import Notice, as_html, as_json, as_text

_SECONDS = 20.0  # for one delivery
_GONE = 410
_MAIL = ("mailto", "mailtos")


class NotTaken(PresswatchError):
    """A channel did not take a notice. `wait`: for how long it asked to be left alone."""

    def __init__(self, why: str, wait: timedelta | None = None) -> None:
        self.wait = wait
        super().__init__(why)


class NotWanted(NotTaken):
    """The receiver wants no more notices: there is no use in trying again."""


async def send(
    told: Notice, channel: NotifySettings, settings: Settings, environ: Mapping[str, str], now: datetime
) -> None:
    """Hand `told` to `channel`. Raises NotTaken, with the reason in words."""
    url = address(channel, environ)
    if url.startswith(("http://", "https://")):
        await _post(told, url, _secret(channel, environ), settings, now)
        return
    try:
        async with asyncio.timeout(_SECONDS):
            await asyncio.wrap_future(_apart(told, url))
    except TimeoutError as error:
        raise NotTaken(f"no answer within {_SECONDS:.0f} s") from error


def address(channel: NotifySettings, environ: Mapping[str, str]) -> str:
    """Where the channel leads. Raises NotTaken where the environment does not hold it."""
    url = channel.url or environ.get(channel.url_env or "", "")
    if not url:
        raise NotTaken(f"the environment variable {channel.url_env} is not set: it should hold the address")
    return url


def _secret(channel: NotifySettings, environ: Mapping[str, str]) -> bytes:
    if channel.secret_env is None:
        raise NotTaken("a webhook is signed: give secret_env, the environment variable that holds its secret")
    secret = environ.get(channel.secret_env, "")
    if not secret:
        raise NotTaken(f"the environment variable {channel.secret_env} is not set: it should hold the secret")
    return secret.encode()


# ---------------------------------------------------------------- webhook


async def _post(told: Notice, url: str, secret: bytes, settings: Settings, now: datetime) -> None:
    given = FetchLimits(**settings.fetch.model_dump())
    limits = replace(given, total_seconds=min(given.total_seconds, _SECONDS))
    body = as_json(told, now)
    answer = await post(url, tuple(headers(told, body, secret, now).items()), body, limits)
    if isinstance(answer, Failure):
        is_refused = answer.reason.startswith("refused address")
        raise NotTaken(f"{answer.reason}{' ([fetch] allow_private_addresses)' if is_refused else ''}")
    if answer.status == _GONE:
        raise NotWanted(f"status {_GONE} Gone: its receiver wants no more")
    if not 200 <= answer.status <= 299:
        raise NotTaken(f"status {answer.status}", asked_wait(answer.header("retry-after"), now))


def headers(told: Notice, body: bytes, secret: bytes, now: datetime) -> dict[str, str]:
    """The headers of a webhook: what is sent, and the proof that it was us."""
    stamp = str(int(now.timestamp()))
    signature = hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "X-Presswatch-Timestamp": stamp,
        "X-Presswatch-Signature": f"sha256={signature}",
        "Idempotency-Key": told.key,
    }


# ---------------------------------------------------------------- Apprise


def _apart(told: Notice, url: str) -> Future[None]:
    """Whether Apprise delivered it, once that is known. Raises NotTaken while an earlier attempt still hangs."""
    name = f"notify {told.channel}"
    if any(thread.name == name for thread in threading.enumerate()):
        raise NotTaken("the attempt before has not ended yet")
    done: Future[None] = Future()
    done.set_running_or_notify_cancel()  # who gives up waiting does not end it
    threading.Thread(target=partial(_settle, done, told, url), name=name, daemon=True).start()
    return done


def _settle(done: Future[None], told: Notice, url: str) -> None:
    try:
        _apprise(told, url)
        done.set_result(None)
    except PresswatchError as error:
        done.set_exception(error)
    finally:
        if not done.done():
            done.set_exception(NotTaken("Apprise broke down over it"))


def _apprise(told: Notice, url: str) -> None:
    try:
        import apprise
    except ImportError as error:
        raise NotTaken("e-mail and chat need an optional part: pip install 'presswatch[notify]'") from error
    service = apprise.Apprise.instantiate(url)
    if service is None:
        raise NotTaken("Apprise does not know such an address: see https://github.com/caronc/apprise/wiki")
    scheme, _, rest = url.partition("://")
    if scheme.lower() in _MAIL and "format=" not in rest.partition("?")[2]:
        service.notify_format = apprise.NotifyFormat.HTML  # which it sends with a plain text beside it
    is_html = service.notify_format == apprise.NotifyFormat.HTML
    body = as_html(told) if is_html else as_text(told)
    kind = apprise.NotifyFormat.HTML if is_html else apprise.NotifyFormat.TEXT
    outlet = apprise.Apprise()
    outlet.add(service)
    if not outlet.notify(title=told.title, body=body, body_format=kind):
        raise NotTaken("Apprise could not deliver it: its log says more")
