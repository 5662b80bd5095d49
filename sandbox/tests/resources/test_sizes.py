"""What documents are counted as is about what they take."""

import sys

import pytest
from sequences_sandbox.resources.sequences.model import Run
from sequences_sandbox.resources.sizes import document_bytes


def run(variables):
    return Run("r", "o", None, "t", "ACTIVE", variables, None, None, 0, 0)


@pytest.mark.parametrize("letter", ["x", "é", "漢", "😀"])
@pytest.mark.parametrize(("number", "length"), [(1, 100_000), (1000, 10), (1000, 60)])
def test_variables_are_counted_by_what_they_take_in_memory(letter, number, length):
    variables = {f"v{each}": letter * length for each in range(number)}
    taken = sum(sys.getsizeof(name) + sys.getsizeof(text) for name, text in variables.items())
    assert taken <= document_bytes(run(variables)) <= taken + 30 * number + 2000
