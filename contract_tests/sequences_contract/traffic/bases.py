"""Which exchanges of a recording are of the API: those below a base URL that is given, or found."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from ..contract.document import Contract
from .reading import RecordError


class Bases:
    """The base URLs of the API in a recording."""

    def __init__(self, contract: Contract, urls: Sequence[str]) -> None:
        self._contract = contract
        self._urls, self._given = [url.rstrip("/") for url in urls], bool(urls)

    def path(self, url: str) -> str | None:
        """The path below the base URL, None of anything else. Raises RecordError where two look like it."""
        url = url.partition("?")[0]
        for base in self._urls:
            known = urlsplit(base).path if url.startswith("/") else base  # the sandbox's journal gives paths
            if url.startswith(f"{known}/"):
                return url.removeprefix(known)
        head, version, rest = url.partition("/v1/")
        if self._given or not version or not self._contract.knows(f"/{rest}"):
            return None
        if self._urls:
            raise RecordError(
                f"{head}/v1 and {self._urls[0]} both look like this API; pass --url for each that is to be judged"
            )
        self._urls.append(f"{head}/v1")
        return f"/{rest}"
