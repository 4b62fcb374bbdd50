"""What must hold whatever is seen, in whatever order. Both stores."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from crawler import pipeline
from crawler.compare.fingerprint import sight
from crawler.urls import canonical
from storage import open_store
from storage.memory import MemoryStore
from storage.records import Article, Gone, Listing, Observation, Origin, Teaser
from storage.store import Filter, Store
from tests.flow.test_watching import BRIDGE, ORCHARD, article

STORES = ["memory", "sqlite"]
CALM = settings(
    max_examples=int(os.environ.get("PRESSWATCH_EXAMPLES", "60")),
    derandomize="PRESSWATCH_EXAMPLES" not in os.environ,  # a chosen sample, unless more is asked for
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)

TEXTS = (
    BRIDGE,
    tuple(p.replace("240", "420") for p in BRIDGE),
    ORCHARD,
    tuple(p.replace("three times", "twice") for p in ORCHARD),
)
HEADLINES = ("Harbour bridge closed to lorries", "A pear that does not fear the frost", None)
SOURCES = ("Gazette", "Telegraph")
NAMES = ("bridge", "pear", "archive/7")


@contextmanager
def opened(kind: str) -> Iterator[Store]:
    if kind == "memory":
        yield MemoryStore()
        return
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/s.db")
        try:
            yield store
        finally:
            store.close()


def when(hours: int) -> datetime:
    return datetime(2026, 3, 4, tzinfo=UTC) + timedelta(hours=hours)


def address(source: str, name: str | None) -> str | None:
    return None if name is None else f"https://{source.lower()}.example/{name}"


times = st.integers(0, 12).map(when)
articles = st.builds(
    lambda source, name, at, headline, text, original: Article(
        source, address(source, name), at, headline, None, "2026-03-04", None, text, original=original
    ),
    st.sampled_from(SOURCES),
    st.sampled_from((*NAMES, None)),
    times,
    st.sampled_from(HEADLINES),
    st.sampled_from(TEXTS),
    st.sampled_from((None, None, address("Telegraph", "bridge"), address("Gazette", "pear"))),
)
gone = st.builds(
    lambda source, name, at: Gone(source, address(source, name) or "", at),
    st.sampled_from(SOURCES),
    st.sampled_from(NAMES),
    times,
)
teasers = st.builds(
    lambda name, headline, excerpt: Teaser(address("Gazette", name), headline, excerpt, "2026-03-04"),
    st.sampled_from((*NAMES, None)),
    st.sampled_from(HEADLINES[:2]),
    st.sampled_from((BRIDGE[0][:120], ORCHARD[0][:120])),
)
listings = st.builds(
    lambda url, at, rows, is_block: Listing("Gazette", url, at, tuple(rows), None, is_block),
    st.sampled_from(("https://gazette.example/", "https://gazette.example/section", None)),
    times,
    st.lists(teasers, min_size=1, max_size=4),
    st.booleans(),
)
observations = st.one_of(articles, articles, gone, listings)


def key_of(url: str, source: str) -> str:
    return canonical(url)


def take(store: Store, seen: Sequence[Observation]) -> None:
    pipeline.take(store, [sight(one, Origin.IMPORT) for one in seen], key_of)


def log(store: Store) -> list[dict[str, object]]:
    """The change log as values. `rank` is left out: it tells how things came in, not what happened."""
    rows = [asdict(replace(change, rank=0)) for change in store.changes(Filter())]
    return sorted(rows, key=lambda row: (row["detected_at"], row["id"]))


@pytest.mark.parametrize("kind", STORES)
@CALM
@given(seen=st.lists(observations, max_size=10))
def test_taking_anything_in_twice_changes_nothing(kind: str, seen: list[Observation]) -> None:
    with opened(kind) as store:
        take(store, seen)
        once = log(store)
        take(store, seen)
        for one in seen:
            take(store, [one])
        assert log(store) == once


@pytest.mark.parametrize("kind", STORES)
@CALM
@given(data=st.data())
def test_any_interleaving_of_the_same_observations_gives_the_same_log(kind: str, data: st.DataObject) -> None:
    seen = data.draw(st.lists(observations, min_size=2, max_size=8))
    shuffled = data.draw(st.permutations(seen))
    cut = data.draw(st.integers(0, len(seen)))
    with opened(kind) as in_order, opened(kind) as otherwise:
        take(in_order, seen)
        take(otherwise, shuffled[:cut])
        for one in shuffled[cut:]:
            take(otherwise, [one])
        told, wanted = log(otherwise), log(in_order)
        assert [row for row in told if row not in wanted] == [row for row in wanted if row not in told]


swinging = st.builds(
    lambda hour, text, is_gone: (
        Gone("Gazette", "https://gazette.example/bridge", when(hour))
        if is_gone
        else article(hour / 24, TEXTS[text])
    ),
    st.integers(0, 480),
    st.sampled_from((0, 0, 0, 1, 1, 1, 2)),
    st.sampled_from((False,) * 5 + (True,)),
)


@pytest.mark.parametrize("kind", STORES)
@CALM
@given(data=st.data())
def test_a_page_that_swings_has_one_log_whatever_the_order(kind: str, data: st.DataObject) -> None:
    seen = data.draw(st.lists(swinging, min_size=8, max_size=16, unique_by=lambda one: one.captured_at))
    shuffled = data.draw(st.permutations(seen))
    cut = data.draw(st.integers(0, len(seen)))
    with opened(kind) as in_order, opened(kind) as otherwise:
        for one in sorted(seen, key=lambda one: one.captured_at or when(0)):
            take(in_order, [one])
        take(otherwise, shuffled[:cut])
        for one in shuffled[cut:]:
            take(otherwise, [one])
        assert log(otherwise) == log(in_order)


@CALM
@given(seen=st.lists(observations, max_size=10))
def test_both_stores_give_the_same_log(seen: list[Observation]) -> None:
    with opened("memory") as memory, opened("sqlite") as sqlite:
        for one in seen:
            take(memory, [one])
            take(sqlite, [one])
        assert log(memory) == log(sqlite)


@pytest.mark.parametrize("kind", STORES)
@CALM
@given(data=st.data())
def test_every_single_word_edit_of_a_body_makes_exactly_one_change(kind: str, data: st.DataObject) -> None:
    paragraph = data.draw(st.integers(0, len(BRIDGE) - 1))
    words = BRIDGE[paragraph].split()
    place = data.draw(st.integers(0, len(words) - 1))
    word = data.draw(st.text("abcdefghij0123456789", min_size=1, max_size=8))
    edited_words = data.draw(
        st.sampled_from(
            [
                [*words[:place], word, *words[place + 1 :]],
                [*words[:place], word, *words[place:]],
                [*words[:place], *words[place + 1 :]],
            ]
        )
    )
    edited = (*BRIDGE[:paragraph], " ".join(edited_words), *BRIDGE[paragraph + 1 :])
    with opened(kind) as store:
        take(store, [article(0)])
        take(store, [article(1, edited)])
        take(store, [article(2, edited)])
        kinds = [row["kind"] for row in log(store)]
        assert kinds == (["new"] if edited == BRIDGE else ["new", "changed"])
