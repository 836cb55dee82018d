"""The Kondo effect: the Anderson model by the numerical renormalization group.

>>> from sharvin.manybody import nrg
>>> dot = nrg.anderson(level=-1.0, interaction=2.0, rates={"source": 0.1, "drain": 0.1})
>>> round(dot.share("drain", "source"), 12)
1.0

``nrg.conductance(dot, temperature=[...])`` gives G(T) with an error; `occupation`,
`spectral_function`, `thermodynamics` and `kondo_temperature` read other things off the same
calculation. `Wilson` says how fine it is. Everything is linear response, in equilibrium.
"""

from sharvin.manybody.nrg.conductance import conductance, occupation
from sharvin.manybody.nrg.model import Anderson, Wilson, anderson
from sharvin.manybody.nrg.spectrum import spectral_function
from sharvin.manybody.nrg.thermodynamics import kondo_temperature, thermodynamics

__all__ = [
    "Anderson",
    "Wilson",
    "anderson",
    "conductance",
    "kondo_temperature",
    "occupation",
    "spectral_function",
    "thermodynamics",
]
