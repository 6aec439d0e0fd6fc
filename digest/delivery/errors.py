"""Errors of delivery; each answers `is_temporary` and carries what the server or the reader's data said.

DeliveryError
├── MessageError        no correct message can be made for this reader
├── RouteError          a mail server cannot be used (unreachable, refuses us, wrong certificate)
└── PausedError         sending was stopped by a fault of ours; nothing is lost, a person must act
"""

from __future__ import annotations

from digest.errors import DeliveryError


class MessageError(DeliveryError):
    """No correct message can be made for this reader; `subject` names the value that is wrong."""

    is_temporary = False

    def __init__(self, subject: str, message: str) -> None:
        self.subject = subject
        self.message = message
        super().__init__(f"{subject}: {message}")


class RouteError(DeliveryError):
    """A mail server that cannot be used now; `route` is its name in the settings."""

    def __init__(self, route: str, message: str, *, is_temporary: bool = True) -> None:
        self.route = route
        self.message = message
        self.is_temporary = is_temporary
        super().__init__(f"mail server {route}: {message}")


class PausedError(DeliveryError):
    """Sending is paused by a fault of ours; `reason` says which, and no reader was charged for it."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"sending is paused: {reason}")
