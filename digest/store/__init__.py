"""The store: everything that outlives a run, in one SQL database."""

from digest.store.sql_store import SqlStore, open_store

__all__ = ["SqlStore", "open_store"]
