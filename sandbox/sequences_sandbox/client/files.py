"""Fixtures in files: read here and sent as documents, since a sandbox opens no file for a caller."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..fixtures import FixtureError
from ..fixtures.sources import open_source
from .errors import InvalidError


def read_document(file: Path) -> Mapping[str, Any]:
    """The document in a YAML, JSON or JSON Lines file. Raises InvalidError; what it holds is the sandbox's to judge."""
    try:
        origin = open_source(file)
    except FixtureError as error:
        raise InvalidError(str(error)) from None
    document: Mapping[str, Any] = origin.document
    _join(file, document, origin.lines)
    return document


def _join(file: Path, document: Mapping[str, Any], lines: Iterator[tuple[int, bytes]]) -> None:
    """Puts the runs of a JSON Lines file, one a line, where a document has them."""
    for number, line in lines:
        try:
            run = json.loads(line)
            owner = run.pop("organization_id")
            organization = next(one for one in document["organizations"] if one["id"] == owner)
        except (ValueError, AttributeError, LookupError, TypeError, StopIteration):
            raise InvalidError(
                f"{file} line {number}: not a run, a JSON object whose organization_id is one of the first line's"
            ) from None
        organization.setdefault("sequences", []).append(run)
