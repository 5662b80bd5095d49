"""Many small files as one: the console's modules and styles, packed once when the sandbox starts.

Each module becomes a function that is called once and returns what it exports, in the order in which they need each other.
A page may load several such scripts: the later ones use what is in the earlier ones. That takes what the console's modules
are written in: imports of names from relative paths at the top, exports of declarations, no import cycle, and no import
that is made later.
"""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import Final

_IMPORT: Final = re.compile(r'^import (?:\{([^}]*)\}|\* as (\w+)) from "(\.[^"]*)";\n', re.MULTILINE)
_EXPORT: Final = re.compile(r"^export ((?:async )?function|class|const) (\w+)", re.MULTILINE)
_COMMENT: Final = re.compile(r"^ *(?://.*|/\*\*[\s\S]*?\*/)\n", re.MULTILINE)
_OTHER: Final = re.compile(r"^(?:import|export)\b.*|\bimport\(", re.MULTILINE)
_RENAMED: Final = re.compile(r"(\w+) as (\w+)")
_DESTRUCTURED: Final = r"\1: \2"


class BundleError(Exception):
    """Files that cannot be packed; the text says which, and why."""


@dataclass(frozen=True)
class Packed:
    """A file as it is sent, and a name for this very content."""

    plain: bytes
    mimetype: str

    @cached_property
    def gzip(self) -> bytes:
        """The content, compressed."""
        return gzip.compress(self.plain, mtime=0)

    @cached_property
    def digest(self) -> str:
        """The same for the same content, another for any other."""
        return hashlib.blake2b(self.plain, digest_size=8).hexdigest()


def pack_styles(folder: Path, names: tuple[str, ...]) -> Packed:
    """Style sheets in the order of `names`, as one."""
    return Packed("".join((folder / name).read_text("utf-8") for name in names).encode(), "text/css")


def pack_modules(folder: Path, *entries: str) -> tuple[Packed, ...]:
    """For each of the modules `entries` a script with what it imports and no earlier one has. Raises BundleError."""
    parts: dict[str, str] = {}
    scripts = []
    for entry in entries:
        before = len(parts)
        _add(folder, PurePosixPath(entry), parts, ())
        scripts.append("".join(['"use strict";\n', *list(parts.values())[before:]]))
    return tuple(Packed(script.encode(), "text/javascript") for script in scripts)


def _add(folder: Path, path: PurePosixPath, parts: dict[str, str], importers: tuple[PurePosixPath, ...]) -> None:
    if path in importers:
        raise BundleError(f"{' imports '.join(map(str, (*importers, path)))}, which is a cycle.")
    if str(path) in parts:
        return
    text = (folder / path).read_text("utf-8")
    for _, _, target in _IMPORT.findall(text):
        _add(folder, _resolve(path, target), parts, (*importers, path))
    parts[str(path)] = _function(path, text)


def _function(path: PurePosixPath, text: str) -> str:
    exported = [name for _, name in _EXPORT.findall(text)]

    def imported(found: re.Match[str]) -> str:
        names, whole, target = found.groups()
        module = _variable(_resolve(path, target))
        wanted = whole or f"{{{_RENAMED.sub(_DESTRUCTURED, names)}}}"
        return f"const {wanted} = {module};\n"

    body = _COMMENT.sub("", _EXPORT.sub(r"\1 \2", _IMPORT.sub(imported, text)))
    if left := _OTHER.search(body):
        raise BundleError(f"{path}: {left[0]!r} cannot be packed; import names at the top, export declarations.")
    return f"// {path}\nconst {_variable(path)} = (() => {{\n{body}\nreturn {{{', '.join(exported)}}};\n}})();\n"


def _resolve(path: PurePosixPath, target: str) -> PurePosixPath:
    return PurePosixPath(normpath(path.parent / target))


def _variable(path: PurePosixPath) -> str:
    return "$" + re.sub(r"\W", "_", str(path.with_suffix("")))
