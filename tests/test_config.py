"""config.toml: what may stand in it, what a wrong one is told, and the one edit we make to it."""

from __future__ import annotations

import re
import stat
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from crawler import config
from crawler.config.keys import BLOCKS
from crawler.errors import ConfigError
from storage.records import DateOrder, Source

SHIPPED = Path(__file__).parent.parent / "config.toml"
A_SOURCE = '[[sources]]\nname = "Harbour Post"\nlistings = ["https://harbour.example/latest/"]\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def read(file: Path, text: str) -> config.Settings:
    file.write_text(text, encoding="utf-8")
    return config.load(file)


def problems(file: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(file, text)
    return caught.value.problems


# ---------------------------------------------------------------- the shipped file


def documented(section: str) -> dict[str, tuple[str, str]]:
    """The keys of one section of the shipped file: key -> (its comment, its value as written).

    A key that is not set stands there as `#key = value`.
    """
    text = SHIPPED.read_text(encoding="utf-8")
    header = rf"\[\[{section}\]\]" if section in BLOCKS else rf"\[{section}\]"
    body = re.split(rf"\n(?:# )?{header}\n", text, maxsplit=1)[1]
    body = re.split(r"\n(?:# )?\[", body, maxsplit=1)[0]
    found = re.findall(r"((?:^# .*\n)+)^#?(\w+) = (.+)$", body, re.MULTILINE)
    return {key: (re.sub(r"\n?# ", " ", comment), value) for comment, key, value in found}


KEYS = [(section, key) for section, model in config.SECTIONS.items() for key in model.model_fields]


def default_of(section: str, key: str) -> Any:
    return config.SECTIONS[section].model_fields[key].default


def test_the_shipped_file_is_valid() -> None:
    assert [source.name for source in config.load(SHIPPED).sources] == ["Pyongyang Times"]


def test_the_shipped_file_has_exactly_the_known_sections() -> None:
    found = list(tomllib.loads(SHIPPED.read_text(encoding="utf-8")))
    assert [*found, "notify"] == list(config.SECTIONS)  # whom to tell, nobody but its owner can say


@pytest.mark.parametrize("section", config.SECTIONS)
def test_every_known_key_is_documented_in_the_shipped_file_and_no_other(section: str) -> None:
    assert list(documented(section)) == list(config.SECTIONS[section].model_fields)


def test_a_key_that_is_not_set_can_be_set_as_the_shipped_file_shows(file: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8").replace('every = "6h"', "")
    text = re.sub(r"(?m)^#(?:(\w+ = )| (\[\[notify\]\])$)", r"\1\2", text).replace('url_env = "DESK_URL"', "")
    settings = read(file, text)
    assert settings.sources[0].cron == "15 6,18 * * *"
    assert settings.notify[0].digest == "daily 08:00"


def test_a_former_name_stands_for_the_source_without_its_addresses(file: Path) -> None:
    new, old = read(file, A_SOURCE + 'formerly = ["Old Harbour"]\nevery = "2h"\n').sources
    assert (old.name, old.addresses, old.every, old.formerly) == ("Old Harbour", (), "2h", ())
    assert (new.name, new.every) == ("Harbour Post", "2h")


@pytest.mark.parametrize("former", ["Harbour Post", "harbour post", 'A", "a'])
def test_a_former_name_is_nobody_elses(file: Path, former: str) -> None:
    (found,) = problems(file, f'{A_SOURCE}formerly = ["{former}"]\n')
    assert "is the name of another source, or given twice" in found


def test_a_source_has_one_rhythm(file: Path) -> None:
    (found,) = problems(file, A_SOURCE + 'every = "1h"\ncron = "@daily"\n')
    assert "give every or cron, not both" in found


@pytest.mark.parametrize(("section", "key"), KEYS)
def test_the_comment_of_a_key_names_its_default(section: str, key: str) -> None:
    comment, _ = documented(section)[key]
    stated = comment.rsplit("Default: ", 1)[1]
    default = default_of(section, key)
    if default is None or config.SECTIONS[section].model_fields[key].is_required():
        assert stated.startswith(("not set", "none"))
    else:
        value = tomllib.loads(f"value = {stated}")["value"]
        assert (tuple(value) if isinstance(value, list) else value) == default


@pytest.mark.parametrize(
    ("section", "key"), [pair for pair in KEYS if pair[1].endswith(("_seconds", "_bytes"))]
)
def test_the_comment_of_a_measured_key_names_its_unit(section: str, key: str) -> None:
    assert key.rsplit("_", 1)[1] in documented(section)[key][0].lower()


def test_apart_from_its_patience_the_shipped_file_holds_the_defaults() -> None:
    shipped, plain = config.load(SHIPPED), config.Settings()
    assert shipped.fetch.model_copy(update={"delay_seconds": 2.0}) == plain.fetch
    assert (shipped.storage, shipped.seeds, shipped.crawl, shipped.report) == (
        plain.storage,
        plain.seeds,
        plain.crawl,
        plain.report,
    )


def test_the_first_source_is_asked_politely() -> None:
    settings = config.load(SHIPPED)
    (source,) = config.sources(settings)
    assert (settings.fetch.delay_seconds, source.every_seconds) == (5.0, 21600.0)
    assert (source.recipe, source.time_zone, source.date_order) == ("kcnawatch", "Asia/Seoul", DateOrder.DMY)


# ---------------------------------------------------------------- which file


def test_without_any_file_every_key_has_its_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = config.load()
    assert (settings, settings.path, settings.folder) == (config.Settings(), None, tmp_path)


def test_the_file_of_the_current_folder_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.toml").write_text("[fetch]\nconcurrency = 3\n")
    monkeypatch.chdir(tmp_path)
    assert config.load(None, {"PRESSWATCH_CONFIG": ""}).fetch.concurrency == 3


def test_the_environment_names_a_file_and_a_given_path_outranks_it(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("[fetch]\nconcurrency = 1\n")
    (tmp_path / "b.toml").write_text("[fetch]\nconcurrency = 2\n")
    environ = {"PRESSWATCH_CONFIG": str(tmp_path / "a.toml")}
    assert config.load(None, environ).fetch.concurrency == 1
    assert config.load(tmp_path / "b.toml", environ).fetch.concurrency == 2


def test_a_named_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gone\.toml: it cannot be read: No such file"):
        config.load(None, {"PRESSWATCH_CONFIG": str(tmp_path / "gone.toml")})


def test_a_byte_order_mark_and_windows_line_ends_are_no_trouble(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf[fetch]\r\nconcurrency = 3\r\n")
    assert config.load(file).fetch.concurrency == 3


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"[fetch\n", "it is not TOML: Expected ']'"),
        (b"[fetch]\nconcurrency = 1\nconcurrency = 2\n", "it is not TOML: Cannot overwrite a value"),
        (b'[fetch]\ncontact = "\xff"\n', "it is not UTF-8 text: see byte 19"),
        (b"a = " + b"[" * 5000, "it is not TOML: "),
        (b"a = " + b"1" * 5000, "it is not TOML: "),
    ],
)
def test_a_file_that_is_not_toml_says_so(file: Path, data: bytes, reason: str) -> None:
    file.write_bytes(data)
    with pytest.raises(ConfigError) as caught:
        config.load(file)
    assert caught.value.problems[0].startswith(reason)


def test_settings_cannot_be_altered(file: Path) -> None:
    settings = read(file, A_SOURCE)
    for thing, name in ((settings, "folder"), (settings.fetch, "concurrency"), (settings.sources[0], "name")):
        with pytest.raises((AttributeError, ValueError)):
            setattr(thing, name, None)


# ---------------------------------------------------------------- what is wrong, and what to write


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[fetch]\ndelay_secs = 1\n", "[fetch] delay_secs: unknown key; did you mean delay_seconds?"),
        ("[fetch]\nuser-agent = 'x'\n", "[fetch] user-agent: unknown key; did you mean user_agent?"),
        ("[fetch]\ntimeout = 1\n", "[fetch] timeout: unknown key; did you mean total_seconds?"),
        (
            "[fetch]\nverify_moves = true\n",
            "[fetch] verify_moves: unknown key; did you mean [crawl] verify_moves?",
        ),
        ("[storage]\nzzz = 1\n", "[storage] zzz: unknown key; known here are url, evidence"),
        ("[fetsch]\n", "[fetsch]: unknown section; did you mean [fetch]?"),
        ("[[source]]\n", "[source]: unknown section; did you mean [[sources]]?"),
        (
            "concurrency = 1\n",
            "concurrency: unknown key outside of any section; did you mean [fetch] concurrency?",
        ),
        (
            A_SOURCE + "interval = '1h'\n",
            '[[sources]] "Harbour Post" interval: unknown key; did you mean every?',
        ),
    ],
)
def test_an_unknown_key_suggests_the_right_one(file: Path, text: str, problem: str) -> None:
    assert problems(file, text) == [problem]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            '[fetch]\nconcurrency = "8"\n',
            (
                '[fetch] concurrency: "8" was given; expected a whole number of requests from 1 to 256, '
                "such as concurrency = 8"
            ),
        ),
        (
            "[fetch]\ndelay_seconds = -1\n",
            (
                "[fetch] delay_seconds: -1 was given; expected a number of seconds from 0 to 86400, "
                "such as delay_seconds = 2.0"
            ),
        ),
        (
            "[fetch]\nallow_private_addresses = 1\n",
            (
                "[fetch] allow_private_addresses: 1 was given; expected true or false, "
                "such as allow_private_addresses = false"
            ),
        ),
        (
            '[seeds]\npaths = "seeds"\n',
            (
                '[seeds] paths: "seeds" was given; expected a list of files or folders, '
                'such as paths = ["seeds"]'
            ),
        ),
        (
            '[storage]\nurl = "postgresql://desk:hush@db/press"\n',
            (
                '[storage] url: "postgresql://desk:***@db/press" was given; expected sqlite:///FILE or '
                'postgresql+psycopg://USER@HOST/DATABASE, such as url = "sqlite:///presswatch.db" '
                "(write postgresql+psycopg:// for PostgreSQL)"
            ),
        ),
        (
            '[report]\ntime_zone = "asia/seul"\n',
            (
                '[report] time_zone: "asia/seul" was given; expected the IANA name of a time zone, '
                'such as time_zone = "Europe/London" (did you mean "Asia/Seoul"?)'
            ),
        ),
        (
            A_SOURCE + 'every = "6 hours"\n',
            (
                '[[sources]] "Harbour Post" every: "6 hours" was given; expected a duration from 1s to 366d, '
                "such as every = \"6h\" ('6 hours' is no duration: write a number and s, m, h or d, "
                "such as 30m)"
            ),
        ),
        ("fetch = 3\n", "[fetch]: 3 was given; expected a section of keys"),
        (
            '[sources]\nname = "x"\n',
            "[sources]: write [[sources]], with two brackets, one block for each source",
        ),
        (
            '[[sources]]\nlistings = ["https://harbour.example/"]\n',
            (
                "[[sources]] number 1: name is missing; give the name under which the source is reported, "
                'such as name = "Pyongyang Times"'
            ),
        ),
    ],
)
def test_a_wrong_value_says_the_key_what_was_given_and_what_is_expected(
    file: Path, text: str, problem: str
) -> None:
    assert problems(file, text) == [problem]


