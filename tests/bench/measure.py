"""Runs whole processes beside each other and says what each cost.

CPU is user and system time of a process and all its children, as the kernel counted it (wait4). Memory is the largest
resident size of one process among them. Rounds are interleaved and medians taken, because the machines are shared and
noisy: only ratios within one run are to be believed.

The kernel counts as memory of a process also what the one had that started it. A launcher does that here, forked off while
this program was small: what is less than its own size, some 10 MiB, is not told apart.
"""

import json
import os
import statistics
import subprocess
import time
import traceback
from dataclasses import dataclass, field


@dataclass
class Cost:
    """What one run cost: seconds of a clock on the wall, of processors, of these not in the system, and KiB of memory."""

    wall: float
    cpu: float
    user: float
    rss_kib: int


@dataclass
class Job:
    """A named command line, and what must be done before each run of it."""

    name: str
    command: list
    before: object = None
    costs: list = field(default_factory=list)
    stdin: str = None

    def run(self):
        if self.before:
            self.before()
        print(json.dumps([self.command, self.stdin]), file=REQUESTS, flush=True)
        told = REPLIES.readline()
        if not told:
            raise SystemExit(f"error: {self.name} was not started\n  command: {self.command}")
        *cost, code = json.loads(told)
        if code != 0:
            raise SystemExit(f"error: {self.name} ended with {code}\n  command: {self.command}")
        self.costs.append(Cost(*cost))

    def median(self, what):
        return statistics.median(getattr(cost, what) for cost in self.costs)


def launch(command, stdin):
    """Runs a command line to its end: what it cost, in the order of `Cost`, and the code it ended with."""
    source = open(stdin, "rb") if stdin else subprocess.DEVNULL
    began = time.monotonic()
    child = subprocess.Popen(command, stdin=source, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if stdin:
        source.close()
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_utime, usage.ru_maxrss, child.returncode


def launcher():
    """Forks off what starts the jobs; says where it takes them, and where it tells their costs."""
    (job, jobs), (costs, cost) = os.pipe(), os.pipe()
    if os.fork() == 0:
        os.close(jobs)
        os.close(costs)
        try:
            with open(job) as requests, open(cost, "w") as replies:
                for line in requests:
                    print(json.dumps(launch(*json.loads(line))), file=replies, flush=True)
        except BaseException as error:
            # Whoever waits for the costs ends when there are none.
            if not isinstance(error, KeyboardInterrupt):
                traceback.print_exc()
        finally:
            os._exit(0)
    os.close(job)
    os.close(cost)
    return open(jobs, "w"), open(costs)


REQUESTS, REPLIES = launcher()


def interleaved(jobs, rounds):
    """Each job once, then each again: what disturbs one disturbs all."""
    for _ in range(rounds):
        for job in jobs:
            job.run()


def pressure():
    """Share of the last minute in which something waited for a processor, in percent."""
    try:
        with open("/proc/pressure/cpu") as table:
            return float(table.readline().split("avg60=")[1].split()[0])
    except (OSError, IndexError):
        return None
