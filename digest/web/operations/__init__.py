"""What operators and their programs ask: `/healthz` and `/metrics`; no page for readers."""
