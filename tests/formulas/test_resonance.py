"""One level between reservoirs: limits, sums, and the trigamma function behind the temperature."""

import mpmath
import numpy as np
import pytest

from sharvin.errors import InvalidInput
from sharvin.formulas.polygamma import trigamma, trigamma_and_slope
from sharvin.formulas.resonance import breit_wigner, thermal_breit_wigner


def test_published_value_and_quadrature():
    g = float(thermal_breit_wigner(0.1, left=0.3, right=0.2, thermal_energy=0.15))
    assert g == pytest.approx(0.60185070325, abs=1e-11)
    e = np.linspace(-8, 8, 40001)
    kernel = 1 / (4 * 0.15 * np.cosh(e / 0.3) ** 2)
    line = breit_wigner(e, level=0.1, left=0.3, right=0.2)
    assert np.sum(kernel * line) * (e[1] - e[0]) == pytest.approx(g, abs=1e-9)


def test_trigamma_against_many_digits():
    for z in (0.5, 0.52 + 3j, 1 + 0j, 7.3 - 0.4j, 40 + 90j):
        assert trigamma(z) == pytest.approx(complex(mpmath.psi(1, z)), rel=1e-13)
        assert trigamma_and_slope(z)[1] == pytest.approx(complex(mpmath.psi(2, z)), rel=1e-13)


def test_heights_widths_and_refusals():
    assert float(breit_wigner(0.2, level=0.2, left=0.3, right=0.3)) == 1.0
    assert float(breit_wigner(0.2, level=0.2, left=0.1, right=0.3)) == pytest.approx(0.75)
    assert float(breit_wigner(0.5, level=0.2, left=0.3, right=0.3)) == pytest.approx(0.5)
    with pytest.raises(InvalidInput, match="negative"):
        breit_wigner(0.0, level=0.0, left=-0.1, right=0.3)
    with pytest.raises(InvalidInput, match="positive"):
        thermal_breit_wigner(0.0, left=0.1, right=0.3, thermal_energy=0.0)
