"""What a command costs: CPU of its whole process tree, wall time, peak memory of the tree."""

from __future__ import annotations

import os
import resource
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_EVERY_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds of the tree, wall seconds, and the peak of its proportional memory in bytes."""

    cpu_seconds: float
    seconds: float
    peak_bytes: int


def cost(command: Sequence[str], *, cwd: Path, environment: dict[str, str] | None = None) -> Cost:
    """Run `command` to its end. Raises SystemExit with what it printed where it fails."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    log = cwd / "output.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=cwd, stdout=output, stderr=output, env=os.environ | (environment or {})
        )
        peak: list[int] = [0]
        watcher = threading.Thread(target=_watch, args=(process.pid, peak), daemon=True)
        watcher.start()
        status = process.wait()
    seconds = time.monotonic() - started
    watcher.join()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if status:
        raise SystemExit(f"{' '.join(command)} ended with {status}:\n{log.read_text()[-3000:]}")
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(spent, seconds, peak[0])


def _watch(root: int, peak: list[int]) -> None:
    while (held := sum(_proportional_bytes(pid) for pid in _tree(root))) > 0:
        peak[0] = max(peak[0], held)
        time.sleep(_EVERY_SECONDS)


def _tree(root: int) -> list[int]:
    found, left = [], [root]
    while left:
        pid = left.pop()
        found.append(pid)
        try:
            for task in Path(f"/proc/{pid}/task").iterdir():
                left.extend(int(child) for child in (task / "children").read_text().split())
        except OSError:
            continue
    return found


def _proportional_bytes(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        return 0
    return 0
