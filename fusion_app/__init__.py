"""CS2Fusion Live: read an infrared and a visible stream, fuse them frame by frame, show and record the result."""

import os

MAX_IMAGE_SIDE = 16384
"""Largest width and height of a picture that is opened, pixels."""

MAX_IMAGE_PIXELS = 2**27

# OpenCV reads these as it is loaded. Without them a file of a megabyte may unpack to gigabytes.
for _name, _limit in (("WIDTH", MAX_IMAGE_SIDE), ("HEIGHT", MAX_IMAGE_SIDE), ("PIXELS", MAX_IMAGE_PIXELS)):
    os.environ.setdefault(f"OPENCV_IO_MAX_IMAGE_{_name}", str(_limit))

# Seconds for which Linux waits for a frame before a camera's connection counts as dead; longer than a shutter takes.
os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "4")

__version__ = "0.1.0"
