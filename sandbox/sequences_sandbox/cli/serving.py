"""What `serve` does: joins a sandbox, binds its socket, says that it is ready, and serves."""

import argparse
import gc
import json
import logging
import os
import secrets
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..app import App, Settings, build
from ..contract.reading import SpecError
from ..domain.timestamps import TimestampError
from ..fixtures import FixtureError
from ..http.cors import parse_caller
from ..http.operation import CompileError
from ..http.pages.console import LOOPBACK_ORIGINS, ConsoleError, parse_origin
from ..http.security import is_loopback
from ..server.server import bind, serve
from ..store.base import StoreError
from ..store.opening import MEMORY
from .banner import banner, ready_document
from .environment import require_known_variables
from .options import UsageError
from .workers import serve_with_workers


def run(options: argparse.Namespace) -> None:
    """Serves until it is stopped."""
    # While a large fixture loads, the collector would look at every run again and again, and find nothing to collect.
    gc.disable()
    admin_token = options.admin_token or (None if is_loopback(options.host) else secrets.token_urlsafe(24))
    _require_shared_store(options)
    require_known_variables(vars(options))
    app = _built(options, admin_token)
    gc.freeze()
    if options.store != MEMORY:
        # What a driver leaves is its own affair; in memory the server looks for garbage when there is some.
        gc.enable()
        gc.set_threshold(10_000)
    listening = _bound(options.host, options.port)
    logging.basicConfig(format="%(message)s", level=options.log_level.upper(), stream=sys.stderr)
    host, bound_port = listening.getsockname()[:2]
    # A token that was given is known to whoever gave it; only one that was made here has to be told.
    told = None if options.admin_token else admin_token
    if options.ready_file:
        _tell(options.ready_file, ready_document(app, host, bound_port, told))
    print(banner(app, host, bound_port, told, colour=sys.stdout.isatty()), flush=True)
    if options.exit_with_stdin:
        threading.Thread(target=_leave_with_stdin, daemon=True).start()
    if options.workers == 1:
        serve(app.asgi, listening)
    else:
        serve_with_workers(app, listening, options.workers)


def _require_shared_store(options: argparse.Namespace) -> None:
    if not options.workers:
        raise UsageError("--workers 0 would serve nobody; give 1 or more.")
    if options.workers > 1 and options.store == MEMORY:
        raise UsageError(
            f"--workers {options.workers} needs a store that processes can share, and memory is each one's own; "
            "give --store postgresql://user@host/database, or leave --workers out."
        )
    if options.workers > 1 and not hasattr(os, "fork"):
        raise UsageError(
            "--workers needs a system that can fork; start several sandboxes on ports of their own instead."
        )


def _built(options: argparse.Namespace, admin_token: str | None) -> App:
    if options.cors and options.no_cors:
        raise UsageError("--cors and --no-cors contradict each other; give one of them.")
    if options.fault_header and options.no_fault_header:
        raise UsageError("--fault-header and --no-fault-header contradict each other; give one of them.")
    embeds = _embed_origins(options.embed_origin, options.host)
    callers = _cors_origins(options.cors) or (("*",) if is_loopback(options.host) and not options.no_cors else ())
    try:
        return build(
            Settings(
                fixture=options.fixture,
                store=options.store,
                clock=options.clock,
                freeze=options.freeze or None,
                cors=callers,
                log_format=options.log_format,
                host=options.host,
                allow_hosts=tuple(options.allow_host or ()),
                admin_token=admin_token,
                public_worlds=options.public_worlds,
                rate_limit=options.rate_limit,
                fault_header=options.fault_header or (is_loopback(options.host) and not options.no_fault_header),
                embed_origins=embeds,
            )
        )
    except TimestampError as error:
        raise UsageError(f"--clock {options.clock!r}: {error}.") from None
    except (FixtureError, SpecError, CompileError, ConsoleError) as error:
        raise UsageError(str(error)) from None
    except StoreError as error:
        raise UsageError(f"--store: {error}.") from None


def _cors_origins(given: Iterable[str] | None) -> tuple[str, ...]:
    try:
        return tuple(parse_caller(text) for text in given or ())
    except ValueError as error:
        raise UsageError(f"--cors: {error}.") from None


def _embed_origins(given: Iterable[str] | None, host: str) -> tuple[str, ...]:
    try:
        named = tuple(parse_origin(text) for text in given or ())
    except ValueError as error:
        raise UsageError(f"--embed-origin: {error}.") from None
    return named or (LOOPBACK_ORIGINS if is_loopback(host) else ())


def _leave_with_stdin() -> None:
    # Not through sys.stdin: its lock, held here for ever, makes the interpreter abort when it leaves for another reason.
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _tell(path: str, document: dict[str, Any]) -> None:
    """Writes the file whole or not at all: who waits for it never reads half of it."""
    target = Path(path)
    try:
        with tempfile.NamedTemporaryFile("w", dir=target.parent, delete=False, encoding="utf-8") as out:
            json.dump(document, out)
        Path(out.name).replace(target)
    except OSError as error:
        raise UsageError(f"--ready-file {path} cannot be written: {error.strerror}.") from None


def _bound(host: str, number: int) -> socket.socket:
    try:
        return bind(host, number)
    except OSError as error:
        mending = "give another --port, or --port 0 for a free one" if number else "give another --host"
        raise UsageError(f"{host} port {number} cannot be listened on: {error.strerror or error}; {mending}.") from None
    except OverflowError as error:
        raise UsageError(f"--port {number}: {error}.") from None
