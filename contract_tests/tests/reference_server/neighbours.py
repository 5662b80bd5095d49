"""The resources beside sequences that can be read, declared once each; and what a key is."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from .messages import ApiError, Call, Query, Response
from .timestamps import SECOND
from .writes import Writes

LONGEST = {"email": 320, "linkedin_url": 2048, "name": 500}

Record = dict[str, Any]


def profile(url: str) -> str:
    """A LinkedIn address without scheme, `www.`, a trailing slash, and the case of its host."""
    rest = url.partition("://")[2] or url
    host, slash, path = rest.partition("/")
    return (host.lower().removeprefix("www.") + slash + path).removesuffix("/")


@dataclass(frozen=True)
class Resource:
    """A list and its items, kept in a `section` of the fixture, under which they are found by the path's name.

    `equal` names filters: the field, and the form in which values are compared; `after`, `before` name strict bounds.
    `choices` are the values of a filter, `defaults` those of fields that a fixture leaves out, `counts` fields that count
    the items of another one.
    """

    section: str
    scope: str
    texts: tuple[str, ...]
    times: tuple[str, ...]
    equal: dict[str, tuple[str, Callable[[str], str]]]
    after: dict[str, str]
    sorts: tuple[str, ...]
    before: dict[str, str] = field(default_factory=dict)
    uuids: tuple[str, ...] = ()
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)
    defaults: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, str] = field(default_factory=dict)
    parameters: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        names = (*self.equal, *self.after, *self.before, "sort_by", "sort_order", "page", "size")
        object.__setattr__(self, "parameters", names)


RESOURCES = {
    "contacts": Resource(
        section="contacts",
        scope="contacts:read",
        texts=(
            *("email", "first_name", "last_name", "job_title", "linkedin_url", "phone_number", "city", "state"),
            *("country", "profile_picture_url", "company_name", "company_domain"),
        ),
        times=("first_seen_at", "last_seen_at"),
        equal={"email": ("email", str.lower), "linkedin_url": ("linkedin_url", profile), "contact_id": ("id", str)},
        after={"first_seen_after": "first_seen_at", "last_seen_after": "last_seen_at"},
        sorts=("first_seen_at", "last_seen_at", "email"),
        uuids=("contact_id",),
    ),
    "sequence-templates": Resource(
        section="sequence_templates",
        scope="sequences:read",
        texts=("name", "summary", "status", "language", "timezone"),
        times=("activated_at", "created_at", "updated_at"),
        equal={"name": ("name", str), "status": ("status", str)},
        after={"created_at_after": "created_at"},
        before={"created_at_before": "created_at"},
        sorts=("created_at", "updated_at", "name"),
        choices={"status": ("PENDING_SETUP", "ACTIVE", "INACTIVE", "FINISHING", "ARCHIVED")},
        defaults={"status": "ACTIVE", "timezone": "UTC"},
        counts={"step_count": "steps"},
    ),
}


class Neighbours(Writes):
    """Lists and items of the other resources, and the key."""

    resources = RESOURCES

    def resource(self, call: Call) -> tuple[str, Resource] | None:
        """The resource that an operation such as `list_contacts` is about."""
        name = call.operation.partition("_")[2]
        return (name, self.resources[name]) if name else None

    def known(self, call: Call) -> tuple[str, ...]:
        found = self.resource(call)
        return found[1].parameters if found and call.operation.startswith("list_") else super().known(call)

    # -- reading the request --------------------------------------------------------------------------------------

    def read_neighbour_query(self, call: Call, resource: Resource) -> Query:
        given = self.read_pairs(call)
        return Query(
            filters=dict(self.read_neighbour_filters(given, resource)),
            sort_by=self.read_choice(given, "sort_by", self.neighbour_sort(resource), resource.sorts),
            sort_order=self.read_choice(given, "sort_order", self.default_order, ("asc", "desc")),
            page=self.read_page(given.get("page", "1")),
            size=self.read_size(given.get("size", self.default_size)),
        )

    def neighbour_sort(self, resource: Resource) -> str:
        return resource.sorts[0]

    def read_neighbour_filters(self, given: dict[str, str], resource: Resource) -> Iterator[tuple[str, Any]]:
        for name in (*resource.equal, *resource.after, *resource.before):
            if name in resource.choices:
                yield from self.read_chosen(given, name, resource)
            elif name in given:
                uuid, bound = name in resource.uuids, name in resource.after or name in resource.before
                read = self.read_uuid if uuid else self.read_bound if bound else self.read_text
                yield name, read(name, given[name])

    def read_chosen(self, given: dict[str, str], name: str, resource: Resource) -> Iterator[tuple[str, Any]]:
        if name in given:
            yield name, self.read_choice(given, name, "", resource.choices[name])

    def read_text(self, name: str, text: str) -> str:
        if len(text) > LONGEST.get(name, 2048):
            raise ApiError(400, f"Query parameter '{name}' is too long.", field=name, problem="too long")
        return text

    # -- lists and items ------------------------------------------------------------------------------------------

    def records(self, call: Call, name: str) -> Iterable[Record]:
        """What the caller may see."""
        return (one for one in call.world.records(self.resources[name].section) if self.is_own_record(call, one))

    def is_own_record(self, call: Call, record: Record) -> bool:
        return bool(record["organization_id"] == call.key.organization_id)

    def fits(self, record: Record, name: str, value: Any, resource: Resource) -> bool:
        """Whether a record satisfies one filter."""
        if name in resource.after:
            return self.is_seen_after(record, name, value, resource)
        if name in resource.before:
            return bool(record[resource.before[name]] < value)
        place, normal = resource.equal[name]
        held = record.get(place, resource.defaults.get(place))
        return held is not None and self.is_same(name, held, value, normal)

    def is_seen_after(self, record: Record, name: str, bound: Any, resource: Resource) -> bool:
        return bool(record[resource.after[name]] > bound)

    def is_same(self, name: str, held: str, value: str, normal: Callable[[str], str]) -> bool:
        return normal(held) == normal(value)

    def record_key(self, record: Record, name: str) -> Any:
        """What records are sorted by; null comes first [own]."""
        return record.get(name) is not None, record.get(name) or ""

    def list_records(self, call: Call) -> Response:
        name, resource = self.resource(call) or ("", self.resources["contacts"])
        query = call.query
        found = [
            one
            for one in self.records(call, name)
            if all(self.fits(one, key, value, resource) for key, value in query.filters.items())
        ]
        found.sort(key=lambda one: one["id"])
        found.sort(key=lambda one: self.record_key(one, query.sort_by), reverse=self.descending(query))
        page = self.cut_records(found, query.page, query.size)
        items = [self.record_item(one, resource) for one in page]
        return Response(200, {"items": items, **self.numbers(items, len(found), query)})

    def cut_records(self, found: list[Record], page: int, size: int) -> list[Record]:
        return found[(page - 1) * size : page * size]

    def numbers(self, items: list[Record], total: int, query: Query) -> dict[str, Any]:
        return {
            "total_count": total,
            "total_pages": -(-total // query.size),
            "has_more": query.page * query.size < total,
        }

    def find_record(self, call: Call) -> Record:
        name, _ = self.resource(call) or ("contacts", None)
        for record in call.world.records(self.resources[name].section):
            if record["id"] == call.run_id and self.is_own_record(call, record):
                return record
        return self.no_record(call)

    def no_record(self, call: Call) -> Record:
        raise ApiError(404, f"Your organization has no such item {call.run_id}.", value=call.run_id)

    def get_record(self, call: Call) -> Response:
        _, resource = self.resource(call) or ("", self.resources["contacts"])
        return Response(200, self.record_object(self.find_record(call), resource))

    def record_item(self, record: Record, resource: Resource) -> Record:
        """A record as it is shown in the list."""
        return self.record_object(record, resource)

    def record_object(self, record: Record, resource: Resource) -> Record:
        held = resource.defaults | record
        shown = {"id": self.identifier(record["id"])} | {name: held.get(name) for name in resource.texts}
        shown |= {name: len(record.get(place) or ()) for name, place in resource.counts.items()}
        return shown | {name: None if held[name] is None else self.timestamp(held[name]) for name in resource.times}

    # -- the key --------------------------------------------------------------------------------------------------

    def me(self, call: Call) -> Response:
        key = call.key
        return Response(
            200,
            {
                "id": key.id,
                "organization_id": key.organization_id,
                "name": key.name,
                "key_prefix": self.key_prefix(key.token),
                "scopes": self.shown_scopes(key.scopes),
                "last_used_at": self.timestamp(call.now // SECOND * SECOND),
                "created_at": self.timestamp(call.world.created_at),
            },
        )

    def key_prefix(self, token: str) -> str:
        return token[:9]

    def shown_scopes(self, scopes: tuple[str, ...]) -> Any:
        return list(scopes)
