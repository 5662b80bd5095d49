"""Altered servers by name, and serving them."""

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from .. import allowed_readings as allowed
from .. import faults as planted
from .alterations import AllowedReading, Altering, Fault
from .control import ReferenceServer
from .net import serving
from .world import Document

FAULTS: dict[str, Fault] = {fault.name: fault for fault in planted.ALL}
ALLOWED_READINGS: dict[str, AllowedReading] = {reading.name: reading for reading in allowed.ALL}


def altered(faults: Iterable[str] = (), allowed_readings: Iterable[str] = ()) -> Altering:
    """The server with the named alterations; `all` stands for every allowed reading. KeyError names an unknown one."""
    bases = [FAULTS[name].alters for name in faults]
    bases += [
        ALLOWED_READINGS[name].alters for name in (ALLOWED_READINGS if "all" in allowed_readings else allowed_readings)
    ]
    # Each alteration is a subclass of the correct server, so that they combine by method resolution.
    return type("Altered", (*bases, ReferenceServer), {})


@contextlib.contextmanager
def serve(
    fixture: Path | str | Document, faults: Iterable[str] = (), allowed_readings: Iterable[str] = (), port: int = 0
) -> Iterator[str]:
    """Serve a fixture within this process; gives the base URL with `/v1`. The control API stands beside `/v1`."""
    source = Path(fixture) if isinstance(fixture, str) else fixture
    with serving(altered(list(faults), list(allowed_readings))(source), port=port) as url:
        yield url
