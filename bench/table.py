"""What a part of the bench has found, to print and to keep."""

from dataclasses import dataclass, field


@dataclass
class Table:
    """Rows under columns. `over` names each yardstick that was missed."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    over: list[str] = field(default_factory=list)

    def add(self, *cells) -> None:
        self.rows.append(cells)

    def judge(self, what: str, value: float, most: float) -> str:
        """The last cell of a row with a yardstick: that it is kept, or that it is over."""
        if value <= most:
            return f"at most {most:g}"
        self.over.append(f"{what}: {value:.4g}, yardstick {most:g}")
        return f"at most {most:g}: OVER"

    def met(self, what: str, value: float, goal: float) -> str:
        """The same in one word, beside a column that tells the goal."""
        return "NO" if "OVER" in self.judge(what, value, goal) else "yes"

    def text(self) -> str:
        shown = [self.columns, *([_shown(cell) for cell in row] for row in self.rows)]
        widths = [max(len(row[n]) for row in shown) for n in range(len(self.columns))]
        lines = [f"\n{self.title}"]
        for row in shown:
            first, *others = row
            cells = [f"{first:<{widths[0]}}"]
            cells += [f"{cell:>{width}}" for cell, width in zip(others, widths[1:], strict=True)]
            lines.append("  " + "  ".join(cells).rstrip())
        lines.insert(2, "  " + "  ".join("-" * width for width in widths))
        lines += [f"  {note}" for note in self.notes]
        return "\n".join(lines)

    def document(self) -> dict:
        return {
            "title": self.title,
            "rows": [dict(zip(self.columns, row, strict=True)) for row in self.rows],
            "notes": self.notes,
            "over": self.over,
        }


def _shown(cell) -> str:
    if isinstance(cell, float):
        return f"{cell:,.0f}" if cell >= 100 else f"{cell:.3g}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)