@pytest.mark.parametrize(
    "line",
    [
        "[fetch]\nconcurrency = 0",
        "[fetch]\nconcurrency = 257",
        "[fetch]\nconcurrency = 2.5",
        "[fetch]\nconcurrency = true",
        "[fetch]\nper_host = 0",
        "[fetch]\ndelay_seconds = nan",
        "[fetch]\ndelay_seconds = inf",
        "[fetch]\ntotal_seconds = 0",
        "[fetch]\nlimit_bytes = 1023",
        "[fetch]\nlimit_bytes = 1073741825",
        '[fetch]\nuser_agent = ""',
        '[fetch]\nuser_agent = "a\\r\\nCookie: b"',
        '[fetch]\nuser_agent = "a\\n"',
        '[fetch]\ncontact = "me"',
        '[fetch]\ncontact = "me@news.example\\r\\nX: y"',
        '[fetch]\ncontact = "me@news.example)"',
        "[crawl]\nmax_new_per_host = 0",
        "[crawl]\nbatch_pages = 0",
        "[crawl]\nparser_processes = 0",
        "[crawl]\nparser_bytes = 1000",
        '[storage]\nurl = "mysql://host/db"',
        '[storage]\nurl = "sqlite:///"',
        '[storage]\nurl = "sqlite:///:memory:"',
        '[storage]\nevidence = ""',
        '[storage]\nevidence = "~/evidence"',
        '[report]\ntime_zone = "Asia"',
        '[report]\ntime_zone = "../../etc/passwd"',
    ],
)
def test_values_out_of_bounds_are_refused(file: Path, line: str) -> None:
    assert len(problems(file, line)) == 1


