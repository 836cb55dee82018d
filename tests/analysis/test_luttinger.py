"""Power laws that no Luttinger liquid has."""

import numpy as np

from sharvin import analysis


def test_a_conductance_that_falls_with_temperature_is_no_tunneling_into_a_luttinger_liquid():
    kelvin = np.geomspace(0.3, 30, 40)
    data = analysis.synthetic_power_law(kelvin, exponent=-0.4)
    fit = analysis.fit_power_law(kelvin, data)
    assert not fit.converged
    assert "falls with temperature" in fit.problem
