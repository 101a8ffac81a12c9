"""Where a bundle begins: the program, or what it asks in a process of its own: for a window, and in the self-test."""

import multiprocessing
import sys

from fusion_app.cli import run

if __name__ == "__main__":
    multiprocessing.freeze_support()  # `models add` and `bench` start processes of their own, here, too
    if sys.argv[1:] == ["probe-window"]:
        from PyQt6.QtGui import QGuiApplication

        QGuiApplication([])
        sys.exit(0)
    if sys.argv[1:2] == ["probe-fusing"]:
        from fusion_app.doctor import fusing

        sys.exit(fusing.main(*sys.argv[2:]))
    run()
