#!/usr/bin/env python3
"""Reference implementation ("oracle") of docs/meaning.md. Slow and obvious.

    count_jobs.py FILE...      FILE: path or machine=path; .gz is accepted

Reads logs of Aztec provers (pretty, coloured, JSON), and prints what docs/meaning.md
says of them as JSON. Fails if a record that names a job is neither used nor known.
"""
import gzip
import json
import os
import re
import sys
from collections import defaultdict

# ---------------------------------------------------------------- lines to records

COLOUR = re.compile(r"\x1b?\[[0-9;]*m")      # with ESC, or the leftover "[1m", "[22m"
PRETTY = re.compile(r"\[(\d\d):(\d\d):(\d\d)\.(\d{3})\] "
                    r"(?:FATAL|ERROR|WARN|INFO|VERBOSE|DEBUG|TRACE): (\S+) ?(.*)", re.S)
DAY = 24 * 3600 * 1000


class Record:
    """One record: where it stands, when it was said, by which process, and its text."""

    def __init__(self, number, instant, process, module, message, status, text):
        self.number = number      # physical line of the record's start, from 1
        self.instant = instant    # ms
        self.process = process    # None: by its log
        self.module = module
        self.message = message    # pretty: with the data at its end
        self.status = status      # the data's "status" (of a restored job)
        self.text = text          # all of it, to look for ids


def physical_lines(path):
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rb") as f:
        content = f.read().decode("utf-8", errors="replace")
    lines = content.split("\n")
    if lines[-1] == "":
        lines.pop()
    return [line.rstrip("\r") for line in lines]


def records_of(lines):
    """A line that is not the start of a record belongs to the record before it."""
    groups = []                                       # [number, [line, ...]]
    for number, raw in enumerate(lines, start=1):
        is_json = raw.startswith("{\"") and "\"msg\":" in raw
        line = raw if is_json else COLOUR.sub("", raw)
        if is_json or PRETTY.match(line):
            groups.append((number, is_json, [line]))
        elif groups:
            groups[-1][2].append(line)
        elif JOB_NAME.search(line):
            sys.exit("line %d: a job is named before the first record" % number)
    records = []
    day = 0
    previous = None
    for number, is_json, group in groups:
        if is_json:
            data = json.loads(group[0])
            if JOB_NAME.search("\n".join(group[1:])):
                sys.exit("line %d: a job is named in a line after a JSON record" % number)
            records.append(Record(number, data["time"], (data["hostname"], data["pid"]),
                                  data["module"], data["msg"], data.get("status"),
                                  json.dumps(data)))
            continue
        text = "\n".join(group)
        h, m, s, ms, module, message = PRETTY.match(text).groups()
        time_of_day = ((int(h) * 60 + int(m)) * 60 + int(s)) * 1000 + int(ms)
        if previous is not None and previous - time_of_day > DAY // 2:
            day += DAY
        previous = time_of_day
        status = re.search(r'"status":"([^"]*)"', message)
        records.append(Record(number, day + time_of_day, None, module, message,
                              status.group(1) if status else None, text))
    return records


# ---------------------------------------------------------------- records to facts

JOB_NAME = re.compile(r"\b\d+:[A-Z][A-Z0-9_]*:\w+")   # anything that looks like a job's id
ID = r"(\d+:[A-Z][A-Z0-9_]*:[0-9a-f]{64})"
BROKER = "prover-client:proving-broker"
AGENT = "prover-client:proving-agent"
FACADE = "prover-client:broker-circuit-prover-facade"

