"""How the values of serve's options are read. What takes time to load is loaded for its own option alone."""

import argparse
import re
from typing import TYPE_CHECKING, Final

from sequences_sandbox_client.cli.rate import rate

from ..domain.hosts import is_ip_address

if TYPE_CHECKING:
    from ..http.request.client_address import Network
    from ..traffic.rate_limits import RateLimit

_MOST_SECONDS: Final = 3600
_HOST_NAME: Final = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?", re.ASCII | re.IGNORECASE)
_HEADER: Final = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]{1,100}", re.ASCII)
_TOKEN: Final = re.compile(r"[!-~]{6,}")


def port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text[:9]) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; give a number from 0 to 65535, 0 for a free one")
    return int(text)


def whole_number(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of 0 or more")
    if len(text) > 9:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is too large; {10**9 - 1} is the most")
    return int(text)


def address(text: str) -> str:
    """An address to listen on; an empty one would be every address."""
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty; give 127.0.0.1, or 0.0.0.0 to listen on every address")
    return text


def host_name(text: str) -> str:
    """The name under which a server is reached, as it stands in a Host header without its port."""
    if not _HOST_NAME.fullmatch(text) and not is_ip_address(text):
        what = f"{text[:100]!r} is no host name" if text else "it is empty"
        raise argparse.ArgumentTypeError(
            f"{what}; give one or more names, without scheme, port, wildcard or comma, such as sandbox.example"
        )
    return text.lower()


def header_name(text: str) -> str:
    """The name of a header that may be kept."""
    name = text.lower()
    if not _HEADER.fullmatch(name):
        raise argparse.ArgumentTypeError(f"{text[:100]!r} is no name of a header; give one or more, such as X-Trace-Id")
    from ..traffic.journal import SECRET_HEADERS  # noqa: PLC0415

    if name.encode() in SECRET_HEADERS:
        raise argparse.ArgumentTypeError(f"{text} carries keys, which are never kept")
    return name


def network(text: str) -> "Network":
    from ..http.request.client_address import parse_network  # noqa: PLC0415

    try:
        return parse_network(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 <= value <= _MOST_SECONDS:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no number of seconds from 0 to {_MOST_SECONDS}")
    return value


def token(text: str) -> str:
    """A token as a header can carry it. What is said of one that cannot does not repeat it."""
    if not _TOKEN.fullmatch(text):
        what = "empty" if not text else "no token"
        raise argparse.ArgumentTypeError(f"it is {what}; give 6 or more printable ASCII characters and no space")
    return text


def rate_limit(text: str) -> "RateLimit":
    """A rate such as 60/min, all of it at once at most."""
    from ..traffic.rate_limits import RateLimit  # noqa: PLC0415

    limit, seconds = rate(text)
    return RateLimit(limit, seconds, limit)
