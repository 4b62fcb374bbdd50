"""`presswatch check` and `sources`: which file counts, what is wrong in it, and what is written into it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from crawler import urls
from tests.contract.conftest import Run, article

SOURCE = '[[sources]]\nname = "Gazette"\nlistings = ["https://gazette.example/latest/"]\n'


def test_a_valid_configuration_is_explained(run: Run, folder: Path) -> None:
    (folder / "config.toml").write_text(f'[fetch]\ncontact = "a@b.example"\n{SOURCE}every = "6h"\n')
    answer = run("check")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.endswith("The configuration is valid.\n")
    assert "Gazette: 1 listing every 6h; the generic parser" in answer.out


def test_a_name_and_one_listing_are_enough_and_a_contact_is_asked_for_before_the_first_crawl(
    run: Run, folder: Path
) -> None:
    (folder / "config.toml").write_text(SOURCE)
    checked, crawled = run("check"), run("crawl")
    last = checked.out.splitlines()[-1]
    assert (checked.status, last.startswith("Before the first crawl: [fetch] contact: ")) == (0, True)
    assert (crawled.status, "[fetch] contact" in crawled.err) == (2, True)


def test_a_source_that_is_rendered_needs_a_browser_that_is_there(run: Run, folder: Path) -> None:
    (folder / "config.toml").write_text(
        f'[fetch]\ncontact = "a@b.example"\n[browser]\nexecutable = "/no/such/chromium"\n{SOURCE}render = true\n'
    )
    checked, crawled = run("check"), run("crawl")
    wanted = (
        "[[sources]] Gazette render: [browser] executable: /no/such/chromium is no program that can be run"
    )
    assert (checked.status, checked.out.splitlines()[-1]) == (0, f"Before the first crawl: {wanted}")
    assert (crawled.status, wanted in crawled.err) == (2, True)


def test_every_wrong_key_is_told_at_once_with_the_right_one(run: Run, folder: Path) -> None:
    (folder / "config.toml").write_text(
        f'[fetch]\ndelay = 5\nuser_agnet = "x"\n[storrage]\nurl = "x"\n{SOURCE}evry = "6h"\n'
    )
    answer = run("check")
    assert (answer.status, answer.out) == (2, "")
    hints = ["delay_seconds", "user_agent", "[storage]", "every"]
    assert [hint for hint in hints if f"did you mean {hint}?" not in answer.err] == []


@pytest.mark.parametrize(
    "command", [["check"], ["report"], ["seed"], ["crawl"], ["items"], ["sources"], ["db", "upgrade"]]
)
def test_no_command_runs_on_a_wrong_configuration(run: Run, folder: Path, command: list[str]) -> None:
    (folder / "config.toml").write_text("[fetch]\ndelay = 5\n")
    assert (run(*command).status, list(folder.iterdir())) == (2, [folder / "config.toml"])


def test_an_unknown_recipe_is_told_by_check(run: Run, folder: Path) -> None:
    (folder / "config.toml").write_text(f'{SOURCE}recipe = "kcnawach"\n')
    answer = run("check")
    assert (answer.status, "kcnawatch" in answer.err) == (2, True)


def test_the_option_goes_before_the_variable_and_both_before_the_folder(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("config", "variable", "option"):
        (folder / f"{name}.toml").write_text(SOURCE.replace("Gazette", name))
    said = [run("sources").out]
    monkeypatch.setenv("PRESSWATCH_CONFIG", "variable.toml")
    said.append(run("sources").out)
    said.append(run("--config", "option.toml", "sources").out)
    assert [one.split()[0] for one in said] == ["config", "variable", "option"]


def test_relative_paths_start_at_the_configuration_file(run: Run, folder: Path) -> None:
    (folder / "desk" / "old").mkdir(parents=True)
    (folder / "desk" / "old" / "a.jsonl").write_text(article())
    (folder / "desk" / "news.toml").write_text(
        '[storage]\nurl = "sqlite:///kept/store.db"\n[seeds]\npaths = ["old"]\n'
    )
    assert run("--config", "desk/news.toml", "seed").status == 0
    assert sorted(path.name for path in folder.iterdir()) == ["desk"]
    assert (folder / "desk" / "kept" / "store.db").is_file()
    assert len(run("--config", "desk/news.toml", "items", "--jsonl").lines) == 1


# ---------------------------------------------------------------- sources


def test_a_source_is_added_below_what_is_there_and_comments_stay(run: Run, folder: Path) -> None:
    before = f"# Our desk.\n[fetch]\ndelay_seconds = 3.0  # be kind\n\n# The first of them.\n{SOURCE}"
    (folder / "config.toml").write_text(before)
    answer = run("sources", "add", "Courier", "https://courier.example/news/")
    after = (folder / "config.toml").read_text()
    assert (answer.status, after.startswith(before)) == (0, True)
    assert answer.out == (
        "Added to new source “Courier” in config.toml: https://courier.example/news/, as a listing\n"
    )
    assert run("sources").out == (
        "Gazette  (every 30m)\n  https://gazette.example/latest/\n"
        "Courier  (every 30m)\n  https://courier.example/news/\n"
    )


def test_one_article_can_be_watched_alone(run: Run, folder: Path) -> None:
    url = "https://courier.example/2026/03/otters-return-to-the-mill-stream/"
    answer = run("sources", "add", "Courier", url)
    assert answer.out.endswith(f"{url}, as an article\n")
    assert f'articles = ["{url}"]' in (folder / "config.toml").read_text()
    assert run("check").status == 0


def test_what_an_address_is_can_be_said(run: Run, folder: Path) -> None:
    run("sources", "add", "Courier", "https://courier.example/all", "--as", "feed")
    assert 'feeds = ["https://courier.example/all"]' in (folder / "config.toml").read_text()


def test_adding_twice_adds_once(run: Run, folder: Path) -> None:
    run("sources", "add", "Courier", "https://courier.example/news/")
    once = (folder / "config.toml").read_text()
    assert (run("sources", "add", "Courier", "https://courier.example/news/").status, once) == (
        0,
        (folder / "config.toml").read_text(),
    )


def test_a_refused_address_leaves_the_file_as_it_was(run: Run, folder: Path) -> None:
    (folder / "config.toml").write_text(SOURCE)
    assert run("sources", "add", "Courier", "ftp://courier.example/").status == 2
    assert (folder / "config.toml").read_text() == SOURCE


def test_a_list_of_addresses_is_imported_once_and_its_wrong_lines_are_named(run: Run, folder: Path) -> None:
    (folder / "config.toml").write_text(SOURCE)
    (folder / "list.txt").write_text(
        "# kept since 2019\nhttps://gazette.example/a\nhttps://gazette.example/a?utm_source=x  # the same\n"
        "\nnonsense\nhttps://gazette.example/b\n"
    )
    answer = run("sources", "import", "Gazette", "list.txt")
    assert (answer.status, answer.out) == (1, "Imported 2 addresses, 0 known already\n")
    assert answer.err == "presswatch: list.txt:5: 'nonsense' is no web address\n"
    assert run("sources", "import", "Gazette", "list.txt").out == "Imported 0 addresses, 2 known already\n"


def test_an_import_for_an_unknown_source_or_from_nowhere_is_told(run: Run, folder: Path) -> None:
    (folder / "config.toml").write_text(SOURCE)
    (folder / "list.txt").write_text("https://gazette.example/a\n")
    assert run("sources", "import", "Courier", "list.txt").err == (
        "presswatch: no source is named 'Courier': add it first with `presswatch sources add`\n"
    )
    nowhere = run("sources", "import", "Gazette", "nowhere.txt")
    assert (nowhere.status, nowhere.err) == (
        1,
        "presswatch: nowhere.txt: cannot be read: No such file or directory\n",
    )


# ---------------------------------------------------------------- a site that is looked at


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A press site on loopback with a front page of four stories and a feed of three."""
    folder = tmp_path_factory.mktemp("site")
    rows = "".join(
        f"<article><h3><a href=/2026/03/{n}/how-the-crates-were-counted>How {n} crates were counted</a></h3></article>"
        for n in (11, 12, 13, 14)
    )
    head = (
        '<meta property="og:site_name" content="Gazette">'
        '<link rel="alternate" type="application/rss+xml" href="/news.xml">'
    )
    (folder / "index.html").write_text(
        f"<html><head><title>Gazette</title>{head}</head><body>{rows}</body></html>"
    )
    items = "".join(
        f"<item><title>{n} crates</title><link>/2026/03/{n}/how-the-crates-were-counted</link></item>"
        for n in (11, 12, 13)
    )
    (folder / "news.xml").write_text(f'<rss version="2.0"><channel><title>G</title>{items}</channel></rss>')
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