# module, message, [(kind, group of the id)], group of the attempt number
FACTS = [(module, re.compile(pattern, re.S), kinds, attempt) for module, pattern, kinds, attempt in [
    (BROKER, rf"New proving job id={ID} ", [("enqueued", 1)], None),
    (FACADE, rf"Job enqueued with broker id={ID} ", [("submitted", 1)], None),
    (BROKER, rf"Cached proving job id={ID} .*Not enqueuing again", [("reused", 1)], None),
    (BROKER, rf"Reviving aborted proving job id={ID} ", [("revived", 1)], None),
    (BROKER, rf"Restoring proving job id={ID} settled=(?:true|false)", [("restored", 1)], None),
    (AGENT, rf"Starting job id={ID} ", [("started", 1)], None),
    (AGENT, rf"Aborting job id={ID} type=\S+ to start new job id={ID} ",
     [("superseded", 1), ("started", 2)], None),
    (AGENT, rf"Job controller started jobId={ID}", [("controller_started", 1)], None),
    (AGENT, rf"Job id={ID} type=\S+ completed outputUri=", [("agent_completed", 1)], None),
    (AGENT, rf"Job id={ID} type=\S+ failed err=.*? retry=(true|false)", [("agent_failed", 1)], None),
    (AGENT, rf"Aborted job controller for jobId={ID}", [("agent_aborted", 1)], None),
    (BROKER, rf"Proving job complete id={ID} type=\S+ totalAttempts=(\d+)", [("completed", 1)], 2),
    (BROKER, rf"Retrying proving job id={ID} type=\S+ retry=(\d+) ", [("retried", 1)], 2),
    (BROKER, rf"Proving job id={ID} timed out\. Adding it back", [("timed_out", 1)], None),
    (BROKER, rf"Proving job id={ID} timed out\. Re-enqueueing \(retry (\d+)/", [("timed_out", 1)], 2),
    (BROKER, rf"Proving job id={ID} timed out after (\d+) attempts\. Marking as failed\.",
     [("timed_out", 1), ("failed", 1)], 2),
    (BROKER, rf"Marking proving job as failed id={ID} type=\S+ totalAttempts=(\d+) err=Aborted(?: \{{\".*)?$",
     [("aborted", 1)], 2),
    (BROKER, rf"Marking proving job as failed id={ID} type=\S+ totalAttempts=(\d+) err=",
     [("failed", 1)], 2),
    (BROKER, rf"Cancelling job id={ID}", [("cancelled", 1)], None),
]]

# module, message, why it makes no fact
NO_FACTS = [(module, re.compile(pattern, re.S), reason) for module, pattern, reason in [
    (BROKER, r"Tried enqueueing stale proving job id=", "refusal: stale job"),
    (BROKER, r"Can't cancel a job that doesn't exist id=", "refusal: cancel of an unknown job"),
    (BROKER, r"Can't set error on unknown proving job id=", "refusal: error on an unknown job"),
    (BROKER, r"Proving job id=\S+ does not exist", "refusal: unknown job"),
    (BROKER, r"Proving job id=\S+ not found", "refusal: unknown job"),
    (BROKER, r"No inputs found for proving job id=", "refusal: no inputs"),
    (BROKER, r"Proving job id=\S+ already settled, ignoring result", "late result: already settled"),
    (BROKER, r"Proving job id=\S+ is already settled, ignoring err=", "late error: already settled"),
    (BROKER, r"Proving job id=\S+ has already been completed", "late report: has already been completed"),
    (BROKER, r"Proving job id=\S+ type=\S+ heartbeat", "heartbeat"),
    (BROKER, r"Proving job id=\S+ type=\S+ not in the in-progress set", "broker's bookkeeping: not in the in-progress set"),
    (BROKER, r"Proving job id=\S+ type=\S+ not found in the in-progress cache", "broker's bookkeeping: not in the in-progress cache"),
    (BROKER, r"Proving job id=\S+ type=\S+ startedAt=\d+ older agent has taken job", "broker's bookkeeping: older agent has taken job"),
    (BROKER, r"Proving job id=\S+ type=\S+ already being worked on by another agent", "broker's bookkeeping: worked on by another agent"),
    (BROKER, r"Replaying proving job", "broker's bookkeeping: replay"),
    (BROKER, r"Failed to save proving job", "broker's bookkeeping: not saved"),
    (BROKER, r"Fulfilled proving job id=\S+ has no retrievable result", "broker's bookkeeping: no result"),
    (AGENT, r"Job id=\S+ was aborted\. Not reporting result", "agent: aborted, result not reported"),
    (AGENT, r"Job controller for jobId=\S+ completed but job was aborted", "agent: completed but job was aborted"),
    (AGENT, r"Job controller for jobId=\S+ not starting because", "agent: controller not idle"),
    (AGENT, r"Tried to abort job controller for jobId=", "agent: controller not running"),
    (AGENT, r"Job controller for job \S+ is done but doesn't have a result", "agent: no result"),
    (AGENT, r"Idle job controller for job: ", "agent: idle controller"),
    (FACADE, r"Job errored with ", "facade: job errored"),
    (FACADE, r"Resolving proving job with error id=", "facade: resolved with error"),
    (FACADE, r"Resolved proving job id=", "facade: resolved"),
    (FACADE, r"Received notification of completed job id=", "facade: notification of completion"),
    (FACADE, r"Job already (?:found in facade|completed when sent|in queue or in progress when sent)", "facade: already known"),
    (FACADE, r"Error (?:cancelling job|retrieving job result|processing job result|backing up proof inputs)", "facade: error"),
    (FACADE, r"Stored proof inputs for failed job id=", "facade: stored inputs"),
]]

