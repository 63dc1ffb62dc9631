"""The engines room: processes started in order, kept, restarted, and gone with their owner, however it dies."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from cli_project import wait_for
from fake_engines import DYING, PORT, SILENT, SOCKET, environment_of, listening, pids, python
from processes import children_of, is_alive, parent_of
from pymacaron_core import Engine, StartError
from pymacaron_core.engines import Engines, places, process
from pymacaron_core.engines.process import answers

pytestmark = pytest.mark.any_python  # processes and files: a minute on each Python, for the same answer

OWNER = """
import json, os, signal, sys
from pathlib import Path
from pymacaron_core.engines import Engine, Engines
engines = Engines(Path(sys.argv[1]))
engines.ensure([Engine.from_json(each) for each in json.loads(sys.argv[2])])
print("they run", flush=True)
if sys.argv[3] == "True":
    if os.fork() == 0:
        print(os.getpid(), flush=True)
        signal.pause()
sys.stdin.read()
"""


@pytest.fixture
def engines(tmp_path):
    owner = Engines(tmp_path)
    yield owner
    owner.stop()


@pytest.fixture
def ran(tmp_path):
    return tmp_path / "one"


def owned_elsewhere(root, *wanted, forks=False):
    """A process that owns engines, once they run."""
    told = json.dumps([engine.to_json() for engine in wanted])
    command = [sys.executable, "-c", OWNER, str(root), told, str(forks)]
    owner = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert owner.stdout.readline() == "they run\n"
    return owner


def test_engines_start_in_order_and_hand_on_their_environment(engines, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    environ = engines.ensure(
        [
            listening(one, SOCKET, environ={"FAKE_SOCKET": "{folder}/s"}),
            listening(two, PORT, environ={"FAKE_PORT": "{port}"}),
        ]
    )
    assert list(environ) == ["FAKE_SOCKET", "FAKE_PORT"]
    assert answers(f"unix:{environ['FAKE_SOCKET']}") and answers(f"tcp:127.0.0.1:{environ['FAKE_PORT']}")
    assert environment_of(one) == {}
    assert environment_of(two) == {"FAKE_SOCKET": environ["FAKE_SOCKET"]}


def test_what_the_owner_was_given_is_in_the_environment_too(tmp_path, ran):
    owner = Engines(tmp_path, environ={"FAKE_GIVEN": "yes"})
    owner.ensure([listening(ran)])
    owner.stop()
    assert environment_of(ran) == {"FAKE_GIVEN": "yes"}


def test_the_folder_is_private_and_short_and_gone_with_the_engines(engines, ran, monkeypatch, tmp_path):
    long = tmp_path / ("x" * 80)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    folder = Path(engines.ensure([listening(ran, environ={"FAKE": "{folder}"})])["FAKE"])
    assert folder.stat().st_mode & 0o777 == 0o700
    assert len(os.fsencode(folder)) < 80
    engines.ensure([])
    assert not folder.exists()
    folder = Path(engines.ensure([listening(ran, environ={"FAKE": "{folder}"})])["FAKE"])
    engines.stop()
    assert not folder.exists()


def test_engines_that_run_are_kept_and_only_those_that_run_the_code_start_anew(engines, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    wanted = [listening(one, PORT, environ={"FAKE_PORT": "{port}"}), listening(two, SOCKET, reloads=True)]
    first, second = engines.ensure(wanted), engines.ensure(wanted)
    assert first == second
    assert (len(pids(one)), len(pids(two))) == (1, 2)
    assert not is_alive(pids(two)[0]) and is_alive(pids(two)[1]) and is_alive(pids(one)[0])


def test_engines_that_are_not_wanted_any_more_are_ended(engines, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    engines.ensure([listening(one), listening(two, PORT)])
    assert engines.ensure([listening(two, PORT)]) == {}
    assert [is_alive(*pids(ran)) for ran in (one, two)] == [False, True]


def test_an_engine_described_anew_is_started_anew_with_all_that_use_it(engines, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    engines.ensure([listening(one, environ={"FAKE": "1"}), listening(two, PORT)])
    assert engines.ensure([listening(one, environ={"FAKE": "2"}), listening(two, PORT)]) == {"FAKE": "2"}
    assert (len(pids(one)), len(pids(two))) == (2, 2)
    assert environment_of(two) == {"FAKE": "2"}


def test_all_end_the_last_one_first(engines, tmp_path):
    ran = tmp_path / "ran"
    engines.ensure([listening(ran, name="one"), listening(ran, PORT, name="two")])
    one, two = pids(ran)
    left = children_of(one) + children_of(two)
    engines.stop()
    assert [line for line in ran.read_text().splitlines() if "ended" in line] == [f"{two} ended", f"{one} ended"]
    wait_for(lambda: not any(map(is_alive, left)), "what they left behind is gone")


def test_one_that_does_not_want_to_end_is_killed(engines, ran, monkeypatch):
    monkeypatch.setattr(process, "PATIENCE", 0.2)
    engines.ensure([listening(ran, ending=-1)])
    engines.stop()
    assert not is_alive(*pids(ran))


def test_one_that_ends_at_its_start_is_told_with_its_last_words_and_those_before_it_end(engines, ran):
    with pytest.raises(StartError) as caught:
        engines.ensure([listening(ran), Engine("two", DYING, ready=PORT)])
    assert str(caught.value) == (
        "the engine two did not start: it ended with status 1; its log, .pym/engines/two.log, ends:\n"
        "  ?[1mbefore\n"
        "  I cannot"
    )
    assert not is_alive(*pids(ran))


def test_those_that_ran_already_stay_when_a_new_one_does_not_start(engines, ran):
    engines.ensure([listening(ran)])
    with pytest.raises(StartError):
        engines.ensure([listening(ran), Engine("two", DYING, ready=PORT)])
    assert is_alive(*pids(ran))
    engines.ensure([listening(ran)])
    assert len(pids(ran)) == 1


def test_one_that_never_gets_ready_is_told(tmp_path):
    owner = Engines(tmp_path, patience=0.1)
    with pytest.raises(
        StartError, match=r"the engine x did not get ready within 0.1 seconds: nothing .* tcp:127\.0\.0\.1"
    ):
        owner.ensure([Engine("x", SILENT, ready=PORT)])
    owner.stop()


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ([Engine("x", ("no-such-program",))], r"the engine x did not start: no-such-program: No such file"),
        ([Engine("x", SILENT), Engine("x", SILENT)], r"two engines are called 'x'"),
        ([Engine("x", SILENT, ready="http://x")], r"ready at unix:PATH or tcp:HOST:PORT, not 'http://x'"),
    ],
)
def test_what_cannot_be_started_is_one_sentence(engines, wanted, told):
    with pytest.raises(StartError, match=told) as caught:
        engines.ensure(wanted)
    assert "\n" not in str(caught.value)


def test_a_project_that_is_gone_is_told(engines, tmp_path, ran):
    engines.root = tmp_path / "gone"
    with pytest.raises(StartError, match=r"the engine one did not start: .*gone"):
        engines.ensure([listening(ran)])


def test_one_that_dies_is_told_and_started_again_at_its_place(engines, ran, capfd):
    environ = engines.ensure([listening(ran, PORT, environ={"FAKE": "{port}"})])
    os.kill(*pids(ran), signal.SIGKILL)
    wait_for(lambda: engines.poll() or len(pids(ran)) == 2, "it runs again")
    assert capfd.readouterr().err == "one was killed by signal 9; it is started again\n"
    wait_for(lambda: answers(f"tcp:127.0.0.1:{environ['FAKE']}"), "it is ready again")
    assert engines.ensure([listening(ran, PORT, environ={"FAKE": "{port}"})]) == environ
    assert len(pids(ran)) == 2


def test_a_thread_may_look_after_them(engines, ran):
    engines.ensure([listening(ran)])
    engines.watch()
    os.kill(*pids(ran), signal.SIGKILL)
    wait_for(lambda: len(pids(ran)) == 2, "it runs again")


def test_one_that_dies_again_and_again_is_left_until_it_is_wanted_anew(engines, tmp_path, capfd):
    count = tmp_path / "count"
    dying = Engine("x", python("import sys; open(sys.argv[1], 'a').write('x'); sys.exit(3)", str(count)))
    engines.ensure([dying])
    told = []
    wait_for(lambda: engines.poll() or told.append(capfd.readouterr().err) or "not" in told[-1], "it is left")
    lines = "".join(told).splitlines()
    assert lines[:-1] == ["x ended with status 3; it is started again"] * 3
    assert lines[-1] == "x ended with status 3 once more, and is not started again; its log is .pym/engines/x.log"
    engines.poll()
    assert count.read_text() == "xxxx"
    engines.ensure([dying])
    wait_for(lambda: count.read_text() == "xxxxx", "it is started once more")


def test_an_engine_does_not_outlive_its_guardian(engines, ran):
    engines.ensure([listening(ran)])
    (engine,) = pids(ran)
    left = children_of(engine)
    os.kill(parent_of(engine), signal.SIGKILL)
    wait_for(lambda: engines.poll() or len(pids(ran)) == 2, "another one runs")
    wait_for(lambda: not any(map(is_alive, [engine, *left])), "the first one is gone, with what it left")


def test_engines_do_not_outlive_an_owner_that_is_killed(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    wanted = [listening(one, environ={"FAKE": "{folder}"}), listening(two, PORT, reloads=True)]
    with owned_elsewhere(tmp_path, *wanted) as owner:
        alive = pids(one) + pids(two)
        alive += [child for pid in alive for child in children_of(pid)] + children_of(owner.pid)
        assert len(alive) == 6 and all(map(is_alive, alive))
        owner.kill()
    wait_for(lambda: not any(map(is_alive, alive)), "engines and guardians are gone")
    folder = Path(environment_of(two)["FAKE"])
    wait_for(lambda: not folder.exists(), "the folder of the sockets is gone")


def test_engines_do_not_outlive_an_owner_whose_child_holds_all_that_it_held(tmp_path, ran):
    with owned_elsewhere(tmp_path, listening(ran), forks=True) as owner:
        child = int(owner.stdout.readline())
        try:
            owner.kill()
            owner.wait()
            wait_for(lambda: not is_alive(*pids(ran)), "the engine is gone")
            assert is_alive(child)
        finally:
            os.kill(child, signal.SIGKILL)


def test_data_and_log_are_private_and_the_data_are_kept(engines, tmp_path):
    keeping = Engine("x", python("import sys; print('here'); open(sys.argv[1] + '/kept', 'a').write('x')", "{data}"))
    state = tmp_path / ".pym" / "engines"
    for times in (1, 2):
        engines.ensure([keeping])
        wait_for(lambda: engines._running["x"].process.ended(), "it did its work")
        engines.ensure([])
        assert (state / "x" / "kept").read_text() == "x" * times
        assert (state / "x.log").read_text() == "here\n"
    assert (state / "x").stat().st_mode & 0o777 == 0o700
    assert (state / "x.log").stat().st_mode & 0o777 == 0o600


def test_of_an_engine_that_says_very_much_the_end_is_shown(engines):
    loud = python("import sys; print(('x' * 1000 + chr(10)) * 20_000); sys.exit('the reason')")
    with pytest.raises(StartError) as raised:
        engines.ensure([Engine("loud", loud, ready=PORT)])
    told, *lines = str(raised.value).splitlines()
    assert told.endswith("its log, .pym/engines/loud.log, ends:") and lines[-1] == "  the reason"
    assert {line for line in lines[:-1] if line.strip("x ")} == set() and len(str(raised.value)) < 4000


@pytest.mark.parametrize("name", ["engines", "engines/two", "engines/two.lock", "engines/two.log"])
def test_state_that_somebody_spoilt_is_one_sentence(engines, tmp_path, ran, name):
    first = listening(ran)
    engines.ensure([first])
    engines.stop()
    spoilt = tmp_path / ".pym" / name
    if name == "engines":
        shutil.rmtree(spoilt)
    if name.endswith((".lock", ".log")):
        spoilt.mkdir()
    else:
        spoilt.write_text("a file")
    wanted = [first, Engine("two", SILENT, environ={"FAKE": "{data}"})]
    with pytest.raises(StartError, match=rf"the engine (one|two) did not start: {spoilt}: "):
        engines.ensure(wanted)
    assert not any(map(is_alive, pids(ran)))


def test_where_no_folder_for_sockets_can_be_made_is_one_sentence(engines, tmp_path, ran, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    monkeypatch.setattr(places, "LONGEST", 4096)
    with pytest.raises(StartError, match=r"no folder for sockets can be made in .*gone: No such file"):
        engines.ensure([listening(ran)])


def test_a_second_run_of_a_project_has_data_of_its_own_and_says_so(engines, tmp_path):
    wanted = [listening(tmp_path / "one", environ={"FAKE": "{data}"}, told="kept for ever")]
    lasting = engines.ensure(wanted)
    assert engines.news() == [("one", "kept for ever")]
    second = Engines(tmp_path)
    passing = second.ensure(wanted)
    assert lasting == {"FAKE": str(tmp_path / ".pym" / "engines" / "one")}
    assert not passing["FAKE"].startswith(str(tmp_path)) and Path(passing["FAKE"]).is_dir()
    ((name, line),) = second.news()
    assert name == "one" and line.startswith("keeps its data until this run ends")
    second.stop()
    assert not Path(passing["FAKE"]).exists()
    assert len([pid for pid in pids(tmp_path / "one") if is_alive(pid)]) == 1
    engines.stop()
    third = Engines(tmp_path)
    assert third.ensure(wanted) == lasting
    third.stop()


def test_a_run_after_one_that_was_killed_has_its_data_once_its_engine_ended(engines, tmp_path, ran):
    wanted = listening(ran, ending=0.3, environ={"FAKE": "{data}"})
    with owned_elsewhere(tmp_path, wanted) as owner:
        owner.kill()
        owner.wait()
        assert is_alive(*pids(ran))
        assert engines.ensure([wanted]) == {"FAKE": str(tmp_path / ".pym" / "engines" / "one")}
    assert [is_alive(pid) for pid in pids(ran)] == [False, True]


def test_data_of_a_killed_run_whose_engine_does_not_end_are_left_to_it(engines, tmp_path, ran, monkeypatch):
    monkeypatch.setattr(places, "PATIENCE", 0.1)
    wanted = listening(ran, ending=3, environ={"FAKE": "{data}"})
    with owned_elsewhere(tmp_path, wanted) as owner:
        owner.kill()
        owner.wait()
        assert not engines.ensure([wanted])["FAKE"].startswith(str(tmp_path))


def test_what_a_worker_says_is_seen_and_in_its_log(engines, tmp_path, capfd):
    one, two = tmp_path / "one", tmp_path / "two"
    engines.ensure([listening(one), listening(two, PORT, reloads=True)])
    log = tmp_path / ".pym" / "engines" / "two.log"
    wait_for(lambda: "I listen" in log.read_text(), "it is in the log")
    engines.stop()
    assert capfd.readouterr().err == "I listen\n"


def test_an_engine_is_told_of_once_with_its_data_as_people_name_it(engines, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    wanted = [listening(one, told="private: {data}"), listening(two, PORT, reloads=True)]
    engines.ensure(wanted)
    assert engines.news() == [("one", "private: .pym/engines/one")]
    engines.ensure(wanted)
    assert engines.news() == []


def test_an_engine_is_data():
    engine = Engine("x", ("a", "b"), {"A": "{port}"}, "tcp:127.0.0.1:{port}", True, "told")
    assert Engine.from_json(json.loads(json.dumps(engine.to_json()))) == engine
    assert engine.filled(port="7").ready == "tcp:127.0.0.1:7"
