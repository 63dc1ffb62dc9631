from __future__ import annotations

import pytest
from pymacaron_deploy.image.progress import Progress, last_lines, shortened

OLD = """\
#1 [internal] load build definition from Dockerfile
#1 sha256:1a2b
#1 transferring dockerfile: 38B done
#1 DONE 0.1s
#4 [dependencies 1/2] FROM docker.io/library/python:3.13-slim
#4 sha256:2b3c
#4 CACHED
#5 [test 2/2] RUN --mount=type=secret,id=pip.conf     python -m pytest test
#5 sha256:3c4d
#5 0.345 1 failed
#5 0.400 in 0.1s
#5 ERROR: executor failed running [/bin/sh -c python -m pytest test]: exit code: 1
------
 > [test 2/2] RUN python -m pytest test:
#5 0.345 1 failed
------
executor failed running [/bin/sh -c python -m pytest test]: exit code: 1
"""


def read(text: str, aloud: str = "") -> tuple[Progress, list[str]]:
    progress = Progress(aloud)
    return progress, [told for line in text.splitlines() if (told := progress.read(line))]


def test_steps_are_told_and_the_rest_is_not():
    assert read(OLD)[1] == [
        "[dependencies 1/2] FROM docker.io/library/python:3.13-slim",
        "[test 2/2] RUN python -m pytest test",
    ]


def test_what_the_tests_print_is_told_when_wanted():
    assert read(OLD, "python -m pytest")[1][-3:-1] == ["1 failed", "in 0.1s"]


def test_the_step_that_failed_is_known_with_what_it_printed():
    progress, _ = read(OLD)
    assert progress.failed_step.startswith("[test 2/2] RUN ")
    assert progress.output.startswith("1 failed\nin 0.1s")


@pytest.mark.parametrize(
    "line", ["ERROR: Cannot connect to the Docker daemon at unix:///x.sock.", "invalid argument: no such thing"]
)
def test_what_fails_before_any_step_is_known_by_its_words(line: str):
    progress, _ = read(f"\n{line}\n")
    assert (progress.failed_step, progress.output) == ("", line)


def test_an_image_that_is_not_there_is_no_step_of_its_own():
    progress, _ = read(
        "#3 [internal] load metadata for x:1\n#3 ERROR: not found\n------\n > [internal] x\nnot found: x:1"
    )
    assert progress.failed_step == ""
    assert "not found: x:1" in progress.output


def test_a_long_step_is_cut():
    assert len(shortened("[code 1/2] RUN " + "x" * 500)) == 100


def test_mounts_and_variables_of_a_step_are_left_out():
    step = "[dependencies 6/6] RUN --mount=type=secret,id=pip.conf     PIP_CONFIG_FILE=/x A=b pip install C=d"
    assert shortened(step) == "[dependencies 6/6] RUN pip install C=d"


def test_the_last_lines_stand_below_a_sentence():
    assert last_lines("a\nb\nc\n", 2) == "    b\n    c"
