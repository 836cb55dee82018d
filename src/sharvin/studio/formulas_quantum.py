"""Formula pages on dots, rings, superconductors and the Kondo effect."""

import numpy as np

from sharvin.formulas import btk, kondo, resonance
from sharvin.studio.formula_pages import Curves, FormulaPage, Slider
from sharvin.typing import ComplexArray, RealArray
from sharvin.units import BOLTZMANN

_POINTS = 401


def _resonance(left: float, right: float, temperature: float) -> Curves:
    level = np.linspace(-2, 2, _POINTS)
    cold = resonance.breit_wigner(level, level=0.0, left=left, right=right)
    if temperature == 0:
        return level, [("T = 0", cold)]
    warm = resonance.thermal_breit_wigner(
        level, left=left, right=right, thermal_energy=BOLTZMANN * temperature
    )
    return level, [(f"{temperature:g} K", warm), ("T = 0", cold)]


def _peak(temperature: float, lever_arm: float, spacing: float) -> Curves:
    """Line shapes of one Coulomb peak over the height of the quantum one.

    References
    ----------
    C. W. J. Beenakker, Phys. Rev. B 44, 1646 (1991).
    """
    gate = np.linspace(-15, 15, _POINTS)  # mV
    x = lever_arm * gate / (BOLTZMANN * temperature)
    quantum = np.cosh(np.clip(x / 2, -300, 300)) ** -2
    # Through a continuum of levels: Γ/Δ takes the place of Γ/k_B T.
    safe = np.where(np.abs(x) < 1e-6, 1.0, np.clip(x, -600, 600))
    shape = np.where(np.abs(x) < 1e-6, 1.0, safe / np.sinh(safe))
    height = 2 * BOLTZMANN * temperature / spacing
    return gate, [("one level", quantum), ("many levels", height * shape)]


def _kondo(kondo_temperature: float, maximum: float, s: float) -> Curves:
    t = np.logspace(-2, 1.5, _POINTS)
    g = kondo.kondo_conductance(t, kondo_temperature=kondo_temperature, maximum=maximum, s=s)
    return t, [("G", g), ("half", np.full_like(t, maximum / 2))]


def _ring(coupling: float, length: float, barrier: float) -> Curves:
    flux = np.linspace(-2, 2, _POINTS)
    return flux, [("T", ring_transmission(flux, coupling, 2 * np.pi * length, barrier))]


def ring_transmission(flux: RealArray, coupling: float, phase: float, barrier: float) -> RealArray:
    r"""Transmission of a ring of one channel between two equal splitters.

    .. math:: a = \tfrac12(\sqrt{1 - 2\epsilon} - 1), \quad b = \tfrac12(\sqrt{1 - 2\epsilon} + 1)

    are the amplitudes of a splitter that reflects a wave of an arm and passes it to the other.

    Parameters
    ----------
    flux : real array, shape (n,)
        Through the ring, in h/e.
    coupling : float
        :math:`\epsilon` between 0 (closed ring) and 1/2.
    phase : float
        :math:`kL/2` of one arm, half of a turn.
    barrier : float
        Probability that the upper arm reflects, by a barrier in its middle.

    Returns
    -------
    real array, shape (n,)

    References
    ----------
    M. Büttiker, Y. Imry, M. Ya. Azbel, Phys. Rev. A 30, 1982 (1984).
    """
    root = np.sqrt(1 - 2 * coupling)
    a, b = (root - 1) / 2, (root + 1) / 2
    # Waves into the splitters from the arms: upper left, lower left, upper right, lower right.
    splitter = np.kron(np.eye(2), np.array([[a, b], [b, a]])).astype(complex)
    t, r = np.sqrt(1 - barrier), 1j * np.sqrt(barrier)
    arms = _arms(flux, phase, t, r)
    source = np.zeros((len(flux), 4, 1), complex)
    source[:, :2, 0] = np.sqrt(coupling)
    waves = np.linalg.solve(np.eye(4) - splitter @ arms, source)
    arriving = (arms @ waves)[:, 2:, 0].sum(axis=1) * np.sqrt(coupling)
    found: RealArray = np.abs(arriving) ** 2
    return found


def _arms(flux: RealArray, phase: float, t: complex, r: complex) -> ComplexArray:
    """From what leaves the splitters into the arms to what arrives there, (n, 4, 4)."""
    arms = np.zeros((len(flux), 4, 4), complex)
    turn = np.exp(1j * np.pi * flux)
    travel = np.exp(1j * phase)
    arms[:, 0, 0] = arms[:, 2, 2] = r * travel
    arms[:, 2, 0], arms[:, 0, 2] = t * travel * turn, t * travel / turn
    arms[:, 3, 1], arms[:, 1, 3] = travel / turn, travel * turn
    return arms


