"""From a sweep to its labelled result: what is stored is not computed again."""

import time
import warnings
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sharvin.errors import InvalidInput, Unreliable
from sharvin.sweeps.chunk import Outcome
from sharvin.sweeps.executors import Executor, pick
from sharvin.sweeps.journal import Journal
from sharvin.sweeps.labelled import assemble, describe, refused_message
from sharvin.sweeps.progress import Progress, reporter
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
        See `sharvin.sweeps.progress.reporter`.
    """

    store: str | Path | None = None
    resume: bool = True
    workers: int | None = None
    executor: str | Executor | None = None
    cluster: Any = None
    progress: bool | Callable[[Progress], None] | None = None


def run(sweep: Sweep, options: Options) -> "xr.DataArray | xr.Dataset":
    """Compute what is missing and return everything.

    Raises
    ------
    KeyboardInterrupt
        On Ctrl-C, after the finished chunks are safe, with how to go on.
    Unreliable
        If not a single point has an answer.
    """
    execute = pick(options.executor, options.workers, options.cluster)
    about = describe(sweep)
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
        missing = [n for n in range(len(sweep.chunks)) if n not in outcomes]
        if missing:
            _compute(sweep, execute, missing, outcomes, journal, options)
    result = assemble(about, outcomes)
    _complain(result, sweep)
    return result


def _compute(
    sweep: Sweep,
    execute: Executor,
    missing: list[int],
    outcomes: dict[int, Outcome],
    journal: Journal | None,
    options: Options,
) -> None:
    started, energies = time.monotonic(), 0
    kept = done = sum(len(sweep.chunks[n]) for n in outcomes)
    show = reporter(options.progress)
    results = execute(sweep, missing)
    try:
        show.update(Progress(done, sweep.rows, kept, 0, 0.0))
        for number, outcome in results:
            if journal is not None:
                journal.put(number, outcome)
            outcomes[number] = outcome
            done += len(sweep.chunks[number])
            energies += outcome.tally.energies
            show.update(Progress(done, sweep.rows, kept, energies, time.monotonic() - started))
    except KeyboardInterrupt:
        raise KeyboardInterrupt(_interrupted(len(outcomes), len(sweep.chunks), journal)) from None
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
