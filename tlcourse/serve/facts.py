"""What `server_config` and `server_status` tell a client, under the names of bert-as-service where it had
them."""

import platform
from datetime import datetime
from typing import Any

import zmq

import tlcourse
from tlcourse.serve.metrics import Metrics
from tlcourse.serve.settings import Settings
from tlcourse.serve.wire import SPOKEN


def config(
    settings: Settings, ports: tuple[int, int], of_model: dict[str, Any], since: str
) -> dict[str, Any]:
    """What does not change while the server runs.

    Args:
        ports: that it listens on, which the settings may have left open.
        of_model: what the workers said of it: `max_seq_len`, `width`, `num_layers`, `torch_version`.
        since: when it was started.
    """
    return {
        "server_version": SPOKEN,
        "tlcourse_version": tlcourse.__version__,
        "python_version": platform.python_version(),
        "pyzmq_version": zmq.pyzmq_version(),
        "zmq_version": zmq.zmq_version(),
        "model_dir": str(settings.model),
        "num_worker": settings.workers,
        "num_process": settings.workers + 1,
        "port": ports[0],
        "port_out": ports[1],
        "http_port": settings.http_port,
        "pooling_layer": list(settings.layers),
        "pooling_strategy": settings.pooling,
        "normalise": settings.normalise,
        "show_tokens_to_client": settings.show_tokens,
        "max_batch_size": settings.max_batch,
        "max_waiting": settings.max_waiting,
        "max_texts": settings.max_texts,
        "server_start_time": since,
        **of_model,
    }


def status(metrics: Metrics) -> dict[str, Any]:
    """What changes; stands beside the configuration."""
    questions = metrics.total("tlcourse_questions_total")
    requests = metrics.total("tlcourse_requests_total")
    return {
        "server_current_time": now(),
        "num_worker_ready": int(metrics.value("tlcourse_workers")),
        "num_worker_restarted": int(metrics.value("tlcourse_worker_restarts_total")),
        "num_waiting": int(metrics.value("tlcourse_waiting_texts")),
        "statistic": {
            "num_data_request": int(requests),
            "num_sys_request": int(questions),
            "num_total_request": int(requests + questions),
            "num_total_seq": int(metrics.value("tlcourse_texts_total")),
            "num_malformed": int(metrics.value("tlcourse_malformed_total")),
        },
    }


def now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")
