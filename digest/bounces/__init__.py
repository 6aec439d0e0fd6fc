"""Reports of mail systems → kind and reason → what they mean for a reader; mailboxes, listener; not the ledger."""

from digest.bounces.classify import classify
from digest.bounces.report import Finding, Kind, Reason, Report

__all__ = ["Finding", "Kind", "Reason", "Report", "classify"]
