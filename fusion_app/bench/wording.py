"""Figures as they are printed, in the table and in the chart alike."""

NOT_AVAILABLE = "not available"


def milliseconds(value: float) -> str:
    """Return a time with three digits, or all digits before the point."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def ratio(value: float) -> str:
    """Return how many times faster something is."""
    return f"{value:,.0f}" if value >= 10 else f"{value:.2f}"


def mebibytes(value: float | None) -> str:
    """Return an amount of memory, or that the system does not tell."""
    return NOT_AVAILABLE if value is None else f"{value:,.0f} MiB"
