"""Writing a recording: a HAR that is complete after each entry, or JSON Lines. Only its owner may read it."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .. import __version__
from .reading import MOST_BYTES

_HEAD = json.dumps({"log": {"version": "1.2", "creator": {"name": "sequences-contract", "version": __version__}}})
_END = "\n]}}\n"


class Recording:
    """A file of entries. A HAR ends before it is larger than `judge` reads. Raises OSError."""

    def __init__(self, path: Path) -> None:
        self._lines = path.suffix == ".jsonl"
        self._file = os.fdopen(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb")
        path.chmod(0o600)  # it may have been there before
        self.written = self.left_out = 0
        if not self._lines:
            self._put(_HEAD.removesuffix("}}") + ', "entries": [' + _END)

    def add(self, entry: Mapping[str, Any]) -> None:
        """Writes an entry."""
        line = json.dumps(entry, ensure_ascii=False)
        if not self._lines and self._file.tell() + len(line.encode("utf-8", "replace")) > MOST_BYTES:
            self.left_out += 1
            return
        if self._lines:
            self._put(line + "\n")
        else:
            self._file.seek(-len(_END), os.SEEK_END)
            self._put((",\n" if self.written else "\n") + line + _END)
        self.written += 1

    def close(self) -> None:
        self._file.close()

    def _put(self, text: str) -> None:
        self._file.write(text.encode("utf-8", "replace"))
        self._file.flush()
