"""Where log lines go, and in which form: all of them, those of libraries, warnings and failures included."""

import json
import logging
import sys
import threading
import time
from types import TracebackType
from typing import Final

from ..http.traffic.access_log import FIELDS, FORMATTED

_FAILURES: Final = logging.getLogger("sequences_sandbox.failures")


def configure(form: str, level: str) -> None:
    """Sends every log line to standard error, as `text` or as `json`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if form == "json" else logging.Formatter("%(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    if form == "json":
        logging.captureWarnings(True)
        sys.excepthook = _log_uncaught
        threading.excepthook = _log_uncaught_in_thread


class JsonFormatter(logging.Formatter):
    """One JSON object a record."""

    def format(self, record: logging.LogRecord) -> str:
        if getattr(record, FORMATTED, False):
            return record.getMessage()
        now = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line = {
            "time": f"{now}.{int(record.msecs):03}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage().strip(),
            **getattr(record, FIELDS, {}),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    _FAILURES.critical("%s: %s", kind.__name__, error, exc_info=(kind, error, trace))


def _log_uncaught_in_thread(failure: threading.ExceptHookArgs) -> None:
    error = failure.exc_value or failure.exc_type()
    _FAILURES.critical(
        "%s in a thread", failure.exc_type.__name__, exc_info=(type(error), error, failure.exc_traceback)
    )