@pytest.mark.parametrize(
    "line",
    [
        'feeds = ["harbour.example/feed"]',
        'feeds = ["/feed"]',
        'feeds = ["ftp://harbour.example/feed"]',
        'feeds = ["file:///etc/passwd"]',
        'feeds = ["https:harbour.example"]',
        'feeds = ["https://"]',
        'feeds = ["https://harbour.example:99999/"]',
        'feeds = ["https://me:hush@harbour.example/feed"]',
        'feeds = ["https://harbour.example/a b"]',
        'feeds = ["https://harbour.example/\\n"]',
        "feeds = [3]",
        'hosts = ["https://harbour.example"]',
        'hosts = ["harbour.example/news"]',
        'hosts = [""]',
        'date_order = "dmy"',
        'language = "english!"',
        'every = "0s"',
        'every = "2000d"',
        "every = 30",
        'time_zone = ""',
        "enabled = 1",
        'recipe = ["kcnawatch"]',
    ],
)
def test_a_source_with_a_wrong_value_is_refused(file: Path, line: str) -> None:
    assert len(problems(file, A_SOURCE + line)) == 1


def test_a_password_in_an_address_is_not_repeated(file: Path) -> None:
    (problem,) = problems(file, A_SOURCE + 'feeds = ["https://me:hush@harbour.example/feed"]')
    assert "hush" not in problem


