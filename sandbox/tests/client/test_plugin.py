"""The pytest plugin, in the projects of others: each test here runs a pytest of its own."""

import json
import shutil

import pytest
from sequences_sandbox.contract.files import shipped

pytest_plugins = ["pytester"]
CRM_SYNC = shipped("openapi.yaml").parent / "docs" / "crm_sync"
IDLE = """
    import sys

    def test_nothing_of_the_sandbox_is_loaded():
        heavy = {"connexion", "flask", "httpx", "yaml", "sequences_sandbox", "sequences_sandbox_client.api"}
        assert "sequences_sandbox_client.pytest_plugin" in sys.modules
        assert not heavy & set(sys.modules)
"""
ALONE = """
    import pytest

    RUN = "00000003-0000-4000-8000-000000000003"

    @pytest.mark.parametrize("number", range({tests}))
    def test_a_world_is_private(sequences_world, number):
        world = sequences_world
        with world.client() as client:
            before = client.get(f"/sequences/{{RUN}}").json()["variables"]
            client.patch(f"/sequences/{{RUN}}", json={{"variables": {{"number": str(number)}}}})
            world.clock.advance(f"P{{number}}D")
            world.snapshot(f"of-{{number}}")
            world.faults.add(status=503, on="pauseSequence")
            after = client.get(f"/sequences/{{RUN}}").json()["variables"]
        assert "number" not in before
        assert after["number"] == str(number)
        assert [one["name"] for one in world.snapshots.list()] == [f"of-{{number}}"]
        assert len(world.faults.list()) == 1
        assert [entry["operation"] for entry in world.journal.requests()] == [
            "getSequence", "updateSequence", "getSequence"
        ]
"""
FAILING = """
    import pytest

    @pytest.fixture
    def paused(sequences_world):
        with sequences_world.client(sequences_world.read_key) as client:
            run = client.get("/sequences", params={"status": "ACTIVE"}).json()["items"][0]["id"]
            answer = client.post(f"/sequences/{run}/pause", json={"paused_until": "2100-01-04T08:00:00Z"})
        assert answer.is_success

    def test_that_fails(sequences_world):
        sequences_world.faults.add(status=503, on="listSequences", nth=22)
        with sequences_world.client() as client:
            for page in range(1, 23):
                client.get("/sequences", params={"page": page})
            client.patch("/sequences/77777777-7777-4777-8777-777777777777", json={"variables": {"city": "Bern"}})
        assert False

    def test_whose_setting_up_fails(paused):
        pass

    def test_that_passes(sequences_world):
        with sequences_world.client() as client:
            assert client.get("/sequences", params={"page": 77}).is_success

    def test_whose_sandbox_is_gone(sequences_world, sequences_sandbox):
        sequences_sandbox.stop()
        assert False
"""


@pytest.fixture
def project(pytester, monkeypatch):
    """Runs pytest in a project of one test file; warnings are errors there.

    Unless told otherwise, it loads no other plugin that happens to be installed: that saves a second each time.
    """
    monkeypatch.delenv("SEQUENCES_SANDBOX_URL", raising=False)

    def run(source, *arguments, installed=False):
        if installed:
            monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", raising=False)
        else:
            monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
            arguments = ("-p", "sequences_sandbox_client.pytest_plugin", *arguments)
        pytester.makepyfile(source)
        return pytester.runpytest_subprocess("-W", "error", "-p", "no:cacheprovider", *arguments, timeout=240)

    return run


def test_it_costs_nothing_until_it_is_used(project):
    project(IDLE).assert_outcomes(passed=1)


def test_it_is_there_without_a_line_of_configuration(project):
    project(IDLE, "--markers", installed=True).stdout.fnmatch_lines(["*sequences_world(fixture=*"])
    project(IDLE, "--fixtures", installed=True).stdout.fnmatch_lines_random(
        ["sequences_sandbox *", "sequences_world *"]
    )


def test_each_test_has_a_world_of_its_own(project):
    project(ALONE.format(tests=3), "--sequences-fixture", "every_status").assert_outcomes(passed=3)


def test_two_hundred_parallel_tests_never_see_each_other(project, sequences_sandbox):
    source = ALONE.format(tests=200)
    url = ["--sequences-sandbox-url", sequences_sandbox.url]
    project(source, "-n", "2", "--sequences-fixture", "every_status", *url, installed=True).assert_outcomes(passed=200)


