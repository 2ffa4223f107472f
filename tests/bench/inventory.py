"""The search for executables, over trees in which no package owns anything."""

import os
import re
import shutil
import subprocess

import asking
from measure import Job, interleaved

# performance.md section 4: what the issue allows.
FIRST_SCAN = 1.1
RESCAN = 0.5
PROFILES = 2.0
MIB_AT_150_000 = 24
MIB_AT_1_000_000 = 32
ASKINGS = 12
METADATA = "%p %s %m %T@ %u\\n"


def tree(folder):
    """/usr once more, by hard links, below a root that has no packages. Its memory file lies beside it."""
    root = os.path.join(folder, "machine")
    if not os.path.isdir(root):
        os.makedirs(os.path.join(root, "var/lib/dpkg/info"))
        os.makedirs(os.path.join(root, "etc"))
        shutil.copy("/etc/passwd", os.path.join(root, "etc/passwd"))
        subprocess.run(["cp", "-al", "/usr", os.path.join(root, "usr")], check=True)
    return root


def forget(folder):
    memory = os.path.join(folder, "memory")

    def run():
        shutil.rmtree(memory, ignore_errors=True)
        os.makedirs(memory)

    return memory, run


def scan(name, agent, folder, root, searched, memory, before=None):
    return asking.job(
        name, agent, folder, "executables", root=root, before=before, executable_folders=searched, memory=memory,
        hurry=True,
    )


def hashed(agent, folder, root, searched):
    """The files that our scan hashed, as a list for xargs: the peer has to hash the same."""
    question = asking.job("list", agent, folder, "executables", root=root, executable_folders=searched, hurry=True)
    with open(question.stdin, "rb") as source:
        answer = subprocess.run([agent, "ask"], stdin=source, capture_output=True, check=True).stdout
    # Paths are texts of the message: each begins with a slash and stands alone between control bytes.
    found = {path.decode() for path in re.findall(rb"/usr/[\x20-\x7e\x80-\xff]+", answer)}
    paths = sorted(root + path for path in found if os.path.isfile(root + path))
    listing = os.path.join(folder, "hashed")
    with open(listing, "w") as file:
        file.write("".join(path + "\0" for path in paths))
    return listing, len(paths), sum(os.path.getsize(path) for path in paths)


def warm(agent, folder, rounds, report, **_):
    root = tree(folder)
    memory, forgotten = forget(folder)
    listing, count, size = hashed(agent, folder, root, ["/usr"])
    print(f"  {count} files of {size / 1e9:.2f} GB are hashed by each")
    usr = os.path.join(root, "usr")
    ours = scan("caretaker, first scan", agent, folder, root, ["/usr"], memory, forgotten)
    same = f"find {usr} -xdev -type f -perm /111 >/dev/null; xargs -0 openssl dgst -sha256 <{listing} >/dev/null"
    peer = Job("find, openssl over the same files", ["sh", "-c", same])
    loose = f"find {usr} -xdev -type f -perm /111 -print0 | xargs -0 openssl dgst -sha256 >/dev/null"
    others = [Job("find -perm /111 | xargs openssl", ["sh", "-c", loose])]
    jobs = [ours, peer, *others]
    for job in jobs:
        job.run()
        job.costs.clear()
    interleaved(jobs, rounds)
    report.jobs("inv-warm", jobs, ours, peer, "cpu", FIRST_SCAN)


def rescan(agent, folder, rounds, report, **_):
    root = tree(folder)
    memory, forgotten = forget(folder)
    forgotten()
    first = scan("first", agent, folder, root, ["/usr"], memory)
    # What does not look like a program is looked into bit by bit: 20,000 files an asking.
    for _ in range(ASKINGS):
        first.run()
    ours = scan("caretaker, nothing changed", agent, folder, root, ["/usr"], memory)
    peer = Job("find -printf", ["find", os.path.join(root, "usr"), "-xdev", "-type", "f", "-printf", METADATA])
    interleaved([ours, peer], rounds)
    report.jobs("inv-rescan", [ours, peer], ours, peer, "cpu", RESCAN)
    report.line("inv-rescan", "files opened when nothing changed", opened(agent, ours, root), 1, 0)


def opened(agent, job, root):
    """Regular files of the tree that a run opens: folders are opened to be listed."""
    trace = job.stdin + ".trace"
    with open(job.stdin, "rb") as source:
        command = ["strace", "-f", "-qq", "-e", "trace=open,openat", "-o", trace, agent, "ask"]
        subprocess.run(command, stdin=source, stdout=subprocess.DEVNULL, check=True)
    with open(trace, errors="replace") as lines:
        files = [line for line in lines if f'"{root}/usr' in line and "O_DIRECTORY" not in line and " = -1" not in line]
    return len(files)


def fill(root, count, per_folder=1000, folders=None):
    """Small files, a quarter of them programs, each of its own content."""
    folders = folders or max(1, count // per_folder)
    for number in range(folders):
        place = os.path.join(root, "home", f"pupil.{number}", "things")
        os.makedirs(place)
        for at in range(count // folders):
            path = os.path.join(place, f"file-{at}")
            program = at % 4 == 0 and number * (count // folders) + at < 12_000
            with open(path, "w") as file:
                file.write(f"#!/bin/sh\necho {number} {at}\n" if program else f"words {number} {at}\n")
            if program:
                os.chmod(path, 0o755)


def machine(folder, name, count, folders=None):
    root = os.path.join(folder, name)
    os.makedirs(os.path.join(root, "var/lib/dpkg/info"))
    os.makedirs(os.path.join(root, "etc"))
    fill(root, count, folders=folders)
    number = len(os.listdir(os.path.join(root, "home")))
    with open(os.path.join(root, "etc/passwd"), "w") as file:
        file.write("root:x:0:0::/root:/bin/sh\n")
        file.writelines(f"pupil.{at}:x:{1000 + at}:1000::/home/pupil.{at}:/bin/sh\n" for at in range(number))
    return root


def scale(agent, folder, rounds, report, **_):
    for count, most in ((1_000, None), (10_000, None), (150_000, MIB_AT_150_000), (1_000_000, MIB_AT_1_000_000)):
        root = machine(folder, f"files-{count}", count)
        memory, forgotten = forget(folder)
        ours = scan(f"caretaker, {count} files", agent, folder, root, ["/home"], memory, forgotten)
        peer = Job("find -printf", ["find", root, "-xdev", "-type", "f", "-printf", METADATA])
        interleaved([ours, peer], 1 if count >= 1_000_000 else rounds)
        rss = ours.median("rss_kib") / 1024
        print(f"  {count:>9} files: {count / ours.median('cpu'):9.0f} files/CPU s, {rss:6.1f} MiB (find: {count / peer.median('cpu'):.0f})")
        again = scan(f"again, {count} files", agent, folder, root, ["/home"], memory)
        again.run()
        rss = max(rss, again.median("rss_kib") / 1024)
        if most:
            report.line("inv-scale", f"MiB resident at {count} files", rss, most, 1.0)
        shutil.rmtree(root)


def profiles(agent, folder, rounds, report, **_):
    jobs = []
    for number in (5, 500):
        root = machine(folder, f"profiles-{number}", 20_000, folders=number)
        # A whole pass each time. Where nothing changed, people who are logged off cost one folder each.
        memory, forgotten = forget(os.path.join(folder, f"of-{number}"))
        jobs.append(scan(f"caretaker, {number} profiles", agent, folder, root, ["~"], memory, forgotten))
    interleaved(jobs, rounds)
    report.jobs("profiles", jobs, jobs[1], jobs[0], "cpu", PROFILES)
