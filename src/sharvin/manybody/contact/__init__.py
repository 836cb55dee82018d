"""Short contacts with interactions: what the 0.7 structure may be, and what each method misses.

`functional_rg` is for zero temperature and any field, `second_born` for a temperature,
`mean_field` for seeing what a broken symmetry would look like, `hartree_contact` for a device
between reservoirs, and `kondo_like` and `spin_gap` for fits.
"""

from sharvin.manybody.contact.barrier import HubbardBarrier, smooth_barrier
from sharvin.manybody.contact.chain import landauer
from sharvin.manybody.contact.functional_rg import Flow, functional_rg
from sharvin.manybody.contact.hartree import HartreeContact, hartree_contact
from sharvin.manybody.contact.mean_field import BrokenSymmetry, MeanField, mean_field
from sharvin.manybody.contact.phenomenology import kondo_like, spin_gap
from sharvin.manybody.contact.second_born import SecondBorn, one_shot, second_born
from sharvin.manybody.contact.subbands import Subbands, lowest_subband, subbands

__all__ = [
    "BrokenSymmetry",
    "Flow",
    "HartreeContact",
    "HubbardBarrier",
    "MeanField",
    "SecondBorn",
    "Subbands",
    "functional_rg",
    "hartree_contact",
    "kondo_like",
    "landauer",
    "lowest_subband",
    "mean_field",
    "one_shot",
    "second_born",
    "smooth_barrier",
    "spin_gap",
    "subbands",
]
