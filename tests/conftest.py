"""Settings that every test shares; nothing here knows physics."""

import os

# Before numpy is imported anywhere: see the Makefile for why one thread.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
os.environ.setdefault("MPLBACKEND", "Agg")

from hypothesis import HealthCheck, settings  # noqa: E402

# The same examples everywhere and no deadline: a shared machine may be ten times slower for a
# moment, and compilation of a kernel counts as part of the first example.
settings.register_profile(
    "sharvin",
    deadline=None,
    derandomize=True,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("explore", settings.get_profile("sharvin"), derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "sharvin"))
