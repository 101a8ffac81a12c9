"""The judge of a soak finds what it is there to find, and a short soak runs from end to end."""

from itertools import pairwise
from pathlib import Path

import pytest

from tests.reliability import Record
from tests.soak.__main__ import check_end, check_recording, run
from tests.soak.faults import Fault, schedule
from tests.soak.verdict import Check, Sample, judge

FAULT = Fault("kill", "ir", 600.0, 10.0)


def samples(
    leak_mb_h: float = 0.0, thread_at_s: float = 1e9, lost_at_s: float = 1e9, waited_at_s: float = 1e9
) -> list[Sample]:
    """An hour of a calm process with a saw tooth of 2 MB, and what is asked for."""
    return [
        {
            "elapsed_s": second,
            "rss_mb": 400 + second % 30 / 15 + leak_mb_h * second / 3600,
            "threads": 14 + (second >= thread_at_s),
            "handles": 6,
            "ir_dropped": 30,
            "vis_dropped": 30 + (second >= lost_at_s),
            "pair_dropped": 0,
            "record_dropped": 0,
            "waited_ms": second + 400 * (second >= waited_at_s),
        }
        for second in range(3600)
    ]


def failures(found: list[Check]) -> list[str]:
    return [check.promise for check in found if not check.holds]


def test_a_calm_hour_passes() -> None:
    assert failures(judge(samples(leak_mb_h=1.0), [FAULT], warm_up_s=300)) == []


def test_a_leak_a_thread_and_a_lost_frame_are_found() -> None:
    assert failures(judge(samples(leak_mb_h=10), [FAULT], 300)) == ["memory does not grow"]
    assert failures(judge(samples(thread_at_s=1500), [FAULT], 300)) == ["threads do not grow"]
    lost = judge(samples(lost_at_s=1500), [FAULT], 300)
    assert failures(lost) == ["frames are lost only where faults were forced"]


def test_frames_lost_in_a_fault_are_forgiven() -> None:
    assert failures(judge(samples(lost_at_s=605), [FAULT], 300)) == []


def test_frames_lost_while_others_had_the_processor_are_told_apart() -> None:
    checks = judge(samples(lost_at_s=1500, waited_at_s=1500), [FAULT], 300)
    assert failures(checks) == []
    assert "1 frames lost, 1 outside faults, 0 of them" in checks[-1].figure


def test_a_soak_on_a_machine_that_was_never_free_shows_nothing_of_lost_frames() -> None:
    busy = [sample | {"waited_ms": 500 * sample["elapsed_s"]} for sample in samples(lost_at_s=1500)]
    assert failures(judge(busy, [FAULT], 300)) == ["frames are lost only where faults were forced"]


def test_where_nothing_is_lost_outside_faults_a_busy_machine_is_no_excuse_that_is_needed() -> None:
    busy = [sample | {"waited_ms": 500 * sample["elapsed_s"]} for sample in samples()]
    assert failures(judge(busy, [FAULT], 300)) == []


def test_an_hour_has_every_kind_of_fault_and_each_is_mended_before_the_next() -> None:
    faults = schedule(3600)
    assert {fault.name for fault in faults} == {"kill ir", "kill vis", "freeze ir", "freeze vis", "burst"}
    assert all(a.end_s + 60 < b.begin_s for a, b in pairwise(faults))
    assert faults[-1].end_s < 3600 - 20


@pytest.mark.full
@pytest.mark.timeout(300)
def test_a_minute_of_soak_ends_in_order_and_its_recording_plays(tmp_path: Path, reliability: Record) -> None:
    soak = run(60, [Fault("burst", "", 25, 5)], tmp_path)
    checks = [check_end(soak), check_recording(soak)]
    assert failures(checks) == []
    reliability("A minute of two live cameras and a recording ends in order, and the recording plays", checks[1].figure)
