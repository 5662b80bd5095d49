"""The schema, made and brought up to date by the program: numbered files, each applied once, in order."""

from importlib.resources import files
from typing import Final

from psycopg import Connection
from psycopg.rows import TupleRow

from ..base import StoreError

_LOCK: Final = 0x5345_5153
"""The advisory lock that lets one process migrate while the others wait. The number is arbitrary and must not change."""


def migrations() -> list[str]:
    """The texts of the migrations; a database of version n has seen the first n."""
    folder = files(__package__).joinpath("migrations")
    return [file.read_text("utf-8") for file in sorted(folder.iterdir(), key=lambda file: file.name)]


def migrate(connection: Connection[TupleRow]) -> None:
    """Brings the schema up to date, all or nothing; safe when many processes start at once.

    Raises StoreError when the database is of a later version than this program.
    """
    known = migrations()
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version integer NOT NULL)")
        row = connection.execute("SELECT version FROM schema_version").fetchone()
        version = 0 if row is None else int(row[0])
        if version > len(known):
            raise StoreError(
                f"the database has version {version} of the schema, this program knows {len(known)}; "
                "upgrade the program, or give it a database of its own"
            )
        for text in known[version:]:
            connection.execute(text.encode())
        connection.execute(
            "INSERT INTO schema_version VALUES (%s)" if row is None else "UPDATE schema_version SET version = %s",
            (len(known),),
        )
