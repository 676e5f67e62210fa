"""Where things lie on a Lattice ECP5-85F, in tiles from the upper left corner, as nextpnr counts and names them."""

COLUMNS = (2, 125)
ROWS = (2, 94)
DSP_ROWS = (10, 34, 58)
EBR_ROWS = (22, 46, 70, 82)
# Multipliers and block memories come in groups of four, the clock's spine between the seventh and the eighth.
GROUPS = [4 + 9 * group for group in range(7)] + [69 + 9 * group for group in range(6)]


def multipliers():
    """Sites by row, each row from the left: (column, row, name)."""
    return [[(first + offset, row, f"MULT18_{offset}") for first in GROUPS for offset in (0, 1, 4, 5)] for row in DSP_ROWS]


def memories():
    return [(first + 2 * place, row, f"EBR{place}") for row in EBR_ROWS for first in GROUPS for place in range(4)]


def flip_flop(column, row):
    """One of the tile at a place, or below where that row has no logic."""
    return (column, row + 1 if row in DSP_ROWS + EBR_ROWS else row, "SLICEA.FF0")


def bel(site):
    column, row, name = site
    return f"X{column}/Y{row}/{name}"
