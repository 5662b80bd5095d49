"""The verbs for a running sandbox: each is tried against one, in a world of its own."""

import json
import re
import selectors
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import sequences_sandbox
import yaml
from sequences_sandbox.cli import main
from sequences_sandbox_client import Sandbox, SandboxNotStarted
from sequences_sandbox_client.cli.follow import follow
from sequences_sandbox_client.cli.format import event_line
from sequences_sandbox_client.cli.verbs import VERBS

CONTROL = Path(sequences_sandbox.__file__).with_name("control.yaml")
ACTIVE, PAUSED = (f"0000000{n}-0000-4000-8000-00000000000{n}" for n in (3, 4))
CONTACT, TEMPLATE = "0000c001-0000-4000-8000-000000000001", "0000b001-0000-4000-8000-000000000001"
NOT_FOR_A_SHELL = {"getHealth", "getReadiness", "getControlContract", "getMetrics"}
HEAVY = ("connexion", "flask", "starlette", "uvicorn", "jsonschema_rs", "rpds", "yaml")


@pytest.fixture
def world(sequences_sandbox):
    """The world with one run in each status, frozen on a Monday."""
    with sequences_sandbox.world("every_status", now="2026-03-02T09:00:00Z", frozen=True) as world:
        yield world


@pytest.fixture
def address(sequences_sandbox, world):
    return ["--url", sequences_sandbox.url, "--key", world.read_key]


@pytest.fixture
def shell(address, capsys):
    """Runs a command line; returns what it printed. `status` is the exit status it should have."""

    def run(line, status=0):
        try:
            ended = main([*(line if isinstance(line, list) else line.split()), *address])
        except SystemExit as left:
            ended = left.code
        printed = capsys.readouterr()
        assert ended == status, printed.err
        return printed.err if status >= 2 else printed.out.rstrip("\n")

    return run


@pytest.fixture
def client(world):
    with world.client() as client:
        yield client


@pytest.fixture
def following(address):
    """Starts a command that goes on, in a process of its own."""
    started = []

    def start(*line):
        command = [sys.executable, "-m", "sequences_sandbox", *line, *address]
        # What a shell starts in the background ignores SIGINT, and so do its children unless they are told.
        ignored = signal.signal(signal.SIGINT, signal.default_int_handler)
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
        signal.signal(signal.SIGINT, ignored)
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def first_line(process, act):
    """What a process that listens prints first. `act` is done again and again, since nobody knows when the stream opens."""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        for _ in range(150):
            act()
            if selector.select(0.2):
                return process.stdout.readline()
    raise AssertionError("nothing was heard")


def test_every_call_of_the_control_api_has_a_verb():
    document = yaml.safe_load(CONTROL.read_text())
    calls = {
        (method.upper(), path): operation["operationId"]
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method != "parameters"
    }
    verbs = {(verb.method, verb.path) for verb in VERBS}
    assert verbs <= set(calls)
    assert {name for call, name in calls.items() if call not in verbs} == NOT_FOR_A_SHELL


def test_time_is_shown_and_moved(shell):
    assert shell("clock show").splitlines() == [
        "now   2026-03-02T09:00:00Z  frozen",
        f"next  2026-03-30T09:00:00Z  wake {PAUSED}",
    ]
    assert shell("clock advance P2D") == "now 2026-03-04T09:00:00Z, events on the way: 0"
    assert shell("clock advance --to 2026-03-09T08:00:00Z") == "now 2026-03-09T08:00:00Z, events on the way: 0"
    assert shell("clock next").splitlines() == [
        f"2026-03-30T09:00:00Z  wake      {PAUSED}  WAITING_FOR_LEAD -> ACTIVE",
        "now 2026-03-30T09:00:00Z, events on the way: 1",
    ]
    assert "frozen" not in shell("clock unfreeze")
    assert "frozen" in shell("clock freeze")
    assert shell("clock show").endswith("nothing falls due")


def test_the_world_is_shown_reset_exported_and_removed(shell, world):
    world.event(ACTIVE, "fail")
    assert "FAILED 2" in shell("world show")
    assert "contacts " in shell("world show")
    assert json.loads(shell("export"))["static"] is True
    assert "FAILED 1" in shell("reset")
    assert shell("world delete") == "done"
    assert "key" in shell("world show", status=4)


def test_worlds_are_made_listed_and_removed(shell, tmp_path):
    file = tmp_path / "mine.json"
    file.write_text(shell("export"))
    made = shell(f"worlds create --fixture {file} --name mine --ttl 60 --now 2030-01-07T08:00:00Z --frozen --seed 7")
    assert re.search(r"key topo_\S{32}", made)
    assert "now   2030-01-07T08:00:00Z  frozen" in made
    world_id = re.match(r"world mine  (\S+)", made)[1]
    (line,) = [line for line in shell("worlds list --size 100").splitlines() if line.startswith(world_id)]
    assert re.search(r"mine .* used \S+Z  expires \S+Z  documents \d+$", line)
    assert shell(f"worlds delete {world_id}") == "done"
    assert world_id not in shell("worlds list --size 100")


