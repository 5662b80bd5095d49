"""Where the files that ship with the program stand: in an installed wheel, or in a checkout."""

from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).parents[1]
_DATA: Final = _PACKAGE / "data"
_CHECKOUT: Final = _PACKAGE.parents[1]


def shipped(name: str) -> Path:
    """A file or folder of the project's top level, such as `openapi.yaml` or `fixtures`."""
    return _DATA / name if _DATA.is_dir() else _CHECKOUT / name
