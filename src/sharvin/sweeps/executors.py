"""Who computes the chunks: threads, processes, or a Dask cluster. All give the same bits.

An executor is a function ``run(sweep, numbers) -> iterator of (number, Outcome)``, in any order.
Chunks whose worker died are handed out again.
"""

import os
import pickle
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import get_context
from typing import Any

from sharvin.errors import InvalidInput, SharvinError, UnknownName
from sharvin.optional import require
from sharvin.solvers.smatrix import one_blas_thread
from sharvin.sweeps.chunk import Outcome
from sharvin.sweeps.job import Job, Worker

Results = Iterator[tuple[int, Outcome]]
Executor = Callable[[Job, Sequence[int]], Results]

AHEAD = 2  # chunks handed out per worker: one in work, one waiting
DEATHS = 3  # pools that may break one after another without a single finished chunk


def pick(executor: str | Executor | None, workers: int | None, cluster: Any) -> Executor:
    """The executor for the options of a verb.

    Parameters
    ----------
    executor : {"threads", "processes"} or callable, optional
    workers : int, optional
        By default as many as there are cores for this process.
    cluster : str or distributed.Client, optional
        ``"local"``, the address of a scheduler such as ``"tcp://node7:8786"``, or a client.
    """
    if workers is not None and (isinstance(workers, bool) or workers != int(workers)):
        raise InvalidInput(f"workers must be a whole number, got {workers!r}")
    if workers is not None and workers < 1:
        raise InvalidInput(f"workers must be at least 1, got {workers}")
    count = int(workers or cores())
    if cluster is not None:
        if executor is not None:
            raise InvalidInput("give either executor= or cluster=, not both")
        return partial(on_cluster, cluster=cluster, workers=count)
    if executor is None or executor == "threads":
        return partial(in_threads, workers=count)
    if executor == "processes":
        return partial(in_processes, workers=count)
    if callable(executor):
        return executor
    raise UnknownName.among("executor", executor, ("threads", "processes"))


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_threads(sweep: Job, numbers: Sequence[int], *, workers: int) -> Results:
    """Compute in threads of this process: the kernels release the GIL."""
    with one_blas_thread():
        worker = sweep.worker()
        if workers == 1:
            for number in numbers:
                yield number, worker.solve(number)
            return
        pool = ThreadPoolExecutor(workers)
        try:
            yield from _drain(pool, worker.solve, numbers, workers)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def in_processes(sweep: Job, numbers: Sequence[int], *, workers: int) -> Results:
    """Compute in processes of this machine; a new pool takes over from one that broke."""
    shipped = ship(sweep)
    left, deaths = set(numbers), 0
    while left:
        pool = ProcessPoolExecutor(
            workers, mp_context=get_context("spawn"), initializer=_settle, initargs=(shipped,)
        )
        done = 0
        try:
            for number, outcome in _drain(pool, _solve_settled, sorted(left), workers):
                left.discard(number)
                done += 1
                yield number, outcome
        except BrokenProcessPool:
            deaths = 0 if done else deaths + 1
            if deaths == DEATHS:
                raise SharvinError(
                    f"worker processes died {DEATHS} times in a row without finishing a chunk: "
                    "is there memory for all of them (fewer workers=), and does the script keep "
                    "its calls under `if __name__ == '__main__':`?"
                ) from None
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def on_cluster(sweep: Job, numbers: Sequence[int], *, cluster: Any, workers: int) -> Results:
    """Compute on a Dask cluster, which itself hands out again what a lost worker had."""
    distributed = require("distributed", extra="cluster")
    shipped = ship(sweep)
    with _client(distributed, cluster, workers) as client:
        sent = client.scatter(shipped, broadcast=True, hash=False)
        key = sweep.content_hash
        futures = {
            client.submit(_solve_shipped, key, sent, n, pure=False, retries=DEATHS): n
            for n in numbers
        }
        try:
            for future in distributed.as_completed(list(futures)):
                yield futures[future], Outcome.from_bytes(future.result())
                future.release()
        finally:
            client.cancel(list(futures))


def ship(sweep: Job) -> bytes:
    """The sweep as bytes that another process can read, functions included."""
    import cloudpickle

    try:
        shipped: bytes = cloudpickle.dumps(sweep)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise InvalidInput(
            f"this sweep cannot be sent to another process ({error}); use executor='threads', or "
            "functions that hold nothing but numbers"
        ) from error
    return shipped


def _drain(
    pool: ThreadPoolExecutor | ProcessPoolExecutor,
    solve: Callable[[int], Outcome],
    numbers: Sequence[int],
    workers: int,
) -> Results:
    """Results as they come, with only a few chunks handed out ahead."""
    waiting = iter(numbers)
    running: dict[Future[Outcome], int] = {}
    while True:
        while len(running) < AHEAD * workers and (number := next(waiting, None)) is not None:
            running[pool.submit(solve, number)] = number
        if not running:
            return
        finished, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in sorted(finished, key=running.__getitem__):
            yield running.pop(future), future.result()


# One worker per process, kept between chunks: its elimination plan is worth seconds.
_settled: dict[str, Worker] = {}


def _settle(shipped: bytes) -> None:
    import signal

    from threadpoolctl import threadpool_limits

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    threadpool_limits(limits=1, user_api="blas")
    _settled["worker"] = pickle.loads(shipped).worker()


def _solve_settled(number: int) -> Outcome:
    return _settled["worker"].solve(number)


def _solve_shipped(key: str, shipped: bytes, number: int) -> bytes:
    """The same on a cluster, whose workers come and go and may serve several sweeps."""
    from threadpoolctl import threadpool_limits

    worker = _settled.get(key)
    if worker is None:
        threadpool_limits(limits=1, user_api="blas")
        _settled.clear()  # one sweep at a time: plans are large
        worker = _settled.setdefault(key, pickle.loads(shipped).worker())
    return worker.solve(number).to_bytes()


def _client(distributed: Any, cluster: Any, workers: int) -> Any:
    """A client in a context that closes what it has opened and nothing else."""
    if isinstance(cluster, distributed.Client):
        from contextlib import nullcontext

        return nullcontext(cluster)
    if cluster == "local":
        return distributed.Client(
            n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None
        )
    if not isinstance(cluster, str) or "://" not in cluster:
        raise InvalidInput(
            f"cluster must be 'local', an address such as 'tcp://node7:8786', or a "
            f"distributed.Client; got {cluster!r}"
        )
    try:
        return distributed.Client(cluster, timeout=10)
    except OSError as error:
        raise InvalidInput(f"no scheduler answers at {cluster}: {error}") from None
