"""Decoded pictures as arrays; one place, so that files and streams give the same pixels."""

from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

from fusion_app.frames import Image


class Pixels:
    """Converts the pictures of one decoder.

    It keeps what PyAV would set up anew for each picture, threads for the conversion among it: at 640×480 these cost
    two and a half times as much as the conversion.
    """

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()

    def __call__(self, decoded: VideoFrame) -> Image:
        """Return ``(H, W)`` uint8 or uint16 for grey formats, ``(H, W, 3)`` uint8 BGR for everything else."""
        name = decoded.format.name
        target = "bgr24"
        if name.startswith("gray"):
            target = "gray" if name in ("gray", "gray8") else "gray16le"
        return self._reformatter.reformat(decoded, format=target, threads=1).to_ndarray()
