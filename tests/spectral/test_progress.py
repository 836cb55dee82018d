"""Long expansions say how far they are, and end exactly at their announced number of products."""

import pytest

import sharvin as sv


def torus():
    return sv.Torus(sv.square_lattice(), (24, 24), disorder=sv.disorder(1.0, seed="seed"))


VERBS = {
    "density": lambda t, **k: sv.spectral.density_of_states(t, vectors=12, moments=64, **k),
    "local": lambda t, **k: sv.spectral.local_density_of_states(t, range(11), moments=64, **k),
    "single": lambda t, **k: sv.kubo_conductivity(
        t, [0.1, 0.4, 0.7], vectors=3, moments=48, method="single", **k
    ),
    "curve": lambda t, **k: sv.kubo_conductivity(
        t, 0.4, vectors=3, moments=48, method="pairs", memory=2e5, **k
    ),
    "pairs": lambda t, **k: sv.kubo_conductivity(
        t, 0.4, vectors=2, broadening=0.4, method="pairs", memory=5e5, **k
    ),
    "hall": lambda t, **k: sv.kubo_conductivity(
        t, 0.4, component="xy", vectors=2, moments=32, memory=5e5, **k
    ),
    "spreading": lambda t, **k: sv.spectral.spreading(
        t, 0.4, [0.5, 1.0, 2.0], vectors=3, moments=32, **k
    ),
}


@pytest.mark.parametrize("verb", VERBS)
def test_the_work_announced_is_the_work_done(verb, monkeypatch):
    from sharvin.numerics.chebyshev.engine import Compiled

    applied, seen = [], []
    step = Compiled.step

    def counting(self, name, x, *rest):
        if name == "h" and self.heard is not None:
            applied.append(x.shape[2])
        return step(self, name, x, *rest)

    monkeypatch.setattr(Compiled, "step", counting)
    VERBS[verb](torus(), seed=1, progress=seen.append)
    assert seen[-1].done == seen[-1].total == sum(applied)
    assert seen[-1].what == "products"
