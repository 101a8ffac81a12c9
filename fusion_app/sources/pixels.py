"""Decoded pictures as arrays; one place, so that files and streams give the same pixels."""

from av.video.frame import VideoFrame

from fusion_app.frames import Image


def pixels(decoded: VideoFrame) -> Image:
    """Return ``(H, W)`` uint8 or uint16 for grey formats, ``(H, W, 3)`` uint8 BGR for everything else."""
    name = decoded.format.name
    if name.startswith("gray"):
        return decoded.to_ndarray(format="gray" if name in ("gray", "gray8") else "gray16le")
    return decoded.to_ndarray(format="bgr24")
