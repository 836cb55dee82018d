"""Periodic models of materials: what repeats, before anybody cuts a device out of it."""

from sharvin.matter.bhz import bhz
from sharvin.matter.bilayer import bilayer_graphene, twisted_bilayer_lattice
from sharvin.matter.block import Block
from sharvin.matter.chain import chain
from sharvin.matter.conserved import Conserved
from sharvin.matter.electron_gas import electron_gas
from sharvin.matter.graphene import graphene
from sharvin.matter.haldane import haldane
from sharvin.matter.hofstadter import hofstadter
from sharvin.matter.hopping import Hopping
from sharvin.matter.kane_mele import kane_mele
from sharvin.matter.kitaev import kitaev_chain
from sharvin.matter.lattice import Lattice
from sharvin.matter.model import Model
from sharvin.matter.nambu import nambu
from sharvin.matter.nanowire import rashba_nanowire
from sharvin.matter.qwz import qwz
from sharvin.matter.rashba import rashba_wire
from sharvin.matter.rice_mele import rice_mele
from sharvin.matter.square import square_lattice
from sharvin.matter.twisted import TwistedBilayer, twisted_bilayer_graphene

__all__ = [
    "Block",
    "Conserved",
    "Hopping",
    "Lattice",
    "Model",
    "TwistedBilayer",
    "bhz",
    "bilayer_graphene",
    "chain",
    "electron_gas",
    "graphene",
    "haldane",
    "hofstadter",
    "kane_mele",
    "kitaev_chain",
    "nambu",
    "qwz",
    "rashba_nanowire",
    "rashba_wire",
    "rice_mele",
    "square_lattice",
    "twisted_bilayer_graphene",
    "twisted_bilayer_lattice",
]
