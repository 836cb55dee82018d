"""Figures made for physicists: staircases, maps, transconductances, devices.

Every function returns a plain matplotlib `Figure`; `save` writes it as PNG and PDF, `save_table`
the numbers behind it as CSV.
"""

from sharvin.plot.animation import animate, currents_film
from sharvin.plot.currents import currents, draw_currents
from sharvin.plot.device import Contact, Scene, device, draw_device
from sharvin.plot.fit import fit
from sharvin.plot.maps import draw_map, map, transconductance
from sharvin.plot.spectroscopy import spectroscopy
from sharvin.plot.staircase import draw_staircase, staircase
from sharvin.plot.table import save, save_table

__all__ = [
    "Contact",
    "Scene",
    "animate",
    "currents",
    "currents_film",
    "device",
    "draw_currents",
    "draw_device",
    "draw_map",
    "draw_staircase",
    "fit",
    "map",
    "save",
    "save_table",
    "spectroscopy",
    "staircase",
    "transconductance",
]
