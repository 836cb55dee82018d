"""In the middle of the valley the holes of one spin are the electrons of the other."""

import numpy as np

from sharvin.manybody import nrg


def solved(level):
    dot = nrg.anderson(
        level=level, interaction=2.0, rates={"s": 0.2, "d": 0.2}, field=1.5, bandwidth=60.0
    )
    wilson = nrg.Wilson(states=150, shifts=1)
    energy = np.linspace(-0.5, 0.5, 11)
    spectrum = nrg.spectral_function(dot, energy=energy, temperature=0.3, wilson=wilson)
    g = nrg.conductance(dot, temperature=0.3, wilson=wilson).conductance.values
    return spectrum.up.values, spectrum.down.values, float(spectrum.sum_rule), g


def test_one_spin_in_the_middle_stands_for_both_as_just_beside_it():
    """Two routes: beside the middle both spins are read off the states, each on its own."""
    for middle, beside in zip(solved(-1.0), solved(-1.0 + 1e-9), strict=True):
        # Levels of a few percent of an energy scale of 0.1, moved by 1e-9.
        np.testing.assert_allclose(middle, beside, rtol=2e-4)
