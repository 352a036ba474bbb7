"""What the server counts, for Prometheus: one registry of its own for each server."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
TEXTS = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Metrics:
    """`port` is `zeromq` or `http`; `outcome` is `answered`, or the status of the refusal."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        made = {"registry": self.registry}
        self.requests = Counter("tlcourse_requests", "Requests", ["port", "outcome"], **made)
        self.questions = Counter("tlcourse_questions", "Questions about the server", **made)
        self.texts = Counter("tlcourse_texts", "Texts embedded", **made)
        self.tokens = Counter("tlcourse_tokens", "Tokens read", **made)
        self.malformed = Counter("tlcourse_malformed", "Messages that nobody can be answered for", **made)
        self.seconds = Histogram(
            "tlcourse_request_seconds", "From request to answer", ["port"], buckets=SECONDS, **made
        )
        self.batches = Histogram("tlcourse_batch_texts", "Texts in a batch", buckets=TEXTS, **made)
        self.waiting = Gauge("tlcourse_waiting_texts", "Texts waiting or being embedded", **made)
        self.workers = Gauge("tlcourse_workers", "Workers that are ready", **made)
        self.restarts = Counter("tlcourse_worker_restarts", "Workers started again", **made)

    def exposition(self) -> bytes:
        """In the text format of Prometheus."""
        return generate_latest(self.registry)

    def value(self, name: str, **labels: str) -> float:
        """One number, 0 if nothing was counted: `value("tlcourse_texts_total")`."""
        return self.registry.get_sample_value(name, labels) or 0.0

    def total(self, name: str) -> float:
        """The sum over all labels."""
        return sum(
            sample.value
            for family in self.registry.collect()
            for sample in family.samples
            if sample.name == name
        )
