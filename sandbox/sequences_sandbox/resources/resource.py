"""What a resource is: declared once, as a frozen dataclass and a `Resource` that says how it is listed.

From the declaration come its JSON form, its stored document, fixture reading and export, list filters and sorts, generic
`list` and `get` handlers, and the differences between snapshots. `contract/declarations.py` compares the names with
the contract's when the program starts.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from types import UnionType
from typing import Any, Final, Generic, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from ..domain.timestamps import Timestamp, format_timestamp

T = TypeVar("T")

_PRIVATE: Final = "private"
_CODEC: Final = "codec"

Normalise = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Codec:
    """How a field is stored when JSON has no form for its type."""

    dump: Callable[[Any], Any]
    load: Callable[[Any], Any]


def private(*, default: Any = MISSING, codec: Codec | None = None) -> Any:
    """A field that the sandbox keeps and the API does not show."""
    metadata = {_PRIVATE: True, _CODEC: codec}
    return field(metadata=metadata) if default is MISSING else field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class Filter:
    """What a query parameter compares: a field with a value, or a timestamp with a strict bound."""

    field: str
    test: Literal["equal", "after", "before"] = "equal"
    normalise: Normalise | None = None

    def key(self, value: Any) -> Any:
        """The form of a value in which equal ones are the same."""
        return value if self.normalise is None or value is None else self.normalise(value)


class Resource(Generic[T]):
    """A kind of document. `noun` is what messages call one of them, `id_parameter` the path parameter that names it.

    Lists are sorted by the first of `sorts` where nothing else is asked for.
    """

    def __init__(
        self,
        kind: str,
        type_: type[T],
        *,
        noun: str,
        id_parameter: str = "id",
        schema: str | None = None,
        scope: str | None = None,
        filters: Mapping[str, Filter] | None = None,
        sorts: Sequence[str] = (),
        derived: Sequence[str] = (),
    ) -> None:
        self.kind: Final = kind
        self.type: Final = type_
        self.noun: Final = noun
        self.id_parameter: Final = id_parameter
        self.schema: Final = schema
        self.scope: Final = scope
        self.filters: Final = dict(filters or {})
        self.sorts: Final = tuple(sorts)
        declared: tuple[Field[Any], ...] = fields(type_)  # type: ignore[arg-type]  # a dataclass, always
        hints = get_type_hints(type_, include_extras=True)
        self.names: Final = tuple(each.name for each in declared)
        self.times: Final = frozenset(name for name in self.names if _is_time(hints[name]))
        public = [each.name for each in declared if not each.metadata.get(_PRIVATE)]
        self.public: Final = (*public, *derived)
        self._shown: Final = tuple((name, name in self.times) for name in self.public)
        self._codecs: Final[Mapping[str, Codec]] = {
            each.name: each.metadata[_CODEC] for each in declared if each.metadata.get(_CODEC)
        }
        self._normalised: Final = {each.field: each.key for each in self.filters.values() if each.normalise is not None}

    def __repr__(self) -> str:
        return f"Resource({self.kind!r})"

    def form(self, value: T) -> dict[str, Any]:
        """The JSON object that the API shows."""
        shown = {}
        for name, is_time in self._shown:
            found = getattr(value, name)
            shown[name] = format_timestamp(found) if is_time and found is not None else found
        return shown

    def dump(self, value: T) -> dict[str, Any]:
        """The stored document: every field, timestamps as microseconds."""
        document = {name: getattr(value, name) for name in self.names}
        for name, codec in self._codecs.items():
            document[name] = codec.dump(document[name])
        return document

    def load(self, document: Mapping[str, Any]) -> T:
        """The value of a stored document. A field that it lacks, since it was added later, has its default."""
        codecs = self._codecs
        return self.type(
            **{name: codecs[name].load(value) if name in codecs else value for name, value in document.items()}
        )

    def shifted(self, value: T, by: int, absolute: frozenset[str] = frozenset()) -> T:
        """The value with its timestamps moved by so many microseconds, except those of the `absolute` fields."""
        moved = []
        for name in self.names:
            found = getattr(value, name)
            moves = found is not None and name in self.times and name not in absolute
            moved.append(found + by if moves else found)
        return self.type(*moved)

    def references(self, resources: "Iterable[Resource[Any]]") -> dict[str, str]:
        """The fields that hold the id of a document of one of these, such as `source_contact_list_id`, and its kind."""
        parameters = {each.id_parameter: each.kind for each in resources if each.id_parameter != "id"}
        found = {}
        for name in self.names:
            parameter = max((each for each in parameters if f"_{name}".endswith(f"_{each}")), key=len, default=None)
            if parameter is not None:
                found[name] = parameters[parameter]
        return found

    def key(self, field_name: str, value: Any) -> Any:
        """The form in which a field is compared by its filter."""
        normalise = self._normalised.get(field_name)
        return value if normalise is None else normalise(value)


def _is_time(hint: Any) -> bool:
    if get_origin(hint) in (Union, UnionType):
        return Timestamp in get_args(hint)
    return bool(hint == Timestamp)