def test_all_problems_are_told_at_once_and_each_names_the_file(file: Path) -> None:
    text = (
        'colour = 1\n[fetch]\ndelay_secs = 1\nconcurrency = "8"\n[report]\ntime_zone = "Moon/Base"\n'
        '[[sources]]\nname = "A"\n[[sources]]\nname = "a "\nlistings = ["https://a.example/", "b"]\n'
    )
    with pytest.raises(ConfigError) as caught:
        read(file, text)
    starts = ("colour:", "[fetch] concurrency:", "[fetch] delay_secs:", "[report] time_zone:")
    starts += (
        '[[sources]] "A": it watches nothing',
        '[[sources]] "a " listings: "b"',
        '[[sources]] "a ": this name',
    )
    assert [p.startswith(start) for p, start in zip(caught.value.problems, starts, strict=True)] == [True] * 7
    assert str(caught.value).count(f"{file}: ") == 7


def test_a_misspelt_address_key_is_one_problem_not_two(file: Path) -> None:
    text = '[[sources]]\nname = "A"\nlisting = ["https://a.example/"]\n'
    assert problems(file, text) == ['[[sources]] "A" listing: unknown key; did you mean listings?']


# ---------------------------------------------------------------- what the settings mean


@pytest.mark.parametrize(
    ("url", "resolved"),
    [
        ("sqlite:///store.db", "sqlite:///{folder}/store.db"),
        ("sqlite:///data/store.db", "sqlite:///{folder}/data/store.db"),
        ("sqlite:////srv/press/store.db", "sqlite:////srv/press/store.db"),
        ("postgresql+psycopg://desk@db/press", "postgresql+psycopg://desk@db/press"),
    ],
)
def test_a_relative_store_starts_at_the_folder_of_the_file(file: Path, url: str, resolved: str) -> None:
    settings = read(file, f'[storage]\nurl = "{url}"\n')
    assert config.store_url(settings) == resolved.format(folder=file.parent)


