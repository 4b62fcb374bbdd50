"""A sample of simulated times, each in a process of its own: what is killed there must not come to its end here.

`make torture` lives through whole years.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from tests.torture.clock import VirtualLoop

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_at_the_end_the_change_log_is_the_script(seed: int) -> None:
    command = [sys.executable, "-m", "tests.torture.year", "--seed", str(seed), "--days", "40"]
    lived = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert (lived.returncode, "WRONG" in lived.stdout) == (0, False), lived.stdout + lived.stderr[-2_000:]
    assert "changes" in lived.stdout


def test_time_passes_after_more_seconds_than_a_float_splits_into_billionths() -> None:
    loop = VirtualLoop(start=2.0**24)  # 194 days
    loop.run_until_complete(asyncio.sleep(0.1))
    assert loop.time() == 2.0**24 + 0.1
    loop.close()
