"""`serve --reload`: the state of the world under a newer fixture or contract."""

import asyncio
import threading
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from sequences_sandbox.app import App, build
from sequences_sandbox.cli import main
from sequences_sandbox.cli.reload import Reloading
from sequences_sandbox.contract.files import shipped
from sequences_sandbox.fixtures import FixtureError
from sequences_sandbox.http.operation import CompileError
from sequences_sandbox.settings import Settings
from sequences_sandbox.store.memory import MemoryStore
from sequences_sandbox_client.cli.parser import UsageError

from ..conftest import Api

RUN, OTHER = (f"0000000{n}-0000-4000-8000-00000000000{n}" for n in (1, 2))
WORLD = f"""organizations:
  - name: One Company Example
    api_keys:
      - {{name: Main, token: topo_reload_main, scopes: ["sequences:read", "sequences:write", "contacts:read"]}}
    contacts:
      - {{first_name: Ada, last_name: Quill, company_domain: acorn.example}}
      - {{first_name: Ben, last_name: Quill, company_domain: acorn.example}}
    sequence_templates:
      - {{name: Launch, steps: [{{type: email, delay: P1D}}]}}
    sequences:
      - {{id: {RUN}, contact: Ada Quill, template: Launch, status: ACTIVE}}
      - {{id: {OTHER}, contact: Ben Quill, template: Launch, status: ACTIVE}}
"""
STOP = {"reason": "WIN", "scope": "CONTACT"}


class Served:
    """A sandbox whose files change."""

    def __init__(self, folder: Path, clock) -> None:
        self.fixture, self.contract = folder / "world.yaml", folder / "openapi.yaml"
        self.fixture.write_text(WORLD)
        self.contract.write_text(shipped("openapi.yaml").read_text("utf-8"), "utf-8")
        self._clock, self._store = clock, MemoryStore(clock)
        self._settings = Settings(fixture=str(self.fixture), contract=self.contract)
        self.app = build(self._settings, clock, self._store)
        self.reloading = Reloading(self.app, self._store, self._rebuild, (self.fixture, self.contract))
        self.api = Api(replace(self.app, asgi=self.reloading), clock)

    def _rebuild(self, before: App) -> App:
        try:
            return build(self._settings, self._clock, self._store, before)
        except (FixtureError, CompileError) as error:
            raise UsageError(str(error)) from None

    def rewrite(self, *changes: tuple[str, str]) -> bool:
        """Changes the fixture, and reloads."""
        text = self.fixture.read_text()
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        self.fixture.write_text(text)
        return self.reloading._reload()

    def statuses(self) -> dict[str, str]:
        return {run["id"]: run["status"] for run in self.api.sequences()}


@pytest.fixture
def served(tmp_path, clock):
    return Served(tmp_path, clock)


@pytest.fixture
def said(caplog):
    caplog.set_level("INFO", "sequences_sandbox.reload")
    return lambda: "\n".join(record.getMessage() for record in caplog.records if record.name.endswith("reload"))


def test_what_happened_stays_and_what_the_file_adds_comes(served, said):
    served.api("POST", f"sequences/{RUN}/stop", json=STOP)
    request_id = served.api("GET", "sequences").headers["X-Request-Id"]
    added = "\n      - {first_name: Cid, last_name: Quill, company_domain: oak.example}\n    sequence_templates:"
    served.rewrite(("\n    sequence_templates:", added))
    assert served.statuses() == {RUN: "STOPPED_EARLY", OTHER: "ACTIVE"}
    assert {one["first_name"] for one in served.api("GET", "contacts").json()["items"]} == {"Ada", "Ben", "Cid"}
    assert served.api("GET", f"/_sandbox/journal/{request_id}").status_code == 200
    history = served.api("GET", f"/_sandbox/sequences/{RUN}/history").json()["items"]
    assert [entry["event"] for entry in history] == ["stop"]
    assert "  + contacts " in said()
    assert "topo_" not in said()


