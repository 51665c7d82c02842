#!/usr/bin/env python3
"""Reference implementation ("oracle") of docs/meaning.md. Slow and obvious.

    count_jobs.py FILE...      FILE: path or machine=path; .gz is accepted

Reads logs of Aztec provers (pretty, coloured, JSON), and prints what docs/meaning.md
says of them as JSON. Fails if a record that names a job is neither used nor known.
"""
import json
import sys
from collections import defaultdict

from log_facts import read_facts

# In one millisecond facts are taken in this order.
RANK = {"enqueued": 0, "submitted": 0, "restored": 0, "reused": 0,
        "started": 1, "controller_started": 1,
        "agent_completed": 2, "agent_failed": 2, "agent_aborted": 2, "superseded": 2,
        "timed_out": 3, "retried": 3,
        "completed": 4, "failed": 4, "aborted": 4, "cancelled": 4,
        "revived": 5}
BROKER_KINDS = {"enqueued", "reused", "revived", "restored", "completed", "retried",
                "timed_out", "failed", "aborted", "cancelled"}


class Attempt:
    def __init__(self, start):
        self.start = start
        self.end = None
        self.ambiguous = False


class Job:
    """One job: its state, its end, its attempts."""

    def __init__(self, name, facts):
        self.name = name
        epoch, self.type, _ = name.split(":")
        self.epoch = int(epoch)
        self.facts = sorted(facts, key=lambda fact: (fact.instant, RANK[fact.kind]))  # stable
        self.find_state()
        self.find_attempts()

    def first(self, *kinds):
        return next((fact for fact in self.facts if fact.kind in kinds), None)

    def count(self, kind):
        return sum(fact.kind == kind for fact in self.facts)

    def find_state(self):
        by_agent = not any(fact.kind in BROKER_KINDS for fact in self.facts)
        self.state = None                     # None and "OPEN" are open
        self.end = None                       # the fact that ended the job, if it has an instant
        for fact in self.facts:
            is_open = self.state in (None, "OPEN") or self.end is None   # or by a snapshot
            if fact.kind in ("enqueued", "revived"):
                self.state, self.end = "OPEN", None
            elif not is_open:
                pass                          # the first end stands
            elif fact.kind == "completed":
                self.state, self.end = "COMPLETED", fact
            elif fact.kind == "failed":
                self.state, self.end = "FAILED", fact
            elif fact.kind in ("aborted", "cancelled"):
                self.state, self.end = "ABORTED", fact
            elif fact.kind == "restored":     # a snapshot: a state, but no instant
                if self.state not in (None, "OPEN"):
                    continue
                self.state = {"pending": "OPEN", "fulfilled": "COMPLETED",
                              "rejected": "FAILED", "aborted": "ABORTED"}[fact.extra]
                self.end = None
            elif by_agent and fact.kind == "agent_completed":
                self.state, self.end = "COMPLETED", fact
            elif by_agent and fact.kind == "agent_failed" and fact.extra is False:
                self.state, self.end = "FAILED", fact
            else:
                self.state = "OPEN"

    def find_attempts(self):
        by_process = defaultdict(list)
        for fact in self.facts:
            by_process[fact.process].append(fact)
        self.attempts = []
        left_starts = []
        left_ends = []
        for process in by_process:
            facts = by_process[process]
            kinds = {fact.kind for fact in facts}
            start_kind = "started" if "started" in kinds else "controller_started"
            end_kinds = {"agent_completed", "agent_failed",
                         "agent_aborted" if "agent_aborted" in kinds else "superseded"}
            starts = [fact for fact in facts if fact.kind == start_kind]
            ends = [fact for fact in facts if fact.kind in end_kinds]
            attempts, unused = pair(starts, ends)
            self.attempts += attempts
            left_starts += [attempt for attempt in attempts if attempt.end is None]
            left_ends += unused
        # One start and one end left over on one machine, in two logs, are a pair.
        for machine in {attempt.start.machine for attempt in left_starts}:
            starts = [attempt for attempt in left_starts if attempt.start.machine == machine]
            ends = [fact for fact in left_ends if fact.machine == machine]
            if len(starts) == 1 and len(ends) == 1:
                start, end = starts[0], ends[0]
                if start.start.log != end.log and start.start.instant <= end.instant \
                        and not (start.start.known_process and end.known_process):
                    start.end = end
        self.attempts.sort(key=lambda attempt: attempt.start.instant)
        self.starts = [attempt.start for attempt in self.attempts]


