"""How far a result can be trusted: lifetime broadening, probabilities, conservation."""

from typing import Any

import numpy as np

from sharvin.manybody.dot.contacts import Contacts
from sharvin.typing import BoolArray, RealArray

GOOD = 0.3  # Γ / k_B T up to which the first order is quantitative


def provenance(leads: Contacts, method: str) -> dict[str, Any]:
    """What is known before anything is solved: the method, and Γ against k_B T."""
    broad = leads.broadening
    trust = "quantitative" if broad <= GOOD else "qualitative: lifetime broadening is neglected"
    return {"method": method, "kind": "computed", "broadening": broad, "trust": trust}


def flags(
    leads: Contacts, method: str, lowest: RealArray, flows: RealArray, valid: BoolArray
) -> dict[str, Any]:
    """Attributes of every result.

    Parameters
    ----------
    lowest : array, shape (points,)
        Smallest eigenvalue of the dot's state: negative where the method breaks positivity.
    flows : array, shape (points, leads, ...)
        Of something that is conserved, into the dot.
    valid : boolean array, shape (points,)

    Returns
    -------
    dict
        ``method``; ``kind``; ``broadening`` Γ/k_B T and the ``trust`` it allows;
        ``lowest_probability``; ``conservation``, the largest sum over leads in units of the
        largest flow; ``invalid``, the number of points without a result.
    """
    kept = flows[valid]
    leak = np.abs(kept.sum(axis=1)).max(initial=0.0) / max(np.abs(kept).max(initial=0.0), 1e-300)
    return {
        **provenance(leads, method),
        "lowest_probability": float(lowest[valid].min(initial=1.0)),
        "conservation": float(leak),
        "invalid": int((~valid).sum()),
    }
