"""A program that has done its work ends with its exit code, whatever a thread is doing in a library."""

import subprocess
import sys
import textwrap

import pytest

BUSY = """
    import threading, time
    import cv2, numpy as np
    cv2.setNumThreads(1)
    picture, begun = np.zeros((2000, 2000), np.uint8), threading.Event()

    def compute():
        while True:
            cv2.GaussianBlur(picture, (31, 31), 5)
            begun.set()

    threading.Thread(target=compute, daemon=True).start()
    begun.wait()
"""
LOOP = """
    import sys
    from fusion_app.system.ending import leave
    print("the work is done")
    sys.exit(leave(7))
"""
COMMAND = """
    import sys
    from fusion_app.cli import run
    sys.argv = ["main.py", "fuse", "there/is/none.mkv", "there/is/none.mkv", "-o", "out.mkv"]
    run()
"""


@pytest.mark.parametrize(("ending", "code", "said"), [(LOOP, 7, "the work is done"), (COMMAND, 2, "error: ")])
def test_a_thread_that_still_computes_does_not_abort_the_process(ending: str, code: int, said: str) -> None:
    program = textwrap.dedent(BUSY) + textwrap.dedent(ending)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == code, done.stderr
    assert said in done.stdout + done.stderr
    assert "terminate called" not in done.stderr


def test_without_threads_the_interpreter_ends_as_always() -> None:
    program = "import atexit, sys\nfrom fusion_app.system.ending import leave\n"
    program += "atexit.register(print, 'taken down')\nsys.exit(leave(3))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=100)
    assert (done.returncode, done.stdout) == (3, "taken down\n")