def test_what_the_world_changed_stays_its_own_until_it_is_reset(served, said):
    served.api("POST", f"sequences/{RUN}/stop", json=STOP)
    served.rewrite((f"id: {RUN}, contact: Ada Quill", f"id: {RUN}, contact: Ben Quill"))
    assert served.statuses()[RUN] == "STOPPED_EARLY"
    assert f"  ~ sequences {RUN}: contact_id; this world keeps its own" in said()
    served.api("POST", "/_sandbox/world/reset", json={})
    contacts = {run["id"]: run["contact_id"] for run in served.api.sequences()}
    assert (served.statuses()[RUN], contacts[RUN]) == ("ACTIVE", contacts[OTHER])


def test_what_does_not_fit_any_more_goes(served, said):
    served.api("POST", f"sequences/{RUN}/stop", json=STOP)
    ada = next(one["id"] for one in served.api("GET", "contacts").json()["items"] if one["first_name"] == "Ada")
    served.rewrite(
        ("      - {first_name: Ada, last_name: Quill, company_domain: acorn.example}\n", ""),
        (f"      - {{id: {RUN}, contact: Ada Quill, template: Launch, status: ACTIVE}}\n", ""),
    )
    assert served.statuses() == {OTHER: "ACTIVE"}
    assert f"  - sequences {RUN}: this world's own version does not fit any more" in said()
    assert f"  - contacts {ada}" in said()


def test_a_contact_that_was_deleted_comes_back_for_a_sequence_of_the_file(served):
    ben = next(one["id"] for one in served.api("GET", "contacts").json()["items"] if one["first_name"] == "Ben")
    served.api("POST", f"sequences/{OTHER}/stop", json=STOP)
    served.api("DELETE", f"/_sandbox/contacts/{ben}")
    new = OTHER.replace("2", "3")
    line = f"      - {{id: {OTHER}, contact: Ben Quill, template: Launch, status: ACTIVE}}\n"
    served.rewrite((line, line + line.replace(OTHER, new)))
    assert served.statuses() == {RUN: "ACTIVE", OTHER: "STOPPED_EARLY", new: "ACTIVE"}
    assert served.api("GET", f"contacts/{ben}").status_code == 200


def test_a_mistake_is_reported_once_and_the_old_state_stays(served, said):
    served.api("POST", f"sequences/{RUN}/stop", json=STOP)
    assert served.rewrite(("status: ACTIVE", "status: ACTVE"))
    assert served.statuses() == {RUN: "STOPPED_EARLY", OTHER: "ACTIVE"}
    assert "not reloaded, the sandbox goes on as it was: world.yaml: line 11, " in said()
    assert "did you mean 'ACTIVE'?" in said()
    served.rewrite(("status: ACTVE", "status: ACTIVE"), ("name: Launch", "name: Spring"), (": Launch", ": Spring"))
    assert said().count("not reloaded") == 1
    assert served.api("GET", "sequence-templates").json()["items"][0]["name"] == "Spring"


@pytest.mark.parametrize("is_used", [False, True])
def test_the_world_has_its_fixture_whatever_happens_while_it_is_reloaded(served, monkeypatch, is_used):
    rebuild, stop = served.reloading._rebuild, f"sequences/{RUN}/stop"

    def rebuild_beside_others(before):
        app = rebuild(before)
        app.worlds.seeds.fixtures.put("large", app.fixture, 1 << 40)
        if is_used:
            assert served.api("POST", stop, json=STOP).status_code == 200
        return app

    monkeypatch.setattr(served.reloading, "_rebuild", rebuild_beside_others)
    assert served.rewrite(("Quill", "Moss")) is not is_used
    served.app.worlds.seeds.fixtures.drop("large")
    assert len(served.app.worlds.seeds.fixtures) == 1
    assert served.api("POST", "/_sandbox/world/reset", key="topo_reload_main").status_code == 200
    assert served.statuses() == {RUN: "ACTIVE", OTHER: "ACTIVE"}
    names = {contact["last_name"] for contact in served.api("GET", "contacts").json()["items"]}
    assert names == {"Quill" if is_used else "Moss"}


