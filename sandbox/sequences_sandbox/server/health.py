"""The health check of a container: asks its first process, on the port that it was given, and uses no proxy."""

import argparse
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
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    # In Kubernetes a service may set the variable to a URL.
    parser.add_argument("--port", type=int, default=port if port.isdigit() else _DEFAULT_PORT)
    found: int = parser.parse_known_args(arguments)[0].port
    return found


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
