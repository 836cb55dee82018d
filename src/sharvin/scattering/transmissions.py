"""A conductor of which only the transmissions between its leads are known: no phases, no noise."""

from dataclasses import dataclass, field

import numpy as np

from sharvin.errors import InvalidInput, ShapeMismatch
from sharvin.scattering.freezing import checked_leads, lead_position
from sharvin.scattering.smatrix import Port
from sharvin.typing import RealArray


@dataclass(frozen=True, eq=False)
class Transmissions:
    """Transmissions between all leads, such as remain when probes have scrambled the phases.

    Conductances and resistances are read off it as off an S-matrix.

    Parameters
    ----------
    transmissions : real array, shape (leads, leads)
        Row: into; column: from. The diagonal is the reflection.
    leads : tuple of str
    modes : tuple of int
        Open modes of each lead.
    energy : float
        meV.
    degeneracy : int
    error_estimate : float
        How far currents fail to balance, in e²/h; a measure of the numerical error.
    shares : real array, shape (sites, leads), optional
        For each site of a dephased device the part of its electrons that comes from each lead:
        with f_l in the leads its occupation is ``shares @ f``.
    """

    transmissions: RealArray
    leads: tuple[str, ...]
    modes: tuple[int, ...]
    energy: float = float("nan")
    degeneracy: int = 1
    error_estimate: float = float("nan")
    shares: RealArray | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        leads, modes = checked_leads(self.leads, self.modes)
        table = np.array(self.transmissions, dtype=np.float64)
        if table.shape != (len(leads), len(leads)):
            raise ShapeMismatch(
                f"transmissions have shape {table.shape}, but there are {len(leads)} leads"
            )
        if not np.isfinite(table).all():
            raise InvalidInput("transmissions must be finite")
        table.flags.writeable = False
        object.__setattr__(self, "transmissions", table)
        object.__setattr__(self, "leads", leads)
        object.__setattr__(self, "modes", modes)

    def transmission(self, *, to: Port, from_: Port) -> float:
        """Probability summed over modes, without degeneracy; the same lead twice: reflection."""
        for port in (to, from_):
            if not isinstance(port, str):
                raise InvalidInput(
                    f"without phases modes have no labels; give a lead, not {port!r}"
                )
        i, j = lead_position(self.leads, str(to)), lead_position(self.leads, str(from_))
        return float(self.transmissions[i, j])