def test_seeds_and_evidence_start_at_the_folder_of_the_file(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = '[storage]\nevidence = "raw"\n[seeds]\npaths = ["old", "/srv/seeds"]\n'
    file.write_text(text)
    monkeypatch.chdir(tmp_path.parent)
    settings = config.load(Path(tmp_path.name) / "config.toml")
    assert config.evidence_folder(settings) == tmp_path / "raw"
    assert config.seed_paths(settings) == (tmp_path / "old", Path("/srv/seeds"))


def test_without_a_file_paths_start_at_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = config.load()
    assert config.store_url(settings) == f"sqlite:///{tmp_path}/presswatch.db"
    assert config.evidence_folder(settings) == tmp_path / "presswatch-evidence"
    assert config.seed_paths(settings) == (tmp_path / "seeds",)


def test_a_name_and_one_single_article_make_a_source(file: Path) -> None:
    settings = read(file, '[[sources]]\nname = " A "\narticles = ["https://a.example/1"]\n')
    assert config.sources(settings) == (Source(name="A", articles=("https://a.example/1",)),)


def test_a_source_with_every_key_becomes_the_noun(file: Path) -> None:
    text = """[[sources]]
    name = "Harbour Post"
    recipe = "harbour"
    listings = ["https://harbour.example/"]
    feeds = ["https://harbour.example/feed"]
    sitemaps = ["https://harbour.example/sitemap.xml"]
    articles = ["https://harbour.example/1"]
    hosts = ["WWW.Harbour.example", "127.0.0.1:8080"]
    articles_like = ["/2026/*"]
    render = true
    time_zone = "Europe/Oslo"
    date_order = "YMD"
    language = "nb-NO"
    every = "2s"
    enabled = true
    """
    assert config.sources(read(file, text)) == (
        Source(
            name="Harbour Post",
            recipe="harbour",
            listings=("https://harbour.example/",),
            feeds=("https://harbour.example/feed",),
            sitemaps=("https://harbour.example/sitemap.xml",),
            articles=("https://harbour.example/1",),
            hosts=("www.harbour.example", "127.0.0.1:8080"),
            articles_like=("/2026/*",),
            is_rendered=True,
            time_zone="Europe/Oslo",
            date_order=DateOrder.YMD,
            language="nb-NO",
            every_seconds=2.0,
        ),
    )


def test_a_source_that_is_not_enabled_is_left_out(file: Path) -> None:
    assert config.sources(read(file, A_SOURCE + "enabled = false\n")) == ()


def test_the_settings_and_the_noun_have_the_same_defaults() -> None:
    settings = config.Settings(sources=(config.SourceSettings(name="A"),))
    assert config.sources(settings) == (Source(name="A"),)


def test_printed_settings_keep_the_stores_password_to_themselves(file: Path) -> None:
    settings = read(file, '[storage]\nurl = "postgresql+psycopg://desk:hush@db/press"\n')
    assert "hush" not in repr(settings) + "\n".join(config.explain(settings, {"Harbour Post": "harbour"}))
    assert config.store_url(settings) == "postgresql+psycopg://desk:hush@db/press"


# ---------------------------------------------------------------- durations


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("2s", 2.0), ("30m", 1800.0), ("6h", 21600.0), ("1d", 86400.0), ("0.5h", 1800.0), (" 24 h ", 86400.0)],
)
def test_a_duration_is_a_number_and_a_unit(text: str, seconds: float) -> None:
    assert config.parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "30", "m", "-1m", "1h30m", "1w", "1e3s", "٣m", "1" * 400 + "s", "nans"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration"):
        config.parse_duration(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0, "0s"), (0.25, "0.25s"), (90.0, "90s"), (1800.0, "30m"), (86400.0, "1d"), (100.0 * 86400, "100d")],
)
def test_a_duration_is_written_in_its_largest_unit(seconds: float, text: str) -> None:
    assert config.format_duration(seconds) == text


@given(st.integers(0, 999_999_999))
def test_a_written_duration_reads_back(seconds: int) -> None:
    assert config.parse_duration(config.format_duration(float(seconds))) == seconds


# ---------------------------------------------------------------- presswatch check


