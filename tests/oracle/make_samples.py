#!/usr/bin/env python3
"""Makes the sample logs of a broker and of two agents from one log of a whole prover.

    make_samples.py CORPUS_FILE OUT_DIR

CORPUS_FILE is 5.2.0-pretty-info.log of the corpus. It ends before its first line that
names a job of epoch 3056; each line before goes, in order, to exactly one of broker.log,
agent-a.log and agent-b.log. Nothing is changed or left out.
"""
import os
import re
import sys

RECORD = re.compile(r"\[\d\d:\d\d:\d\d\.\d{3}\] [A-Z]+: (\S+) ")
JOB = re.compile(r"\b\d+:[A-Z][A-Z0-9_]*:[0-9a-f]{64}\b")
SWITCH = re.compile(r"Aborting job id=(\S+) .* to start new job id=(\S+) ")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    records = []                                  # [module, [line, ...]]
    with open(sys.argv[1], encoding="utf-8", newline="") as f:
        for line in f:
            if re.search(r"\b3056:[A-Z]", line):
                break
            start = RECORD.match(line)
            if start:
                records.append((start.group(1), [line]))
            else:
                records[-1][1].append(line)       # a continuation goes with its record

    # Jobs that one agent dropped for another one belong together (union-find).
    parent = {}

    def group_of(job):
        parent.setdefault(job, job)
        while parent[job] != job:
            job = parent[job]
        return job

    def is_agent(module):
        return module.startswith("prover-client:proving-agent")

    for module, lines in records:
        switch = SWITCH.search(lines[0])
        if is_agent(module) and switch:
            one, other = sorted((group_of(switch.group(1)), group_of(switch.group(2))))
            parent[other] = one                   # the group's name is its first job

    out = {"broker.log": [], "agent-a.log": [], "agent-b.log": []}
    for module, lines in records:
        name = "broker.log"
        if is_agent(module):
            jobs = {group_of(job) for job in JOB.findall("".join(lines))}
            if len(jobs) != 1:
                sys.exit("not exactly one group of jobs: " + lines[0])
            hash_start = int(jobs.pop().split(":")[2][:8], 16)
            name = "agent-a.log" if hash_start % 5 < 2 else "agent-b.log"      # 40 %, 60 %
        out[name] += lines
    os.makedirs(sys.argv[2], exist_ok=True)
    for name, lines in out.items():
        with open(os.path.join(sys.argv[2], name), "w", encoding="utf-8", newline="") as f:
            f.writelines(lines)


if __name__ == "__main__":
    main()
