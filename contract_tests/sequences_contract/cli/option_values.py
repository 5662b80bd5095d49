"""What the values of options must be; each error says how to write them."""

import argparse
import math
import re
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from ..http.redaction import without_user

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_FRAMING = ("connection", "content-length", "te", "trailer", "transfer-encoding", "upgrade")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class UsageError(Exception):
    """What was asked cannot be done as it was asked; the text says how to ask."""


def require_url(flag: str, url: str) -> None:
    """Raises UsageError unless the target can be reached by this URL and by nothing that is secret in it."""
    shown = without_user(url)
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and bool(httpx.URL(url))
    except (ValueError, httpx.InvalidURL):
        fits = False
    if not fits:
        raise UsageError(f"{flag} {shown!r} is no URL; give one like http://127.0.0.1:4010/v1")
    if parts.username is not None or parts.password is not None:
        raise UsageError(
            f"{flag} {shown!r} must come without user and password: the header Authorization carries the API's key"
        )
    if parts.query or parts.fragment:
        raise UsageError(
            f"{flag} must come without query and fragment; give {parts._replace(query='', fragment='').geturl()}"
        )


def require_id(flag: str, text: str) -> None:
    """Raises UsageError unless it is a UUID as the API writes it, in any case."""
    if not _UUID.fullmatch(text):
        raise UsageError(f"{flag} {text!r} is no id; give a UUID, as a run's sequence_template_id shows it")


def require_certificates(path: Path) -> None:
    """Raises UsageError unless the file holds certificates."""
    try:
        ssl.create_default_context(cafile=str(path))
    except ssl.SSLError:
        raise UsageError(f"--ca-bundle {path} holds no certificate; give certificates in PEM form") from None
    except OSError as error:
        raise UsageError(f"--ca-bundle {path} cannot be read: {error.strerror}") from None


def stops(text: str) -> float:
    """The number of runs that may be stopped; infinity for `all`."""
    if text == "all":
        return math.inf
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r}: give a number of runs, or all")
    return int(text)


def positive(text: str) -> int:
    """A whole number, 1 or more."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: give a whole number, 1 or more")
    return int(text)


def seconds(text: str) -> float:
    """A time in seconds, an hour at most."""
    seconds = _number(text)
    if not 0 < seconds <= 3600:
        raise argparse.ArgumentTypeError(f"{text!r}: give seconds, more than 0 and at most 3600")
    return seconds


def lag(text: str) -> float:
    """A time in seconds, from none to an hour."""
    seconds = _number(text)
    if not 0 <= seconds <= 3600:
        raise argparse.ArgumentTypeError(f"{text!r}: give seconds, at most 3600")
    return seconds


def rate(text: str) -> float:
    """Requests a second, written as `20/s` or `20`."""
    rate = _number(text.removesuffix("/s"))
    if not 0.01 <= rate <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r}: give requests a second, such as 20/s")
    return rate


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def header(text: str) -> tuple[str, str]:
    """A header as name and value. Those that the suite makes itself are rejected."""
    name, colon, value = (part.strip() for part in text.partition(":"))
    if not colon or not _TOKEN.fullmatch(name):
        raise argparse.ArgumentTypeError("give NAME:VALUE, such as X-Tenant:blue")
    if name.lower() == "authorization":
        raise argparse.ArgumentTypeError(f"{name!r} is made from the key; give that with --key")
    if name.lower() in _FRAMING:
        raise argparse.ArgumentTypeError(f"{name!r} is made from the request; leave it out")
    if not value.isprintable():
        raise argparse.ArgumentTypeError(f"{name!r}: the value holds characters that no header can carry")
    return name, value


def require_folder(path: Path) -> None:
    """Raises UsageError unless a file can be made there, before a long run is lost for it."""
    if path.is_dir() or not path.parent.is_dir():
        raise UsageError(f"the report {path} cannot be written: {path.parent} must be a folder, and the file none")


def spec_path(text: str) -> Path:
    """A file in this folder or below it, as a path from here: that is how reports name it."""
    path, here = Path(text).resolve(), Path.cwd()
    if not path.is_file() or not path.is_relative_to(here):
        raise argparse.ArgumentTypeError(
            f"{text!r}: give a file in this folder or below it, and run the suite in the root of your repository"
        )
    return path.relative_to(here)
