"""Every recipe reads its fixtures as it should; broken selectors are named, and take no other text instead."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path

import pytest

from crawler import trial
from crawler.parse import recipe, sites
from crawler.trial import Fixture

HERE = Path(__file__).parent
FIXTURES = sorted(trial.fixtures(HERE), key=lambda each: each.page)
SELECTORS = ("headline", "body", "paragraphs", "published", "modified", "byline", "rows")


def _id(fixture: Fixture) -> str:
    return f"{fixture.recipe}/{fixture.page.stem}"


@pytest.mark.parametrize("fixture", FIXTURES, ids=_id)
def test_a_page_gives_what_stands_beside_it(fixture: Fixture) -> None:
    assert trial.differences(fixture) == []


@pytest.mark.parametrize("name", sites.names())
def test_every_recipe_has_an_article_and_a_listing_to_show(name: str) -> None:
    told = [json.loads(each.expected.read_text("utf-8")) for each in FIXTURES if each.recipe == name]
    assert any(each["article"] for each in told)
    assert any(each["listing"] and each["listing"]["teasers"] for each in told)


@pytest.mark.parametrize("fixture", FIXTURES, ids=_id)
@pytest.mark.parametrize("selector", SELECTORS)
def test_a_selector_that_finds_nothing_is_named_and_nothing_is_put_in_its_place(
    fixture: Fixture, selector: str
) -> None:
    expected = json.loads(fixture.expected.read_text("utf-8"))
    if fixture.recipe == "kcnawatch" or expected["obstacle"]:
        pytest.skip("its hooks read by the lines of the page; an obstacle is read by no selector")
    whole = trial.reading(fixture, expected)
    if selector not in whole.found:
        pytest.skip("no selector of this layout, or nothing on this page")
    layouts = [each for each in sites.shipped() if each.name == fixture.recipe]
    sites.add([_broken(each, selector) for each in layouts])
    try:
        broken = trial.reading(fixture, expected)
    finally:
        sites.add([])
    assert selector in broken.missed
    if selector in ("headline", "body", "paragraphs"):
        assert broken.article is None
    elif selector == "rows":
        assert broken.listing is None or broken.listing.teasers == ()
    elif whole.article is not None and broken.article is not None:
        assert broken.article.paragraphs == whole.article.paragraphs
        assert broken.article.headline == whole.article.headline


def test_a_difference_names_the_field_and_both_values(tmp_path: Path) -> None:
    page = tmp_path / "apnews" / "article.html"
    page.parent.mkdir()
    page.write_bytes((HERE / "apnews" / "article.html").read_bytes())
    expected = json.loads((HERE / "apnews" / "article.json").read_text("utf-8"))
    expected["article"]["headline"] = "Another headline"
    page.with_suffix(".json").write_text(json.dumps(expected))
    (fixture,) = trial.fixtures(tmp_path)
    (wrong,) = trial.differences(fixture)
    assert wrong.field == "article.headline"
    assert list(trial.as_table([wrong]))[1:] == [
        "  article.headline",
        '    expected  "Another headline"',
        '    found     "Kite makers of Sorrel Bay open winter school"',
    ]


def _broken(layout: recipe.Recipe, selector: str) -> recipe.Recipe:
    assert selector in {each.name for each in fields(layout)}
    return replace(layout, **{selector: "x-nothing-here"}) if getattr(layout, selector) else layout
