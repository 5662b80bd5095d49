"""The schema, made and brought up to date by the program: numbered files, each applied once, in order."""

from importlib.resources import files
from typing import Final

from psycopg import Error

from ..base import StoreError, UnreachableError
from .connecting import AWAY, Conn, connect, read_url, reason_of

_LOCK: Final = 0x5345_5153
"""The advisory lock that lets one process migrate while the others wait. The number is arbitrary and must not change."""
_FIRST: Final = 4
"""Earlier versions were those of the first edition."""


def prepare(url: str) -> int:
    """Connects once, and migrates; returns the version of the tables.

    Raises UnreachableError for a database that is away, and StoreError.
    """
    try:
        parameters = read_url(url)
    except Error as error:
        raise StoreError(f"the URL of the database cannot be read ({reason_of(error)})") from None
    try:
        with connect(parameters) as connection:
            return migrate(connection)
    except AWAY as error:
        reason = reason_of(error)
        if "pooling mode" in reason:
            raise StoreError("a pooler in statement mode cannot be used; set its pool_mode to transaction") from None
        raise UnreachableError(
            f"the database cannot be reached ({reason}); check the URL, and that it runs and is no standby"
        ) from None
    except Error as error:
        raise StoreError(f"the tables of the database cannot be made ({reason_of(error)})") from None


def migrations() -> dict[int, str]:
    """The texts of the migrations by the version that each leads to, in order."""
    found = sorted(files(__package__).joinpath("migrations").iterdir(), key=lambda file: file.name)
    return {int(file.name[:4]): file.read_text("utf-8") for file in found}


def migrate(connection: Conn) -> int:
    """Brings the schema up to date, all or nothing; safe when many processes start at once, and while older programs serve.

    Returns its version. Raises StoreError.
    """
    known = migrations()
    with connection.transaction():
        # Held to the end of the transaction, not of the session, so that it works through a pooler.
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version integer NOT NULL)")
        row = connection.execute("SELECT version FROM schema_version").fetchone()
        version = 0 if row is None else int(row[0])
        _require_known(version, max(known))
        if 0 < version < max(known):
            # Waits for the commits under way. Later ones wait, and then find a version that they do not know.
            connection.execute("LOCK TABLE worlds IN SHARE ROW EXCLUSIVE MODE")
        for number, text in known.items():
            if number > version:
                connection.execute(text)
        connection.execute(
            "INSERT INTO schema_version VALUES (%s)" if row is None else "UPDATE schema_version SET version = %s",
            (max(known),),
        )
    return max(known)


def _require_known(version: int, latest: int) -> None:
    if version > latest:
        raise StoreError(
            f"the database has version {version} of the schema, this program knows {latest}; "
            "upgrade the program, or give it a database of its own"
        )
    if 0 < version < _FIRST:
        raise StoreError(
            f"the database has version {version} of the schema, whose worlds this program cannot read; export each with "
            "the earlier program (GET /_sandbox/world/export with a key of the world), and load the files into a new "
            "database (serve --fixture FILE, or POST /_sandbox/worlds)"
        )
