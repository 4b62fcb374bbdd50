"""Content codings: undone, and never beyond the limit."""

from __future__ import annotations

import gzip
import sys
import tracemalloc
import zlib

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.fetch.decoding import Body
from crawler.fetch.limits import MIB, Trouble

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TEXT = b"<p>The river rose by two metres.</p>" * 50


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


PACK = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
}


def decoded(encoding: str, data: bytes, limit: int = MIB, step: int = 1000) -> bytes:
    body = Body(encoding, limit)
    for start in range(0, len(data), step):
        body.feed(data[start : start + step])
    return body.finish()


def trouble(encoding: str, data: bytes, limit: int = MIB) -> str:
    with pytest.raises(Trouble) as caught:
        decoded(encoding, data, limit)
    return caught.value.kind


@pytest.mark.parametrize("step", [1, 7, 100_000])
@pytest.mark.parametrize("name", PACK)
def test_every_coding_is_undone_however_it_arrives(name: str, step: int) -> None:
    assert decoded(name, PACK[name](TEXT), step=step) == TEXT


def test_deflate_without_its_wrapper_is_undone() -> None:
    assert decoded("deflate", raw_deflate(TEXT), step=1) == TEXT


@pytest.mark.parametrize("name", ["", "identity", " , ", "identity, Identity"])
def test_no_coding_leaves_the_body_as_it_is(name: str) -> None:
    assert decoded(name, TEXT) == TEXT


def test_two_codings_come_off_in_reverse_order() -> None:
    assert decoded("gzip, br", brotli.compress(gzip.compress(TEXT))) == TEXT


@pytest.mark.parametrize("count", [3, 5, 6, 5000])
def test_more_than_two_codings_are_refused(count: int) -> None:
    assert trouble(", ".join(["gzip"] * count), b"") == "bad response"


@pytest.mark.parametrize("name", ["compress", "utf-8", "é", "gzip;q=1", "gzip br"])
def test_an_unknown_coding_is_refused(name: str) -> None:
    assert trouble(name, b"x") == "bad response"


@pytest.mark.parametrize("name", PACK)
def test_data_that_is_not_in_its_coding_is_refused(name: str) -> None:
    assert trouble(name, b"<html>not packed at all</html>") == "bad response"


@pytest.mark.parametrize("cut", [1, 5, -1, -9])
@pytest.mark.parametrize("name", PACK)
def test_a_body_cut_in_the_middle_is_truncated(name: str, cut: int) -> None:
    assert trouble(name, PACK[name](TEXT)[:cut]) == "truncated"


@pytest.mark.parametrize("name", [*PACK, "gzip, br"])
def test_no_bytes_are_an_empty_body(name: str) -> None:
    assert decoded(name, b"") == b""


@pytest.mark.parametrize("name", PACK)
def test_an_empty_text_is_an_empty_body(name: str) -> None:
    assert decoded(name, PACK[name](b"")) == b""


@pytest.mark.parametrize("name", ["gzip", "zstd"])
def test_streams_one_after_another_are_one_body(name: str) -> None:
    assert decoded(name, PACK[name](b"one ") + PACK[name](b"two"), step=3) == b"one two"


def test_what_follows_a_gzip_stream_and_is_none_is_ignored() -> None:
    assert decoded("gzip", gzip.compress(TEXT) + b"\x00" * 5000) == TEXT


@pytest.mark.parametrize("name", ["gzip", "zstd"])
def test_thousands_of_empty_streams_are_refused(name: str) -> None:
    assert trouble(name, PACK[name](b"") * 3000) == "bad response"


@pytest.mark.parametrize("name", ["", *PACK])
def test_the_limit_is_exact(name: str) -> None:
    pack = PACK.get(name, bytes)
    assert len(decoded(name, pack(b"a" * 70_000), limit=70_000)) == 70_000
    assert trouble(name, pack(b"a" * 70_001), limit=70_000) == "too large"


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd", "gzip, gzip", "br, br", "zstd, gzip"])
def test_a_bomb_is_stopped_at_the_limit_and_takes_little_memory(name: str) -> None:
    bomb = _zeros(40 * MIB)
    for coding in name.split(", "):
        bomb = PACK[coding](bomb)
    tracemalloc.start()
    assert trouble(name, bomb, limit=MIB) == "too large"
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * MIB


def test_an_outer_coding_may_not_swell_behind_an_inner_one_that_has_ended() -> None:
    assert trouble("gzip, br", brotli.compress(gzip.compress(b"x") + _zeros(20 * MIB))) == "too large"


def test_a_zstd_window_larger_than_the_web_allows_is_refused() -> None:
    packer = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: 27})
    assert trouble("zstd", packer.compress(_zeros(MIB)) + packer.flush(), limit=20 * MIB) == "bad response"


def test_what_was_decoded_before_the_limit_can_still_be_had() -> None:
    body = Body("gzip", 10)
    with pytest.raises(Trouble):
        body.feed(gzip.compress(b"0123456789 and more"))
    assert body.so_far() == b"0123456789"


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200_000), st.sampled_from(sorted(PACK)), st.integers(1, 70_000))
def test_any_bytes_survive_any_coding(data: bytes, name: str, step: int) -> None:
    assert decoded(name, PACK[name](data), step=max(step, len(data) // 50 + 1)) == data


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(sorted(PACK)), st.integers(0, 40))
def test_any_damage_is_trouble_or_a_body_and_nothing_else(noise: bytes, name: str, keep: int) -> None:
    try:
        decoded(name, PACK[name](TEXT)[:keep] + noise, step=11)
    except Trouble as error:
        assert error.kind in ("bad response", "truncated", "too large")


def _zeros(count: int) -> bytes:
    return bytes(count)
