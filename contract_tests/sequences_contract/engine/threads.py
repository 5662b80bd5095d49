"""What libraries need that were not made to be used by several rules at a time."""

import ast
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def used_from_threads() -> Iterator[None]:
    """Lets Hypothesis and Schemathesis work in several threads.

    Hypothesis parses source text. CPython 3.11 mixes up the depths of trees that are built at the same time, and fails with
    "AST constructor recursion depth mismatch". Which warnings are shown, all threads share.
    """
    parse, turn = ast.parse, threading.RLock()

    def parse_in_turn(*args: Any, **more: Any) -> Any:
        with turn:
            return parse(*args, **more)

    ast.parse = parse_in_turn
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        ast.parse = parse
