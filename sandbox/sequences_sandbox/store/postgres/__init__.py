"""The store in PostgreSQL: any number of processes that share one database are one sandbox."""

from .store import PostgresStore

__all__ = ["PostgresStore"]