HOSTILE = "a\x1b]0;owned\x07\nb\x9b2J\u202ec"
SHOWN = r"a\u001b]0;owned\u0007\nb\u009b2J\u202ec"


@pytest.mark.parametrize("line", ["worlds list --size 100", "worlds list --size 100 --json"])
def test_a_name_does_not_speak_to_the_terminal(sequences_sandbox, shell, line):
    with sequences_sandbox.world(name=HOSTILE):
        lines = shell(line).split("\n")
    assert all(each.isprintable() for each in lines)
    assert any(SHOWN in each for each in lines)


def test_json_that_is_made_printable_means_the_same(sequences_sandbox, shell):
    with sequences_sandbox.world(name=HOSTILE):
        assert HOSTILE in [each["name"] for each in json.loads(shell("worlds list --size 100 --json"))["items"]]


def test_an_event_and_an_error_do_not_speak_to_the_terminal(shell):
    request = {
        "method": "GET",
        "path": "/",
        "status": 200,
        "fault": None,
        "key_name": HOSTILE,
        "request_id": "r",
        "at": "",
    }
    assert SHOWN in event_line("request", request)
    assert SHOWN in event_line("world", {"name": HOSTILE})
    assert "\x1b" not in shell(["snapshots", "delete", HOSTILE], status=4)


def test_a_contact_is_enrolled_steered_looked_at_and_deleted(shell):
    options = ["--status", "ACTIVE", "--variables", '{"city": "Bern"}', "--created-at", "2026-03-01T09:00:00Z"]
    run = shell(["enrol", CONTACT, TEMPLATE, *options, "--json"])
    assert json.loads(run)["variables"] == {"city": "Bern"}
    run_id = json.loads(run)["id"]
    assert shell(f"event {run_id} ask") == f"{run_id}  WAITING_FOR_USER  updated 2026-03-02T09:00:00Z"
    line = r"2026-03-02T09:00:00Z  ask       by engine  ACTIVE -> WAITING_FOR_USER  req_\w{26}"
    assert re.fullmatch(line, shell(f"history {run_id}").splitlines()[-1])
    assert shell(f"contacts delete {CONTACT}") == "done"


def test_states_are_kept_compared_and_returned_to(shell, world):
    assert shell("snapshots save first") == "first                    the world's time 2026-03-02T09:00:00Z"
    world.event(ACTIVE, "fail")
    assert [line.split()[0] for line in shell("snapshots list").splitlines()] == ["first"]
    assert shell("snapshots diff first").startswith(f"~ sequences {ACTIVE}  status: ACTIVE -> FAILED  updated_at: ")
    shell("snapshots restore first")
    assert shell("snapshots diff first") == "none"
    enrolled = world.enrol(CONTACT, TEMPLATE)["id"]
    assert shell("snapshots diff first") == f"+ sequences {enrolled}  FOUND"
    assert shell("snapshots delete first") == "done"
    assert "first" in shell("snapshots restore first", status=4)


def test_faults_are_added_listed_and_removed(shell, client):
    added = shell("faults add --on listSequences --nth 2 --times 1 --for PT1H --status 429 --retry-after 2")
    assert added.endswith(
        "  active  status 429  retry_after 2  on operation listSequences  nth 2  times 1  for PT1H  matched 0  fired 0"
    )
    rule = added.split()[0]
    assert "disabled" in shell(f"faults disable {rule}")
    assert client.get("/sequences").status_code == 200
    assert json.loads(shell(f"faults enable {rule} --json"))["matched"] == 0
    assert [client.get("/sequences").status_code for _ in range(2)] == [200, 429]
    assert shell("faults list") == shell(f"faults show {rule}")
    assert "  used_up  " in shell("faults list")
    assert shell("faults list").endswith("matched 2  fired 1")
    assert shell(f"faults remove {rule}") == "done"
    assert "disabled" in shell("faults add --status 503 --disabled")
    shell("faults clear")
    for effect in ("--latency 5", '--latency {"uniform_ms":[1,2]}', "--close before", "--body html", "--drip 0.5"):
        shell(f"faults add {effect}")
    assert len(shell("faults list").splitlines()) == 5
    assert shell("faults clear") == "done"
    assert shell("faults list") == "none"


def test_a_rate_is_set_shown_and_removed(shell):
    assert shell("rate-limit show") == "no limit"
    assert shell("rate-limit set 90/min --burst 5") == "90 calls in 60 s, 5 at once"
    assert shell("rate-limit show") == "90 calls in 60 s, 5 at once"
    assert json.loads(shell("rate-limit show --json"))["rate_limit"] == {"limit": 90, "per_seconds": 60, "burst": 5}
    assert shell("rate-limit clear") == "done"


