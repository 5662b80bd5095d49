"""The planted faults, one file a group. Each is a class that overrides a few lines of the correct server."""

from ..alterations import Fault
from . import (
    access,
    bodies,
    caches,
    identity,
    ids,
    journeys,
    lifecycle,
    lifecycle_effects,
    list_counts,
    list_filters,
    list_filters_together,
    list_instants,
    list_order,
    list_pages,
    list_refusals,
    paths,
    pause_values,
    refusal_order,
    refusals,
    robustness,
    shape,
    siblings,
    stop,
    stop_bodies,
    stop_effects,
    strings,
    timers,
    update,
    update_effects,
    write_answers,
)

FILES = (
    *(shape, write_answers, refusals, paths),
    *(access, identity, refusal_order),
    *(list_filters, list_filters_together, list_order, list_pages, list_counts, list_refusals, list_instants, ids),
    *(update, update_effects, strings),
    *(lifecycle, lifecycle_effects, timers, pause_values),
    *(stop, stop_effects, siblings, stop_bodies),
    *(caches, journeys),
    *(robustness, bodies),
)

ALL: tuple[Fault, ...] = tuple(fault for file in FILES for fault in file.planted.faults)
