"""One of several processes that serve together: what it does from its fork to its end."""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from typing import Final, NoReturn

from sequences_sandbox_client.cli.parser import UsageError

from ..app import App
from ..metrics.files import MetricFiles
from ..metrics.prometheus import Metrics
from ..server.server import serve
from ..server.signals import stop_with

_LOG: Final = logging.getLogger("sequences_sandbox.workers")
_PUBLISH_SECONDS: Final = 1.0
"""How old what a worker says of another one can be."""


def serve_as_worker(
    app: App,
    listening: socket.socket,
    ready: Callable[[], None],
    grace: float,
    files: Callable[[], MetricFiles] | None,
    lifeline: tuple[int, int],
) -> NoReturn:
    """Serves, and leaves the process. `files` opens those for its metrics; only the parent writes to the `lifeline`."""
    reading, writing = lifeline
    os.close(writing)
    stop_with(reading)
    status = 1
    try:
        app.worlds.store.connect()
        if files is not None:
            _share(app.metrics, files)
        serve(app.asgi, app.connections, listening, ready, grace)
    except UsageError as error:
        _LOG.error("%s", error)
    except Exception:  # noqa: BLE001  # whatever it is, the parent only sees a status
        _LOG.exception("a worker failed")
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else 1
    finally:
        try:
            app.close()
        finally:
            os._exit(status)


def _share(metrics: Metrics, files: Callable[[], MetricFiles]) -> None:
    """Writes down what this process has counted, again and again; it serves all the same where that fails."""
    try:
        metrics.share(files())
    except OSError as error:
        _LOG.warning("the metrics are those of this worker alone: %s", error.strerror)
        return
    threading.Thread(target=_publish, args=(metrics,), daemon=True).start()


def _publish(metrics: Metrics) -> None:
    has_failed = False
    while True:
        time.sleep(_PUBLISH_SECONDS)
        try:
            metrics.publish()
        except OSError as error:
            if not has_failed:
                _LOG.warning("the metrics of this worker are not written for the others: %s", error.strerror)
            has_failed = True
