"""The service over minutes: how it spreads its work, and what it costs when there is none."""

import contextlib
import os
import signal
import subprocess
import time

import asking
import inventory

CORE_SHARE_PERCENT = 5.0
IDLE_MIB = 12
IDLE_CORE_PERCENT = 0.05
BINARY_MIB = 8
SETTLING_MINUTES = 60
TICKS = os.sysconf("SC_CLK_TCK")


def processor_seconds(pid):
    """Of a process and of its children that have ended."""
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return sum(int(fields[at]) for at in (11, 12, 13, 14)) / TICKS


def resident_mib(pid):
    with open(f"/proc/{pid}/smaps_rollup") as rollup:
        lines = dict(line.split(":", 1) for line in rollup.read().splitlines()[1:])
    return int(lines["Rss"].split()[0]) / 1024, int(lines["Pss"].split()[0]) / 1024


def throttle(agent, folder, report, **_):
    """A first search that nobody hurries: its share of a core in each minute."""
    root = inventory.tree(folder)
    memory, forgotten = inventory.forget(folder)
    forgotten()
    question = asking.job("throttle", agent, folder, "executables", root=root, executable_folders=["/usr"], memory=memory)
    with open(question.stdin, "rb") as source:
        child = subprocess.Popen([agent, "ask"], stdin=source, stdout=subprocess.DEVNULL)
    shares, spent = [], 0.0
    for minute in range(3):
        time.sleep(60)
        if child.poll() is not None:
            break
        now = processor_seconds(child.pid)
        shares.append((now - spent) / 60 * 100)
        print(f"  minute {minute + 1}: {shares[-1]:.2f} % of a core")
        spent = now
    child.kill()
    child.wait()
    report.line("throttle", "percent of a core, worst minute", max(shares), CORE_SHARE_PERCENT, 1.0)


@contextlib.contextmanager
def enrolled(agent, folder, root, policy=None):
    """A service that is enrolled at a collector of its own; its process and its state folder."""
    target = os.path.dirname(os.path.dirname(agent))
    subprocess.run(["cargo", "build", "--locked", "--release", "-p", "caretaker-collector", "--bins"], check=True, cwd=root)
    collector = os.path.join(target, "release", "caretaker-collector")
    data, state = os.path.join(folder, "data"), os.path.join(folder, "state")
    port = "18443"
    subprocess.run([collector, "init", "--data", data, "--name", "Northfield School", "--address", f"localhost:{port}"], check=True, stdout=subprocess.DEVNULL)
    serving = subprocess.Popen([collector, "serve", "--data", data], stderr=subprocess.DEVNULL)
    running = None
    try:
        time.sleep(3)
        policy = policy or os.path.join(root, "packaging/policies/all-through.toml")
        subprocess.run([collector, "policy", "apply", "--data", data, "--site", "Main", policy], check=True, stdout=subprocess.DEVNULL)
        made = subprocess.run([collector, "token", "create", "--data", data, "--site", "Main"], check=True, capture_output=True, text=True)
        token = made.stdout.split()[0]
        subprocess.run([agent, "enrol", token, "--state", state], check=True, stdout=subprocess.DEVNULL)
        running = subprocess.Popen([agent, "run", "--state", state, "--log", "warn"], stderr=subprocess.DEVNULL)
        yield running, state
    finally:
        for process in (running, serving):
            if process:
                process.send_signal(signal.SIGTERM)
                process.wait()


def size(agent, report, **_):
    """The program as it is shipped, without symbols."""
    mib = os.path.getsize(agent) / 2**20
    print(f"  {os.path.getsize(agent):,} bytes")
    report.line("size", "MiB of the program", mib, BINARY_MIB, 1.0)


def settle(pid):
    """Until the first search has ended: for a minute there was next to no work. How long it takes depends on the machine."""
    for _ in range(SETTLING_MINUTES):
        before = processor_seconds(pid)
        time.sleep(60)
        if processor_seconds(pid) - before < 0.1:
            return
    raise SystemExit(f"the agent was not at rest after {SETTLING_MINUTES} minutes")


def idle(agent, folder, report, root, **_):
    """An enrolled service with nothing to do, over ten minutes."""
    with enrolled(agent, folder, root) as (running, _):
        print("  settling for three minutes at least, then idle for ten")
        time.sleep(120)
        settle(running.pid)
        before = processor_seconds(running.pid)
        time.sleep(600)
        share = (processor_seconds(running.pid) - before) / 600 * 100
        rss, pss = resident_mib(running.pid)
        print(f"  resident {rss:.1f} MiB, proportional {pss:.1f} MiB, {share:.4f} % of a core, its children included")
        report.line("idle", "MiB resident", rss, IDLE_MIB, 1.0)
        report.line("idle", "percent of a core", share, IDLE_CORE_PERCENT, 1.0)
