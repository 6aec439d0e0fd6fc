"""Email digests: stories in, newsletters out."""

__version__ = "0.1.0"
