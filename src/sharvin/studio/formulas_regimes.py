"""Formula pages on regimes: from one impurity to a long dirty wire, bias, fields and heat."""

import numpy as np

from sharvin.formulas import degeneracy, dmpk, hikami, impurity, localization, saddle, ucf
from sharvin.formulas.logistic import logistic
from sharvin.studio.formula_pages import Curves, FormulaPage, Slider, smeared
from sharvin.typing import RealArray
from sharvin.units import BOLTZMANN

_MODES = 22
_POINTS = 401
_SEEBECK = 1e3 * BOLTZMANN  # k_B/e in µV/K, from meV/K
_OMEGA_X = Slider("omega_x", "ħω_x", "meV", 0.2, 3.0, 0.05, 1.0)
_OMEGA_Y = Slider("omega_y", "ħω_y", "meV", 1.0, 6.0, 0.05, 3.0)


def _impurity(strength: float) -> Curves:
    energy = np.linspace(-1.999, 1.999, _POINTS)
    return energy, [("T", impurity.chain_impurity(energy, strength=strength))]


def _wire(modes: float, path: float) -> Curves:
    length = np.linspace(0.0, 4.0, _POINTS)  # µm
    s = 1e3 * length / path
    return length, [
        ("with time reversal", dmpk.mean_conductance(modes, s, 1)),
        ("in a field", dmpk.mean_conductance(modes, s, 2)),
    ]


def _third(path: float) -> Curves:
    length = np.linspace(0.0, 4.0, _POINTS)
    return length, [
        ("F", dmpk.fano_factor(1e3 * length / path)),
        ("1/3", np.full(_POINTS, 1 / 3)),
    ]


def _ucf(coherence: float, thermal: float) -> Curves:
    length = np.linspace(coherence, 20.0, _POINTS)  # the formula is that of a longer wire
    rms = ucf.fluctuation_amplitude(1e3 * length, 1e3 * coherence, 1e3 * thermal)
    return length, [("δG", rms)]


def _anderson(disorder: float, energy: float) -> Curves:
    length = np.linspace(0.0, 1000.0, _POINTS)
    xi = float(localization.chain_localization_length(energy, disorder))
    return length, [("typical T", np.exp(-2 * length / xi)), ("Ohm", 1 / (1 + 2 * length / xi))]


def _localization(coherence: float, spin_orbit: float) -> Curves:
    field = np.linspace(-20.0, 20.0, _POINTS)  # mT
    b = np.abs(1e-3 * field)
    return field, [
        ("with spin-orbit coupling", hikami.hikami(b, coherence, spin_orbit)),
        ("without", hikami.hikami(b, coherence)),
    ]


def _saddle(energy: RealArray, omega_x: float, omega_y: float) -> RealArray:
    modes = saddle.saddle_point(energy, hbar_omega_x=omega_x, hbar_omega_y=omega_y, modes=_MODES)
    total: RealArray = modes.sum(axis=-1)
    return total


def _bias(bias: float, omega_x: float, omega_y: float) -> Curves:
    energy = np.linspace(0.0, 20.0, _POINTS)
    shifted = [_saddle(energy + sign * bias / 2, omega_x, omega_y) for sign in (1, -1)]
    return energy, [
        (f"{bias:g} mV", (shifted[0] + shifted[1]) / 2),
        ("V = 0", _saddle(energy, omega_x, omega_y)),
    ]


def _zeeman(g_factor: float, field: float, omega_x: float, omega_y: float) -> Curves:
    energy = np.linspace(0.0, 20.0, _POINTS)
    spins = degeneracy.zeeman_saddle(
        energy, splitting=degeneracy.zeeman_splitting(g_factor, field), hbar_omega_x=omega_x,
        hbar_omega_y=omega_y, modes=_MODES,
    )  # fmt: skip
    return energy, [
        ("both spins", spins.sum(axis=-1)), ("spin of lower energy", spins[:, 0]),
        ("the other", spins[:, 1]),
    ]  # fmt: skip


