"""A small part of the control API (docs/console.md), under `/_sandbox`: enough for a suite to arrange what it tests."""

import json
import time
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path

from .api import Api
from .listing import STATUSES
from .messages import ApiError, Call, Response
from .timers import FiredTimer
from .timestamps import parse_duration
from .world import Document, Run, World, build_run, load_document, make_world, read_time

# The engine's rows of x-lifecycle: event, statuses it may start from, status it leads to.
ENGINE: dict[str, tuple[tuple[str, ...], str]] = {
    "activate": (("FOUND",), "ACTIVE"),
    "reject": (("FOUND",), "REFUSED"),
    "ask": (("ACTIVE",), "WAITING_FOR_USER"),
    "response": (("WAITING_FOR_USER",), "ACTIVE"),
    "skip": (("WAITING_FOR_USER",), "ACTIVE"),
    "succeed": (("ACTIVE",), "SUCCEEDED"),
    "complete": (("ACTIVE",), "COMPLETED"),
    "fail": (("FOUND", "ACTIVE", "WAITING_FOR_LEAD", "WAITING_FOR_USER"), "FAILED"),
}


class ReferenceServer(Api):
    """The correct server: the public API and the part of the control API that a suite arranges with."""

    def __init__(self, fixture: Path | Document) -> None:
        """Serve a fixture file, whose neighbours can be asked for by name; or a document, which has none."""
        self.fixture = fixture
        self.started = time.monotonic()
        document, name = (fixture, "document") if isinstance(fixture, dict) else (load_document(fixture), fixture.stem)
        super().__init__([make_world(document, name, fresh_tokens=False)])

    def dispatch(self, call: Call) -> Response:
        if not call.request.path.startswith("/_sandbox/"):
            return super().dispatch(call)
        try:
            return self.control(call, call.request.path.removeprefix("/_sandbox/").split("/"))
        except (KeyError, ValueError, TypeError) as problem:
            raise ApiError(400, f"The control request is malformed: {problem}.") from None

    def control(self, call: Call, path: list[str]) -> Response:
        match [call.request.method, *path]:
            case ["GET", "health"]:
                uptime = time.monotonic() - self.started
                return Response(200, {"status": "ok", "version": "reference_server", "uptime_seconds": uptime})
            case ["POST", "worlds"]:
                return self.create_world(self.arguments(call))
        call.operation = "control"
        self.step_key(call)
        routes: dict[tuple[str, ...], Callable[[Call], Response]] = {
            ("GET", "world"): lambda call: Response(200, self.world_object(call.world)),
            ("DELETE", "world"): self.delete_world,
            ("POST", "world", "reset"): self.reset_world,
            ("GET", "clock"): lambda call: Response(200, self.clock_object(call.world)),
            ("PATCH", "clock"): self.patch_clock,
            ("POST", "clock", "advance"): self.advance,
            ("POST", "sequences"): self.enrol,
        }
        if len(path) == 3 and path[::2] == ["sequences", "events"]:
            return self.engine_event(call, path[1])
        handler = routes.get((call.request.method, *path))
        if handler is None:
            raise ApiError(404, "The reference server has only a part of the control API, and not this.")
        return handler(call)

    def arguments(self, call: Call) -> Document:
        return dict(json.loads(call.request.body or b"{}"))

    def create_world(self, wanted: Document) -> Response:
        fixture = wanted.get("fixture") or self.fixture
        path = self.named_fixture(fixture) if isinstance(fixture, str) else fixture
        document = path if isinstance(path, dict) else load_document(path)
        name = wanted.get("name") or (path.stem if isinstance(path, Path) else "document")
        clock = {key: wanted[key] for key in ("now", "frozen") if wanted.get(key) is not None}
        world = make_world(document, name, fresh_tokens=True, **clock)
        self.worlds[world.id] = world
        return Response(201, self.world_object(world, with_tokens=True))

    def named_fixture(self, name: str) -> Path:
        beside = sorted(self.fixture.parent.iterdir()) if isinstance(self.fixture, Path) else []
        for path in beside:
            if path.stem == name and path.suffix in (".yaml", ".yml", ".json", ".jsonl"):
                return path
        raise ValueError(f"there is no fixture '{name}'")

    def world_object(self, world: World, *, with_tokens: bool = False) -> Document:
        organizations = [
            {
                "id": organization_id,
                "name": name,
                "api_keys": [
                    {"id": key.id, "name": key.name, "scopes": list(key.scopes)}
                    | ({"token": key.token} if with_tokens else {})
                    for key in world.keys
                    if key.organization_id == organization_id
                ],
                "counts": count(world.runs_of(organization_id)),
            }
            for organization_id, name in world.names.items()
        ]
        made = {"created_at": Api.timestamp(self, world.created_at), "expires_at": None}
        named = {"id": world.id, "name": world.name, "fixture": world.name}
        return {**named, **made, "clock": self.clock_object(world), "organizations": organizations}

    def delete_world(self, call: Call) -> Response:
        del self.worlds[call.world.id]
        return Response(204)

    def reset_world(self, call: Call) -> Response:
        fresh = make_world(call.world.document, call.world.name, fresh_tokens=False)
        call.world.clock = fresh.clock
        call.world.populate(str, call.world.clock.now())
        return Response(200, self.world_object(call.world))

    def clock_object(self, world: World) -> Document:
        due = [(at, run.id) for run in world.runs.values() for at in run.timers]
        names = ("at", "event", "sequence_id")
        first = dict(zip(names, (Api.timestamp(self, min(due)[0]), "wake", min(due)[1]), strict=True)) if due else None
        now, frozen = world.clock.now(), world.clock.frozen_at is not None
        return {"now": Api.timestamp(self, now), "frozen": frozen, "next_due": first}

    def patch_clock(self, call: Call) -> Response:
        wanted, clock = self.arguments(call), call.world.clock
        frozen = bool(wanted.get("frozen", clock.frozen_at is not None))
        self.move(call, read_time(wanted["now"], call.now) if wanted.get("now") else call.now, frozen=frozen)
        return Response(200, self.clock_object(call.world))

    def advance(self, call: Call) -> Response:
        wanted = self.arguments(call)
        if wanted.get("next"):
            to = min((at for run in call.world.runs.values() for at in run.timers), default=call.now)
        else:
            to = call.now + parse_duration(wanted["by"]) if "by" in wanted else read_time(wanted["to"], call.now)
        fired = self.move(call, to, frozen=call.world.clock.frozen_at is not None)
        fired_object = [self.fired_object(one) for one in fired[:1_000]]
        return Response(200, {"now": Api.timestamp(self, to), "fired_count": len(fired), "fired": fired_object})

    def fired_object(self, fired: FiredTimer) -> Document:
        named = {"at": Api.timestamp(self, fired.at), "event": "wake", "sequence_id": fired.run.id}
        return {**named, "from": fired.before, "to": fired.run.status}

    def move(self, call: Call, to: int, *, frozen: bool) -> list[FiredTimer]:
        if to < call.now:
            raise ApiError(422, "The clock never goes back; reset the world instead.")
        call.world.clock.set(to, frozen=frozen)
        return self.apply_due(call.world, "control")[1]

    def enrol(self, call: Call) -> Response:
        row = {"status": "FOUND", "id": str(uuid.uuid4()), **self.arguments(call)}
        if row["status"] not in STATUSES:
            raise ValueError(f"there is no status {row['status']!r}")
        organization_id = row.get("organization_id") or call.key.organization_id
        if call.world.templates.get(row["sequence_template_id"], {}).get("organization_id") != organization_id:
            raise ValueError("sequence_template_id is not one of the organization's")
        run = build_run(row, organization_id, call.now)
        call.world.runs[run.id] = run
        return Response(201, Api.run_object(self, run))

    def engine_event(self, call: Call, run_id: str) -> Response:
        event = self.arguments(call)["event"]
        origins, target = ENGINE[event]
        run = call.world.runs[run_id.lower()]
        if run.status not in origins:
            raise ApiError(422, f"'{event}' is possible from {', '.join(origins)}.", status=run.status)
        run.timers.clear()
        run.status, run.updated_at = target, call.now
        if event == "response":
            run.last_step_executed_at = call.now
        return Response(200, Api.run_object(self, run))


def count(runs: Iterable[Run]) -> dict[str, int]:
    """How many runs there are in each status."""
    statuses = [run.status for run in runs]
    return {status: statuses.count(status) for status in STATUSES}
