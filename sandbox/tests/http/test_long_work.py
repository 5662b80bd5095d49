"""Work that takes long waits in turn: an address that asks for much waits behind itself."""

import asyncio

from sequences_sandbox.http.offload import LongWork


async def carried_out(queue, asked):
    """The order in which what is asked for by addresses is carried out, one at a time."""
    done = []
    await asyncio.gather(*(queue(address, done.append, (address, number)) for number, address in enumerate(asked)))
    return done


def test_addresses_take_turns():
    done = asyncio.run(carried_out(LongWork(1), "aaaabab"))
    assert [address for address, _ in done] == list("aababaa")
    assert [number for address, number in done if address == "a"] == [0, 1, 2, 3, 5]


def test_no_more_are_carried_out_at_once_than_there_are_places():
    running, most = 0, 0

    def work():
        nonlocal running, most
        running += 1
        most = max(most, running)
        running -= 1

    async def run():
        queue = LongWork(2)
        await asyncio.gather(*(queue(str(number), work) for number in range(20)))

    asyncio.run(run())
    assert 1 <= most <= 2


def test_who_leaves_while_waiting_takes_no_place_along():
    async def run():
        queue, hold = LongWork(1), asyncio.Event()
        loop = asyncio.get_running_loop()
        first = asyncio.ensure_future(
            queue("a", lambda: asyncio.run_coroutine_threadsafe(hold.wait(), loop).result(10))
        )
        await asyncio.sleep(0.05)
        waiting = [asyncio.ensure_future(queue("b", int)) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        hold.set()
        await first
        waiting[1].cancel()  # its turn may have been given to it just now
        assert await asyncio.wait_for(waiting[2], 10) == 0
        assert await asyncio.wait_for(queue("c", int), 10) == 0

    asyncio.run(run())
