"""The client for asyncio: the same methods, awaited."""

import asyncio
import inspect
from datetime import UTC, datetime

import pytest
from sequences_sandbox_client import (
    AsyncSandbox,
    AsyncWorld,
    InvalidError,
    Sandbox,
    SandboxNotStarted,
    VerificationError,
    World,
)
from sequences_sandbox_client.calls import Call
from sequences_sandbox_client.transport import ControlClient

BIRTH = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.mark.anyio
async def test_a_world_is_controlled_by_awaiting(sequences_sandbox):
    async with (
        await AsyncSandbox.connect(sequences_sandbox.url) as sandbox,
        await sandbox.world(now=BIRTH, frozen=True) as world,
        world.client() as client,
    ):
        assert (await world.clock.now, await world.clock.frozen) == (BIRTH, True)
        rule = await world.faults.add(status=503, on="listSequences", times=1)
        assert [(await client.get("/sequences")).status_code for _ in range(2)] == [503, 200]
        assert [one["id"] for one in await world.faults.list()] == [rule["id"]]
        run = await world.sequences.create("ACTIVE")
        assert (await world.sequences.pause(run["id"], "2026-03-04T09:00:00Z"))["status"] == "WAITING_FOR_LEAD"
        assert (await world.clock.advance(days=3))["complete"] is True
        assert await world.journal.verify("pauseSequence", sequence_id=run["id"], exactly=1) == 1
        with pytest.raises(VerificationError, match="does not hold"):
            await world.journal.verify("stopSequence")
        with pytest.raises(InvalidError, match="not 3"):
            await world.clock.advance(3)
        await world.snapshot()
        assert (await world.diff())["changed"] == []
        world_id = world.id
    with Sandbox.connect(sequences_sandbox.url) as sandbox:
        listed = ControlClient(sandbox._http)(Call("GET", "/worlds", query={"size": 100}))["items"]
    assert world_id not in [one["id"] for one in listed]


@pytest.mark.anyio
async def test_worlds_are_made_and_moved_beside_each_other(sequences_sandbox):
    async with await AsyncSandbox.connect(sequences_sandbox.url) as sandbox:

        async def moved(days):
            async with await sandbox.world(now=BIRTH, frozen=True) as world:
                return (await world.clock.advance(days=days))["now"]

        found = await asyncio.gather(*map(moved, range(1, 6)))
    assert found == [f"2026-03-0{2 + days}T09:00:00Z" for days in range(1, 6)]


@pytest.mark.anyio
async def test_where_none_answers_the_way_out_is_named():
    with pytest.raises(SandboxNotStarted, match="sequences-sandbox serve"):
        await AsyncSandbox.connect("http://127.0.0.1:9")


def test_one_is_started_for_asyncio_and_gone_after_the_block():
    async def run():
        async with AsyncSandbox.start("empty") as sandbox:
            async with await sandbox.world() as world:
                assert (await world.describe())["fixture"] == "empty"
            return sandbox

    sandbox = asyncio.run(run())
    with pytest.raises(SandboxNotStarted, match="was stopped"):
        asyncio.run(sandbox.check())


def test_one_object_serves_several_event_loops_after_each_other(sequences_sandbox):
    sandbox = AsyncSandbox(sequences_sandbox.url)

    async def moved(world=None):
        world = world or await sandbox.world(now=BIRTH, frozen=True)
        await asyncio.gather(*(world.describe() for _ in range(5)))
        return world, (await world.clock.advance(days=1))["now"]

    world, _ = asyncio.run(moved())
    assert [asyncio.run(moved(world))[1] for _ in range(3)] == [f"2026-03-0{day}T09:00:00Z" for day in (4, 5, 6)]
    asyncio.run(world.delete())
    asyncio.run(sandbox.stop())


@pytest.mark.parametrize(("plain", "awaited"), [(Sandbox, AsyncSandbox), (World, AsyncWorld)])
def test_both_have_the_same_methods_and_arguments(plain, awaited):
    def methods(kind):
        return {name: getattr(kind, name) for name in dir(kind) if not name.startswith("_")}

    assert methods(plain).keys() == methods(awaited).keys()
    for name, method in methods(plain).items():
        if callable(method):
            assert inspect.signature(method) == inspect.signature(methods(awaited)[name]) or name in (
                "connect",
                "start",
                "client",
            )
