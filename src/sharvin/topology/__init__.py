"""Integers of bands: Chern and winding numbers, Z2, markers and what they do to a conductivity.

All signs are those of a Hall bar of electrons with current from left to right:
:math:`(V_{top} - V_{bottom})/I = +h/(C e^2)`; see `sharvin.topology.chern`.
"""

from sharvin.topology.bott import bott_index
from sharvin.topology.chern import berry_fluxes, chern_number, link_chern_number
from sharvin.topology.curvature import anomalous_hall, berry_curvature, curvature_map
from sharvin.topology.hofstadter import tknn_integer, tknn_integers
from sharvin.topology.marker import local_chern_marker
from sharvin.topology.twisted_sample import TwistedSample, torus
from sharvin.topology.twists import many_body_chern_number, sample_chern_number
from sharvin.topology.wilson import wannier_centers, z2_invariant
from sharvin.topology.winding import majorana_number, winding, winding_number

__all__ = [
    "TwistedSample",
    "anomalous_hall",
    "berry_curvature",
    "berry_fluxes",
    "bott_index",
    "chern_number",
    "curvature_map",
    "link_chern_number",
    "local_chern_marker",
    "majorana_number",
    "many_body_chern_number",
    "sample_chern_number",
    "tknn_integer",
    "tknn_integers",
    "torus",
    "wannier_centers",
    "winding",
    "winding_number",
    "z2_invariant",
]