# In one millisecond facts are taken in this order.
RANK = {"enqueued": 0, "submitted": 0, "restored": 0, "reused": 0,
        "started": 1, "controller_started": 1,
        "agent_completed": 2, "agent_failed": 2, "agent_aborted": 2, "superseded": 2,
        "timed_out": 3, "retried": 3,
        "completed": 4, "failed": 4, "aborted": 4, "cancelled": 4,
        "revived": 5}
BROKER_KINDS = {"enqueued", "reused", "revived", "restored", "completed", "retried",
                "timed_out", "failed", "aborted", "cancelled"}


class Fact:
    def __init__(self, job, kind, instant, attempt, machine, log, process, known_process, extra):
        self.job = job
        self.kind = kind
        self.instant = instant
        self.attempt = attempt
        self.machine = machine
        self.log = log
        self.process = process                # agent process
        self.known_process = known_process    # named by host name and process id
        self.extra = extra                    # retry= of agent_failed, status of restored


def read_facts(files):
    """Returns lines, records, {job: [fact, ...]} in order of reading, left out lines."""
    line_count = record_count = 0
    facts = []
    seen = set()
    left_out = defaultdict(list)
    for machine, path in files:
        lines = physical_lines(path)
        records = records_of(lines)
        line_count += len(lines)
        record_count += len(records)
        for record in records:
            if not JOB_NAME.search(record.text):
                continue
            where = record.number if len(files) == 1 else \
                "%s:%d" % (os.path.basename(path), record.number)
            found = None
            for module, pattern, kinds, attempt_group in FACTS:
                if record.module.startswith(module):
                    found = pattern.match(record.message)
                    if found:
                        break
            if found:
                attempt = int(found.group(attempt_group)) if attempt_group else None
                for kind, id_group in kinds:
                    extra = None
                    if kind == "agent_failed":
                        extra = found.group(2) == "true"
                    if kind == "restored":
                        extra = record.status
                        if extra not in ("pending", "fulfilled", "rejected", "aborted"):
                            sys.exit("%s: unknown status %r" % (where, extra))
                    job = found.group(id_group)
                    same = (job, kind, record.instant, attempt)
                    if same in seen:
                        continue
                    seen.add(same)
                    process = (machine, record.process if record.process else path)
                    facts.append(Fact(job, kind, record.instant, attempt, machine, path,
                                      process, record.process is not None, extra))
                continue
            reasons = [reason for module, pattern, reason in NO_FACTS
                       if record.module.startswith(module) and pattern.match(record.message)]
            if len(reasons) != 1:
                sys.exit("%s: a job is named, but the record is not known: %s"
                         % (where, record.text[:300]))
            left_out[reasons[0]].append(where)
    jobs = defaultdict(list)
    for fact in facts:
        jobs[fact.job].append(fact)
    for job in list(jobs):
        if all(fact.kind == "reused" for fact in jobs[job]):
            del jobs[job]
    return line_count, record_count, dict(jobs), left_out


# ---------------------------------------------------------------- facts to jobs

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
