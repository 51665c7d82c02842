"""What the lines of logs say of jobs, for count_jobs.py: lines to records, records to facts."""
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
