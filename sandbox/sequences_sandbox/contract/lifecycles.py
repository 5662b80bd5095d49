"""The lifecycles in a contract: every schema that carries `x-lifecycle`, by the schema's name."""

from collections.abc import Mapping
from typing import Any, Final

from ..domain.lifecycle import CLIENT, CLOCK, ENGINE, Lifecycle, Transition
from ..resources.sequences.model import RUNS
from .reading import Spec, SpecError

_ROW: Final = ("event", "by", "from", "to", "basis")


def read_lifecycles(spec: Spec) -> dict[str, Lifecycle]:
    """Every lifecycle of a contract. Raises SpecError for rows that cannot be."""
    schemas = spec.document.get("components", {}).get("schemas", {})
    return {name: _lifecycle(spec, name, schema) for name, schema in schemas.items() if "x-lifecycle" in schema}


def run_lifecycle(spec: Spec) -> Lifecycle:
    """The lifecycle of runs. Raises SpecError where the contract has none."""
    lifecycles, schema = read_lifecycles(spec), str(RUNS.schema)
    properties = spec.document.get("components", {}).get("schemas", {}).get(schema, {}).get("properties", {})
    name = str(properties.get("status", {}).get("$ref", "")).rpartition("/")[2]
    if name not in lifecycles:
        raise SpecError(
            f"{spec.path}: /components/schemas/{schema}/properties/status: has to point at a schema with 'x-lifecycle'"
        )
    return lifecycles[name]


def _lifecycle(spec: Spec, name: str, schema: Mapping[str, Any]) -> Lifecycle:
    place = f"{spec.path}: /components/schemas/{name}"
    statuses, rows = schema.get("enum"), schema["x-lifecycle"]
    if not statuses or not rows:
        raise SpecError(f"{place}: needs an 'enum' of statuses and rows of 'x-lifecycle' beside it")
    for number, row in enumerate(rows):
        missing = [key for key in _ROW if key not in row]
        if missing:
            raise SpecError(f"{place}/x-lifecycle/{number}: lacks {', '.join(missing)}")
        for key, allowed in (("from", statuses), ("to", statuses), ("by", (CLIENT, CLOCK, ENGINE))):
            if row[key] not in allowed:
                raise SpecError(f"{place}/x-lifecycle/{number}/{key}: '{row[key]}' is none of {', '.join(allowed)}")
    return Lifecycle(statuses, [Transition(row["event"], row["by"], row["from"], row["to"]) for row in rows])
