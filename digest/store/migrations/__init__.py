"""Migrations of the store, run by `schema` when an older database is opened; a new one is created without them."""