def test_check_says_what_will_happen(file: Path) -> None:
    text = (
        '[fetch]\ncontact = "desk@news.example"\n'
        + A_SOURCE
        + 'recipe = "harbour"\ntime_zone = "Europe/Oslo"\n'
    )
    settings = read(file, text)
    folder = file.parent
    assert config.explain(settings, {"Harbour Post": "harbour"}) == [
        f"Settings come from {file}.",
        f"The store is the SQLite file {folder}/presswatch.db.",
        f"Raw responses are kept in {folder}/presswatch-evidence.",
        f"Seeds are read from {folder}/seeds.",
        "Times are shown in UTC.",
        "Requests go out as presswatch/0.1, reachable at desk@news.example.",
        (
            "A host is asked once every 2s, more seldom where its robots.txt says so, 2 requests at once at "
            "most; all hosts together 8."
        ),
        "A page may take 1m and 20 MiB; its parser 2s.",
        "Harbour Post: 1 listing every 30m; recipe harbour; its times in Europe/Oslo.",
        "The daemon tells how it is at 127.0.0.1:9477.",
        "`presswatch prune` removes nothing.",
    ]
    assert config.problems(settings, {"harbour"}) == []


def test_check_warns_of_what_is_allowed_but_unwise(file: Path) -> None:
    text = "[fetch]\ndelay_seconds = 0\nallow_private_addresses = true\n" + A_SOURCE
    warnings = [line for line in config.explain(read(file, text), {}) if line.startswith("Warning: ")]
    assert [line.split(" ", 3)[2] for line in warnings] == ["delay_seconds", "allow_private_addresses"] + [
        "Post"
    ] * 2


def test_check_warns_of_a_browser_without_its_sandbox_where_pages_are_rendered(file: Path) -> None:
    off = "[browser]\nsandbox = false\n"
    source = '[[sources]]\nname = "Gazette"\nlistings = ["http://127.0.0.1:8765/"]\n'
    warned = [
        [line for line in config.explain(read(file, text), {}) if "[browser] sandbox" in line]
        for text in (off + source + "render = true\n", off + source, source + "render = true\n")
    ]
    assert [len(lines) for lines in warned] == [1, 0, 0]


def test_check_says_how_to_add_a_first_source() -> None:
    line = "No source is configured. Add one: presswatch sources add NAME URL"
    assert line in config.explain(config.Settings(), {})


def test_check_says_which_source_is_not_watched(file: Path) -> None:
    assert "Harbour Post is not watched: enabled = false." in config.explain(
        read(file, A_SOURCE + "enabled = false\n"), {}
    )


@pytest.mark.parametrize(
    ("address", "needs"),
    [
        ("https://harbour.example/", True),
        ("http://192.168.1.4/", True),
        ("http://127.0.0.1:8080/", False),
        ("http://[::1]:8080/", False),
        ("http://LOCALHOST/", False),
        ("http://localhost.harbour.example/", True),
    ],
)
def test_a_contact_is_needed_for_every_machine_but_this_one(file: Path, address: str, needs: bool) -> None:
    settings = read(file, f'[[sources]]\nname = "A"\nlistings = ["{address}"]\n')
    assert config.sources_needing_contact(settings) == (("A",) if needs else ())
    found = config.problems(settings, ())
    assert [problem.split(":")[0] for problem in found] == (["[fetch] contact"] if needs else [])


def test_a_source_that_is_not_enabled_needs_no_contact(file: Path) -> None:
    assert config.sources_needing_contact(read(file, A_SOURCE + "enabled = false\n")) == ()


def test_an_unknown_recipe_suggests_the_right_one(file: Path) -> None:
    text = '[[sources]]\nname = "A"\nrecipe = "{}"\nlistings = ["http://127.0.0.1/"]\n'
    near, far = read(file, text.format("kcna-watch")), read(file, text.format("zzz"))
    start = '[[sources]] "A" recipe: no recipe is called'
    assert config.problems(near, {"kcnawatch", "rodong"}) == [f"{start} kcna-watch; did you mean kcnawatch?"]
    assert config.problems(far, {"kcnawatch", "rodong"}) == [f"{start} zzz; there are kcnawatch, rodong"]


def test_seeds_that_are_asked_for_should_be_there(file: Path) -> None:
    line = f"Warning: [seeds] paths names {file.parent}/old, which does not exist."
    assert line in config.explain(read(file, '[seeds]\npaths = ["old"]\n'), {})
    assert not any(line.startswith("Warning") for line in config.explain(read(file, ""), {}))


def test_one_address_in_two_sources_is_a_problem(file: Path) -> None:
    text = "".join(f'[[sources]]\nname = "{name}"\nlistings = ["http://127.0.0.1/"]\n' for name in "AB")
    assert config.problems(read(file, text), ()) == [
        '[[sources]] "B": http://127.0.0.1/ is watched by "A" already; an address belongs to one source'
    ]


