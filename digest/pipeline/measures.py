"""What this process counts of itself, for Prometheus; what the store knows is counted when it is asked for."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, disable_created_metrics

REGISTRY = CollectorRegistry()
"""Everything that this process counts."""

disable_created_metrics()  # type: ignore[no-untyped-call]  # a time of birth for each would double the page
ProcessCollector(registry=REGISTRY)

DUTY_RUNS = Counter(
    "digest_duty_runs", "Turns of the daemon's duties by outcome: ok or failed.", ("duty", "outcome"), registry=REGISTRY
)
DUTY_SECONDS = Histogram(
    "digest_duty_seconds",
    "How long a turn of a duty took.",
    ("duty",),
    buckets=(0.01, 0.1, 1, 10, 60, 600),
    registry=REGISTRY,
)
DUTY_ENDED_AT = Gauge(
    "digest_duty_last_end_timestamp_seconds", "When a duty last ended its turn.", ("duty",), registry=REGISTRY
)
EDITION_SECONDS = Histogram(
    "digest_edition_seconds",
    "How long the daemon worked on an edition, from its claim to its outcome.",
    buckets=(1, 5, 15, 60, 300, 1800, 7200),
    registry=REGISTRY,
)
CONFIGURATION_READ = Counter(
    "digest_configuration_reads",
    "Times that changed configuration was read, by outcome: taken or refused.",
    ("outcome",),
    registry=REGISTRY,
)
