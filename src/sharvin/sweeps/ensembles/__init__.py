"""Ensembles: one device, many samples of its disorder; every average with its standard error."""

from sharvin.sweeps.ensembles import statistics
from sharvin.sweeps.ensembles.verb import ensemble

__all__ = ["ensemble", "statistics"]
