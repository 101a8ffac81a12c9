"""An RTSP camera on loopback, for the system's Python with GStreamer: ``python3 tests/rtsp_server.py PORT FPS``."""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

LAUNCH = (
    "( videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=160,height=120,framerate={fps}/1 "
    "! jpegenc ! rtpjpegpay name=pay0 pt=26 )"
)


ELEMENTS = ("videotestsrc", "jpegenc", "rtpjpegpay")


def main() -> None:
    if sys.argv[1] == "--check":
        Gst.init(None)
        sys.exit(not all(Gst.ElementFactory.find(name) for name in ELEMENTS))
    port, fps = sys.argv[1], round(float(sys.argv[2]))
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(port)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(LAUNCH.format(fps=fps))
    factory.set_shared(True)
    server.get_mount_points().add_factory("/camera", factory)
    server.attach(None)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