# ---------------------------------------------------------------- adding a source

COMMENTED = """# ours

[fetch]  # politely
concurrency = 3   # few

# the harbour
[[sources]]
name = "Harbour Post"  # daily
listings = [
    "https://harbour.example/",  # front page
]

# the hills
[[sources]]
name = "Hill Courier"
feeds = ["https://hill.example/feed"]

# shown at the desk
[report]
time_zone = "UTC"
"""


def test_a_source_is_added_below_the_others_and_comments_stay(file: Path) -> None:
    file.write_text(COMMENTED)
    is_new = config.add_source(file, "Lake Echo", "listings", ["https://lake.example/"], "lake")
    added = '[[sources]]\nname = "Lake Echo"\nrecipe = "lake"\nlistings = ["https://lake.example/"]\n\n'
    assert (is_new, file.read_text()) == (True, COMMENTED.replace("# shown", f"{added}# shown"))


def test_a_known_name_gets_the_address_added_whatever_its_case(file: Path) -> None:
    file.write_text(COMMENTED)
    config.add_source(file, "hill courier", "listings", ["https://hill.example/"])
    config.add_source(file, "hill courier", "articles", ["https://hill.example/1"])
    feeds = 'feeds = ["https://hill.example/feed"]\n'
    added = 'listings = ["https://hill.example/"]\narticles = ["https://hill.example/1"]\n'
    assert file.read_text() == COMMENTED.replace(feeds, feeds + added)


def test_an_address_is_added_to_a_commented_list(file: Path) -> None:
    file.write_text(COMMENTED)
    config.add_source(
        file, "Harbour Post", "listings", ["https://harbour.example/", "https://harbour.example/sea"]
    )
    first = '    "https://harbour.example/",  # front page\n'
    assert file.read_text() == COMMENTED.replace(first, f'{first}    "https://harbour.example/sea",\n')


def test_an_address_that_is_there_already_leaves_the_file_untouched(file: Path) -> None:
    file.write_text(COMMENTED)
    before = file.stat()
    is_new = config.add_source(file, "Harbour Post", "listings", ["https://harbour.example/"])
    assert (is_new, file.read_text(), file.stat().st_ino) == (False, COMMENTED, before.st_ino)


def test_a_missing_file_is_made(file: Path) -> None:
    config.add_source(
        file, "A", "articles", ["https://a.example/1", "https://a.example/2", "https://a.example/1"]
    )
    text = (
        '[[sources]]\nname = "A"\narticles = [\n    "https://a.example/1",\n    "https://a.example/2",\n]\n'
    )
    assert file.read_text() == text


@pytest.mark.parametrize(
    "before",
    [
        "",
        "[fetch]\nconcurrency = 3",
        A_SOURCE.replace("\n", "\r\n"),
        'sources = [{name = "B", feeds = ["https://b.example/"]}]\n[fetch]\n',
        f"{A_SOURCE}[fetch]\n" + A_SOURCE.replace("Harbour", "Hill"),
        "\ufeff" + A_SOURCE,
    ],
)
def test_a_source_can_be_added_to_every_shape_of_file(file: Path, before: str) -> None:
    file.write_bytes(before.encode())
    others = config.load(file).sources
    config.add_source(file, "A", "listings", ["https://a.example/1"])
    config.add_source(file, "A", "listings", ["https://a.example/2"])
    config.add_source(file, "A", "articles", ["https://a.example/3"], "a")
    added = config.load(file).sources[-1]
    assert config.load(file).sources[:-1] == others
    assert added == config.SourceSettings(
        name="A",
        recipe="a",
        listings=("https://a.example/1", "https://a.example/2"),
        articles=("https://a.example/3",),
    )
    assert (b"\r\n" in file.read_bytes()) == ("\r\n" in before)


def test_a_source_is_added_to_the_shipped_file(file: Path) -> None:
    shipped = SHIPPED.read_text(encoding="utf-8")
    file.write_text(shipped, encoding="utf-8")
    config.add_source(file, "A", "listings", ["https://a.example/"])
    added = '\n[[sources]]\nname = "A"\nlistings = ["https://a.example/"]\n'
    assert file.read_text(encoding="utf-8") == shipped + added


