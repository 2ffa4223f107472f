"""Asks one probe as the service does: in a child of the agent, by a line of JSON (docs/adr/0006-probes-in-a-child.md)."""

import json
import os

from measure import Job


def job(name, agent, folder, probe, root="/", before=None, **settings):
    """A run of the probe's child; the question lies in a file of the folder."""
    question = {"root": root, "question": {"probe": {"name": probe, "settings": settings}}}
    path = os.path.join(folder, f"question-{name.replace(' ', '-').replace('/', '-')}.json")
    with open(path, "w") as file:
        file.write(json.dumps(question) + "\n")
    return Job(name, [agent, "ask"], before=before, stdin=path)
