"""Completion as each shell does it: the script is read by the shell itself, which is then asked."""

import os
import pty
import select
import subprocess
import time

import pytest
from sequences_sandbox.cli.main import main

ASK_BASH = """
    source "$0"; function=$(complete -p sequences-sandbox | sed 's/.*-F \\([^ ]*\\).*/\\1/')
    COMP_WORDS=($1); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); $function; printf '%s\\n' "${COMPREPLY[@]}" """
ASKED = [("sequences-sandbox faults add --la", "--latency"), ("sequences-sandbox wor", "world")]
PATIENCE_SECONDS = 60


@pytest.fixture
def script(tmp_path, capsys):
    """Writes what a shell reads, under a name in an empty folder."""

    def write(shell, name):
        main(["completion", shell])
        path = tmp_path / name
        path.write_text(capsys.readouterr().out)
        return path

    return write


@pytest.mark.parametrize(("typed", "completed"), ASKED)
def test_bash_completes_verbs_and_options(script, program, typed, completed):
    command = [program("bash"), "-c", ASK_BASH, script("bash", "completion.bash"), typed]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=True)
    assert completed in done.stdout.split(), done.stderr


@pytest.mark.parametrize(("typed", "completed"), ASKED)
def test_fish_completes_verbs_and_options(script, program, typed, completed):
    ask = f"source {script('fish', 'completion.fish')}; complete -C '{typed}'"
    command = [program("fish"), "--no-config", "-c", ask]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=True)
    assert completed in [line.split("\t")[0] for line in done.stdout.splitlines()], done.stderr


@pytest.mark.parametrize(("typed", "completed"), ASKED)
def test_zsh_completes_verbs_and_options(script, program, typed, completed):
    folder = script("zsh", "_sequences-sandbox").parent
    zsh, terminal = at_a_terminal([program("zsh"), "-f", "-i"])
    try:
        # What is typed is shown too, so the word that is waited for must not stand in it.
        os.write(terminal, f'fpath=({folder} $fpath); autoload -Uz compinit; compinit -u -D; echo re""ady\n'.encode())
        read_until(terminal, b"ready")
        os.write(terminal, f"{typed}\t".encode())
        read_until(terminal, completed.encode())
    finally:
        zsh.kill()
        zsh.wait()
        os.close(terminal)


def at_a_terminal(command):
    """Starts a program at a terminal of its own: zsh completes at no other place."""
    terminal, side = pty.openpty()
    environment = {**os.environ, "TERM": "dumb"}
    process = subprocess.Popen(command, stdin=side, stdout=side, stderr=side, env=environment, start_new_session=True)
    os.close(side)
    return process, terminal


def read_until(terminal, wanted):
    """Reads what a terminal shows, up to what is wanted."""
    shown, end = b"", time.monotonic() + PATIENCE_SECONDS
    while wanted not in shown:
        assert time.monotonic() < end, shown
        if select.select([terminal], [], [], 1)[0]:
            shown += os.read(terminal, 4096)
