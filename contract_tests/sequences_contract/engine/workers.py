"""Several things done at the same time, each worker with what it needs of its own."""

import threading
from collections.abc import Callable, Iterable, Sequence
from contextvars import copy_context
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
Work = Callable[[int, Item], None]


class _Shared:
    """What is still to be done, and the first thing that went wrong."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._items = iter(list(items))
        self._lock = threading.Lock()
        self.failure: BaseException | None = None

    def take(self) -> object | None:
        with self._lock:
            return None if self.failure is not None else next(self._items, None)

    def fail(self, failure: BaseException) -> None:
        with self._lock:
            self.failure = self.failure or failure


def spread(items: Iterable[Item], work: Work[Item], workers: int) -> None:
    """Calls `work` with the worker's number, from 0, and an item, for each item in order.

    Raises what the first call raised that failed; no further one begins then, and those that have begun come to their end.
    """
    if workers == 1:
        for item in items:
            work(0, item)
        return
    shared = _Shared(items)

    def run(number: int) -> None:
        try:
            while (item := shared.take()) is not None:
                work(number, item)  # type: ignore[arg-type]  # what take gives is an item
        except BaseException as failure:  # noqa: BLE001 - it is raised where all workers are waited for
            shared.fail(failure)

    # Daemons: an impatient caller may leave without them.
    threads = [
        threading.Thread(target=copy_context().run, args=(run, number), daemon=True) for number in range(workers)
    ]
    try:
        for thread in threads:
            thread.start()
        _join(threads)
    except KeyboardInterrupt as interruption:
        shared.fail(interruption)
        _join(thread for thread in threads if thread.ident is not None)
    if shared.failure is not None:
        raise shared.failure


def side_by_side(calls: Sequence[Callable[[], Result]], workers: int) -> list[Result]:
    """What calls return, in order; up to so many `workers` make them. Raises what the first one raised that failed."""
    results: dict[int, Result] = {}

    def work(_: int, place: int) -> None:
        results[place] = calls[place]()

    spread(range(len(calls)), work, min(workers, len(calls)))
    return [results[place] for place in range(len(calls))]


def _join(threads: Iterable[threading.Thread]) -> None:
    for thread in threads:
        thread.join()
