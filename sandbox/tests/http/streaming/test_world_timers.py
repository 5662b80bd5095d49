"""Whoever watches a world gets what falls due when it falls due, though nobody asks."""

import asyncio
import json

import pytest
from sequences_sandbox.app import build
from sequences_sandbox.contract.lifecycles import run_lifecycle
from sequences_sandbox.domain.timestamps import MINUTE, parse_timestamp
from sequences_sandbox.fixtures import read
from sequences_sandbox.http.offload import Offload
from sequences_sandbox.http.streaming.world_timers import WorldTimers
from sequences_sandbox.settings import Settings
from sequences_sandbox.worlds.events import CLOCK, SEQUENCE, WORLD
from sequences_sandbox.worlds.factory import WorldFactory, WorldOptions

SOON = 2_000  # microseconds
AT_ONCE = Offload(blocking=False)


class Watched:
    """A world with a timer, which is told what happens as a stream does, and what its subscribers get."""

    def __init__(self, app):
        self.worlds = app.worlds
        self.world_id = app.default.record.id
        self.timers = WorldTimers(app.worlds, AT_ONCE)
        self.heard = asyncio.Queue()
        self.worlds.events.subscribe(self.world_id, self.receive_event)

    def receive_event(self, event):
        self.heard.put_nowait(event)
        self.timers.wake(self.world_id)

    async def next(self):
        return await asyncio.wait_for(self.heard.get(), 5)

    def due(self):
        return self.worlds.apply_due_events(self.world_id)


@pytest.fixture
def app(clock):
    return build(Settings(), clock)


def created(app, fixture, options):
    read_ = read(fixture, run_lifecycle(app.spec))
    return WorldFactory(app.worlds).create(read_, options).record.id


def test_a_run_wakes_though_nobody_asks(app, clock):
    async def listen():
        world = Watched(app)
        clock.advance(world.due() - SOON)
        stop = world.timers.watch(world.world_id)
        await asyncio.sleep(0)  # the timer is set for a time that the machine's clock then reaches
        clock.advance(SOON)
        event = await world.next()
        stop()
        return event

    event = asyncio.run(listen())
    assert (event.kind, json.loads(event.data)["event"]) == (SEQUENCE, "wake")
    assert parse_timestamp(json.loads(event.data)["at"]) == app.default.record.epoch + 5 * MINUTE


def test_a_change_of_the_clock_sets_the_timer_anew(app, clock):
    async def listen():
        world = Watched(app)
        stop = world.timers.watch(world.world_id)
        await asyncio.sleep(0)  # set for five minutes from now
        clock.advance(world.due())
        world.worlds.events.publish(world.world_id, CLOCK, {})
        kinds = [(await world.next()).kind, (await world.next()).kind]
        stop()
        return kinds

    assert asyncio.run(listen()) == [CLOCK, SEQUENCE]


def test_a_world_that_expires_while_it_is_watched_goes_though_nobody_asks(app, clock):
    async def listen():
        world_id = created(app, "empty", WorldOptions("short", ttl=MINUTE))
        heard = asyncio.Queue()
        app.worlds.events.subscribe(world_id, heard.put_nowait)
        clock.advance(MINUTE - SOON)
        stop = WorldTimers(app.worlds, AT_ONCE).watch(world_id)
        await asyncio.sleep(0)
        clock.advance(SOON)
        event = await asyncio.wait_for(heard.get(), 5)
        stop()
        return event

    event = asyncio.run(listen())
    assert (event.kind, event.data) == (WORLD, '{"event":"deleted"}')


def test_many_watchers_share_one_timer_and_the_last_to_leave_ends_it(app):
    async def listen():
        world = Watched(app)
        before = asyncio.all_tasks()
        stops = [world.timers.watch(world.world_id) for _ in range(100)]
        [task] = asyncio.all_tasks() - before
        await asyncio.sleep(0)
        for stop in stops[:-1]:
            stop()
        await asyncio.sleep(0)
        running = not task.done()
        stops[-1]()
        await asyncio.wait({task})
        return running, task.cancelled()

    assert asyncio.run(listen()) == (True, True)


def test_the_timer_of_a_world_that_is_gone_ends(app, clock):
    async def listen():
        world_id = created(app, "demo", WorldOptions("mine"))
        timers = WorldTimers(app.worlds, AT_ONCE)
        before = asyncio.all_tasks()
        stop = timers.watch(world_id)
        [task] = asyncio.all_tasks() - before
        await asyncio.sleep(0)
        app.worlds.delete(world_id)
        timers.wake(world_id)
        await asyncio.wait_for(task, 5)
        stop()

    asyncio.run(listen())


@pytest.mark.parametrize("frozen", [True, False])
def test_nothing_falls_due_by_itself_in_a_frozen_world(clock, frozen):
    app = build(Settings(freeze=frozen), clock)
    assert app.worlds.apply_due_events(app.default.record.id) == (None if frozen else 5 * MINUTE)
