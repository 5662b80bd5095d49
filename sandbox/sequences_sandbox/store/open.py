"""From what a user names to a store; the driver of a database is imported only when it is asked for."""

from collections.abc import Callable, Mapping
from typing import Final

from ..resources.resource import Codec
from .base import Store, StoreError
from .memory import MemoryStore

MEMORY: Final = "memory"
MOST_CONNECTIONS: Final = 16
_SCHEMES: Final = ("postgresql://", "postgres://")


def open_store(
    named: str, codecs: Mapping[str, Codec], wall: Callable[[], int], connections: int = MOST_CONNECTIONS
) -> Store:
    """The store that is named: `memory`, whose clock is `wall`, or the URL of a PostgreSQL, with so many connections.

    `codecs` say how documents of each kind become JSON, for a store outside the process.

    Raises UnreachableError for a database that is away, and StoreError for anything else.
    """
    if named == MEMORY:
        return MemoryStore(wall)
    if not named.startswith(_SCHEMES):
        raise StoreError(f"'{named.partition(':')[0]}' is no store; give '{MEMORY}' or postgresql://user@host/database")
    try:
        from .postgres import PostgresStore  # noqa: PLC0415  # most sandboxes never need the driver
    except ModuleNotFoundError as error:
        raise StoreError(
            f"PostgreSQL needs the package {error.name}; in a checkout: pip install '.[postgres]'"
        ) from None
    return PostgresStore(named, codecs, size=connections)
