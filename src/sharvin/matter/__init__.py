"""Periodic models of materials: what repeats, before anybody cuts a device out of it."""

from sharvin.matter.block import Block
from sharvin.matter.chain import chain
from sharvin.matter.conserved import Conserved
from sharvin.matter.electron_gas import electron_gas
from sharvin.matter.graphene import graphene
from sharvin.matter.hopping import Hopping
from sharvin.matter.lattice import Lattice
from sharvin.matter.model import Model
from sharvin.matter.rashba import rashba_wire
from sharvin.matter.square import square_lattice

__all__ = [
    "Block",
    "Conserved",
    "Hopping",
    "Lattice",
    "Model",
    "chain",
    "electron_gas",
    "graphene",
    "rashba_wire",
    "square_lattice",
]
