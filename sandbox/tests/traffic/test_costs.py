"""What questions cost: in proportion to what is kept and to what was sent, never to their product.

Costs are compared over doubled sizes, as CPU time of the best of several tries. Linear work doubles; quadratic work would
be 64 times as much over three doublings.
"""

import json
import time

import pytest
from sequences_sandbox.domain.errors import ValidationIssue
from sequences_sandbox.operations.control.journal_fields import read_journal_match, show_entry
from sequences_sandbox.operations.control.known_names import KnownNames
from sequences_sandbox.traffic.fault_header import parse_fault_header
from sequences_sandbox.traffic.har import archive
from sequences_sandbox.traffic.journal import Entry
from sequences_sandbox.traffic.journal_match import JournalMatch
from sequences_sandbox.traffic.verification import count, in_order

MOST_GROWTH = 24
TRIES = 4


def entry(number=0, body=b"", headers=(), path=b"/v1/sequences", query=b""):
    return Entry(
        f"r{number}", number, "POST", path, query, "stopSequence", "Read and write", 200, 0.001, None,
        tuple(headers), body, len(body), (), b"{}", 2,
    )  # fmt: skip


def seconds(work):
    best = float("inf")
    for _ in range(TRIES):
        before = time.process_time()
        work()
        best = min(best, time.process_time() - before)
    return best


def growth(work_of_size, size):
    """How many times as much work eight times the size takes; a floor keeps noise from looking like growth."""
    small, large = work_of_size(size), work_of_size(size * 8)
    return (seconds(large) + 0.002) / (seconds(small) + 0.002)


def large_subset(size):
    """A subset of many members, of which an entry has none, some, or all: the cost is the entry's."""
    kept = [entry(number, b'{"a": 1}') for number in range(size // 20)]
    wanted = JournalMatch(body_subset={"a": 2, **{str(number): "x" * 50 for number in range(size)}})
    return lambda: count(kept, wanted, 1, None)


def large_values(size):
    """Values that are large themselves, other than those of every entry."""
    kept = [entry(number, b'{"a": {"b": 1}, "c": 1}') for number in range(size // 20)]
    wanted = JournalMatch(body_subset={"a": {"b": ["x" * 50] * size}, "c": "y" * 50 * size})
    return lambda: count(kept, wanted, 1, None)


def nested_subset(size):
    """Objects in objects under long names, as deep as a body may be."""
    wanted = {"leaf": 1}
    for _ in range(80):
        wanted = {"n" * (size // 80): wanted}
    body = json.dumps(wanted).replace("leaf", "loaf").encode()
    return lambda: count([entry(body=body)], JournalMatch(body_subset=wanted), 1, None)


def long_order(size):
    """An order of many matches over a long journal: each entry is compared once."""
    kept = [entry(number, b'{"reason": "WIN"}') for number in range(size)]
    wanted = [JournalMatch(body_subset={"reason": "WIN"})] * min(100, size) + [JournalMatch(operation="none")]
    return lambda: in_order(kept, wanted)


def many_near_misses(size):
    kept = [entry(number, b'{"reason": "WIN"}', query=b"a=1&b=2") for number in range(size)]
    wanted = JournalMatch(query_subset={"a": "2", "c": "1"}, body_subset={"reason": "LOSE", "x": {"y": [1] * 50}})
    return lambda: count(kept, wanted, None, 0) and count(kept, wanted, 1, None)


def repeated_headers(size):
    """One header that was sent again and again."""
    kept = entry(headers=[(b"x-tag", b"value")] * size)
    return lambda: (show_entry(kept, bodies=True), archive([kept], "test", "1"))


def repeated_parameters(size):
    kept = entry(query=b"&".join([b"a=1"] * size))
    return lambda: count([kept], JournalMatch(query_subset={"a": "2", "b": "1"}), 1, None)


def stars(size):
    kept = [entry(number, path=b"/v1/" + b"a" * 400) for number in range(size)]
    return lambda: count(kept, JournalMatch(path="*a" * 240 + "*b"), 1, None)


def text(size):
    kept = [entry(number, b"a" * 500) for number in range(size)]
    return lambda: count(kept, JournalMatch(text="a" * 199 + "b"), 1, None)


@pytest.mark.parametrize(
    ("work_of_size", "size"),
    [
        (large_subset, 2_000), (large_values, 2_000), (nested_subset, 20_000), (long_order, 1_000),
        (many_near_misses, 300), (repeated_headers, 2_000), (repeated_parameters, 2_000), (stars, 100), (text, 500),
    ],
)  # fmt: skip
def test_a_question_costs_in_proportion_to_what_is_kept_and_sent(work_of_size, size):
    assert growth(work_of_size, size) < MOST_GROWTH


def wrong_key_name(size):
    names = KnownNames(["listSequences"], [f"key number {number:06} of the world" for number in range(size)])

    def ask():
        with pytest.raises(ValidationIssue) as caught:
            read_journal_match(names, "match/", {"key_name": "key nmuber 000001 of the wrold"})
        assert len(caught.value.message) < 300
        assert len(caught.value.data["allowed"]) <= 100

    return ask


def wrong_header(size):
    def ask():
        with pytest.raises(ValidationIssue) as caught:
            parse_fault_header("status" * size + "=503")
        assert len(caught.value.message) < 300

    return ask


@pytest.mark.parametrize(("work_of_size", "size"), [(wrong_key_name, 2_000), (wrong_header, 1_000)])
def test_a_wrong_name_costs_no_more_than_its_length_and_one_look_at_the_names(work_of_size, size):
    assert growth(work_of_size, size) < MOST_GROWTH


def test_of_many_key_names_the_nearest_is_still_found():
    names = KnownNames([], [f"key {number}" for number in range(5_000)])
    with pytest.raises(ValidationIssue, match="did you mean 'key 4711'"):
        names.require("", None, None, "key 4711x")


def test_a_name_too_long_to_be_a_slip_gets_no_suggestion():
    with pytest.raises(ValidationIssue, match="there are listSequences"):
        KnownNames(["listSequences"], []).require("", "listSequences" * 8, None, None)
