"""Where reports show a violation: a file that their reader has, and a line of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from ..contract.document import lines_of, load_contract
from ..engine.settings import Settings

_OWN = Path("openapi.yaml")


@dataclass(frozen=True)
class Places:
    """A file, by its path in the reader's repository, and the line of each part of the contract there.

    `is_there` says whether the reader has the file: else it is the contract that comes with the suite.
    """

    path: str
    lines: Mapping[str, int]
    is_there: bool

    def line(self, pointer: str) -> int:
        """The line of a part of the contract; of the nearest part around it where the file leaves that part out."""
        while pointer and pointer not in self.lines:
            pointer = pointer.rpartition("/")[0]
        return self.lines.get(pointer, 1)


def places(settings: Settings) -> Places:
    """The places in the file of `--spec-path`, else in the openapi.yaml of this folder, else in the suite's own."""
    path = settings.spec_path or (_OWN if _OWN.is_file() else None)
    if path is None:
        return Places(_OWN.as_posix(), load_contract().lines, is_there=False)
    try:
        lines = lines_of(path.read_text("utf-8"))
    except (OSError, ValueError, yaml.YAMLError):  # any file will do: it is then shown at its first line
        lines = {}
    return Places(path.as_posix(), lines, is_there=True)
