"""How a command reaches a sandbox: where it is, with which key, through what."""

import argparse
import re
from typing import TYPE_CHECKING, Final

from ..errors import ConnectionSettingsError, SandboxError, SandboxNotStarted
from . import known_worlds
from .options import add_option, source_of
from .parser import CommandError, UsageError

if TYPE_CHECKING:
    import ssl

    import httpx

_DEFAULT_URL: Final = "http://127.0.0.1:4010"
_DEFAULT_KEY: Final = "topo_demo_readwrite"
_SECONDS_TO_ANSWER: Final = 60
_MOST_SECONDS: Final = 3600
_HEADER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_FRAMING: Final = ("connection", "content-length", "te", "trailer", "transfer-encoding", "upgrade")
_KEY: Final = re.compile(r"[!-~]+")
_MALFORMED: Final = 400
_UNKNOWN_KEY: Final = 401
_USAGE: Final = 2
_UNREACHABLE: Final = 3
_REJECTED: Final = 4


def add_reach(parser: argparse.ArgumentParser, whose_key: str, *, variable: str | None = "KEY") -> None:
    """The options that every command for a running sandbox has; `variable` gives the key too."""
    group = parser.add_argument_group("the sandbox")
    add_option(group, "--url", f"where it runs (default: the current world's, else {_DEFAULT_URL})", metavar="URL")
    if variable is None:
        group.add_argument("--key", type=key, metavar="KEY", help=whose_key)
    else:
        add_option(group, "--key", whose_key, variable=variable, type=key, metavar="KEY")
    add_option(group, "--ca-bundle", "the certificates to trust", type=certificates, metavar="FILE")
    add_option(
        group, "--timeout", "how long a response may take", type=duration, default=_SECONDS_TO_ANSWER, metavar="SECONDS"
    )
    group.add_argument(
        "--header",
        action="append",
        type=header,
        default=[],
        metavar="NAME:VALUE",
        help="send this header too; repeatable",
    )
    parser.add_argument("--json", action="store_true", help="print JSON; an error too, on standard error")


def address(options: argparse.Namespace) -> str:
    """The URL that was given, else the current world's, else that of a sandbox on this machine. Raises UsageError."""
    from ..transport import root_of  # noqa: PLC0415  # loads httpx, which help does not need

    world = known_worlds.read().current if options.url is None else None
    url = (world.url if world else _DEFAULT_URL) if options.url is None else options.url
    try:
        return str(root_of(url)).rstrip("/")
    except SandboxNotStarted as error:
        raise UsageError(str(error) if options.url is None else f"{source_of(options, '--url')}: {error}") from None


def world_key(options: argparse.Namespace, url: str) -> str:
    """The key that was given, else the current world's, else that of the demo data. Raises UsageError."""
    if options.key:
        return str(options.key)
    world = known_worlds.read().current
    # The key of a world goes to its own sandbox and to no other.
    return world.key if world is not None and world.url == url else _DEFAULT_KEY


def connected(options: argparse.Namespace, url: str) -> "httpx.Client":
    """A connection as the options say. Raises SandboxNotStarted."""
    from ..transport import connection  # noqa: PLC0415

    return connection(url, trusted=options.ca_bundle, headers=options.header, timeout=options.timeout)


def failed(error: SandboxError, guessed: str | None = None) -> CommandError:
    """How a call ends a command that got no result; `guessed` is the key that was sent where none was given.

    What is said of a malformed call, or of a variable, is a usage error too.
    """
    if error.status_code == _UNKNOWN_KEY and guessed is not None:
        world = known_worlds.read().current
        if world is not None and guessed == world.key:
            what = f"the current world {world.name!r} is gone; 'world use --default' goes back to the demo data."
            return CommandError(what, _REJECTED, error.issue)
        what = f"this sandbox does not know {guessed}, which is tried where no key is given"
        return CommandError(f"{what}; give --key, or set SEQUENCES_SANDBOX_KEY.", _REJECTED, error.issue)
    is_usage = error.status_code == _MALFORMED or isinstance(error, ConnectionSettingsError)
    status = _USAGE if is_usage else _REJECTED if error.issue else _UNREACHABLE
    return CommandError(str(error), status, error.issue or None)


def key(text: str) -> str:
    """A key or token. What is said of one that no header can carry does not repeat it."""
    if not _KEY.fullmatch(text):
        what = "it holds white space or what no header can carry; give the key alone"
        raise argparse.ArgumentTypeError(what if text else "it is empty; give the key, or leave it out")
    return text


def header(text: str) -> tuple[str, str]:
    name, colon, value = (part.strip() for part in text.partition(":"))
    if not colon or not _HEADER_NAME.fullmatch(name) or not value.isascii() or not value.isprintable():
        raise argparse.ArgumentTypeError("it is no header; give NAME:VALUE in printable ASCII, such as X-Tenant:blue")
    if name.lower() == "authorization":
        raise argparse.ArgumentTypeError(f"{name} is made from the key; give that with --key")
    if name.lower() in _FRAMING:
        raise argparse.ArgumentTypeError(f"{name} is made from the request; leave it out")
    return name, value


def certificates(text: str) -> "ssl.SSLContext":
    import ssl  # noqa: PLC0415  # takes time to load, and most commands need none of it

    try:
        return ssl.create_default_context(cafile=text)
    except ssl.SSLError:
        raise argparse.ArgumentTypeError(f"{text} holds no certificate; give certificates in PEM form") from None
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{text} cannot be read: {error.strerror}") from None


def duration(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 0 < value <= _MOST_SECONDS:
        raise argparse.ArgumentTypeError(
            f"{text[:40]!r} is no number of seconds, more than 0 and at most {_MOST_SECONDS}"
        )
    return value