def test_the_journal_is_listed_verified_and_emptied(shell, client):
    sent = client.post(f"/sequences/{ACTIVE}/stop", json={"reason": "LOSE", "scope": "CONTACT"})
    client.get("/sequences", params={"size": 2})
    request_id = sent.headers["X-Request-Id"]
    assert re.fullmatch(
        rf"\S+Z  GET    /v1/sequences\?size=2  200  Read and write  req_\w+\n"
        rf"\S+Z  POST   /v1/sequences/{ACTIVE}/stop  200  Read and write  {request_id}",
        shell("journal list"),
    )
    assert shell("journal list --on stopSequence --status 200 --since 2026-03-02T09:00:00Z").count("\n") == 0
    assert shell("journal list --size 1").endswith("2 in all; --page shows the others")
    for options, number in (
        (f"--sequence {ACTIVE}", 1), ("--method GET", 1), ("--path /v1/sequences/*", 1), ("--status 2xx", 2),
        ("--text LOSE", 1), ("--key-name Nobody --status 4xx", None),
    ):  # fmt: skip
        if number is None:
            assert "'--key-name' is 'Nobody'" in shell(f"journal list {options}", status=2)
        else:
            assert json.loads(shell(f"journal list {options} --json"))["total_count"] == number
    (_, body, _) = shell("journal list --bodies --method POST").splitlines()
    assert json.loads(body.removeprefix("    > ")) == {"reason": "LOSE", "scope": "CONTACT"}
    assert json.loads(shell(f"journal show {request_id}"))["status"] == 200
    assert len(json.loads(shell("journal har"))["log"]["entries"]) == 2
    assert shell(
        ["journal", "verify", "--on", "listSequences", "--query", '{"size": "2"}', "--exactly", "1"]
    ).startswith("holds: 1 matched")
    missed = shell(["journal", "verify", "--on", "stopSequence", "--body", '{"reason": "WIN"}'], status=1)
    assert f'near miss {request_id}: body.reason is "LOSE", not "WIN"' in missed
    surplus = shell("journal verify --on stopSequence --exactly 0", status=1)
    assert surplus.splitlines() == ["does not hold: 1 matched", f"too many  {request_id}"]
    assert shell(f"journal verify --sequence {ACTIVE} --method POST --status 2xx --exactly 1") == "holds: 1 matched"
    missed = shell(["journal", "verify", "--path", "/v1/*", "--headers", '{"idempotency-key": "a"}'], status=1)
    assert 'it has no header "idempotency-key"' in missed
    assert shell("journal clear") == "done"
    assert shell("journal list") == "none"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("clock advance --to 2020-01-01T00:00:00Z", "2026-03-02"),
        ("faults disable 00000000-0000-4000-8000-000000000000", "no fault rule"),
        (f"event {ACTIVE} answer", "ACTIVE"),
        ("history 00000000-0000-4000-8000-000000000000", "00000000-0000-4000-8000-000000000000"),
        ("snapshots diff absent", "absent"),
    ],
)
def test_what_the_sandbox_rejects_is_said_with_status_4(shell, line, words):
    assert words in shell(line, status=4)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("clock advance tomorrow", "P2D"),
        ("faults add --latency soon", "milliseconds"),
        ("faults add --status often", "--status"),
        ("faults add --close later", "midway"),
        ("journal verify --on stopSequences", "stopSequence"),
        ("journal verify --body WIN", "JSON object"),
        ("journal verify --body [1]", "JSON object"),
        ("journal verify --body {reason:WIN}", "JSON object: from 'reason:WIN}' on it is no JSON"),
        ("rate-limit set often", "60/min"),
        ("worlds create --fixture absent.yaml", "absent.yaml"),
        ("worlds create --fixture every_sattus", "every_status"),
        ("clock", "give options after the command"),
    ],
)
def test_what_cannot_be_done_is_said_with_status_2(shell, line, words):
    said = shell(line, status=2)
    assert words in said
    assert "Traceback" not in said


@pytest.mark.parametrize("line", [["clock", "show"], ["journal", "tail"]])
@pytest.mark.parametrize(
    ("url", "words", "status"),
    [("http://127.0.0.1:9", "sequences-sandbox serve", 3), ("sandbox", "http://127.0.0.1:4010", 2)],
)
def test_where_no_sandbox_answers_the_way_out_is_named(capsys, line, url, words, status):
    assert main([*line, "--url", url]) == status
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("line", [["events"], ["world", "show"]])
def test_a_key_that_opens_nothing_is_refused(capsys, sequences_sandbox, line):
    assert main([*line, "--url", sequences_sandbox.url, "--key", "topo_wrong"]) == 4
    said = capsys.readouterr().err
    assert "key" in said
    assert "topo_wrong" not in said


