"""Train the backbone with its Compensation Perception Network: one command, one YAML file, pairs on disk.

    python -m training.train training/configs/quick.yaml --data DIR -o runs/first
    python -m training.train training/configs/paper.yaml --ir DIR --vis DIR -o runs/paper --resume
    torchrun --nproc-per-node 2 -m training.train training/configs/paper.yaml --data DIR -o runs/both --threads 1

The run's folder holds the weights at the end (``weights.safetensors`` and their card), ``losses.csv`` and
``losses.png``, ``previews/`` and ``state.pt``, from which ``--resume`` continues after a crash or Ctrl-C.
"""

import argparse
import sys
from collections.abc import Sequence

from training.runs.command import train_by
from training.runs.kinds import BACKBONE


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 when the run is complete, 2 when it cannot start, 130 when it was interrupted."""
    about = "Train the CS2Fusion backbone with its CPN."
    return train_by(BACKBONE, argparse.ArgumentParser(prog="python -m training.train", description=about), arguments)


if __name__ == "__main__":
    sys.exit(main())
