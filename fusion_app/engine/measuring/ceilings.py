"""The most that a device can do: what its data sheet says where it is known, and what it showed when asked."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rated:
    """A device's data sheet.

    Attributes:
        tflops: Dense fp16 with fp32 accumulation on tensor cores, 10¹² operations a second.
        gb_per_s: Memory bandwidth, 10⁹ bytes a second.
    """

    tflops: float
    gb_per_s: float


RATED = {
    "NVIDIA H200": Rated(989, 4800),
    "NVIDIA H200 NVL": Rated(835, 4800),
    "NVIDIA H100 80GB HBM3": Rated(989, 3350),
    "NVIDIA H100 PCIe": Rated(756, 2000),
    "NVIDIA A100-SXM4-80GB": Rated(312, 2039),
    "NVIDIA A100-SXM4-40GB": Rated(312, 1555),
    "NVIDIA L4": Rated(121, 300),
    "Tesla T4": Rated(65, 320),
    "NVIDIA GeForce RTX 4090": Rated(165, 1008),
    "NVIDIA GeForce RTX 3090": Rated(71, 936),
}
"""By the name that the driver gives. Sources: NVIDIA's data sheets H200, H100, A100, L4 and T4 (where they quote sparse
figures, halved) and the white papers of the architectures Ada (AD102) and Ampere (GA102). None was checked here."""


@dataclass(frozen=True)
class Ceilings:
    """What a device does at best in one precision.

    Attributes:
        device: In the words of ``--device``.
        name: Of the device.
        precision: ``fp32``, ``fp16`` or ``bf16``.
        tflops: Of a matrix product or a convolution as measured, whichever is faster, 10¹² operations a second; a
            multiply-accumulate is two.
        gb_per_s: Of a copy as measured, bytes read and bytes written, 10⁹ a second.
        upload_gb_per_s: From pinned memory of the host; None on the CPU.
        download_gb_per_s: The way back.
        rated: The data sheet's figures for fp16, where the device is known.
    """

    device: str
    name: str
    precision: str
    tflops: float
    gb_per_s: float
    upload_gb_per_s: float | None = None
    download_gb_per_s: float | None = None
    rated: Rated | None = None
