"""Altered servers by name, and serving them."""

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from . import faults as planted
from . import freedoms as granted
from .alterations import Altering, Fault, Freedom
from .control import Specimen
from .net import serving
from .world import Document

FAULTS: dict[str, Fault] = {fault.name: fault for fault in planted.ALL}
FREEDOMS: dict[str, Freedom] = {freedom.name: freedom for freedom in granted.ALL}


def altered(faults: Iterable[str] = (), freedoms: Iterable[str] = ()) -> Altering:
    """The server with the named alterations; `all` stands for every freedom. KeyError names an unknown one."""
    bases = [FAULTS[name].alters for name in faults]
    bases += [FREEDOMS[name].alters for name in (FREEDOMS if "all" in freedoms else freedoms)]
    # Each alteration is a subclass of the correct server, so that they combine by method resolution.
    return type("Altered", (*bases, Specimen), {})


@contextlib.contextmanager
def serve(
    fixture: Path | str | Document, faults: Iterable[str] = (), freedoms: Iterable[str] = (), port: int = 0
) -> Iterator[str]:
    """Serve a fixture within this process; gives the base URL with `/v1`. The control API stands beside `/v1`."""
    source = Path(fixture) if isinstance(fixture, str) else fixture
    with serving(altered(list(faults), list(freedoms))(source), port=port) as url:
        yield url
