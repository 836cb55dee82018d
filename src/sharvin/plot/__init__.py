"""Figures made for physicists: staircases, maps, transconductances, devices.

Every function returns a plain matplotlib `Figure`; `save` writes it as PNG and PDF, `save_table`
the numbers behind it as CSV.
"""

from sharvin.plot.device import Contact, Scene, device, draw_device
from sharvin.plot.maps import draw_map, map, transconductance
from sharvin.plot.staircase import draw_staircase, staircase
from sharvin.plot.table import save, save_table

__all__ = [
    "Contact",
    "Scene",
    "device",
    "draw_device",
    "draw_map",
    "draw_staircase",
    "map",
    "save",
    "save_table",
    "staircase",
    "transconductance",
]
