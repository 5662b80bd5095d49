"""What `serve` does: builds a sandbox, binds its socket, serves, and says so when requests are answered."""

import argparse
import errno
import gc
import logging
import os
import secrets
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

from sequences_sandbox_client.cli.options import name_of, reject_misspelt_variables, source_of
from sequences_sandbox_client.cli.parser import UsageError
from sequences_sandbox_client.cli.printable import write_whole
from sequences_sandbox_client.variables import OURS, unknown_variables

from ..app import App, build, wall_clock
from ..contract.reading import SpecError
from ..domain.hosts import is_loopback
from ..domain.limits import VisitorLimits
from ..domain.timestamps import HOUR, TimestampError
from ..fixtures import FixtureError, file_of
from ..http.cors import parse_caller
from ..http.operation import CompileError
from ..http.pages.console import LOOPBACK_ORIGINS, ConsoleError, parse_origin
from ..http.root_path import parse_root
from ..http.traffic.tracing import Tracing, TracingError, open_tracing
from ..server.server import bind, most_descriptors, serve
from ..server.signals import stop_with
from ..settings import Settings
from ..store.base import Store, StoreError
from ..store.memory import MemoryStore
from .banner import banner, ready_document
from .logs import configure
from .reload import Reloading
from .stores import open_store_of, require_shared_store
from .values import token

_LOG: Final = logging.getLogger("sequences_sandbox")
_CONTRADICTIONS: Final = (
    ("--admin-token", "--admin-token-file"), ("--cors", "--no-cors"), ("--fault-header", "--no-fault-header"),
)  # fmt: skip
_YOUNGER_COLLECTIONS: Final = 100
"""How many collections of young garbage go before one of everything; Python's own 10 cost writes their 99th percentile."""


def start(options: argparse.Namespace) -> None:
    """Serves until it is stopped."""
    configure(options.log_format, options.log_level)
    try:
        _start(options)
    except UsageError as error:
        if options.log_format == "text":
            raise
        _LOG.error("%s", error)  # a sentence for the operator; where it was raised does not matter
        raise SystemExit(2) from None


def _start(options: argparse.Namespace) -> None:
    for pair in _CONTRADICTIONS:
        if all(getattr(options, name_of(option)) for option in pair):
            raise UsageError(
                f"{' and '.join(source_of(options, one) for one in pair)} contradict each other; give one of them."
            )
    given = _admin_token(options)
    admin_token = given or (None if is_loopback(options.host) else secrets.token_urlsafe(24))
    require_shared_store(options)
    names = {*(name.upper() for name in vars(options) if name not in ("run", "from_variables")), *OURS}
    reject_misspelt_variables(names)
    for variable in unknown_variables(names):
        _LOG.warning("%s is no setting and changes nothing.", variable)
    if options.exit_with_stdin:
        stop_with(0)
    settings = _settings(options, admin_token)
    store, listening = open_store_of(options, lambda: _bound(options))
    app = _built(options, settings, store)
    gc.freeze()  # what was loaded stays, and need not be looked through for garbage
    # To look through all journals and worlds holds everybody up. Requests leave little garbage that grows old.
    gc.set_threshold(*gc.get_threshold()[:2], _YOUNGER_COLLECTIONS)
    listening = listening or _bound(options)
    host, port = listening.getsockname()[:2]
    # A token that was given is known to whoever gave it; only one that was made here has to be shown.
    made = None if given else admin_token
    shared = settings.visitors.worlds > 0 and admin_token is not None
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    text = banner(app, host, port, made, shared=shared, colour=colour)
    document = ready_document(app, host, port, made)
    ready = partial(_announce, text, document, options)
    if options.workers == 1:
        asgi, close = app.asgi, app.close
        if options.reload and isinstance(store, MemoryStore):
            asgi = reloading = _reloading(app, options, settings, store)
            close = reloading.close
        try:
            serve(asgi, app.connections, listening, ready, options.grace_seconds)
        finally:
            close()
    else:
        from .workers import serve_with_workers  # noqa: PLC0415  # needs signals that not every system has

        serve_with_workers(app, listening, options.workers, ready, options.grace_seconds)


def _reloading(app: App, options: argparse.Namespace, settings: Settings, store: MemoryStore) -> Reloading:
    """What serves with the sandbox, and with another one when its files change."""
    files = (file_of(settings.fixture), settings.contract)
    reloading = Reloading(app, store, lambda before: _built(options, settings, store, before), files)
    reloading.start()
    return reloading


