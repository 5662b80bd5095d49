"""Figures as Markdown tables and SVG plots, put in their places in docs/performance.md."""

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "performance.md"
README = ROOT / "README.md"
PLOTS = ROOT / "docs" / "performance"
COLOURS = ("#2563eb", "#f59e0b", "#10b981", "#ef4444", "#8b5cf6", "#0ea5e9", "#84cc16", "#ec4899")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; all columns but the first stand to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def place(block: str, text: str, path: Path = PAGE) -> None:
    """Puts a text between the marks of a block of a page, in place of what was there."""
    begin, end = f"<!-- begin: {block} -->", f"<!-- end: {block} -->"
    page = path.read_text()
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if not pattern.search(page):
        raise SystemExit(f"{path} lacks the marks {begin} and {end}")
    path.write_text(pattern.sub(lambda _: f"{begin}\n{text}\n{end}", page))


def bars(name: str, title: str, groups: Mapping[str, Mapping[str, float]], unit: str) -> None:
    """A plot of bars: for each group a bar by series, with its value."""
    series = list(next(iter(groups.values())))
    most = max(value for group in groups.values() for value in group.values())
    row, gap, left, width = 18, 14, 150, 460
    height = sum(len(group) * row + gap for group in groups.values()) + 70
    parts = [_text(12, 22, title, size=14, weight="600")]
    y = 44
    for group, values in groups.items():
        parts.append(_text(left - 10, y + len(values) * row / 2 + 4, group, anchor="end"))
        for label in series:
            value, colour = values[label], COLOURS[series.index(label) % len(COLOURS)]
            length = max(1.0, width * value / most)
            parts.append(f'<rect x="{left}" y="{y}" width="{length:.1f}" height="{row - 4}" fill="{colour}"/>')
            parts.append(_text(left + length + 6, y + row - 7, f"{value:,.0f}"))
            y += row
        y += gap
    x = left
    for number, label in enumerate(series):
        parts.append(f'<rect x="{x}" y="{y}" width="10" height="10" fill="{COLOURS[number % len(COLOURS)]}"/>')
        parts.append(_text(x + 14, y + 9, label))
        x += 26 + 7 * len(label)
    parts.append(_text(left + width + 60, y + 9, unit, anchor="end", colour="#6b7280"))
    _write(name, left + width + 80, height, parts)


def lines(name: str, title: str, series: Mapping[str, Mapping[int, float]], unit: str) -> None:
    """A plot of lines over sizes, both axes logarithmic."""
    sizes = sorted({size for points in series.values() for size in points})
    values = [value for points in series.values() for value in points.values()]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    left, top, width, height = 70, 44, 420, 260

    def spot(size: int, value: float) -> tuple[float, float]:
        across = (math.log10(size) - math.log10(sizes[0])) / (math.log10(sizes[-1]) - math.log10(sizes[0]) or 1)
        return left + width * across, top + height * (1 - (math.log10(value) - low) / (high - low or 1))

    parts = [_text(12, 22, title, size=14, weight="600")]
    for power in range(low, high + 1):
        _, y = spot(sizes[0], 10.0**power)
        parts.append(f'<line x1="{left}" y1="{y:.1f}" x2="{left + width}" y2="{y:.1f}" stroke="#d1d5db"/>')
        parts.append(_text(left - 8, y + 4, f"{10.0**power:,g}", anchor="end"))
    for size in sizes:
        x, _ = spot(size, 10.0**low)
        parts.append(_text(x, top + height + 18, f"{size:,}", anchor="middle"))
    for number, (label, points) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (spot(size, value) for size, value in sorted(points.items())))
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        y = top + 12 + 18 * number
        parts.append(f'<rect x="{left + width + 20}" y="{y - 9}" width="10" height="10" fill="{colour}"/>')
        parts.append(_text(left + width + 36, y, label))
    parts.append(_text(12, top + height + 40, unit, colour="#6b7280"))
    _write(name, left + width + 190, top + height + 56, parts)


def _text(
    x: float,
    y: float,
    text: str,
    *,
    size: int = 11,
    anchor: str = "start",
    weight: str = "400",
    colour: str = "#111827",
) -> str:
    shown = text.replace("&", "&amp;").replace("<", "&lt;")
    place_and_size = f'x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" font-weight="{weight}"'
    return f'<text {place_and_size} fill="{colour}">{shown}</text>'


def _write(name: str, width: float, height: float, parts: Sequence[str]) -> None:
    PLOTS.mkdir(exist_ok=True)
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" font-family="system-ui, sans-serif" role="img">'
    )
    ground = f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>'
    (PLOTS / f"{name}.svg").write_text("\n".join([opening, ground, *parts, "</svg>"]) + "\n")
