"""From a sampling to its labelled result: groups of samples until the goal is reached.

Whether it is reached is asked of the first chunks in their order, at numbers that only the goal
decides: who computed them, how many at a time and how often it was killed changes nothing.
"""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

import numpy as np

from sharvin.errors import InvalidInput, Unreliable
from sharvin.numerics.statistics import Moments
from sharvin.progress import Progress, reporter
from sharvin.sweeps.chunk import Outcome
from sharvin.sweeps.ensembles.goal import Goal
from sharvin.sweeps.ensembles.labelled import assemble_samples, describe_sampling
from sharvin.sweeps.ensembles.sampling import MOST_SEED, Sampling
from sharvin.sweeps.executors import Executor, pick
from sharvin.sweeps.journal import Journal
from sharvin.sweeps.run import Options
from sharvin.typing import RealArray

if TYPE_CHECKING:
    import xarray as xr


def run(sampling: Sampling, goal: Goal, options: Options) -> "xr.Dataset":
    """Compute what is missing and return everything.

    Raises
    ------
    KeyboardInterrupt
        On Ctrl-C, after the finished samples are safe, with how to go on.
    Unreliable
        If the goal is out of reach, or no sample has an answer.
    """
    if abs(sampling.first) + goal.most > MOST_SEED:
        raise InvalidInput(f"seeds must stay below 2**53, got first_seed={sampling.first}")
    execute = pick(options.executor, options.workers, options.cluster)
    about = describe_sampling(sampling)
    with ExitStack() as stack:
        journal = None
        if options.store is not None:
            journal = stack.enter_context(Journal.begin(options.store, about))
        outcomes = {} if journal is None else journal.finished()
        if outcomes and not options.resume:
            raise InvalidInput(
                f"{options.store} holds {len(outcomes)} finished groups of this ensemble; continue "
                "it with resume=True, or choose another store"
            )
        work = _Work(sampling, goal, options, execute, journal, outcomes)
        chunks = work.until_enough()
    samples = min(goal.most, chunks * sampling.group)
    return assemble_samples(about, outcomes, samples)


class _Work:
    """The samples of one call on their way."""

    def __init__(
        self,
        sampling: Sampling,
        goal: Goal,
        options: Options,
        execute: Executor,
        journal: Journal | None,
        outcomes: dict[int, Outcome],
    ) -> None:
        self.sampling, self.goal, self.journal = sampling, goal, journal
        self.execute, self.outcomes = execute, outcomes
        self.started, self.energies = time.monotonic(), 0
        self.kept = len(outcomes)
        self.show = reporter(options.progress)

    def until_enough(self) -> int:
        """Compute until the goal is reached; how many chunks it took."""
        chunks = 0
        try:
            for chunks in self.goal.looks(self.sampling.group):
                missing = [n for n in range(chunks) if n not in self.outcomes]
                self._compute(missing, chunks)
                if self.goal.error is None or self.goal.is_reached(self._moments(chunks)):
                    break
        except KeyboardInterrupt:
            raise KeyboardInterrupt(self._interrupted()) from None
        finally:
            self.show.close()
        return chunks

    def _compute(self, missing: Sequence[int], chunks: int) -> None:
        if not missing:
            return
        results = self.execute(self.sampling, missing)
        try:
            for number, outcome in results:
                if self.journal is not None:
                    self.journal.put(number, outcome)
                self.outcomes[number] = outcome
                self.energies += outcome.tally.energies
                self._report(chunks)
        finally:
            close = getattr(results, "close", None)
            if close is not None:
                close()

    def _report(self, chunks: int) -> None:
        group = self.sampling.group
        done, total = (n * group for n in (len(self.outcomes), max(chunks, len(self.outcomes))))
        seconds = time.monotonic() - self.started
        self.show.update(Progress(done, total, self.kept * group, self.energies, seconds))

    def _moments(self, chunks: int) -> Moments:
        """Moments of the first observable, of so many chunks."""
        parts = [self._first(self.outcomes[n]) for n in range(chunks)]
        found = np.concatenate(parts)[: self.goal.most]
        good = found[np.isfinite(found).all(axis=1)]
        if len(good) < 2:
            raise Unreliable(self.outcomes[0].tally.reason or "no sample has a number")
        return Moments.of(good)

    def _first(self, outcome: Outcome) -> RealArray:
        return outcome.values[..., 0].reshape(self.sampling.group, -1)

    def _interrupted(self) -> str:
        done = len(self.outcomes) * self.sampling.group
        if self.journal is None:
            return f"stopped after {done} samples; with store= they would have been kept"
        return (
            f"stopped; {done} samples are safe in {self.journal.path}: "
            "the same call continues from there"
        )