@pytest.mark.parametrize(
    ("name", "address"), [("Hill", "ftp://hill.example/"), ("", "https://hill.example/"), ("Hill\n", "x")]
)
def test_what_would_not_be_valid_is_not_written(file: Path, name: str, address: str) -> None:
    file.write_text(COMMENTED)
    with pytest.raises(ConfigError):
        config.add_source(file, name, "listings", [address])
    assert file.read_text() == COMMENTED
    assert [path.name for path in file.parent.iterdir()] == ["config.toml"]


def test_a_broken_file_is_not_added_to(file: Path) -> None:
    file.write_text("[fetch]\ndelay_secs = 1\n")
    with pytest.raises(ConfigError, match="did you mean delay_seconds"):
        config.add_source(file, "A", "listings", ["https://a.example/"])
    assert file.read_text() == "[fetch]\ndelay_secs = 1\n"


def test_permissions_and_links_stay_and_nothing_is_left_behind(file: Path, tmp_path: Path) -> None:
    real = tmp_path / "kept" / "real.toml"
    real.parent.mkdir()
    real.write_text(A_SOURCE)
    real.chmod(0o640)
    file.symlink_to(real)
    config.add_source(file, "A", "listings", ["https://a.example/"])
    assert (file.is_symlink(), stat.S_IMODE(real.stat().st_mode)) == (True, 0o640)
    assert [path.name for path in real.parent.iterdir()] == ["real.toml"]


def test_a_file_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="it cannot be written: No such file or directory"):
        config.add_source(tmp_path / "no" / "config.toml", "A", "listings", ["https://a.example/"])


def test_every_section_is_strict_and_frozen() -> None:
    kept = [model.model_config for model in config.SECTIONS.values() if issubclass(model, BaseModel)]
    assert [(each["extra"], each["frozen"], each["strict"]) for each in kept] == [
        ("forbid", True, True)
    ] * len(config.SECTIONS)


# ---------------------------------------------------------------- channels


@pytest.mark.parametrize(
    ("keys", "wrong"),
    [
        ('name = "a"', "give either url or url_env"),
        ('name = "a"\nurl = "https://desk.example/"', "a webhook is signed; give secret_env"),
        ('name = "a"\nurl = "mailtos://me:secret@mail.example"', "no password may stand here"),
        ('name = "a"\nurl_env = "X"\nsecret_env = "correct horse"', "secrets come from the environment"),
        ('name = "a"\nurl = "tgram://123456:herring/789/"', "such an address holds a token"),
        ('name = "a"\nurl = "mailtos://mail.example?user=me&pass=herring"', "no secret may stand here"),
        ('name = "a"\nurl_env = "X"\nedits = ["nubmer"]', "expected a list of kinds of edit"),
        ('name = "a"\nurl_env = "X"\ndigest = "weekly"', "write daily and a time"),
        ('name = "a"\nurl_env = "X"\nkinds = ["edited"]', "expected a list of kinds of change"),
    ],
)
def test_a_channel_that_cannot_be_is_told_what_to_write(file: Path, keys: str, wrong: str) -> None:
    assert wrong in "\n".join(problems(file, f"[[notify]]\n{keys}\n"))


@pytest.mark.parametrize("key", ["url", "url_env", "secret_env"])
@pytest.mark.parametrize("secret", ["tgram://123456:herring/789/", "a red herring"])
def test_a_secret_in_the_wrong_place_is_not_repeated(file: Path, key: str, secret: str) -> None:
    said = "\n".join(problems(file, f'[[notify]]\nname = "a"\n{key} = "{secret}"\n'))
    assert f"{key}: something else was given" in said
    assert "herring" not in said


def test_two_channels_cannot_share_a_name(file: Path) -> None:
    block = '[[notify]]\nname = "desk"\nurl_env = "X"\n'
    assert "this name is given twice" in "\n".join(problems(file, block + block))


def test_check_says_what_pruning_removes(file: Path) -> None:
    said = config.explain(read(file, "[retention]\nevidence_days = 30\nvisits_days = 90\n"), {})
    expected = (
        "`presswatch prune` removes raw responses that prove nothing after 30 days and visits after 90 days."
    )
    assert expected in said