def _seebeck(temperature: float, omega_x: float, omega_y: float) -> Curves:
    r"""Thermopower :math:`-\frac{k_B}{e} \frac{\int x\,T\,(-f')}{\int T\,(-f')}, x = (E-\mu)/k_BT`.

    References
    ----------
    P. Streda, J. Phys.: Condens. Matter 1, 1025 (1989).
    """
    mu, kt = np.linspace(0.0, 14.0, _POINTS), BOLTZMANN * temperature
    steps = [smeared(lambda e: _saddle(e, omega_x, omega_y), mu, kt, omega_x, power=p)
             for p in (0, 1)]  # fmt: skip
    with np.errstate(divide="ignore", invalid="ignore"):
        return mu, [("S", -_SEEBECK * steps[1] / steps[0])]


def _hall(level: float, broadening: float, mass: float) -> Curves:
    """Hall resistance of Landau levels below a level that stays: the count of edge channels."""
    per_tesla = saddle.cyclotron_energy(1.0, mass)
    last = 1.9 * level / per_tesla  # beyond twice, no level is filled
    field = np.linspace(0.05 * last, min(last, 12.0), _POINTS)
    omega = per_tesla * field
    n = np.arange(200)[:, None] + 0.5
    filled = 2 * logistic((level - omega * n) / broadening).sum(axis=0)
    classical = omega / (2 * level)
    return field, [("R_xy", 1 / filled), ("B/ne", classical)]