def test_keys_follow_the_file_and_private_worlds_stay(served, said, capsys):
    private = served.api("POST", "/_sandbox/worlds", json={"fixture": "every_status"}).json()
    token = private["organizations"][0]["api_keys"][0]["token"]
    served.rewrite(("topo_reload_main", "topo_reload_other"))
    assert served.api("GET", "sequences").status_code == 401
    assert served.api("GET", "sequences", key="topo_reload_other").status_code == 200
    assert len(served.api("GET", "sequences", key=token).json()["items"]) == 9
    assert "  - key Main: its token gets 401 from now on\n  + key Main" in said()
    assert "topo_reload_other" in capsys.readouterr().out


def test_whatever_the_api_shows_otherwise_is_told(served, said):
    served.rewrite(
        ('"sequences:write", ', ""), ("organizations:", "now: 2030-01-07T08:00:00Z\nstatic: true\norganizations:")
    )
    assert served.api("GET", "me").json()["scopes"] == ["contacts:read", "sequences:read"]
    assert "  ~ now; this world keeps its clock until the sandbox is started again\n  ~ static\n" in said()
    assert "  ~ key Main: scopes" in said()


def test_the_contract_is_read_anew(served, said):
    text = served.contract.read_text("utf-8")
    served.contract.write_text(text.replace("summary: List sequences\n", "summary: List every sequence\n"), "utf-8")
    served.reloading._reload()
    document = served.api("GET", "/openapi.json", key=None).json()
    assert document["paths"]["/sequences"]["get"]["summary"] == "List every sequence"
    assert "  ~ contract: GET /sequences" in said()
    served.contract.write_text(text.replace("operationId: listSequences", "operationId: listAll"), "utf-8")
    served.reloading._reload()
    assert "listAll" in said()
    assert len(served.api.sequences()) == 2


def test_streams_of_events_end_and_those_who_come_again_hear_more(served, said):
    async def listen_while(change):
        transport = httpx.ASGITransport(served.reloading)
        headers = {"Authorization": "Bearer topo_reload_main"}
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:4010", headers=headers) as client:
            stream = asyncio.create_task(client.get("/_sandbox/events"))
            async with asyncio.timeout(30):
                while not served.app.worlds.events.wanted(served.app.default.record.id, watched=False):
                    await asyncio.sleep(0.001)
                assert await asyncio.to_thread(served.rewrite, change)
                return (await stream).text

    for change in (("name: One", "name: Two"), ("name: Two", "name: Three")):
        text = asyncio.run(listen_while(change))
        assert '"event":"reloaded"' in text
        assert text.endswith("retry: 1000\n\n")


def test_a_sandbox_that_runs_follows_its_file(running, tmp_path):
    file = tmp_path / "world.yaml"
    file.write_text(WORLD)
    sandbox = running("--fixture", str(file), "--reload")
    file.write_text(WORLD.replace(f"{{id: {RUN}, contact", f"{{id: {RUN.replace('1', '7')}, contact"))
    pause, ids = threading.Event(), set()
    for _ in range(600):
        ids = {run["id"] for run in sandbox.get("/sequences", "topo_reload_main")["items"]}
        if RUN not in ids:
            break
        pause.wait(0.1)
    assert ids == {RUN.replace("1", "7"), OTHER}
    status, errors = sandbox.stop()
    assert (status, f"  - sequences {RUN}" in errors) == (0, True)


def test_it_is_for_worlds_in_memory(capsys):
    assert main(["serve", "--port", "0", "--store", "postgresql://127.0.0.1:1/none", "--reload"]) == 2
    assert "--reload works with worlds in memory" in capsys.readouterr().err
