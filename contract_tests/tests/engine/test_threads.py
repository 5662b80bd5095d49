"""Libraries below that several rules use at a time."""

import ast
import sys
import threading
import warnings

from sequences_contract.engine.threads import used_from_threads

SOURCE = "f(" * 60 + ")" * 60


def test_source_text_is_parsed_in_several_threads():
    failures = []

    def parse():
        try:
            for _ in range(30):
                ast.parse(SOURCE)
        except SystemError as error:
            failures.append(error)

    before, interval = ast.parse, sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with used_from_threads():
            threads = [threading.Thread(target=parse) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert failures == []
    assert ast.parse is before


def test_warnings_are_shown_again_afterwards():
    before = list(warnings.filters)
    with used_from_threads():
        warnings.warn("a library is loud", stacklevel=1)
    assert warnings.filters == before
