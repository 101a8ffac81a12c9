"""What is soaked: a live session with its recording, as a process of its own that tells its counters each second.

Usage: ``python -m tests.soak.subject IR VIS FOLDER MODEL``. Ends in order when its standard input is closed.
"""

import json
import sys
import threading
import time

from fusion_app.run.runner import Pace, RunReport
from fusion_app.session.recorder import Recorder
from fusion_app.session.session import Session, open_session
from fusion_app.settings import FusionSettings, RecordingSettings, Settings, SourceSettings

PERIOD_S = 1.0


def counters(session: Session, recorder: Recorder) -> dict[str, float]:
    """Return every count of frames in the session, and its latency."""
    status, pairs = session.status(), session.pairs.counts
    recording = recorder.status() or recorder.final
    assert recording is not None
    return {
        "at_s": time.monotonic(),
        "fused": status.fused,
        "latency_ms": round(status.latency_ms, 1),
        "ir_arrived": session.ir.arrived,
        "vis_arrived": session.vis.arrived,
        "ir_dropped": session.ir.dropped,
        "vis_dropped": session.vis.dropped,
        "pair_dropped": pairs.dropped,
        "pair_held": pairs.held,
        "pair_lost": pairs.lost,
        "reconnects": session.ir.state().reconnects + session.vis.state().reconnects,
        "written": recording.written,
        "record_dropped": recording.dropped,
    }


def tell(values: dict[str, object]) -> None:
    """Print one JSON line."""
    print(json.dumps(values), flush=True)


def watch(session: Session, recorder: Recorder, closed: threading.Event) -> None:
    """Tell the counters each second until standard input is closed or the run is over."""
    threading.Thread(target=lambda: (sys.stdin.read(), closed.set()), daemon=True).start()
    begin = time.monotonic()
    number = 0
    while not closed.wait(max(0.0, begin + number * PERIOD_S - time.monotonic())):
        number += 1
        tell({"counters": counters(session, recorder), "notices": session.notices()})


def main() -> None:
    """Run one session from open to close."""
    ir, vis, folder, model = sys.argv[1:5]
    settings = Settings(
        SourceSettings(ir, vis), FusionSettings(model=model, threads=1), recording=RecordingSettings(folder)
    )
    session = open_session(settings, Pace.LIVE)
    recorder = Recorder(session, settings)
    path = recorder.start()
    closed = threading.Event()

    def finished(report: RunReport) -> None:
        tell({"finish": report.finish.value, "error": str(report.error or "")})
        closed.set()

    session.runner.start(finished)
    watch(session, recorder, closed)
    recorder.detach()
    session.close()
    recorder.stop()
    tell({"counters": counters(session, recorder), "path": str(path), "threads_left": threading.active_count()})


if __name__ == "__main__":
    main()
