"""The ledger and the pool in SQL: tables, queries, migrations; SQLite and PostgreSQL through the same code."""

from digest.store.engine import Store

__all__ = ["Store"]
