"""The planted faults, one file a group. Each is a class that overrides a few lines of the correct server."""

from ..alterations import Fault
from . import (
    access,
    identity,
    journeys,
    lifecycle,
    list_filters,
    list_order,
    list_pages,
    list_refusals,
    paths,
    refusals,
    robustness,
    shape,
    siblings,
    stop,
    strings,
    timers,
    update,
)

FILES = (
    *(shape, refusals, paths, access, identity, list_filters, list_order, list_pages, list_refusals),
    *(update, strings, lifecycle, timers, stop, siblings, journeys, robustness),
)

ALL: tuple[Fault, ...] = tuple(fault for file in FILES for fault in file.planted.faults)
