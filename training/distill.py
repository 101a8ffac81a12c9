"""Train a compact student: one command, one YAML file, pairs on disk, as `training.train` does the backbone.

    python -m training.distill training/configs/lite-6k.yaml --data DIR DIR -o runs/lite-6k

The student learns from the fusion loss on impaired pairs and, where the recipe names one, from a teacher as well. In
its previews the last panel is infrared's share of the fused picture.
"""

import argparse
import sys
from collections.abc import Sequence

from training.runs.command import train_by
from training.runs.kinds import STUDENT


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 when the run is complete, 2 when it cannot start, 130 when it was interrupted."""
    about = "Train a compact student."
    return train_by(STUDENT, argparse.ArgumentParser(prog="python -m training.distill", description=about), arguments)


if __name__ == "__main__":
    sys.exit(main())
