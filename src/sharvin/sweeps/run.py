"""From a job to its finished chunks: what is stored is not computed again."""

import time
import warnings
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sharvin.errors import InvalidInput, Unreliable
from sharvin.progress import Progress, reporter
from sharvin.sweeps.chunk import Outcome
from sharvin.sweeps.executors import Executor, pick
from sharvin.sweeps.job import PlannedJob
from sharvin.sweeps.journal import Journal
from sharvin.sweeps.labelled import assemble, describe, refused_message
from sharvin.sweeps.sweep import Sweep

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class Options:
    """How a sweep is computed; none of it changes the numbers.

    Parameters
    ----------
    store : path, optional
        File that keeps every finished chunk.
    resume : bool
        Whether `store` may already hold some of them.
    workers, executor, cluster
        See `sharvin.sweeps.executors.pick`.
    progress : bool or callable, optional
        See `sharvin.progress.reporter`.
    """

    store: str | Path | None = None
    resume: bool = True
    workers: int | None = None
    executor: str | Executor | None = None
    cluster: Any = None
    progress: bool | Callable[[Progress], None] | None = None

    @classmethod
    def among(cls, given: Mapping[str, Any]) -> "tuple[Options, dict[str, Any]]":
        """The options among the arguments of a verb, and the other arguments."""
        known = {field.name for field in fields(cls)}
        own = {name: value for name, value in given.items() if name in known}
        return cls(**own), {name: value for name, value in given.items() if name not in known}


def run(sweep: Sweep, options: Options) -> "xr.DataArray | xr.Dataset":
    """Labelled result of a sweep.

    Raises
    ------
    KeyboardInterrupt
        On Ctrl-C, after the finished chunks are safe, with how to go on.
    Unreliable
        If not a single point has an answer.
    """
    about = describe(sweep)
    result = assemble(about, finish(sweep, about, options))
    _complain(result, sweep)
    return result


def finish(job: PlannedJob, about: Mapping[str, Any], options: Options) -> dict[int, Outcome]:
    """Every chunk of a job by its number: those of the store, and the others computed now.

    Parameters
    ----------
    job : PlannedJob
    about : mapping
        What the store says of itself, JSON throughout, with the job's fingerprint as
        ``"sweep_hash"``.
    options : Options
    """
    execute = pick(options.executor, options.workers, options.cluster)
    with ExitStack() as stack:
        journal = None
        if options.store is not None:
            journal = stack.enter_context(Journal.begin(options.store, about))
        outcomes = {} if journal is None else journal.finished()
        if outcomes and not options.resume:
            raise InvalidInput(
                f"{options.store} holds {len(outcomes)} finished chunks of this sweep; continue "
                "it with resume=True, or choose another store"
            )
        missing = [n for n in range(len(job.chunks)) if n not in outcomes]
        if missing:
            _compute(job, execute, missing, outcomes, journal, options)
    return outcomes


def _compute(
    job: PlannedJob,
    execute: Executor,
    missing: list[int],
    outcomes: dict[int, Outcome],
    journal: Journal | None,
    options: Options,
) -> None:
    started, energies = time.monotonic(), 0
    total = sum(len(chunk) for chunk in job.chunks)
    kept = done = sum(len(job.chunks[n]) for n in outcomes)
    show = reporter(options.progress)
    results = execute(job, missing)
    try:
        show.update(Progress(done, total, kept, 0, 0.0))
        for number, outcome in results:
            if journal is not None:
                journal.put(number, outcome)
            outcomes[number] = outcome
            done += len(job.chunks[number])
            energies += outcome.tally.energies
            show.update(Progress(done, total, kept, energies, time.monotonic() - started))
    except KeyboardInterrupt:
        raise KeyboardInterrupt(_interrupted(len(outcomes), len(job.chunks), journal)) from None
    finally:
        show.close()
        close = getattr(results, "close", None)
        if close is not None:
            close()


def _interrupted(finished: int, total: int, journal: Journal | None) -> str:
    if journal is None:
        return f"stopped after {finished} of {total} chunks; with store= they would have been kept"
    return (
        f"stopped; {finished} of {total} chunks are safe in {journal.path}: "
        "the same call continues from there"
    )


def _complain(result: Any, sweep: Sweep) -> None:
    """Say aloud that numbers are missing; refuse if all are."""
    message = refused_message(result)
    if not message:
        return
    if int(result.attrs["points_refused"]) >= sweep.rows * len(sweep.axes.temperatures):
        raise Unreliable(f"no point of the sweep has an answer: {result.attrs['refused_because']}")
    warnings.warn(message, RuntimeWarning, stacklevel=4)
