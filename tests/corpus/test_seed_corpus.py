"""The real seed documents, which are not part of the repository: figures and dates, no sentence of theirs.

``PRESSWATCH_SEED_CORPUS`` names their folder. Without it there is nothing to test, with it nothing skips.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from crawler import config, seed, wiring
from storage.memory import MemoryStore
from storage.records import Article, Listing
from storage.store import Filter

CORPUS = os.environ.get("PRESSWATCH_SEED_CORPUS")

pytestmark = pytest.mark.skipif(CORPUS is None, reason="PRESSWATCH_SEED_CORPUS names no folder")


def documents() -> list[Path]:
    found = sorted(Path(CORPUS or "").glob("*.txt"))
    assert len(found) == 2, f"{CORPUS} should hold the two documents"
    return found


def seeded(times: int) -> MemoryStore:
    store = MemoryStore()

    async def take() -> None:
        async with wiring.parsers(config.Settings()) as parse:
            for _ in range(times):
                summary = await seed.seed(
                    store,
                    documents(),
                    parse=parse,
                    source_of=seed.source_of(()),
                    key_of=wiring.key_of(()),
                )
                assert summary.problems == []

    asyncio.run(take())
    return store


def observations() -> tuple[list[Article], list[Listing]]:
    seen = [sighting.observation for sighting in seeded(1).sightings()]
    return [o for o in seen if isinstance(o, Article)], [o for o in seen if isinstance(o, Listing)]


def test_the_documents_give_the_articles_they_hold() -> None:
    headed, bare = observations()[0]
    assert (headed.headline is not None, headed.published, len(headed.paragraphs)) == (True, "2024-08-01", 13)
    assert (bare.headline, bare.published, len(bare.paragraphs)) == (None, None, 12)
    assert [str(a.captured_at)[:10] for a in (headed, bare)] == ["2026-01-20", "2026-01-31"]
    assert {a.source for a in (headed, bare)} == {"Pyongyang Times"}


def test_every_doubled_teaser_line_is_folded_and_none_is_lost() -> None:
    headed, bare = observations()[1]
    assert (len(headed.teasers), len(bare.teasers)) == (15, 20)
    assert all(t.headline and t.excerpt and t.date for t in headed.teasers)
    assert all(t.headline is None and t.excerpt and t.date for t in bare.teasers)


def test_no_article_text_holds_what_stands_around_it() -> None:
    articles, listings = observations()
    furniture = {t.excerpt for one in listings for t in one.teasers} | {"More Articles"}
    for article in articles:
        assert not furniture & set(article.paragraphs)
        assert not any(p.startswith(("More From", "Date:", "KCNA ")) for p in article.paragraphs)


def test_the_two_documents_together_give_37_changes_all_new_however_often_they_are_taken() -> None:
    log = list(seeded(2).changes(Filter()))
    assert [change.kind.value for change in log] == ["new"] * 37
    assert [change.subject.value for change in log[:2]] == ["article", "teaser"]