LOOSE = "# mine\n[fetch]\ndelay_seconds = 0.0\nallow_private_addresses = true\n"


@pytest.mark.network_loopback
def test_a_site_is_looked_at_and_nothing_is_written_before_that_is_agreed(
    run: Run, folder: Path, site: str
) -> None:
    (folder / "config.toml").write_text(LOOSE)
    answer = run("sources", "add", site, "--jsonl")
    assert [(line["kind"], line["fresh"], line["is_taken"]) for line in answer.lines] == [
        ("feed", 3, True),
        ("listing", 1, True),
    ]
    assert (answer.status, "Nothing was written" in answer.err) == (0, True)
    assert (folder / "config.toml").read_text() == LOOSE


@pytest.mark.network_loopback
def test_what_a_site_offers_is_written_once_agreed_and_can_be_crawled(
    run: Run, folder: Path, site: str
) -> None:
    (folder / "config.toml").write_text(LOOSE)
    assert run("sources", "add", site, "--yes").status == 0
    written = (folder / "config.toml").read_text()
    assert written.startswith("# mine\n")
    assert f'feeds = ["{site}news.xml"]' in written
    assert f'listings = ["{site}"]' in written
    assert run("check").status == 0


@pytest.mark.network_loopback
def test_a_site_that_claims_the_name_of_another_one_gets_that_of_its_host(
    run: Run, folder: Path, site: str
) -> None:
    (folder / "config.toml").write_text(
        f'{LOOSE}contact = "a@b.example"\n[[sources]]\nname = "GAZETTE"\nfeeds = ["https://other.example/feed"]\n'
    )
    answer = run("sources", "add", site, "--yes")
    assert (answer.status, f"Added “{urls.host(site)}” to" in answer.err) == (0, True)
    assert run("check").status == 0


