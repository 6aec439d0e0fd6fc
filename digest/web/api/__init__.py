"""The interface for other programs: stories posted by a publishing system."""
