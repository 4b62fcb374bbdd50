"""Who holds a lease: a process, told apart from every other one, and known to be dead where that can be seen.

What lives here: names of processes. What must not: the lease itself (`storage.watch`).

Whether a process lives can be told only where it would be seen: on the same machine since the same start, in the
same process namespace (a container has its own). Of any other the lease has to run out.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
from pathlib import Path

_HERE = ("host", "boot", "space")


def name() -> str:
    """This process, as a lease has it."""
    return json.dumps(
        {
            "host": socket.gethostname(),
            "boot": _read("/proc/sys/kernel/random/boot_id"),
            "space": _link("/proc/self/ns/pid"),
            "pid": os.getpid(),
            "started": _started(os.getpid()),
            "token": secrets.token_hex(4),
        },
        sort_keys=True,
    )


def is_dead(holder: str) -> bool:
    """Whether the process of this name surely runs no more."""
    try:
        said, own = json.loads(holder), json.loads(name())
        if any(said[key] != own[key] for key in _HERE) or not said["boot"]:
            return False
        pid, started = int(said["pid"]), _started(int(said["pid"]))
        if pid == os.getpid() or not _is_there(pid):
            return True
        return bool(started) and started != said["started"]  # else /proc hides it: it may well live
    except (ValueError, KeyError, TypeError):
        return False


def spoken(holder: str) -> str:
    """For a person.

    >>> spoken('{"host": "archive", "pid": 4711}')
    'process 4711 on archive'
    """
    try:
        said = json.loads(holder)
        return f"process {int(said['pid'])} on {str(said['host'])[:100]}"
    except (ValueError, KeyError, TypeError):
        return "another process"


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return not _read(f"/proc/{pid}/stat").rpartition(")")[2].strip().startswith("Z")


def _started(pid: int) -> str:
    """When a process began, in ticks since the machine did; empty where there is none, or nothing tells."""
    status = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return status[19] if len(status) > 19 else ""


def _read(path: str) -> str:
    try:
        return Path(path).read_text("utf-8", "replace").strip()
    except OSError:
        return ""


def _link(path: str) -> str:
    try:
        return str(Path(path).readlink())
    except OSError:
        return ""
