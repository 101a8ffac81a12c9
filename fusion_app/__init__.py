"""CS2Fusion Live: read an infrared and a visible stream, fuse them frame by frame, show and record the result."""

__version__ = "0.1.0"
