"""Two lanes may meet OpenVINO's tables of NumPy's types first, at the same time."""

import subprocess
import sys

import pytest

TWO_AT_ONCE = """
import os, sys, threading
import numpy as np
from fusion_app.engine.cpu.openvino_runtime import openvino
sys.setswitchinterval(1e-6)
both = threading.Barrier(2)
def meet():
    both.wait()
    openvino.Type.f32.to_dtype()
    openvino.Tensor(np.zeros(1, np.float32), shared_memory=True).data
threads = [threading.Thread(target=meet) for _ in range(2)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""


@pytest.mark.parametrize("attempt", range(4))  # without the runtime's care two of three never end
def test_two_threads_that_use_openvino_first_at_once_both_go_on(attempt: int) -> None:
    command = [sys.executable, "-c", TWO_AT_ONCE]
    finished = subprocess.run(command, check=False, timeout=250, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
