"""Small devices whose sweeps take milliseconds; importable from worker processes."""

import numpy as np

import sharvin as sv


def wire(width="120 nm", **more):
    """Clean effective-mass wire with a smooth bump that the parameter `gate` raises, in meV."""
    return sv.Device(
        sv.electron_gas(mass=0.067, spacing="6 nm"),
        region=sv.rectangle(length="60 nm", width=width),
        leads={"source": sv.lead("left"), "drain": sv.lead("right")},
        potential=lambda x, y, gate=0.0: gate * np.exp(-((x / 20) ** 2)) * np.ones_like(y),
        **more,
    )


def chain(n=5, hop=-1.0, probes=()):
    """Chain with a parameter on its middle site, and probe chains on others."""
    h = hop * (np.eye(n, k=1) + np.eye(n, k=-1))
    gate = np.zeros((n, n))
    gate[n // 2, n // 2] = 1.0

    def lead(site, strength):
        return sv.MatrixLead(cell=[[0.0]], hop=[[hop]], sites=[site], coupling=[[strength]])

    leads = {"left": lead(0, hop), "right": lead(n - 1, hop)}
    leads |= {f"probe{site}": lead(site, 0.3) for site in probes}
    return sv.Device.from_matrices({"": h, "gate": gate}, leads=leads)


def thresholds(width_sites, spacing=6.0, mass=0.067):
    """Subband edges of the clean wire in closed form, meV from the band bottom."""
    t = sv.units.HBAR2_OVER_2ME / (mass * spacing**2)
    n = np.arange(1, width_sites + 1)
    return 2 * t - 2 * t * np.cos(np.pi * n / (width_sites + 1))
