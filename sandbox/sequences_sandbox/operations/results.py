"""What handlers return: values of the domain, and how a response shows them."""

from typing import Any, NamedTuple

from ..domain.query import Page
from ..resources.resource import Resource


class ItemResult(NamedTuple):
    """One document."""

    resource: Resource[Any]
    value: Any


class PageResult(NamedTuple):
    """The list envelope around the documents of a page."""

    resource: Resource[Any]
    page: Page


class StatusResult(NamedTuple):
    """A value under another status than the operation's first."""

    status: int
    value: Any


class TextResult(NamedTuple):
    """Bytes that are sent as they are."""

    media_type: str
    body: bytes


class StreamResult(NamedTuple):
    """The stream of what happens in a world, without end."""

    world_id: str
