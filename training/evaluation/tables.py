"""Figures of several contenders as tables, best mean rank first, the best figure of each column marked."""

from training.evaluation.report import Table
from training.evaluation.scores import BEYOND, LOWER_IS_BETTER, RANK10, RANK12, Figures, mean_ranks

DECIMALS = {"Qncie": 4, "Nabf": 4, "Qcv": 0, "MSE": 0, "leak": 2, "PSNR": 2}


def figure_tables(rows: dict[str, Figures]) -> tuple[Table, Table]:
    """Return the ten usual metrics with their mean rank, and what they do not see with the rank over twelve.

    Args:
        rows: Figures by contender, at least one.
    """
    others = tuple(key for key in next(iter(rows.values())) if key not in (*RANK10, *BEYOND))
    return _table(rows, "rank10", RANK10, (*RANK10, *others)), _table(rows, "rank12", RANK12, BEYOND)


def as_text(table: Table) -> str:
    """Return a table in columns of characters."""
    lines = [table.columns, *table.rows]
    widths = [max(len(line[index]) for line in lines) for index in range(len(table.columns))]
    return "\n".join(
        line[0].ljust(widths[0])
        + "".join(f"  {text:>{width}}" for text, width in zip(line[1:], widths[1:], strict=True))
        for line in lines
    )


def _table(rows: dict[str, Figures], rank: str, ranked: tuple[str, ...], shown: tuple[str, ...]) -> Table:
    ranks = mean_ranks(rows, ranked)
    columns = (rank, *shown)
    figures = {name: values | ({rank: ranks[name]} if name in ranks else {}) for name, values in rows.items()}
    ordered = sorted(rows, key=lambda name: ranks.get(name, 0.0))
    texts = tuple((name, *(_text(column, figures[name]) for column in columns)) for name in ordered)
    best = frozenset(
        (row, index + 1)
        for index, column in enumerate(columns)
        for row, name in enumerate(ordered)
        if len(rows) > 1 and column in figures[name] and figures[name][column] == _best(column, rank, figures)
    )
    return Table(("", *columns), texts, best)


def _best(column: str, rank: str, figures: dict[str, Figures]) -> float:
    values = [row[column] for row in figures.values() if column in row]
    return min(values) if column == rank or column in LOWER_IS_BETTER else max(values)


def _text(column: str, figures: Figures) -> str:
    if column not in figures:
        return "–"
    if column == "saturation_loss":
        return f"{figures[column]:.3%}"
    return f"{figures[column]:.{1 if column.startswith('rank') else DECIMALS.get(column, 3)}f}"
