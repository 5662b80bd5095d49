"""The health check of a container: asks its first process, on the port that it was given, and uses no proxy."""

import http.client
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

_DEFAULT_PORT: Final = "4010"
_SECONDS: Final = 2


def port_of(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """The port of a sandbox that was started so."""
    port = environment.get("SEQUENCES_SANDBOX_PORT", _DEFAULT_PORT)
    port = port if port.isdigit() else _DEFAULT_PORT  # in Kubernetes a service may set it to a URL
    for argument, following in zip(arguments, [*arguments[1:], ""], strict=True):
        if argument == "--port":
            port = following
        elif argument.startswith("--port="):
            port = argument.removeprefix("--port=")
    return int(port)


def is_healthy(port: int) -> bool:
    """Whether a sandbox on this machine answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_SECONDS)
    try:
        connection.request("GET", "/_sandbox/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    first = Path("/proc/1/cmdline").read_bytes().decode().split("\0")
    sys.exit(0 if is_healthy(port_of(first, os.environ)) else 1)
