"""Model meets measurement: simulations beside data, devices fitted to measured traces."""

from sharvin.inference.compare import Comparison, compare
from sharvin.inference.device_fit import fit_device

__all__ = ["Comparison", "compare", "fit_device"]
