"""Prints what was measured beside its limit, and keeps it."""

import json
import os
import platform
import subprocess
import time

import measure


class Report:
    """The lines of one run. A line whose ratio is beyond its limit makes the run fail."""

    def __init__(self, folder, name="device"):
        self.folder = folder
        self.name = name
        self.lines = []

    def jobs(self, scenario, jobs, ours, peer, what, limit):
        """Our job beside its peer, by CPU or memory or time; other jobs are shown for comparison."""
        for job in jobs:
            print(
                f"  {job.name:<34} cpu {job.median('cpu'):8.3f} s   wall {job.median('wall'):8.3f} s"
                f"   memory {job.median('rss_kib') / 1024:7.1f} MiB"
            )
        mine, theirs = ours.median(what), peer.median(what)
        self.line(scenario, f"{what} of {ours.name} / {peer.name}", mine, theirs, limit)

    def line(self, scenario, text, mine, theirs, limit):
        """A figure and what it is held against: their ratio must not be more than the limit."""
        ratio = mine / theirs if theirs else float("inf")
        good = ratio <= limit
        word = "ok  " if good else "MISS"
        print(f"  {word} {text}: {mine:.3f} / {theirs:.3f} = {ratio:.2f}x (limit {limit}x)")
        self.lines.append(
            dict(scenario=scenario, text=text, ours=mine, peer=theirs, ratio=ratio, limit=limit, met=good)
        )

    def done(self):
        """Writes the result file; says whether every limit was kept."""
        revision = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
        result = dict(
            at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            revision=revision,
            kernel=platform.release(),
            processors=os.cpu_count(),
            cpu_pressure_percent=measure.pressure(),
            results=self.lines,
        )
        os.makedirs(self.folder, exist_ok=True)
        path = os.path.join(self.folder, f"{self.name}-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}.json")
        with open(path, "w") as file:
            json.dump(result, file, indent=1)
        missed = [line for line in self.lines if not line["met"]]
        print(f"\n{len(self.lines) - len(missed)} limits kept, {len(missed)} missed; written to {path}")
        return not missed