def _andreev(barrier: float, gap: float) -> Curves:
    bias = np.linspace(-3 * gap, 3 * gap, _POINTS)
    g = btk.btk_conductance(np.abs(bias), gap=gap, barrier=barrier)
    return bias, [("G/G_N", g * (1 + barrier**2)), ("normal", np.ones_like(bias))]


PAGES: dict[str, FormulaPage] = {
    "resonant-level": FormulaPage(
        "One level between two contacts",
        "A Lorentzian as wide as both couplings together; temperature turns it into the "
        "derivative of a Fermi function. Per spin.",
        (
            Slider("left", "Γ_L", "meV", 0.01, 1.0, 0.01, 0.1),
            Slider("right", "Γ_R", "meV", 0.01, 1.0, 0.01, 0.1),
            Slider("temperature", "temperature", "K", 0.0, 5.0, 0.01, 0.3),
        ),
        ("level − µ", "meV"),
        ("G", "e²/h"),
        _resonance,
        "G. Breit, E. Wigner, Phys. Rev. 49, 519 (1936); C. W. J. Beenakker, Phys. Rev. B 44, 1646 "
        "(1991)",
        pages=("resonant-level",),
    ),
    "coulomb-peak": FormulaPage(
        "Line shape of a Coulomb peak",
        "Through one level 1/cosh²(δ/2k_BT), through many (δ/k_BT)/sinh(δ/k_BT), which is wider "
        "and does not grow on cooling; heights over that of one level, for hΓ ≪ k_B T ≪ e²/C.",
        (
            Slider("temperature", "temperature", "K", 0.05, 4.0, 0.01, 0.5),
            Slider("lever_arm", "lever arm", "", 0.01, 1.0, 0.01, 0.1),
            Slider("spacing", "level spacing Δ", "meV", 0.01, 1.0, 0.01, 0.1),
        ),
        ("gate voltage from the peak", "mV"),
        ("G/G_max", ""),
        _peak,
        "C. W. J. Beenakker, Phys. Rev. B 44, 1646 (1991)",
        pages=("coulomb-blockade",),
    ),
    "kondo": FormulaPage(
        "Conductance of a Kondo dot",
        "The empirical curve that experiments are fitted with (phenomenology): half of its "
        "maximum at T_K, logarithmic around it.",
        (
            Slider("kondo_temperature", "T_K", "K", 0.05, 10.0, 0.05, 1.0),
            Slider("maximum", "G₀", "2e²/h", 0.1, 1.0, 0.01, 1.0),
            Slider("s", "s", "", 0.1, 0.5, 0.01, 0.22),
        ),
        ("temperature", "K"),
        ("G", "2e²/h"),
        _kondo,
        "D. Goldhaber-Gordon et al., Phys. Rev. Lett. 81, 5225 (1998)",
        log_x=True,
        pages=("kondo",),
    ),
    "ring": FormulaPage(
        "Aharonov–Bohm ring",
        "Transmission of a ring of one channel between two splitters, periodic in h/e. Weak "
        "coupling leaves sharp resonances; a barrier in one arm makes the two unequal.",
        (
            Slider("coupling", "coupling ε", "", 0.01, 0.5, 0.01, 0.4),
            Slider("length", "arm length/λ", "", 0.05, 3.0, 0.01, 0.6),
            Slider("barrier", "reflection in one arm", "", 0.0, 1.0, 0.01, 0.0),
        ),
        ("flux", "h/e"),
        ("T", ""),
        _ring,
        "M. Büttiker, Y. Imry, M. Ya. Azbel, Phys. Rev. A 30, 1982 (1984)",
        pages=("aharonov-bohm",),
    ),
    "andreev": FormulaPage(
        "A contact with a superconductor",
        "Conductance over that of the normal state: doubled within the gap without a barrier, "
        "a spectrum of the density of states behind a high one.",
        (
            Slider("barrier", "Z", "", 0.0, 5.0, 0.01, 0.5),
            Slider("gap", "Δ", "meV", 0.05, 3.0, 0.01, 1.0),
        ),
        ("bias", "mV"),
        ("G/G_N", ""),
        _andreev,
        "G. E. Blonder, M. Tinkham, T. M. Klapwijk, Phys. Rev. B 25, 4515 (1982)",
        pages=("andreev-majorana",),
    ),
}
