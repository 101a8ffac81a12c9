"""CS2Fusion Live from a checkout: `python main.py` opens the window, `python main.py --help` lists the commands."""

import sys

from fusion_app.cli import main

if __name__ == "__main__":
    sys.exit(main())
