"""One peer runs one load: python drivers.py PEER SECONDS TRIALS FOLDER

Prints the seconds between the first submission and the last result. Starting the peer and its
workers does not count, and a few trials go before the timed ones, for each peer but those that have
nothing to start. All get two workers and the defaults that their manuals recommend for many short
tasks.
"""

import os
import subprocess
import sys
import time

WORKERS = 2
WARM_UP = 20


def timed(run, trials):
    """Runs the warm-up, then the load; returns the seconds that the load took."""
    run(WARM_UP)
    start = time.perf_counter()
    results = run(trials)
    seconds = time.perf_counter() - start
    if sorted(results) != list(range(trials)):
        sys.exit("results are missing or doubled")
    return seconds


def pool(seconds, trials, folder, chunk=1):
    import functools
    import multiprocessing

    from load import burn

    with multiprocessing.Pool(WORKERS) as workers:
        work = functools.partial(burn, seconds=seconds)
        return timed(lambda count: list(workers.imap_unordered(work, range(count), chunk)), trials)


def pool_chunks(seconds, trials, folder):
    return pool(seconds, trials, folder, 64 if seconds == 0 else 4)


def dask(seconds, trials, folder):
    from dask.distributed import Client, LocalCluster

    from load import burn

    with LocalCluster(
        n_workers=WORKERS, threads_per_worker=1, dashboard_address=None, local_directory=folder
    ) as cluster, Client(cluster) as client:

        def run(count):
            futures = client.map(burn, range(count), seconds=seconds, pure=False)
            return client.gather(futures)

        return timed(run, trials)


def parsl(seconds, trials, folder):
    import parsl
    from load import burn
    from parsl.config import Config
    from parsl.executors import HighThroughputExecutor
    from parsl.providers import LocalProvider

    app = parsl.python_app(burn)
    config = Config(
        executors=[
            HighThroughputExecutor(
                label="workers",
                address="127.0.0.1",
                max_workers_per_node=WORKERS,
                prefetch_capacity=32,
                provider=LocalProvider(init_blocks=1, max_blocks=1),
            )
        ],
        run_dir=folder,
        strategy="none",
        initialize_logging=False,
    )
    with parsl.load(config):

        def run(count):
            return [future.result() for future in [app(i, seconds) for i in range(count)]]

        return timed(run, trials)


def ray(seconds, trials, folder):
    import ray
    from load import burn

    ray.init(
        num_cpus=WORKERS,
        include_dashboard=False,
        log_to_driver=False,
        logging_level="error",
    )
    task = ray.remote(burn)

    def run(count):
        return ray.get([task.remote(i, seconds) for i in range(count)])

    try:
        return timed(run, trials)
    finally:
        ray.shutdown()


def ipyparallel(seconds, trials, folder):
    import ipyparallel
    from load import burn

    with ipyparallel.Cluster(n=WORKERS, profile_dir=folder, log_level=50) as client:
        view = client.load_balanced_view()

        def run(count):
            return list(view.map_async(burn, range(count), [seconds] * count, ordered=False))

        return timed(run, trials)


def hyperqueue(seconds, trials, folder):
    from hyperqueue import Job, LocalCluster
    from hyperqueue.cluster import WorkerConfig

    words = program(seconds, folder)
    with LocalCluster(server_dir=folder, worker_config=WorkerConfig(cores=WORKERS)) as cluster:
        client = cluster.client()

        def run(count):
            job = Job()
            for _ in range(count):
                job.program(words, cwd=folder, stdout=None, stderr=None)
            client.wait_for_jobs([client.submit(job)])
            return range(count)

        return timed(run, trials)


def program(seconds, folder):
    """The program for a load, for peers that start a process for each trial."""
    return ["/bin/true"] if seconds == 0 else [os.environ["BUSY"], str(seconds)]


def machine(seconds, trials, folder):
    """What the machine gives at best: a program for each core, with all of its trials' work."""
    words = program(seconds * trials / WORKERS, folder)
    start = time.perf_counter()
    for busy in [subprocess.Popen(words) for _ in range(WORKERS)]:
        busy.wait()
    return time.perf_counter() - start


def xargs(seconds, trials, folder):
    return lines(["xargs", f"-P{WORKERS}", "-n1", *program(seconds, folder)], trials)


def parallel(seconds, trials, folder):
    words = ["parallel", "--will-cite", f"-j{WORKERS}", *program(seconds, folder), "{}"]
    return lines(words, trials)


def lines(words, trials):
    """Runs a program that takes a trial from each line of its input."""
    start = time.perf_counter()
    text = "".join(f"{i}\n" for i in range(trials))
    subprocess.run(words, input=text, text=True, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def windrow(seconds, trials, folder):
    axes = f"fixed: {{busy: {seconds}}}\n" if seconds else ""
    return sweep(f"experiment: noop\n{axes}", trials, folder)


def windrow_command(seconds, trials, folder):
    words = ", ".join(program(seconds, folder))
    return sweep(f"experiment: command\nfixed: {{argv: [{words}]}}\n", trials, folder)


def sweep(text, trials, folder):
    """The whole command counts, from its start to the last durable row and its end."""
    file = os.path.join(folder, "load.yaml")
    store = os.path.join(folder, "store")
    with open(file, "w", encoding="utf-8") as target:
        target.write(f"sweep: load\n{text}axes:\n  i: {{range: [0, {trials}]}}\n")
    words = [os.environ["WINDROW"], "run", file, "--slots", str(WORKERS), "--store", store, "-q"]
    start = time.perf_counter()
    done = subprocess.run(words, stdout=subprocess.DEVNULL, check=False)
    elapsed = time.perf_counter() - start
    with open(os.path.join(store, "results.csv"), encoding="utf-8") as rows:
        kept = sum(1 for _ in rows) - 1
    if done.returncode != 0 or kept != trials:
        sys.exit(f"windrow left with {done.returncode} and kept {kept} rows of {trials}")
    return elapsed


if __name__ == "__main__":
    peer, seconds, trials, folder = sys.argv[1:]
    seconds = float(seconds)
    print(globals()[peer](seconds if seconds else 0, int(trials), folder))