def test_without_a_url_each_worker_starts_a_sandbox_and_stops_it(project, pytester):
    source = """
        import pathlib
        import pytest

        @pytest.mark.parametrize("number", range(20))
        def test_it(sequences_world, sequences_sandbox, worker_id, number):
            pathlib.Path(f"{worker_id}.url").write_text(sequences_sandbox.url)
            assert sequences_world.describe()["fixture"] == "demo"
    """
    project(source, "-n", "2", installed=True).assert_outcomes(passed=20)
    urls = [file.read_text() for file in pytester.path.glob("gw*.url")]
    assert len(urls) == len(set(urls)) == 2
    for url in urls:
        result = project("def test_it(sequences_world): pass", "--sequences-sandbox-url", url)
        result.stdout.fnmatch_lines([f"*No sandbox answers at {url}*"])


def test_a_failing_test_shows_what_it_sent(project):
    result = project(FAILING)
    result.assert_outcomes(failed=2, passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at setup of test_whose_setting_up_fails*",
            "*Requests to the sequences sandbox*",
            "*GET /v1/sequences?status=ACTIVE -> 200  Read only  req_*",
            "*POST /v1/sequences/*/pause -> 403  Read only  req_*",
            "*< {*sequences:write*",
            "*test_that_fails*",
            "*Requests to the sequences sandbox*",
            "... 3 earlier",
            "*page=4 -> 200*",
            "*page=22 -> 503  Read and write  fault: status=503  req_*",
            "*PATCH /v1/sequences/77777777-* -> 404 *",
            '*> {"variables":{"city":"Bern"}}',
            "*test_whose_sandbox_is_gone*",
            "could not be read: This sandbox was stopped*",
        ]
    )
    result.stdout.no_fnmatch_line("*page=77*")


def test_the_report_of_a_worker_shows_it_too(project):
    project(FAILING, "-n", "1", installed=True).stdout.fnmatch_lines(
        ["*Requests to the sequences sandbox*", "*-> 403*"]
    )


@pytest.mark.parametrize("how", ["option", "environment"])
def test_a_running_sandbox_is_used_and_left_as_it_was(project, sequences_sandbox, monkeypatch, how):
    options = ["--sequences-sandbox-url", sequences_sandbox.url]
    if how == "environment":
        monkeypatch.setenv("SEQUENCES_SANDBOX_URL", f"{sequences_sandbox.url}/v1")
        options = []
    source = f"""
        def test_it(sequences_world):
            assert sequences_world.url == "{sequences_sandbox.url}/v1"
            assert sequences_world.describe()["expires_at"] is not None
    """
    project(source, *options).assert_outcomes(passed=1)
    with sequences_sandbox.world() as world:
        assert world.describe()["name"] == "unnamed"


def test_a_misspelt_variable_is_named_with_the_one_that_was_meant(project, monkeypatch):
    monkeypatch.setenv("SEQUENCES_SANDBOX_ULR", "http://127.0.0.1:4010")
    result = project("def test_it(sequences_world): pass")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*SEQUENCES_SANDBOX_ULR is no setting; did you mean SEQUENCES_SANDBOX_URL[?]"])


@pytest.mark.parametrize("token", ["", "ses ame", "sesäme"])
def test_an_admin_token_that_cannot_be_sent_is_named_by_its_variable(project, monkeypatch, sequences_sandbox, token):
    monkeypatch.setenv("SEQUENCES_SANDBOX_ADMIN_TOKEN", token)
    result = project("def test_it(sequences_world): pass", "--sequences-sandbox-url", sequences_sandbox.url)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*UsageError: SEQUENCES_SANDBOX_ADMIN_TOKEN: The key or admin token is empty, or *"])
    assert not token or token not in result.stdout.str()


@pytest.mark.parametrize("running", [False, True])
def test_a_fixture_file_is_chosen_by_option_and_another_by_mark(project, pytester, sequences_sandbox, running):
    with sequences_sandbox.world("empty") as world:
        pytester.makefile(".json", mine=json.dumps(world.export()))
    options = ["--sequences-fixture", "mine.json"]
    source = """
        import pytest

        def test_of_the_option(sequences_world):
            assert sequences_world.organizations[0]["name"] == "Blank Slate Example"

        @pytest.mark.sequences_world(fixture="every_status", now="2030-01-07T08:00:00Z", frozen=True)
        def test_of_the_mark(sequences_world):
            assert sequences_world.describe()["fixture"] == "every_status"
            assert sequences_world.clock.now.isoformat() == "2030-01-07T08:00:00+00:00"
    """
    result = project(source, *options, *(["--sequences-sandbox-url", sequences_sandbox.url] if running else []))
    result.assert_outcomes(passed=2)


