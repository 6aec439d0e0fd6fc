"""The daemon: APScheduler wakes it, the ledger decides what is due, the use cases do it."""
