"""The machine that figures come from, and the processes that they speak of."""

import os
import platform
import re
import subprocess
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")


def described() -> str:
    """Processor, memory, system and Python, in a sentence."""
    cores = os.cpu_count()
    memory = os.sysconf("SC_PHYS_PAGES") * _PAGE / 2**30
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    return (
        f"{cores} virtual cores of {_processor()}, {memory:.0f} GiB of memory, {system}, Linux "
        f"{platform.release().split('-')[0]}, Python {platform.python_version()}; load generator and server share the cores"
    )


def load() -> float:
    """How many processes want a core at present, on average over the last minute."""
    return os.getloadavg()[0]


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    return [pid, *[member for child in found for member in family(int(child))]]


def resident(pid: int) -> float:
    """Mebibytes that a process and its descendants hold; what they share is counted once."""
    return sum(map(resident_alone, family(pid)))


def private(pid: int) -> float:
    """Mebibytes that a process and its descendants hold beside files and what a database keeps in shared buffers."""
    return sum(_held(each, "Pss_Anon") for each in family(pid))


def resident_alone(pid: int) -> float:
    """Mebibytes that a process holds, with its share of what it shares; nothing for one that is gone."""
    return _held(pid, "Pss")


def _held(pid: int, kind: str) -> float:
    try:
        found = re.search(rf"^{kind}:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(found[1]) / 1024 if found else 0


def parent(pid: int) -> int:
    """The process that started another."""
    return int(_stat(pid)[1])


def processor_seconds(pid: int) -> float:
    """Seconds that a process and its descendants have computed, those that have ended included."""
    ticks = sum(sum(map(int, _stat(member)[11:15])) for member in family(pid))
    return ticks / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    """What the system says of a process, from its state on."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _processor() -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.machine()
