"""The index of the memory store, held against a plain sorted list.

Every test runs with the real capacities, where a few entries make a single leaf, and with tiny ones, where they make a
deep tree that splits, joins and empties.
"""

from collections.abc import Iterator
from itertools import chain, pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sequences_sandbox.store import multiset, nodes
from sequences_sandbox.store.tree import Entry, Interval, Tree

CAPACITIES = {
    "real": {},
    "small": {"LEAF_CAPACITY": 4, "FANOUT": 4, "CROSS_FANOUT": 4, "CHUNK_CAPACITY": 4},
    "tiny": {"LEAF_CAPACITY": 2, "FANOUT": 3, "CROSS_FANOUT": 3, "CHUNK_CAPACITY": 2},
    "wide leaves": {"LEAF_CAPACITY": 8, "FANOUT": 3, "CROSS_FANOUT": 4, "CHUNK_CAPACITY": 3},
}

ENTRIES = st.tuples(st.integers(0, 9), st.text("abc", max_size=2), st.integers(0, 12))
SETS = st.sets(ENTRIES, max_size=120)
ENDS = st.none() | st.integers(-1, 13)
INTERVALS = st.none() | st.tuples(ENDS, ENDS)
BOUNDS = ENTRIES | st.tuples(st.integers(-1, 10)) | st.tuples(st.integers(-1, 10), st.text("abc", max_size=2))
RANKS = st.integers(0, 130)
CROSSES = st.sampled_from([None, 2])


@pytest.fixture(scope="module", params=CAPACITIES, autouse=True)
def capacities(request: pytest.FixtureRequest) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in CAPACITIES[request.param].items():
            patch.setattr(multiset if name == "CHUNK_CAPACITY" else nodes, name, value)
        yield


def inside(entries: list[Entry], within: Interval | None) -> list[Entry]:
    lo, hi = within or (None, None)
    return [entry for entry in entries if (lo is None or lo < entry[2]) and (hi is None or entry[2] < hi)]


