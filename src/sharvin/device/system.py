"""A device in numbers: pattern, values and lead blocks for every parameter set.

The two builders (`matrices`, `carving`) end here; nothing below knows where H came from.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from sharvin.device.affine import Block
from sharvin.device.blocks import LeadBlocks, SelfEnergyBlocks, same_blocks
from sharvin.device.leads import BoundLead
from sharvin.device.parameters import Parameters, joined
from sharvin.device.pattern import Pattern
from sharvin.typing import NumberArray

LEADS_KEPT = 16  # parameter sets of one lead that stay in memory


@dataclass(frozen=True, eq=False)
class System:
    """Everything that a solver asks of a device.

    Parameters
    ----------
    pattern : Pattern
        Sparsity of H.
    hamiltonian : Block
        Values of H in the order of `pattern`, shape (nnz,).
    leads : tuple of bound leads
        In the order in which the user gave them.
    """

    pattern: Pattern
    hamiltonian: Block
    leads: tuple[BoundLead, ...]
    _last: dict[str, tuple[tuple[float, ...], NumberArray]] = field(
        default_factory=dict, init=False, repr=False
    )
    _kept: dict[str, OrderedDict[tuple[float, ...], LeadBlocks | SelfEnergyBlocks]] = field(
        default_factory=dict, init=False, repr=False
    )

    @property
    def parameters(self) -> Parameters:
        """Parameters of the Hamiltonian and of all leads."""
        return joined([self.hamiltonian.parameters, *(lead.parameters for lead in self.leads)])

    def values(self, params: Mapping[str, float]) -> NumberArray:
        """Values of H; the last answer again while its parameters stay the same."""
        key = _key(self.hamiltonian.parameters, params)
        last = self._last.get("values")
        if last is not None and last[0] == key:
            return last[1]
        values = self.hamiltonian.at(params)
        values.flags.writeable = False
        self._last["values"] = (key, values)
        return values

    def lead_blocks(self, params: Mapping[str, float]) -> tuple[LeadBlocks | SelfEnergyBlocks, ...]:
        """Blocks of every lead: the same objects while a lead's own parameters stay the same."""
        return tuple(self._lead(lead, params) for lead in self.leads)

    def _lead(self, lead: BoundLead, params: Mapping[str, float]) -> LeadBlocks | SelfEnergyBlocks:
        kept = self._kept.setdefault(lead.name, OrderedDict())
        key = _key(lead.parameters, params)
        blocks = kept.get(key)
        if blocks is None:
            made = lead.at(params)
            # A gate that does not reach a lead changes its parameters and not its blocks.
            same = next((old for old in list(kept.values())[-1:] if same_blocks(old, made)), made)
            # setdefault: two threads that meet here must hand out one object.
            blocks = kept.setdefault(key, same)
            while len(kept) > LEADS_KEPT:
                kept.popitem(last=False)
        return blocks


def _key(parameters: Parameters, params: Mapping[str, float]) -> tuple[float, ...]:
    return tuple(params[name] for name in parameters.names)
