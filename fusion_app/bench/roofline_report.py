"""The roofline of a benchmark as text."""

from fusion_app.bench.roofline import Reach, Roofline
from fusion_app.bench.wording import milliseconds, table
from fusion_app.engine.measuring.ceilings import Ceilings

NONE = "–"


def render_roofline(roofline: Roofline) -> str:
    """Return what the devices can do, and what share of it each candidate reaches."""
    head = ["roofline, ms a frame", "runtime", "size", "arithmetic", "memory", "layers", "n", "upload", "compute"]
    head += ["download", "in all", "reached"]
    reached = table([head, *(_row(reach) for reach in roofline.reached)], left=(0, 1, 2))
    return "\n".join([*(_ceilings(ceilings) for ceilings in roofline.ceilings), reached])


def _ceilings(ceilings: Ceilings) -> str:
    measured = f"{_rate(ceilings.tflops)} at most, {ceilings.gb_per_s:,.1f} GB/s in a copy"
    if ceilings.upload_gb_per_s is not None and ceilings.download_gb_per_s is not None:
        measured += f", {ceilings.upload_gb_per_s:.1f} GB/s up, {ceilings.download_gb_per_s:.1f} GB/s down"
    rated = ceilings.rated
    sheet = f" (data sheet, fp16: {_rate(rated.tflops)}, {rated.gb_per_s:,.0f} GB/s)" if rated else ""
    return f"{ceilings.name} {ceilings.precision}: {measured}{sheet}"


def _rate(tflops: float) -> str:
    return f"{tflops:,.0f} TFLOP/s" if tflops >= 10 else f"{tflops * 1000:,.0f} GFLOP/s"


def _row(reach: Reach) -> list[str]:
    candidate, bounds, laps = reach.candidate, reach.bounds, reach.laps_ms
    layers = milliseconds(bounds.layers_ms) if laps else NONE  # on a CPU, features stay in the cache between layers
    upload, compute, download = (
        milliseconds(laps[name]) if laps else NONE for name in ("upload", "compute", "download")
    )
    figures = [milliseconds(bounds.arithmetic_ms), milliseconds(bounds.memory_ms), layers, str(reach.timing.n)]
    in_all = ("~" if reach.timing.is_noisy else "") + milliseconds(reach.timing.median_ms)
    figures += [upload, compute, download, in_all, f"{100 * reach.share:.0f} %"]
    return [candidate.title, candidate.label, str(reach.size), *figures]