def descending(entries: list[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: (-entry[0], entry[1:]))


def depth_of(subtree: Any) -> int:
    return 0 if isinstance(subtree, list) else 1 + depth_of(subtree.children[0])


def assert_sound(tree: Tree) -> None:
    """Every invariant the module states, at every node."""

    def entries_of(subtree: Any, top: bool) -> list[Entry]:
        assert len(subtree) <= nodes.capacity_of(subtree)
        if isinstance(subtree, list):
            assert subtree or top, "an empty leaf must vanish"
            return subtree
        assert subtree.children, "an empty node must vanish"
        below = [entries_of(child, False) for child in subtree.children]
        assert len({depth_of(child) for child in subtree.children}) == 1
        assert subtree.lows == [entries[0] for entries in below]
        assert subtree.sizes == [len(entries) for entries in below]
        kept = [[value for chunk in cross.chunks for value in chunk] for cross in subtree.crosses]
        assert kept == ([] if tree._cross is None else [sorted(e[tree._cross] for e in entries) for entries in below])
        for left, right in pairwise(subtree.children):
            assert 2 * (len(left) + len(right)) > nodes.capacity_of(left), "thin neighbours must join"
        for cross in subtree.crosses:
            assert all(0 < len(chunk) <= multiset.CHUNK_CAPACITY for chunk in cross.chunks)
        return [*chain.from_iterable(below)]

    assert entries_of(tree._root, True) == list(tree)


def changes_of(data: st.DataObject, present: set[Entry]) -> tuple[set[Entry], set[Entry]]:
    removed = data.draw(st.sets(st.sampled_from(sorted(present)), max_size=len(present))) if present else set()
    return removed, data.draw(SETS) - (present - removed)


@given(entries=SETS, cross=CROSSES)
def test_a_built_tree_holds_its_entries_in_order(entries: set[Entry], cross: int | None) -> None:
    tree = Tree.build(sorted(entries), cross)
    assert list(tree) == sorted(entries)
    assert len(tree) == tree.count() == len(entries)
    assert tree.first() == min(entries, default=None)
    assert_sound(tree)


@given(data=st.data(), entries=SETS, cross=CROSSES)
def test_a_batch_makes_a_new_tree_and_leaves_the_old_one_as_it_was(
    data: st.DataObject, entries: set[Entry], cross: int | None
) -> None:
    versions = [(Tree.build(sorted(entries), cross), entries)]
    for _ in range(data.draw(st.integers(1, 4))):
        tree, present = versions[-1]
        removed, added = changes_of(data, present)
        versions.append((tree.replace(removed, added), present - removed | added))
    for tree, present in versions:
        assert list(tree) == sorted(present)
        assert_sound(tree)


@given(entries=st.lists(ENTRIES, unique=True, max_size=80), order=st.randoms(use_true_random=False), cross=CROSSES)
def test_entries_may_come_and_go_one_by_one(entries: list[Entry], order: Random, cross: int | None) -> None:
    tree = Tree.build([], cross)
    for place, entry in enumerate(entries):
        tree = tree.replace((), [entry])
        assert list(tree) == sorted(entries[: place + 1])
    assert_sound(tree)
    order.shuffle(entries)
    while entries:
        tree = tree.replace([entries.pop()], ())
        assert list(tree) == sorted(entries)
        assert_sound(tree)
    assert tree.first() is None


@settings(max_examples=10)
@given(seed=st.integers(0, 2**32), cross=CROSSES)
def test_a_long_life_of_growth_and_decline_keeps_the_tree_sound(seed: int, cross: int | None) -> None:
    chance = Random(seed)
    tree, present = Tree.build([], cross), set[Entry]()
    for age in range(120):
        growing = age % 40 < 20
        come = {(chance.randrange(60), "", chance.randrange(9)) for _ in range(chance.randrange(24 if growing else 4))}
        gone = set(chance.sample(sorted(present), min(len(present), chance.randrange(4 if growing else 24))))
        tree = tree.replace(gone, come - (present - gone))
        present = present - gone | come
        assert list(tree) == sorted(present)
        assert_sound(tree)


@given(entries=SETS, bound=BOUNDS, within=INTERVALS)
def test_a_rank_counts_the_entries_before_a_bound(entries: set[Entry], bound: Entry, within: Interval | None) -> None:
    tree = Tree.build(sorted(entries), 2)
    before = [entry for entry in entries if entry < bound]
    assert tree.rank(bound, within) == len(inside(before, within))
    assert tree.count(within) == len(inside(sorted(entries), within))


@given(entries=SETS, start=RANKS, stop=RANKS, within=INTERVALS)
def test_a_slice_goes_by_rank(entries: set[Entry], start: int, stop: int, within: Interval | None) -> None:
    expected = inside(sorted(entries), within)[start:stop]
    assert Tree.build(sorted(entries), 2).slice(start, stop, within) == expected


@given(entries=SETS, offset=RANKS, size=RANKS, within=INTERVALS)
def test_pages_tie_ascending_in_both_directions(
    entries: set[Entry], offset: int, size: int, within: Interval | None
) -> None:
    tree = Tree.build(sorted(entries), 2)
    matches = inside(sorted(entries), within)
    assert tree.page(offset, size, False, within) == matches[offset : offset + size]
    assert tree.page(offset, size, True, within) == descending(matches)[offset : offset + size]


@given(data=st.data(), entries=SETS, within=INTERVALS)
def test_reads_agree_after_changes(data: st.DataObject, entries: set[Entry], within: Interval | None) -> None:
    removed, added = changes_of(data, entries)
    tree = Tree.build(sorted(entries), 2).replace(removed, added)
    matches = inside(sorted(entries - removed | added), within)
    assert tree.count(within) == len(matches)
    assert tree.slice(0, len(matches) + 1, within) == matches
    assert tree.page(3, 7, True, within) == descending(matches)[3:10]


@given(firsts=st.sets(st.text("ab\0", max_size=3), max_size=8), size=st.integers(1, 9))
def test_text_may_come_first(firsts: set[str], size: int) -> None:
    entries = sorted((first, number) for first in firsts for number in range(5))
    tree = Tree.build(entries, 1)
    expected = sorted(sorted(entries), key=lambda entry: entry[0], reverse=True)
    pages = [tree.page(offset, size, True) for offset in range(0, len(entries), size)]
    assert [*chain.from_iterable(pages)] == expected


@settings(max_examples=10)
@given(offset=st.integers(0, 3_100), size=st.integers(0, 1_200), within=st.none() | st.tuples(ENDS, ENDS))
def test_pages_cut_groups_of_a_thousand_ties(offset: int, size: int, within: Interval | None) -> None:
    entries = [(group, f"{number:04}", number % 13) for group in range(3) for number in range(1_000)]
    matches = descending(inside(entries, within))
    assert Tree.build(entries, 2).page(offset, size, True, within) == matches[offset : offset + size]


@pytest.mark.parametrize("cross", [None, 1])
def test_entries_that_share_one_cross_coordinate_come_and_go(cross: int | None) -> None:
    entries = [(number, 7) for number in range(600)]
    tree = Tree.build(entries[::2], cross).replace((), entries[1::2])
    assert_sound(tree)
    for number in range(0, 600, 7):
        tree = tree.replace([entries[number]], [])
    del entries[::7]
    assert list(tree) == entries
    assert_sound(tree)


@pytest.mark.parametrize("cross", [None, 0])
def test_a_batch_of_thousands_equals_the_same_changes_one_by_one(cross: int | None) -> None:
    before = [(number, "") for number in range(0, 6_000, 2)]
    removed, added = before[500:2_500], [(number, "") for number in range(1, 4_000, 2)]
    at_once = one_by_one = Tree.build(before, cross)
    at_once = at_once.replace(reversed(removed), reversed(added))
    for gone, come in zip(removed, added, strict=True):
        one_by_one = one_by_one.replace([gone], [come])
    assert list(at_once) == list(one_by_one) == sorted({*before} - {*removed} | {*added})
    assert_sound(at_once)
    assert_sound(one_by_one)


def test_a_tree_that_moves_on_does_not_deepen() -> None:
    """The pattern of updated_at: the oldest entries go, one in ten excepted, new ones come at the end."""
    tree = Tree.build([(number, number) for number in range(100)], 1)
    for number in range(100, 3_000):
        tree = tree.replace([(number - 100, number - 100)] if number % 10 else [], [(number, number)])
    assert_sound(tree)
    fresh = Tree.build(list(tree), 1)
    assert depth_of(tree._root) <= 2 * depth_of(fresh._root) + 1
    assert depth_of(tree.replace(list(tree)[1:], [])._root) == 0


@given(entries=SETS, intruder=ENTRIES, cross=CROSSES)
def test_an_entry_absent_or_present_is_refused_and_nothing_changes(
    entries: set[Entry], intruder: Entry, cross: int | None
) -> None:
    tree = Tree.build(sorted(entries), cross)
    others = sorted(entries - {intruder})
    batch = ([*others[:3], intruder], []) if intruder not in entries else (others[:3], [intruder])
    with pytest.raises(KeyError) as error_response:
        tree.replace(*batch)
    assert error_response.value.args == (intruder,)
    assert list(tree) == sorted(entries)
    assert_sound(tree)


@pytest.mark.parametrize("cross", [None, 1])
def test_one_entry_twice_in_a_batch_is_refused(cross: int | None) -> None:
    tree = Tree.build([(number, 0) for number in range(40)], cross)
    many = [(number, 0) for number in range(100, 160)]
    for removed, added in (([(5, 0)] * 2, []), ([], [(99, 0)] * 2), ([], [*many, (130, 0)])):
        with pytest.raises(KeyError):
            tree.replace(removed, added)
    assert len(tree) == 40


def test_an_entry_both_removed_and_added_stays() -> None:
    tree = Tree.build([(number, number) for number in range(40)], 1)
    same = tree.replace([(7, 7)], [(7, 7)])
    assert list(same) == list(tree)
    assert_sound(same)


def test_an_interval_needs_a_cross_coordinate() -> None:
    tree = Tree.build([(1, 2)], None)
    for read in (tree.count, lambda within: tree.slice(0, 1, within), lambda within: tree.rank((1,), within)):
        with pytest.raises(ValueError, match="no cross coordinate"):
            read((None, None))


def test_an_interval_may_be_empty_turned_around_or_wider_than_any_coordinate() -> None:
    tree = Tree.build([(number, number % 3) for number in range(50)], 1)
    assert tree.count((1, 1)) == tree.count((2, 0)) == tree.count((0, 1)) == 0
    assert tree.count((-(10**30), 10**30)) == 50
    assert tree.count((10**30, None)) == tree.count((None, -(10**30))) == 0
