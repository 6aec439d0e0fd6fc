"""Reports of mail systems → kind and reason → what that means for a reader; mailboxes, listener, webhooks; no ledger."""

from digest.bounces.classify import classify
from digest.bounces.report import Finding, Kind, Reason, Report

__all__ = ["Finding", "Kind", "Reason", "Report", "classify"]
