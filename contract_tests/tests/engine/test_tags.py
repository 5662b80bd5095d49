"""Which tags are judged: those that are served, unless the caller says otherwise; nobody is blamed for the others."""

import json

import pytest
from sequences_contract.contract.document import load_contract
from sequences_contract.engine.settings import Settings
from sequences_contract.rules.selection import select

from ..mutants import FIXTURE
from ..reference_server import serve
from ..reference_server.control import ReferenceServer
from ..reference_server.net import serving
from ..reference_server.world import load_document

TAGS = load_contract().tags
RULES = ("--rule", "access", "--rule", "get", "--rule", "me", "--rule", "contacts")


class SequencesAlone(ReferenceServer):
    """Serves nothing beside sequences."""

    def route(self, call):
        neighbour = call.request.path.split("/")[2:3] in ([name] for name in ("me", *self.resources))
        return self.unknown_path(call) if neighbour else super().route(call)


class ContactsAlone(SequencesAlone):
    """Serves contacts and no sequences."""

    def route(self, call):
        served = call.request.path.startswith("/v1/contacts")
        return ReferenceServer.route(self, call) if served else self.unknown_path(call)


@pytest.fixture(scope="module")
def sequences_alone():
    with serving(SequencesAlone(FIXTURE)) as url:
        yield url


def test_what_is_not_served_is_one_line_and_no_violation(check, sequences_alone, tmp_path):
    status, text = check(
        sequences_alone, *RULES, "--report-json", tmp_path / "json", "--report-html", tmp_path / "html"
    )
    assert status == 0, text
    absent = [line for line in text.splitlines() if "not served" in line]
    assert len(absent) == 1
    assert absent[0].endswith("not served, so not judged: Me, Contacts, Sequence templates")
    document = json.loads((tmp_path / "json").read_text("utf-8"))
    assert document["not_served"] == ["Me", "Contacts", "Sequence templates"]
    assert not [rule["id"] for rule in document["rules"] if "Contact" in rule["id"] or rule["id"].startswith("me.")]
    assert "Not served, so not judged" in (tmp_path / "html").read_text("utf-8")


def test_a_target_without_sequences_is_judged_by_what_it_serves(check):
    with serving(ContactsAlone(FIXTURE)) as url:
        status, text = check(url, *RULES)
    assert status == 0, text
    assert "not served, so not judged: Sequences, Me" in text


@pytest.mark.parametrize("tag", TAGS)
def test_each_tag_can_be_judged_alone(check, sound, tag):
    status, text = check(sound, "--only", tag.lower(), "--rule", "access", "--rule", "get", "--rule", "me")
    assert status == 0, text
    assert "not served" not in text


@pytest.mark.parametrize("tag", TAGS)
def test_rules_are_selected_by_tag(tag):
    url = "http://127.0.0.1:1/v1"
    only = {rule.tag for rule in select(Settings(url, only=(tag,)))}
    others = {rule.tag for rule in select(Settings(url, skip=(tag,)))}
    assert only == {tag, None}
    assert others == {None, *TAGS} - {tag}


def test_a_tag_that_is_asked_for_and_not_served_cannot_be_tested(check, sequences_alone):
    status, text = check(sequences_alone, "--only", "contacts")
    assert status == 2
    assert "the target does not serve Contacts" in text


@pytest.mark.parametrize("option", ["--only", "--skip"])
def test_a_misspelt_tag_is_a_usage_error_with_the_nearest(check, option):
    status, text = check("http://127.0.0.1:1/v1", option, "contact")
    assert status == 2
    assert "there is no tag 'contact'; did you mean 'Contacts'?" in text


def test_a_key_that_may_not_read_contacts_leaves_their_rules_out(check):
    document = load_document(FIXTURE)
    document["organizations"][0]["api_keys"][0]["scopes"].remove("contacts:read")
    with serve(document) as url:
        status, text = check(url, *RULES)
    assert status == 0, text
    assert "left out" in text
    assert "give --key one with the scope contacts:read" in " ".join(text.split())
