"""Runs whole processes beside each other and says what each cost.

CPU is user and system time of a process and all its children, as the kernel counted it (wait4). Memory is the largest
resident size of one process among them. Rounds are interleaved and medians taken, because the machines are shared and
noisy: only ratios within one run are to be believed.
"""

import os
import statistics
import subprocess
import time
from dataclasses import dataclass, field


@dataclass
class Cost:
    """What one run cost: seconds of a clock on the wall, of processors, and KiB of memory."""

    wall: float
    cpu: float
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
        source = open(self.stdin, "rb") if self.stdin else subprocess.DEVNULL
        began = time.monotonic()
        child = subprocess.Popen(self.command, stdin=source, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if self.stdin:
            source.close()
        if child.returncode != 0:
            raise SystemExit(f"error: {self.name} ended with {child.returncode}\n  command: {self.command}")
        self.costs.append(Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss))

    def median(self, what):
        return statistics.median(getattr(cost, what) for cost in self.costs)


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
