"""Where a bundle begins: the program, or the probe that asks in a process of its own whether a window can be opened."""

import sys

from fusion_app.cli import main

if __name__ == "__main__":
    if sys.argv[1:] == ["probe-window"]:
        from PyQt6.QtGui import QGuiApplication

        QGuiApplication([])
        sys.exit(0)
    sys.exit(main())
