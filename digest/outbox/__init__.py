"""Edition × subscribers → deliveries: the ledger's moves, claims, retries, the worker loop, accounting."""

from digest.outbox.outbox import Outbox
from digest.outbox.progress import SendProgress

__all__ = ["Outbox", "SendProgress"]
