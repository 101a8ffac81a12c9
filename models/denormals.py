"""Numbers that have almost vanished slow a CPU down by an order of magnitude; here they are taken as zero."""

import numpy.ma  # noqa: F401 - before: where it is imported later, numpy 2.0 warns that the smallest numbers are zero
import torch


def flush_denormals() -> None:
    """Take them as zero in the calling thread from now on."""
    torch.set_flush_denormal(True)