def _admin_token(options: argparse.Namespace) -> str | None:
    path: str | None = options.admin_token_file
    source = source_of(options, "--admin-token-file")
    if path is None:
        return cast("str | None", options.admin_token)
    try:
        return token(Path(path).read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{source} {path} cannot be read: {getattr(error, 'strerror', error)}.") from None
    except argparse.ArgumentTypeError as error:
        raise UsageError(f"{source} {path}: {error}.") from None


def _announce(text: str, document: Mapping[str, Any], options: argparse.Namespace) -> None:
    """Says that requests are answered; who does not read it takes no server away."""
    if options.ready_file:
        try:
            write_whole(Path(options.ready_file), document)
        except OSError as error:
            source = f"{source_of(options, '--ready-file')} {options.ready_file}"
            raise UsageError(f"{source} cannot be written: {error.strerror}.") from None
    with suppress(OSError):  # whoever read our output has left
        print(text, flush=True)


def _settings(options: argparse.Namespace, admin_token: str | None) -> Settings:
    on_loopback = is_loopback(options.host)
    embeds = tuple(_parsed(options, "--embed-origin", parse_origin, text) for text in options.embed_origin or ())
    callers = tuple(_parsed(options, "--cors", parse_caller, text) for text in options.cors or ())
    return Settings(
        fixture=options.fixture,
        clock=options.clock,
        freeze=options.freeze or None,
        cors=callers or (("*",) if on_loopback and not options.no_cors else ()),
        log_format=options.log_format,
        log_every=max(1, options.log_every),
        root_path=_parsed(options, "--root-path", parse_root, options.root_path),
        host=options.host,
        allow_hosts=tuple(options.allow_host or ()),
        admin_token=admin_token,
        visitors=_visitors(options),
        proxies=tuple(options.trusted_proxy or ()),
        descriptors=most_descriptors(),
        journal_headers=tuple(options.journal_headers or ()),
        rate_limit=options.rate_limit,
        fault_header=options.fault_header or (on_loopback and not options.no_fault_header),
        embed_origins=embeds or (LOOPBACK_ORIGINS if on_loopback else ()),
        tracing=_tracing(options) if options.trace else None,
    )


def _tracing(options: argparse.Namespace) -> Tracing:
    try:
        return open_tracing()
    except TracingError as error:
        raise UsageError(f"{source_of(options, '--trace')}: {error}") from None


def _built(options: argparse.Namespace, settings: Settings, store: Store, predecessor: App | None = None) -> App:
    try:
        return build(settings, wall_clock, store, predecessor)
    except TimestampError as error:
        raise UsageError(f"{source_of(options, '--clock')} {settings.clock!r}: {error}.") from None
    except FixtureError as error:
        place = error.mistakes[0].place
        is_in_file = place.line or place.path
        raise UsageError(str(error) if is_in_file else f"{source_of(options, '--fixture')}: {error}") from None
    except (SpecError, CompileError, ConsoleError) as error:
        raise UsageError(str(error)) from None
    except StoreError as error:
        raise UsageError(f"{source_of(options, '--store')}: {error}.") from None


def _visitors(options: argparse.Namespace) -> VisitorLimits:
    for flag in ("--public-worlds-per-address", "--public-world-hours"):
        if not getattr(options, name_of(flag)):
            raise UsageError(f"{source_of(options, flag)} 0 would let nobody have a world; give 1 or more.")
    if options.public_worlds and is_loopback(options.host) and not options.trusted_proxy:
        _LOG.warning(
            "Visitors who come through a proxy on this machine count as one; name it: --trusted-proxy 127.0.0.1."
        )
    return VisitorLimits(
        worlds=options.public_worlds,
        of_address=options.public_worlds_per_address,
        lifetime=options.public_world_hours * HOUR,
    )


def _parsed(options: argparse.Namespace, flag: str, parse: Callable[[str], str], text: str) -> str:
    try:
        return parse(text)
    except ValueError as error:
        raise UsageError(f"{source_of(options, flag)}: {error}.") from None


def _bound(options: argparse.Namespace) -> socket.socket:
    host, number, port = options.host, options.port, source_of(options, "--port")
    try:
        return bind(host, number)
    except OSError as error:
        is_port = not isinstance(error, socket.gaierror) and error.errno != errno.EADDRNOTAVAIL
        fix = (
            f"give another {port}, or {port} 0 for a free one"
            if is_port
            else f"give another {source_of(options, '--host')}"
        )
        raise UsageError(f"{host} port {number} cannot be listened on: {error.strerror or error}; {fix}.") from None
    except OverflowError as error:
        raise UsageError(f"{port} {number}: {error}.") from None