def test_url_and_key_can_come_from_the_environment(monkeypatch, capsys, sequences_sandbox, world):
    monkeypatch.setenv("SEQUENCES_SANDBOX_URL", world.url)
    monkeypatch.setenv("SEQUENCES_SANDBOX_KEY", world.key)
    assert main(["world", "show", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["id"] == world.id


def test_a_stream_that_ends_with_a_hint_when_to_come_again_goes_on(capsys):
    pieces = ['id: 7\nevent: world\ndata: {"event": "reloaded"}\n\nretry: 0\n\n', ": listening\n\n"]
    asked = []

    def answer(request):
        asked.append(request.headers.get("Last-Event-ID"))
        return httpx.Response(200, text=pieces.pop(0))

    with (
        httpx.Client(transport=httpx.MockTransport(answer), base_url="http://127.0.0.1:4010") as http,
        pytest.raises(SandboxNotStarted, match="ended the stream"),
    ):
        follow(http, "topo_key", "", as_json=True)
    assert asked == [None, "7"]
    assert json.loads(capsys.readouterr().out) == {"type": "world", "data": {"event": "reloaded"}}


def test_requests_are_shown_as_they_happen(following, client, world):
    tail = following("journal", "tail")
    line = first_line(tail, lambda: client.get("/sequences", params={"size": 1}))
    assert re.match(r"request   \S+Z  GET    /v1/sequences\?size=1  200  Read and write  req_\w{26}$", line)
    tail.send_signal(signal.SIGINT)
    _, errors = tail.communicate(timeout=30)
    assert (tail.returncode, errors) == (130, "")


def test_everything_is_shown_as_it_happens_for_people_and_programs(following, world):
    people, programs = following("events"), following("events", "--json")
    for_people, for_programs = (first_line(process, world.clock.freeze) for process in (people, programs))
    assert for_people.startswith("clock     now   2026-03-02T09:00:00Z  frozen  next  2026-03-30T09:00:00Z")
    assert json.loads(for_programs)["type"] == "clock"
    world.event(ACTIVE, "fail")
    world.reset()
    lines = iter(people.stdout.readline, "")
    line = next(line for line in lines if line.startswith("sequence"))
    assert line == f"sequence  2026-03-02T09:00:00Z  fail      {ACTIVE}  ACTIVE -> FAILED\n"
    assert next(line for line in lines if line.startswith("world")) == "world     event reset\n"


def test_a_verb_loads_nothing_of_the_server(sequences_sandbox, world):
    script = f"""
import sys
from sequences_sandbox.cli import main
from sequences_sandbox_client.cli.format import event_line
assert main(["clock", "advance", "P1D", "--url", {sequences_sandbox.url!r}, "--key", {world.key!r}]) == 0
print(*[name for name in {HEAVY!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "now 2026-03-03T09:00:00Z, events on the way: 0\n\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["clock", "advance"], "give one of by, --to"),
        (["clock", "advance", "P1D", "--to", "2030-01-01T00:00:00Z"], "give one of by, --to, not by and --to"),
        (["clock", "advance", "2030-01-01T00:00:00Z"], "is a time; give it with --to"),
        (["faults", "add", "--on", "pauseSequence"], "give one of --status, --latency, --close, --body, --drip"),
        (["faults", "add", "--status", "500", "--latency", "5"], "--drip, not --status and --latency"),
        (["faults", "add", "--on", "pauseSeqence", "--status", "500"], "'--on' is 'pauseSeqence'"),
        (["faults", "add", "--nth", "0", "--status", "500"], "'--nth' must be 1 or more"),
        (["faults", "add", "--status", "42x"], "argument --status: '42x' is no whole number;"),
        (["faults", "add", "--probability", "often"], "argument --probability: 'often' is no number;"),
        (
            ["journal", "verify", "--body", '{"a":'],
            """'{"a":' is not a JSON object: it ends too early; write one such as""",
        ),
        (["history", ""], "sequence_id is empty; give the id of the run"),
        (["worlds", "delete", ""], "world_id is empty; give the id of the world"),
    ],
)
def test_a_mistake_is_told_in_the_words_of_the_command_line(shell, line, said):
    assert said in shell(line, status=2)


def test_the_beginning_of_an_id_that_does_not_exist_is_rejected_as_a_whole_one_is(shell):
    assert "no id of sequences begins with 'nope'" in shell(["history", "nope"], status=4)


def test_a_key_that_was_not_given_is_named(capsys):
    with Sandbox.start(arguments=["--fixture", "contract"]) as other:
        assert main(["clock", "show", "--url", other.url]) == 4
    said = capsys.readouterr().err
    assert "does not know topo_demo_readwrite, which is tried where no key is given; give --key" in said
