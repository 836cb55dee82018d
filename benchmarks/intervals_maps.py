"""Synthetic maps of point contacts at finite bias, each with the values that made it."""

from sharvin.analysis.bias_diamonds import fit_bias_diamonds
from sharvin.analysis.fit import Fit
from sharvin.analysis.synthetic_maps import synthetic_bias_map

SIZE = (91, 61)


def rigid(seed: int) -> tuple[Fit, dict[str, float]]:
    record = synthetic_bias_map(hbar_omega_y=(3.0, 2.6), subbands=3, points=SIZE, noise=0.02,
                                seed=seed)  # fmt: skip
    truth = {"spacing_1": 3.0, "spacing_2": 2.6, "lever_arm_1": 0.05, "lever_arm_2": 0.05}
    return fit_bias_diamonds(record), truth


def lopsided(seed: int) -> tuple[Fit, dict[str, float]]:
    record = synthetic_bias_map(
        hbar_omega_x=1.4, hbar_omega_y=2.8, share=0.65, offset=0.15, temperature=0.1, noise=0.05,
        subbands=3, points=SIZE, seed=seed,
    )  # fmt: skip
    return fit_bias_diamonds(record), {"spacing_1": 2.8, "lever_arm_2": 0.05}


def moving(seed: int) -> tuple[Fit, dict[str, float]]:
    record = synthetic_bias_map(subbands=3, points=SIZE, noise=0.02, jitter=1.0, seed=seed)
    return fit_bias_diamonds(record), {"spacing_1": 3.0, "spacing_2": 3.0, "lever_arm_2": 0.05}


def behind_a_resistor(seed: int) -> tuple[Fit, dict[str, float]]:
    record = synthetic_bias_map(
        subbands=3, points=SIZE, noise=0.02, series_resistance=500.0, seed=seed
    )
    fit = fit_bias_diamonds(record, series_resistance=500.0)
    return fit, {"spacing_1": 3.0, "spacing_2": 3.0, "lever_arm_2": 0.05}


CASES = {
    "bias diamonds": rigid,
    "bias diamonds, lopsided and rough": lopsided,
    "bias diamonds, rows that move": moving,
    "bias diamonds behind a resistor": behind_a_resistor,
}