def pair(starts, ends):
    """Attempts of one job in one process. The oldest open attempt ends first. From the
    moment when two are open until none is, it is not known which end is whose."""
    attempts = []
    open_attempts = []
    unused = []
    mixed = False
    for instant in sorted({fact.instant for fact in starts + ends}):
        starts_now = [fact for fact in starts if fact.instant == instant]
        ends_now = [fact for fact in ends if fact.instant == instant]

        def close():
            nonlocal mixed
            while ends_now and open_attempts:
                attempt = open_attempts.pop(0)
                attempt.end = ends_now.pop(0)
                attempt.ambiguous = mixed
            if not open_attempts:
                mixed = False

        close()
        for fact in starts_now:
            attempts.append(Attempt(fact))
            open_attempts.append(attempts[-1])
        if len(open_attempts) > 1:
            mixed = True
        close()
        unused += ends_now
    return attempts, unused


# ---------------------------------------------------------------- jobs to figures

def percentile(values, p):
    """percentile_cont: linear between the closest ranks."""
    position = p * (len(values) - 1)
    low = int(position)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (position - low)


def statistics(values):
    values = sorted(values)
    result = {"count": len(values), "minMs": None, "meanMs": None, "p50Ms": None, "p90Ms": None,
              "p95Ms": None, "p99Ms": None, "maxMs": None}
    if values:
        result.update({"minMs": values[0], "maxMs": values[-1], "meanMs": sum(values) / len(values)})
        for p in (50, 90, 95, 99):
            result["p%dMs" % p] = percentile(values, p / 100)
    return result


def duration_of(jobs):
    values = []
    ambiguous = 0
    for job in jobs:
        completed = sorted((attempt for attempt in job.attempts
                            if attempt.end is not None and attempt.end.kind == "agent_completed"),
                           key=lambda attempt: attempt.end.instant)
        clear = [attempt for attempt in completed if not attempt.ambiguous]
        if clear:
            values.append(clear[0].end.instant - clear[0].start.instant)
        elif completed:
            ambiguous += 1
    return dict(statistics(values), ambiguous=ambiguous)


def between(pairs):
    """Statistics of the times from one fact to another, which may be on two machines."""
    values = []
    negative = across = 0
    for begin, end in pairs:
        if begin is None or end is None:
            continue
        if end.instant < begin.instant:
            negative += 1
            continue
        values.append(end.instant - begin.instant)
        across += begin.machine != end.machine
    return dict(statistics(values), ambiguous=0, negative=negative, acrossMachines=across)


def max_parallel(jobs):
    steps = []
    for job in jobs:
        for attempt in job.attempts:
            begin = attempt.start.instant
            end = attempt.end or job.end
            if end is None:      # it runs on
                steps.append((begin, 1))
            elif end.instant > begin:   # ends go before starts: 0 ms are never seen
                steps += [(begin, 1), (end.instant, -1)]
    most = running = 0
    for _, step in sorted(steps):                    # -1 before +1
        running += step
        most = max(most, running)
    return most


def figures_of_type(jobs):
    states = [job.state for job in jobs]
    return {
        "jobs": len(jobs),
        "enqueued": sum(job.first("enqueued", "submitted") is not None for job in jobs),
        "started": sum(bool(job.starts) for job in jobs),
        "completed": states.count("COMPLETED"),
        "failed": states.count("FAILED"),
        "aborted": states.count("ABORTED"),
        "inFlight": sum(state in (None, "OPEN") for state in states),
        "retries": sum(job.count("retried") for job in jobs),
        "timeouts": sum(job.count("timed_out") for job in jobs),
        "maxParallel": max_parallel(jobs),
        "duration": duration_of(jobs),
        "queueWait": between((job.first("enqueued"), job.starts[0] if job.starts else None)
                             for job in jobs),
        "turnaround": between((job.first("enqueued"), job.first("completed")) for job in jobs),
    }


def figures(all_jobs):
    epochs = {}
    for epoch in sorted({job.epoch for job in all_jobs}):
        jobs = [job for job in all_jobs if job.epoch == epoch]
        instants = [fact.instant for job in jobs for fact in job.facts
                    if fact.kind not in ("restored", "reused")]
        types = {}
        for job_type in sorted({job.type for job in jobs}):
            types[job_type] = figures_of_type([job for job in jobs if job.type == job_type])
        epochs[str(epoch)] = {
            "jobs": len(jobs),
            "wallTimeMs": max(instants) - min(instants) if instants else None,
            "jobTypes": types,
        }
    return epochs


def files_of(arguments):
    files = []
    for argument in arguments:
        machine, equals, path = argument.partition("=")
        files.append((machine, path) if equals else ("m", argument))
    return files


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    line_count, record_count, facts, left_out = read_facts(files_of(sys.argv[1:]))
    result = {
        "lines": line_count,
        "records": record_count,
        "epochs": figures([Job(name, facts[name]) for name in facts]),
        "leftOut": {reason: {"count": len(where), "lines": where[:5]}
                    for reason, where in left_out.items()},
    }
    print(json.dumps(result, indent=1, sort_keys=True))


if __name__ == "__main__":
    main()
