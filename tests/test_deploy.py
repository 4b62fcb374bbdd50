"""What the files for operators promise: a plain user, no secrets, commands that there are."""

from __future__ import annotations

import ast
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from crawler.cli import app
from crawler.config.keys import DaemonSettings

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
PORT = DaemonSettings().listen.rpartition(":")[2]


def unit() -> dict[str, list[str]]:
    """The directives of the unit: name -> values, in order."""
    found: dict[str, list[str]] = {}
    for line in (DEPLOY / "presswatch.service").read_text().splitlines():
        if line and line[0] not in "#[":
            name, value = line.split("=", 1)
            found.setdefault(name, []).append(value)
    return found


def stages() -> list[list[tuple[str, str]]]:
    """The stages of the Dockerfile, each a list of instruction and words."""
    text = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ")
    found: list[list[tuple[str, str]]] = []
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, words = line.split(None, 1)
            if name == "FROM":
                found.append([])
            found[-1].append((name, words))
    return found


def image(name: str) -> list[str]:
    """The words of this instruction in the image that remains."""
    return [words for instruction, words in stages()[-1] if instruction == name]


def compose() -> dict[str, Any]:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())  # type: ignore[no-any-return]


def is_a_command(words: list[str]) -> bool:
    """Whether `presswatch` takes these words: global options, then a command."""
    group: Any = typer.main.get_command(app)
    options = {name: option for option in group.params for name in option.opts}
    while words and words[0].startswith("--"):
        option = options[words[0]]
        words = words[1 if option.is_flag else 2 :]
    return words[0] in group.commands


# ---------------------------------------------------------------- systemd


def test_the_unit_runs_a_command_that_there_is() -> None:
    program, *words = shlex.split(unit()["ExecStart"][0])
    assert (Path(program).name, is_a_command(words)) == ("presswatch", True)


def test_the_unit_is_told_to_reload_and_to_end_as_the_daemon_understands() -> None:
    said = unit()
    assert [said[name] for name in ("ExecReload", "KillSignal", "TimeoutStopSec", "Restart")] == [
        ["/bin/kill -HUP $MAINPID"],
        ["SIGTERM"],
        ["15"],
        ["on-failure"],
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DynamicUser", "yes"),
        ("StateDirectory", "presswatch"),
        ("ProtectSystem", "strict"),
        ("ProtectHome", "yes"),
        ("PrivateTmp", "yes"),
        ("NoNewPrivileges", "yes"),
        ("MemoryDenyWriteExecute", "yes"),
        ("CapabilityBoundingSet", ""),
        ("RestrictAddressFamilies", "AF_INET AF_INET6 AF_UNIX AF_NETLINK"),
        ("UMask", "0077"),
    ],
)
def test_the_unit_may_do_little(name: str, value: str) -> None:
    assert unit()[name] == [value]


def test_the_unit_can_see_whether_another_daemon_is_dead() -> None:
    assert {"ProtectProc", "ProcSubset", "PrivatePIDs"} & unit().keys() == set()


analyze = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze")


@analyze
def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    text = (DEPLOY / "presswatch.service").read_text()
    (tmp_path / "presswatch.service").write_text(
        text.replace("/opt/presswatch/bin/presswatch", sys.executable)
    )
    said = subprocess.run(
        ["systemd-analyze", "verify", tmp_path / "presswatch.service"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert [line for line in said.stderr.splitlines() if "presswatch.service" in line] == []


@analyze
def test_systemd_finds_the_unit_well_protected() -> None:
    said = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", DEPLOY / "presswatch.service"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    found = re.search(r"exposure level for presswatch.service: ([0-9.]+)", said.stdout)
    if found is None:
        pytest.skip("this systemd-analyze rates no file")
    assert float(found[1]) < 2


# ---------------------------------------------------------------- the image


def test_the_image_runs_the_daemon_as_a_plain_user() -> None:
    assert (image("USER"), image("ENTRYPOINT"), image("CMD")) == (
        ["10001:10001"],
        ['["presswatch"]'],
        ['["daemon"]'],
    )
    assert is_a_command(ast.literal_eval(image("CMD")[0]))


def test_the_image_is_made_in_two_stages_and_no_build_tools_are_left() -> None:
    assert len(stages()) == 2
    assert [words for words in image("RUN") if "rm -rf" in words and "site-packages/pip*" in words] != []
    assert [words for words in image("RUN") if "apt-get" in words or "pip install" in words] == []


def test_the_image_is_healthy_while_the_loop_answers() -> None:
    check = ast.literal_eval(image("HEALTHCHECK")[0].partition("CMD ")[2])
    assert check[:2] == ["python", "-c"]
    compile(check[2], "HEALTHCHECK", "exec")
    assert f"http://127.0.0.1:{PORT}/healthz" in check[2]


def test_all_that_is_copied_is_there_and_let_through() -> None:
    let = [
        line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line[:1] == "!"
    ]
    copied = [name for kind, words in stages()[0] if kind == "COPY" for name in words.split()[:-1]]
    assert (sorted(copied), [name for name in copied if not (ROOT / name).exists()]) == (sorted(let), [])


# ---------------------------------------------------------------- compose


def test_every_service_is_without_privileges_and_on_a_read_only_disk() -> None:
    found = {
        name: (one["cap_drop"], one["security_opt"], one["read_only"], one.get("privileged", False))
        for name, one in compose()["services"].items()
    }
    plain = (["ALL"], ["no-new-privileges:true"], True, False)
    assert found == {"presswatch": plain, "postgres": plain}


def test_the_watch_is_no_root_and_needs_no_capability() -> None:
    service = compose()["services"]["presswatch"]
    assert (service["user"], service.get("cap_add", [])) == ("10001:10001", [])


def test_only_this_machine_reaches_a_port() -> None:
    ports = [port for service in compose()["services"].values() for port in service.get("ports", [])]
    assert ports == [f"127.0.0.1:{PORT}:{PORT}"]


def test_all_that_must_outlive_a_container_is_in_a_volume() -> None:
    said = compose()
    kept = {one["volumes"][0].split(":")[0] for one in said["services"].values()}
    assert kept == said["volumes"].keys()
    assert image("VOLUME")[0] == said["services"]["presswatch"]["volumes"][0].split(":")[1]


def test_the_database_is_only_there_when_it_is_asked_for_and_out_of_reach() -> None:
    service = compose()["services"]["postgres"]
    assert (service["profiles"], service["networks"]) == (["postgres"], ["inside"])
    assert compose()["networks"]["inside"] == {"internal": True}


@pytest.mark.parametrize("file", sorted(DEPLOY.iterdir()), ids=lambda file: file.name)
def test_no_secret_stands_in_any_file(file: Path) -> None:
    text = file.read_text()
    given = re.findall(
        r"(?i)(?<![\w{])\w*(?:password|secret|token|api_?key)\w*\s*[:=]\s*(?!\$\{)([^\s`#…]+)", text
    )
    assert given == []
    assert re.search(r"://[^/\s:@]+:[^/\s@]+@", text) is None


@pytest.mark.skipif(
    not shutil.which("docker")
    or subprocess.run(["docker", "compose", "version"], capture_output=True).returncode,
    reason="there is no docker compose",
)
def test_docker_reads_the_file_as_it_is_meant() -> None:
    said = subprocess.run(
        ["docker", "compose", "-f", DEPLOY / "compose.yaml", "--profile", "postgres", "config", "--services"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert sorted(said.stdout.split()) == ["postgres", "presswatch"]