def test_the_mark_takes_its_fixture_first_and_refuses_what_it_does_not_know(project):
    source = """
        import pytest

        @pytest.mark.sequences_world("every_status", frozen=True)
        def test_by_place(sequences_world):
            assert sequences_world.describe()["fixture"] == "every_status"

        @pytest.mark.sequences_world("empty", "demo", fixtur="demo")
        def test_refused(sequences_world): pass
    """
    result = project(source)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*takes fixture, name, now, frozen, seed, ttl_seconds; not 'demo', fixtur*"])


def test_a_sandbox_that_does_not_answer_is_one_plain_error(project):
    source = "def test_it(sequences_world): pass"
    result = project(source, "--sequences-sandbox-url", "http://127.0.0.1:9")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*No sandbox answers at http://127.0.0.1:9*"])


def test_a_proxy_that_does_not_answer_is_one_plain_error(project, monkeypatch):
    for name in ("http_proxy", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTP_PROXY", "http://me:sesame@127.0.0.1:9")
    result = project("def test_it(sequences_world): pass", "--sequences-sandbox-url", "http://sandbox.example:4010")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*: The proxy http://127.0.0.1:9 that HTTP_PROXY names gives no connection to *"])
    assert "sesame" not in result.stdout.str()


WRONG = """
    import pytest

    def test_that_verifies_in_vain(sequences_world):
        sequences_world.journal.verify("stopSequence", sequence_id="88c23cea-f199-4cf0-964c-3f1e007417b7")

    def test_with_a_wrong_argument(sequences_world):
        sequences_world.clock.advance(3)

    def test_with_a_wrong_name(sequences_world):
        sequences_world.faults.add(status=503, on="stopSequences")

    def test_with_a_property(sequences_world):
        sequences_world.delete()
        sequences_world.clock.now

    def test_whose_sandbox_is_gone(sequences_world, sequences_sandbox):
        sequences_sandbox.stop()
        sequences_world.describe()
"""


def test_a_failure_shows_the_line_of_the_test_and_no_frame_of_the_client(project):
    result = project(WRONG)
    result.assert_outcomes(failed=5)
    text = result.stdout.str()
    assert "sequences_sandbox_client/" not in text
    assert "httpx" not in text
    assert "During handling" not in text
    result.stdout.fnmatch_lines([
        ">*sequences_world.journal.verify(*",
        "E*VerificationError: journal.verify(on='stopSequence', sequence_id='88c23cea*') does not hold: 0 matched.",
        ">*sequences_world.clock.advance(3)",
        "E*ArgumentError: clock.advance takes a duration such as 'P2D' or a timedelta, not 3.",
        ">*sequences_world.faults.add(*",
        "E*InvalidError: 'on' is 'stopSequences', which does not exist here; did you mean 'stopSequence'?",
        ">*sequences_world.clock.now",
        "E*UnauthorizedError: *",
        ">*sequences_world.describe()",
        "E*SandboxNotStarted: This sandbox was stopped; start another one.",
    ])  # fmt: skip


def test_it_works_in_a_project_that_owns_folders_called_sandbox_and_fixtures(project, pytester):
    for name in ("sandbox", "fixtures"):
        (pytester.path / name).mkdir()
        (pytester.path / name / "__init__.py").write_text("WHOSE = 'the project'\n")
    source = """
        import fixtures
        import sandbox

        def test_both(sequences_world):
            assert (sandbox.WHOSE, fixtures.WHOSE) == ("the project", "the project")
            assert sequences_world.describe()["fixture"] == "demo"
    """
    project(source).assert_outcomes(passed=1)


def test_the_example_runs_in_a_project_of_its_own(pytester, monkeypatch):
    monkeypatch.delenv("SEQUENCES_SANDBOX_URL", raising=False)
    for file in (*CRM_SYNC.glob("*.py"), *CRM_SYNC.glob("*.yaml")):
        shutil.copy(file, pytester.path)
    pytester.runpytest_subprocess("-W", "error", timeout=240).assert_outcomes(passed=10)
