"""Data sets put in order: infrared laid on visible, by one homography for each rig or pair, gated and measured.

`find_clips` says what a folder holds, `Aligning` fits, refuses, writes and measures, `write_report` tells. Originals
are only read.
"""

from fusion_app.datasets.aligning import Aligning, Per, Plan
from fusion_app.datasets.clips import Clip, find_clips, has_one_size
from fusion_app.datasets.report import summary, where, write_report

__all__ = ["Aligning", "Clip", "Per", "Plan", "find_clips", "has_one_size", "summary", "where", "write_report"]