PAGES: dict[str, FormulaPage] = {
    "impurity": FormulaPage(
        "One impurity in a chain",
        "Transmission 1/(1 + U²/(4t² − E²)) past one site of energy U: exact, and reflectionless "
        "only for U = 0.",
        (Slider("strength", "U/t", "", -4.0, 4.0, 0.05, 1.0),),
        ("energy/t", ""),
        ("T", ""),
        _impurity,
        "E. N. Economou, Green's Functions in Quantum Physics (1983)",
        pages=("landauer", "contact-disorder"),
    ),
    "wire": FormulaPage(
        "From a contact to Ohm's law",
        "Mean conductance of a wire of N modes against its length: the contact first, then "
        "Nℓ/L, less 1/3 by weak localization. To the first order in 1/N.",
        (
            Slider("modes", "modes N", "", 5.0, 100.0, 1.0, 30.0),
            Slider("path", "mean free path ℓ", "nm", 20.0, 2000.0, 10.0, 200.0),
        ),
        ("length", "µm"),
        ("G", "e²/h"),
        _wire,
        "P. A. Mello, A. D. Stone, Phys. Rev. B 44, 3559 (1991)",
        pages=("regimes", "ohm"),
    ),
    "one-third": FormulaPage(
        "Shot noise on the way to one third",
        "Fano factor of a wire of many modes: silent while it is ballistic, 1/3 when it is long.",
        (Slider("path", "mean free path ℓ", "nm", 20.0, 2000.0, 10.0, 200.0),),
        ("length", "µm"),
        ("F", ""),
        _third,
        "M. J. M. de Jong, C. W. J. Beenakker, Phys. Rev. B 46, 13400 (1992)",
        pages=("fano-third",),
    ),
    "fluctuations": FormulaPage(
        "How universal fluctuations average out",
        "Root mean square of the conductance of a wire longer than its coherence length: an "
        "average over its coherent parts. An interpolation, good to some ten percent.",
        (
            Slider("coherence", "L_φ", "µm", 0.1, 5.0, 0.05, 1.0),
            Slider("thermal", "L_T", "µm", 0.1, 5.0, 0.05, 2.0),
        ),
        ("length", "µm"),
        ("rms G", "e²/h"),
        _ucf,
        "C. W. J. Beenakker, H. van Houten, Solid State Phys. 44, 1 (1991), eq. 8.24",
        pages=("ucf",),
    ),
    "anderson": FormulaPage(
        "A long chain never conducts",
        "Typical transmission exp⟨ln T⟩ of a weakly disordered chain, and what classical series "
        "resistors would leave.",
        (
            Slider("disorder", "W/t", "", 0.1, 2.0, 0.01, 0.8),
            Slider("energy", "E/t", "", 0.05, 1.8, 0.01, 0.5),
        ),
        ("length in sites", ""),
        ("T", ""),
        _anderson,
        "D. J. Thouless, in Ill-Condensed Matter (1979)",
        pages=("anderson",),
    ),
    "weak-localization": FormulaPage(
        "Weak localization in a film",
        "Magnetoconductivity of a film: interference of time-reversed loops lowers it at B = 0; "
        "with spin-orbit coupling it raises it.",
        (
            Slider("coherence", "L_φ", "nm", 50.0, 3000.0, 10.0, 600.0),
            Slider("spin_orbit", "L_so", "nm", 50.0, 5000.0, 10.0, 300.0),
        ),
        ("field", "mT"),
        ("σ(B) − σ(0)", "e²/h"),
        _localization,
        "S. Hikami, A. I. Larkin, Y. Nagaoka, Prog. Theor. Phys. 63, 707 (1980)",
        pages=("weak-localisation",),
    ),
    "half-plateaus": FormulaPage(
        "Half plateaus under bias",
        "Differential conductance of a saddle point when half of the voltage drops on either side: "
        "between the plateaus new ones grow at half integers.",
        (Slider("bias", "bias", "mV", 0.0, 6.0, 0.05, 2.5), _OMEGA_X, _OMEGA_Y),
        ("chemical potential − V₀", "meV"),
        ("dI/dV", "2e²/h"),
        _bias,
        "L. I. Glazman, A. V. Khaetskii, Europhys. Lett. 9, 263 (1989)",
        pages=("finite-bias",),
    ),
    "zeeman": FormulaPage(
        "Half steps in a magnetic field",
        "Staircase of a saddle point when the field splits the spins by gµ_B B: plateaus at odd "
        "multiples of e²/h appear.",
        (
            Slider("g_factor", "g", "", 0.1, 20.0, 0.05, 2.0),
            Slider("field", "field", "T", 0.0, 16.0, 0.1, 8.0),
            _OMEGA_X,
            _OMEGA_Y,
        ),
        ("chemical potential − V₀", "meV"),
        ("G", "e²/h"),
        _zeeman,
        "D. A. Wharam et al., J. Phys. C 21, L209 (1988)",
        pages=("zeeman",),
    ),
    "seebeck": FormulaPage(
        "Thermopower of a point contact",
        "A peak at every step and nothing on a plateau; the sharper the step against k_B T, the "
        "closer to −(k_B/e) ln 2/(N + ½).",
        (Slider("temperature", "temperature", "K", 0.1, 10.0, 0.05, 2.0), _OMEGA_X, _OMEGA_Y),
        ("chemical potential − V₀", "meV"),
        ("S", "µV/K"),
        _seebeck,
        "P. Streda, J. Phys.: Condens. Matter 1, 1025 (1989)",
        pages=("thermoelectric",),
    ),
    "hall-plateaus": FormulaPage(
        "Edge channels count Landau levels",
        "Hall resistance when the Landau levels below a level that stays carry one channel per "
        "spin each; broadening rounds the steps.",
        (
            Slider("level", "E_F", "meV", 2.0, 30.0, 0.1, 12.7),
            Slider("broadening", "broadening", "meV", 0.02, 1.0, 0.01, 0.1),
            Slider("mass", "mass", "m₀", 0.01, 0.3, 0.001, 0.067),
        ),
        ("field", "T"),
        ("R_xy", "h/e²"),
        _hall,
        "B. I. Halperin, Phys. Rev. B 25, 2185 (1982); M. Büttiker, Phys. Rev. B 38, 9375 (1988)",
        pages=("quantum-hall",),
    ),
}
