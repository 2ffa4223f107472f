"""Saved documents: how soon each is durable in the spool, and whether a flood loses any."""

import os
import sqlite3
import tempfile
import time

import service

PHRASE = "This is the Caretaker demonstration phrase, number {}.\n"
# How long a file must have been at rest before it is read.
REST_MS = 1000
DURABLE_MS = 300
SINGLE = 200
BURST = 5000


class Spool:
    """What the service has made durable so far."""

    def __init__(self, state):
        self.connection = sqlite3.connect(f"file:{os.path.join(state, 'spool', 'spool.db')}?mode=ro", uri=True)

    def count(self, what):
        return self.connection.execute(what).fetchone()[0]

    def documents(self):
        return self.count("SELECT count(*) FROM document")

    def events(self):
        """All that were ever queued: their numbers have no gaps."""
        return self.count("SELECT last FROM mark WHERE stream = 0")


def policy_for(folder, root):
    place = tempfile.mkdtemp(prefix="documents-", dir=folder)
    text = open(os.path.join(root, "packaging/policies/all-through.toml")).read()
    text = text.replace('folders = ["~/Documents", "~/Desktop", "~/Downloads"]', f'folders = ["{place}"]')
    policy = os.path.join(folder, "policy.toml")
    with open(policy, "w") as out:
        out.write(text)
    return place, policy


def until(condition, seconds):
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if condition():
            return True
        time.sleep(0.002)
    return False


def save(place, name, number):
    with open(os.path.join(place, name), "w") as out:
        out.write(PHRASE.format(number))


def watched(place, spool):
    """Waits until the folder is watched: a first document is durable then."""
    save(place, "first.txt", 0)
    if not until(lambda: spool.documents() >= 1, 120):
        raise SystemExit("error: the first document was not read within two minutes")


def latency(agent, folder, report, root, **_):
    """From the moment at which a file has come to rest to its event in the spool."""
    place, policy = policy_for(folder, root)
    with service.enrolled(agent, folder, root, policy) as (_, state):
        time.sleep(5)
        spool = Spool(state)
        watched(place, spool)
        took = []
        for number in range(SINGLE):
            before = spool.documents()
            began = time.monotonic()
            save(place, f"document-{number}.txt", number)
            if not until(lambda: spool.documents() > before, 30):
                raise SystemExit(f"error: document {number} was not read within half a minute")
            took.append((time.monotonic() - began) * 1000 - REST_MS)
        took.sort()
        p50, p99 = took[len(took) // 2], took[int(len(took) * 0.99)]
        print(f"  {SINGLE} documents: median {p50:.0f} ms, p99 {p99:.0f} ms after they came to rest")
        report.line("watch-latency", "ms from rest to durable, p99", p99, DURABLE_MS, 1.0)


def burst(agent, folder, report, root, **_):
    """Five thousand documents at once: none is lost, and each makes one event."""
    place, policy = policy_for(folder, root)
    with service.enrolled(agent, folder, root, policy) as (_, state):
        time.sleep(5)
        spool = Spool(state)
        watched(place, spool)
        began = time.monotonic()
        for number in range(BURST):
            save(place, f"burst-{number}.txt", number)
        written = time.monotonic() - began
        done = until(lambda: spool.documents() >= BURST + 1, 1200)
        took = time.monotonic() - began
        time.sleep(5)
        documents, events = spool.documents(), spool.events()
        print(f"  {BURST} files written in {written:.1f} s, read after {took:.0f} s: {documents - 1} documents, {events - 1} events")
        report.line("watch-burst", "files written / documents read", BURST + 1, documents if done else 0, 1.0)
        report.line("watch-burst", "documents / events, the larger by the smaller", max(documents, events), min(documents, events), 1.0)