@pytest.mark.network_loopback
def test_a_site_is_called_what_its_user_calls_it(run: Run, folder: Path, site: str) -> None:
    (folder / "config.toml").write_text(LOOSE)
    assert "Added “Harbour” to" in run("sources", "add", site, "--name", "Harbour", "--yes").err
    assert 'name = "Harbour"' in (folder / "config.toml").read_text()
    again = run("sources", "add", "Harbour", site, "--name", "Port")
    assert (again.status, "--name goes with a URL alone" in again.err) == (2, True)


def test_a_public_site_is_not_looked_at_before_somebody_can_be_reached(run: Run, folder: Path) -> None:
    answer = run("sources", "add", "https://gazette.example/")
    assert (answer.status, "[fetch] contact" in answer.err) == (2, True)


def test_a_name_alone_says_nothing_of_what_is_to_be_watched(run: Run, folder: Path) -> None:
    answer = run("sources", "add", "Gazette")
    assert (answer.status, "Give its address" in answer.err) == (2, True)


def test_articles_that_nobody_visits_are_told(run: Run, folder: Path) -> None:
    (folder / "list.txt").write_text("https://gazette.example/2026/1/\nhttps://gazette.example/2026/2/\n")
    (folder / "config.toml").write_text(SOURCE)
    run("sources", "import", "Gazette", "list.txt")
    renamed = SOURCE.replace("Gazette", "Herald")
    (folder / "config.toml").write_text(renamed)
    shown = run("sources").out
    assert (
        "Gazette  (not in the configuration: nobody visits its articles, 2 of them due)\n    known from seeds"
        in shown
    )
    (folder / "config.toml").write_text(f'{renamed}formerly = ["Gazette"]\n')
    assert "nobody visits" not in run("sources").out
    assert "Gazette: the articles known by this former name" in run("check").out


@pytest.mark.network_loopback
def test_a_source_that_was_renamed_is_told_how_to_say_so(run: Run, folder: Path, site: str) -> None:
    (folder / "config.toml").write_text(f'{LOOSE}[[sources]]\nname = "Gazette"\nlistings = ["{site}"]\n')
    run("crawl")
    (folder / "config.toml").write_text(f'{LOOSE}[[sources]]\nname = "Herald"\nlistings = ["{site}"]\n')
    assert 'renamed? Give its new block formerly = ["Gazette"]' in run("sources").out


def test_going_back_needs_listings_and_a_day_that_is_one(run: Run, folder: Path) -> None:
    (folder / "config.toml").write_text('[[sources]]\nname = "Feed"\nfeeds = ["http://127.0.0.1:9/feed"]\n')
    alone, wrong, none = (
        run("crawl", "--until", "2024-01-31"),
        run("crawl", "--backfill", "--until", "May"),
        run("crawl", "--backfill"),
    )
    assert (alone.status, "--until belongs to --backfill" in alone.err) == (2, True)
    assert (wrong.status, "--until May: give a day, such as 2024-01-31" in wrong.err) == (2, True)
    assert (none.status, "none of these sources has listings" in none.err) == (2, True)
