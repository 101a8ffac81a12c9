"""A recording in progress: what is seen goes into files in a thread of its own, and nothing of it is lost in silence.

The way of a frame: `SessionClock` gives it a time that never jumps; `Recording` adds what happened (drops, markers,
pauses) and queues it; the thread of its `QueuedWriter` hands it to the part being written, which holds one Matroska
file, a line of CSV per frame, and a YAML file that says how it was made. Before a recording is started, the same
encoders write `Clip`s into memory, if a pre-roll is wanted; the first part begins with them.
"""

from fusion_app.recording.clock import SessionClock
from fusion_app.recording.entry import Entry, entry_of
from fusion_app.recording.preroll import PreRoll, PreRollStatus
from fusion_app.recording.recording import Recording, RecordingStatus
from fusion_app.recording.recovery import dismiss, is_without_frames, recover, unfinished_recordings
from fusion_app.recording.sidecar import About, EngineFacts

__all__ = [
    "About",
    "EngineFacts",
    "Entry",
    "PreRoll",
    "PreRollStatus",
    "Recording",
    "RecordingStatus",
    "SessionClock",
    "dismiss",
    "entry_of",
    "is_without_frames",
    "recover",
    "unfinished_recordings",
]
