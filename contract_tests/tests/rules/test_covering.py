"""Covering arrays hold every pair of values, in few rows."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st
from sequences_contract.rules.covering import covering

VALUES = st.dictionaries(
    st.sampled_from("abcdef"), st.lists(st.integers(0, 9), min_size=1, max_size=4, unique=True), min_size=2
)


@given(VALUES)
def test_every_pair_of_values_stands_in_a_row(values):
    rows = covering(values)
    for one, other in combinations(values, 2):
        assert {(row[one], row[other]) for row in rows} == {(a, b) for a in values[one] for b in values[other]}


@given(VALUES)
def test_the_rows_are_no_more_than_the_pairs_of_the_two_longest_need_and_a_few(values):
    one, other = sorted(map(len, values.values()))[-2:]
    assert len(covering(values)) <= one * other + 2 * len(values)


def test_what_may_not_stand_together_does_not():
    values = {"page": [1, 2], "size": [1, 100], "sort": ["a", "b"]}
    rows = covering(values, lambda row: row.get("size") != 100 or row.get("page", 1) == 1)
    assert all(row["page"] == 1 for row in rows if row["size"] == 100)
    assert {(row["size"], row["sort"]) for row in rows} == {(1, "a"), (1, "b"), (100, "a"), (100, "b")}
    assert {row["page"] for row in rows} == {1, 2}
