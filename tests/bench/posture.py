"""Settings, and the list of software."""

import os
import re
import subprocess

import asking
from measure import Job, interleaved

SETTINGS_SECONDS = 0.1
SETTINGS = [
    "host", "hardware", "antivirus", "screen-lock", "encryption", "firewall", "updates", "accounts", "sessions",
    "removable", "network",
]


def posture(agent, folder, rounds, report, **_):
    jobs = [asking.job(f"probe {name}", agent, folder, name) for name in SETTINGS]
    interleaved(jobs, max(rounds, 5))
    for job in jobs:
        print(f"  {job.name:<24} cpu {job.median('cpu') * 1000:6.1f} ms   wall {job.median('wall') * 1000:6.1f} ms")
    total = sum(job.median("cpu") for job in jobs)
    report.line("posture", "CPU seconds of all settings probes", total, SETTINGS_SECONDS, 1.0)


def software(agent, folder, rounds, report, **_):
    local = os.path.join(folder, "fusioninventory")
    os.makedirs(local, exist_ok=True)
    ours = asking.job("caretaker, software", agent, folder, "software")
    command = ["fusioninventory-agent", "--local", local, "--no-category", "printer,usb,process,environment"]
    peer = Job("fusioninventory-agent --local", command)
    interleaved([ours, peer], rounds)
    report.jobs("software", [ours, peer], ours, peer, "wall", 1.0)
    theirs = titles_of_peer(local)
    listed = subprocess.run([agent, "probe", "software", "--json"], capture_output=True, text=True, check=True).stdout
    mine = set(re.findall(r'"name": "([^"]+)"', listed))
    missing = sorted(theirs - mine)
    print(f"  titles: {len(mine)} ours, {len(theirs)} theirs, {len(missing)} of theirs missing in ours {missing[:5]}")
    report.line("software", "titles that only the peer lists", len(missing), 1, 0)


def titles_of_peer(folder):
    """Names of all packages in the inventory that the peer wrote."""
    files = [os.path.join(folder, name) for name in os.listdir(folder)]
    newest = max((path for path in files if path.endswith(".ocs")), key=os.path.getmtime)
    with open(newest, errors="replace") as file:
        found = re.findall(r"<SOFTWARES>(.*?)</SOFTWARES>", file.read(), re.S)
    names = (re.search(r"<NAME>(.*?)</NAME>", entry) for entry in found)
    return {match.group(1).split(":")[0] for match in names if match}
