"""Which rules are tried at the same time."""

from sequences_contract.engine.schedule import in_one_world, in_own_worlds
from sequences_contract.rules.registry import all_rules

RULES = all_rules()


def ids(rules):
    return sorted(rule.id for rule in rules if rule.check is not None)


def tried(*stages):
    return [rule for stage in stages for batch in stage.batches for rule in batch]


def test_every_rule_is_tried_once_whatever_the_plan():
    for counted in (True, False):
        assert ids(tried(in_own_worlds(RULES, 8, stops_counted=counted))) == ids(RULES)
        assert ids(tried(*in_one_world(RULES, 8, stops_counted=counted))) == ids(RULES)


def test_in_one_world_what_looks_at_the_whole_collection_has_no_write_beside_it():
    for counted in (True, False):
        for stage in in_one_world(RULES, 8, stops_counted=counted):
            writing = [batch for batch in stage.batches if any(rule.tier != "read" for rule in batch)]
            assert len(writing) <= 1 or not any(rule.disturbs for batch in writing for rule in batch)


def test_in_one_world_no_read_has_a_write_beside_it_that_it_could_see():
    beside = set()
    for stage in in_one_world(RULES, 8, stops_counted=False):
        changed = {rule.tag for rule in tried(stage) if rule.tier != "read"}
        reads = [rule for rule in tried(stage) if rule.tier == "read"]
        assert not changed or all(rule.group == "robustness" or rule.tag not in {None, *changed} for rule in reads)
        beside.update(rule.tag for rule in reads if changed)
    assert {"Contacts", "Sequence templates", "Sequences"} <= beside


def test_in_one_world_without_writes_all_reads_go_together():
    reads = [rule for rule in RULES if rule.tier == "read"]
    assert [len(stage.batches) > 1 for stage in in_one_world(reads, 8, stops_counted=False)] == [True, *4 * [False]]


def test_in_one_world_runs_are_stopped_last():
    tiers = [rule.tier for rule in tried(*in_one_world(RULES, 8, stops_counted=False)) if rule.tier != "read"]
    assert tiers == sorted(tiers, key=["write", "stop"].index)


def test_where_stops_are_counted_rules_that_stop_come_one_after_the_other_in_order():
    wanted = [rule.id for rule in RULES if rule.tier == "stop" and not rule.id.startswith("robustness")]
    for stages in (in_one_world(RULES, 8, stops_counted=True), [in_own_worlds(RULES, 8, stops_counted=True)]):
        batches = [batch for stage in stages for batch in stage.batches if any(rule.tier == "stop" for rule in batch)]
        assert len(batches) == 1
        assert [rule.id for rule in batches[0] if not rule.id.startswith("robustness")] == wanted


def test_in_worlds_of_their_own_rules_that_share_something_stay_together():
    batches = in_own_worlds(RULES, 8, stops_counted=False).batches
    shared = [{rule.id for rule in batch} for batch in batches if batch[0].shares == "company"]
    assert len(shared) == 1
    assert shared[0] == {rule.id for rule in RULES if rule.shares == "company"}


def test_in_worlds_of_their_own_what_takes_longest_begins_first():
    sizes = [len(batch) for batch in in_own_worlds(RULES, 8, stops_counted=False).batches]
    assert sizes == sorted(sizes, reverse=True)


def test_one_worker_tries_one_rule_at_a_time():
    assert {stage.workers for stage in in_one_world(RULES, 1, stops_counted=False)} == {1}


def test_rules_about_other_runs_than_their_own_say_so():
    disturbing = {rule.id for rule in RULES if rule.disturbs}
    assert {"stop.contact.exactly_one", "update.only_this_run", "pause.only_this_run"} <= disturbing
    assert "update.merge" not in disturbing
