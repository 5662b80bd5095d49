"""The store that the options name: shared where several processes serve, and waited for where it is away."""

import argparse
import logging
import os
import socket
from collections.abc import Callable
from functools import partial
from typing import Final

from sequences_sandbox_client.cli.options import source_of
from sequences_sandbox_client.cli.parser import UsageError

from ..app import wall_clock
from ..store.base import Store, StoreError, UnreachableError
from ..store.open import MEMORY, MOST_CONNECTIONS, open_store
from ..worlds.documents import CODECS

_LOG: Final = logging.getLogger("sequences_sandbox.store")


def require_shared_store(options: argparse.Namespace) -> None:
    """Raises UsageError for workers that could not serve one sandbox together, and for a store that cannot be reloaded."""
    reload, store, workers = (source_of(options, flag) for flag in ("--reload", "--store", "--workers"))
    if options.reload and options.store != MEMORY:
        raise UsageError(f"{reload} works with worlds in memory; leave {store} out, or {reload}.")
    if not options.workers:
        raise UsageError(f"{workers} 0 would serve nobody; give 1 or more.")
    if options.workers > 1 and options.store == MEMORY:
        raise UsageError(
            f"{workers} {options.workers} needs a store that processes can share, and memory is each one's own; "
            f"give --store postgresql://user@host/database, or leave {workers} out."
        )
    if options.workers > 1 and not hasattr(os, "fork"):
        raise UsageError(
            f"{workers} needs a system that can fork; start several sandboxes on ports of their own instead."
        )


def open_store_of(options: argparse.Namespace, bind: Callable[[], socket.socket]) -> tuple[Store, socket.socket | None]:
    """The store, and the bound socket where it had to be answered while the store was away. Raises UsageError."""
    open_it = partial(open_store, options.store, CODECS, wall_clock, _connections(options))
    try:
        try:
            return open_it(), None
        except UnreachableError as error:
            if not options.wait_for_store or not hasattr(os, "fork"):
                raise
            _LOG.warning("the sandbox waits up to %g s for its database: %s", options.wait_for_store, error)
        from .waiting import wait_for_store  # noqa: PLC0415  # hardly ever needed

        listening = bind()
        return wait_for_store(open_it, listening, options.wait_for_store), listening
    except StoreError as error:
        raise UsageError(f"{source_of(options, '--store')}: {error}.") from None


def _connections(options: argparse.Namespace) -> int:
    """How many connections to the database each process may open."""
    if options.store_connections is None:
        return MOST_CONNECTIONS
    share: int = options.store_connections // options.workers
    if not share:
        raise UsageError(
            f"{source_of(options, '--store-connections')} {options.store_connections} is too few; give at least as many "
            f"as {source_of(options, '--workers')} {options.workers}."
        )
    return share
