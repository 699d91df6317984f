"""Draws the rooms of the shop and who knows whom: `python -m tests.site.rooms > docs/rooms.svg`."""

from __future__ import annotations

import sys
import tomllib
from itertools import chain
from pathlib import Path
from xml.sax.saxutils import escape

import grimp

ROOT = Path(__file__).resolve().parent.parent.parent
WIDTH, ROW, BOX, TOP = 1180, 92, 34, 24
# The middle of a room's box, across and down, and its width.
Place = tuple[float, float, float]
STYLE = """
    text { font: 14px sans-serif; text-anchor: middle; fill: #1a2b2b }
    rect { fill: #eef5f3; stroke: #2c6e63; rx: 6px }
    path { fill: none; stroke: #7d8f8c; marker-end: url(#tip) }
"""
TIP = (
    '<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
    ' orient="auto"><path d="M0 0L8 4L0 8z" style="fill:#7d8f8c;stroke:none"/></marker>'
)


def contract(name: str) -> dict[str, list[str]]:
    """One contract of the imports, as `pyproject.toml` has it."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    found: dict[str, list[str]] = next(each for each in settings["contracts"] if each["id"] == name)
    return found


def floors() -> list[list[str]]:
    """The rooms by floor, the top one first, as the import contract has them."""
    return [[name.strip() for name in layer.split("|")] for layer in contract("packages")["layers"]]


def knows() -> dict[str, set[str]]:
    """Which rooms each room imports from."""
    graph = grimp.build_graph("shop", "catalogue")
    rooms = [room for floor in floors() for room in floor]
    inside = {room: {room} | graph.find_descendants(room) for room in rooms}
    room_of = {module: room for room, modules in inside.items() for module in modules}
    known = {
        room: {
            room_of[found]
            for module in inside[room]
            for found in graph.find_modules_directly_imported_by(module)
            if found in room_of
        }
        for room in rooms
    }
    return {room: others - {room} for room, others in known.items()}


def arrows_up() -> list[tuple[str, str]]:
    """Who imports from its own floor or from one above; the contract allows nobody to."""
    level = {room: number for number, floor in enumerate(floors()) for room in floor}
    known = knows()
    return [(room, other) for room in known for other in known[room] if level[other] <= level[room]]


def nearest(known: dict[str, set[str]]) -> dict[str, set[str]]:
    """Without the arrows that a way through another room already shows."""

    def reached(room: str) -> set[str]:
        return known[room].union(*(reached(other) for other in known[room]))

    return {
        room: others - set().union(*(reached(other) for other in others))
        for room, others in known.items()
    }


def places() -> dict[str, Place]:
    """The middle of each room's box, and its width."""
    found = {}
    for number, floor in enumerate(floors()):
        for position, room in enumerate(floor):
            across = (position + 0.5) * WIDTH / len(floor)
            found[room] = (across, TOP + number * ROW + BOX / 2, 9.0 * len(room) + 16)
    return found


def arrow(start: Place, end: Place, others: list[Place]) -> str:
    """From under the one to above the other, bent so that it runs through the fewest others."""
    (x, y, _), (to_x, to_y, _) = start, end
    y, to_y = y + BOX / 2, to_y - BOX / 2
    ways = [(x + to_x) / 2 + bend for bend in chain([0], *([n, -n] for n in range(40, 800, 40)))]
    way = min(ways, key=lambda way: sum(_hits(x, y, way, to_x, to_y, box) for box in others))
    return f'<path d="M{x:.0f} {y:.0f}Q{way:.0f} {(y + to_y) / 2:.0f} {to_x:.0f} {to_y:.0f}"/>'


def _hits(x: float, y: float, way: float, to_x: float, to_y: float, box: Place) -> bool:
    for step in range(1, 60):
        t = step / 60
        across = (1 - t) ** 2 * x + 2 * t * (1 - t) * way + t * t * to_x
        down = y + t * (to_y - y)
        if abs(across - box[0]) < box[2] / 2 + 4 and abs(down - box[1]) < BOX / 2 + 4:
            return True
    return False


def drawing() -> str:
    at = places()
    lines = [
        arrow(at[room], at[other], [at[each] for each in at if each not in (room, other)])
        for room, others in nearest(knows()).items()
        for other in sorted(others)
    ]
    boxes = [
        f'<rect x="{x - width / 2:.0f}" y="{y - BOX / 2:.0f}" width="{width:.0f}" height="{BOX}"/>'
        f'<text x="{x:.0f}" y="{y + 5:.0f}">{escape(room)}</text>'
        for room, (x, y, width) in at.items()
    ]
    height = TOP * 2 + ROW * (len(floors()) - 1) + BOX
    body = "\n".join([f"<style>{STYLE}</style>", TIP, *lines, *boxes])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}">\n'
        f"<title>The rooms of the shop; an arrow leads to what a room knows</title>\n{body}\n</svg>\n"
    )


if __name__ == "__main__":
    sys.stdout.write(drawing())
