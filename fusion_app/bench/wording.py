"""Figures as they are printed, in the table and in the chart alike."""

from collections.abc import Iterator, Sequence

Table = Sequence[Sequence[str]]

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


def table(rows: Table, left: Sequence[int]) -> str:
    """Return ``rows`` as lines of aligned columns; the columns ``left`` begin at their left edge."""
    return "\n".join(_aligned(rows, left))


def _aligned(rows: Table, left: Sequence[int]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = (
            cell.ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()
