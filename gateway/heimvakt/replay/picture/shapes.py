"""The signs of a picture: told apart by their form, and by colour only besides.

Colours of rooms are those that Okabe and Ito chose for people with every kind of colour vision
(Color Universal Design, 2008); what is heard in a room also has a place of its own in each row.
"""

from __future__ import annotations

from collections.abc import Sequence

from heimvakt.core.alarms import Priority
from heimvakt.core.events import Mode

from .seen import DoseState, Lane
from .svg import element, titled

INK = "#1a1a1a"
BED = "#16305c"
ROOMS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#8c564b", "#777777")
DOOR = "#000000"
NIGHT = "#e9edf5"
PAPER = "#ffffff"


def colour(lanes: Sequence[Lane], lane: int) -> str:
    """Of what a lane shows."""
    match lanes[lane].kind:
        case "bed":
            return BED
        case "door":
            return DOOR
        case _:
            number = sum(one.kind in ("room", "rest") for one in lanes[:lane])
            return ROOMS[number % len(ROOMS)]


def alarm(priority: Priority, x: float, y: float, words: str = "") -> str:
    """Full and pointed is urgent: triangle, diamond, ring, stroke; centred at (x, y)."""
    inner = titled(words) if words else ""
    match priority:
        case Priority.HIGH:
            points = f"{x:.1f},{y - 6:.1f} {x + 6.5:.1f},{y + 5:.1f} {x - 6.5:.1f},{y + 5:.1f}"
            return element("polygon", inner, points=points, fill="#b00020", stroke=INK)
        case Priority.MEDIUM:
            points = (
                f"{x:.1f},{y - 5.5:.1f} {x + 5.5:.1f},{y:.1f} "
                f"{x:.1f},{y + 5.5:.1f} {x - 5.5:.1f},{y:.1f}"
            )
            return element("polygon", inner, points=points, fill="#f5b400", stroke=INK)
        case Priority.LOW:
            return element(
                "circle", inner, cx=x, cy=y, r=4, fill=PAPER, stroke=INK, stroke_width=1.6
            )
        case _:
            return element("rect", inner, x=x - 1, y=y - 4, width=2, height=8, fill="#666666")


def dose(state: DoseState, x: float, y: float, words: str = "") -> str:
    """A box: full with a tick is taken, empty is offered, crossed out is not taken."""
    inner = titled(words) if words else ""
    full = state is DoseState.TAKEN
    box = element(
        "rect",
        x=x - 4.5,
        y=y - 4.5,
        width=9,
        height=9,
        fill="#00664b" if full else PAPER,
        stroke=INK,
        stroke_width=1.2,
    )
    match state:
        case DoseState.TAKEN:
            strokes, ink = f"M{x - 2.8:.1f} {y:.1f}l2 2.4l3.8 -4.6", PAPER
        case DoseState.MISSED:
            strokes, ink = f"M{x - 3:.1f} {y - 3:.1f}l6 6m0 -6l-6 6", "#b00020"
        case DoseState.RETRACTED:
            strokes, ink = f"M{x - 3:.1f} {y:.1f}h6", INK
        case _:
            strokes, ink = "", INK
    mark = element("path", d=strokes, fill="none", stroke=ink, stroke_width=1.8) if strokes else ""
    return element("g", inner + box + mark)


def patterns(prefix: str) -> str:
    """The fillings that are no colours; `prefix` keeps the pictures of one page apart."""
    drawn = [_stripes(f"{prefix}-unheard", 6, "M0 6L6 0M0 0L6 6", "#5f5f5f", PAPER, 0.6)]
    for mode, (strokes, ink, paper) in _MODES.items():
        drawn.append(_stripes(f"{prefix}-{mode}", 5, strokes, ink, paper))
    return element("defs", "".join(drawn))


_MODES = {
    Mode.VISIT: ("M0 5L5 0", "#00664b", "#cdeee2"),
    Mode.AWAY: ("M2.5 0V5", "#555555", "#ffffff"),
    Mode.PRIVACY: ("M0 2.5H5", "#6a3d9a", "#ece2f5"),
    Mode.SERVICE: ("M0 0L5 5", "#8a4b00", "#fde9cf"),
}


def _stripes(
    name: str, size: float, strokes: str, ink: str, paper: str, opacity: float = 1.0
) -> str:
    inner = element("rect", width=size, height=size, fill=paper, fill_opacity=opacity)
    inner += element("path", d=strokes, stroke=ink, stroke_width=1)
    return element(
        "pattern", inner, id=name, width=size, height=size, patternUnits="userSpaceOnUse"
    )
