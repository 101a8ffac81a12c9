"""CS2Fusion Live from a checkout: `python main.py` opens the window, `python main.py --help` lists the commands."""

import sys

if __name__ == "__main__":
    try:
        from fusion_app.cli import run
    except KeyboardInterrupt:  # so early that nobody heeds it yet
        sys.stderr.write("interrupted\n")
        sys.exit(130)
    run()
