"""``metrics`` as a program of its own: Ctrl-C ends it and all its processes at once."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60
BEGUN = re.compile(rb"\| [1-9]\d*/400")


@pytest.mark.full
@pytest.mark.skipif(os.name == "nt", reason="sends SIGINT")
def test_ctrl_c_ends_every_process(tmp_path: Path) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (480, 640), np.uint8)
    for name in ("ir", "vis", "fused"):
        (tmp_path / name).mkdir()
        first = tmp_path / name / "0.png"
        cv2.imwrite(str(first), picture)
        for number in range(1, 400):  # minutes of work
            shutil.copyfile(first, first.with_name(f"{number}.png"))
    command = [sys.executable, str(ROOT / "main.py"), "metrics", "ir", "vis", "fused", "--jobs", "2"]
    program = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    assert program.stderr is not None
    try:
        seen = b""
        while not BEGUN.search(seen):
            seen += (more := program.stderr.read(1))
            assert more, seen
        children = psutil.Process(program.pid).children(recursive=True)
        assert len(children) >= 2
        program.send_signal(signal.SIGINT)
        out, rest = program.communicate(timeout=PATIENCE_S)
    finally:
        program.kill()
    assert program.returncode == 130
    assert out == b""
    assert rest.endswith(b"interrupted\n")
    assert b"Traceback" not in rest
    psutil.wait_procs(children, timeout=PATIENCE_S)
    assert not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children)
