#!/usr/bin/python3
"""Runs the image's programs as a container engine would: in its root directory, which cannot be written
to, as its user, without capabilities, as process 1; against a PostgreSQL of the test's own.

`./dev image-test` runs it, as root, in a mount namespace of its own.
"""

import ctypes
import json
import os
import pathlib
import pwd
import re
import signal
import socket
import stat
import subprocess
import tarfile
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ARCHIVE = ROOT / "build" / "image" / "proverlog.tar"
SAMPLES = ROOT / "tests" / "data" / "samples"
GRACE_SECONDS = 10  # Docker's
PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, CAPABILITIES = 1, 24, 38, 41
CLONE_NEWPID = 0x20000000
LIBC = ctypes.CDLL(None, use_errno=True)


def run(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def become_process_1():
    """Goes on as process 1 of a namespace, for whom a signal without a handler has no effect. What is
    left behind passes SIGTERM on and ends as it does."""
    if LIBC.unshare(CLONE_NEWPID) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    child = os.fork()
    if child == 0:
        return
    signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGTERM))
    os.closerange(0, 1024)  # among them what subprocess waits for
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os._exit(code if code >= 0 else 128 - code)


class Image:
    """The image's archive, unpacked and mounted."""

    def __init__(self, directory):
        self.root = directory / "root"
        self.root.mkdir()
        with tarfile.open(ARCHIVE) as archive:
            manifest = json.load(archive.extractfile("manifest.json"))[0]
            self.names = manifest["RepoTags"]
            self.config = json.load(archive.extractfile(manifest["Config"]))["config"]
            for layer in manifest["Layers"]:
                with tarfile.open(fileobj=archive.extractfile(layer)) as files:
                    files.extractall(self.root)
        self.files = [path for path in self.root.rglob("*") if path.is_file() and not path.is_symlink()]
        self.mount()

    def mount(self):
        for name in ("dev", "proc", "samples", "var/log/pods"):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        run("mount", "--bind", self.root, self.root)
        run("mount", "--bind", "/dev", self.root / "dev")
        run("mount", "-t", "proc", "proc", self.root / "proc")
        run("mount", "--bind", "-o", "ro", SAMPLES, self.root / "samples")
        # What the host writes there comes in.
        self.pods = self.root.parent / "pods"
        self.pods.mkdir()
        run("mount", "--bind", "-o", "ro", self.pods, self.root / "var/log/pods")
        run("mount", "-o", "remount,bind,ro", self.root)

    def start(self, *arguments, entrypoint=None, user=None, env=None):
        """Runs the entry point, or another program, with what the image says of user and environment."""
        uid = int(self.config["User"].split(":")[0]) if user is None else user

        def enter():
            become_process_1()
            os.chroot(self.root)
            os.chdir("/")
            for capability in range(CAPABILITIES):
                LIBC.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
            LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
            LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)

        environment = dict(entry.split("=", 1) for entry in self.config["Env"])
        return subprocess.Popen([*(entrypoint or self.config["Entrypoint"]), *arguments], preexec_fn=enter,
                                env={**environment, **(env or {})}, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)

    def run(self, *arguments, **options):
        process = self.start(*arguments, **options)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def client(self, *arguments, **options):
        return self.run(*arguments, entrypoint=["/usr/bin/proverlog"], **options)


class Postgres:
    def __init__(self, directory):
        bin_directory = run("pg_config", "--bindir").stdout.strip()
        account = pwd.getpwnam("postgres")
        self.as_postgres = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": [], "cwd": "/"}
        self.data = directory / "postgres"
        self.data.mkdir()
        os.chown(self.data, account.pw_uid, account.pw_gid)
        self.pg_ctl = f"{bin_directory}/pg_ctl"
        port = free_port()
        run(f"{bin_directory}/initdb", "-D", self.data, "-A", "trust", "-E", "UTF8", **self.as_postgres)
        # Its output goes nowhere else, so that what starts it does not wait for its end.
        run(self.pg_ctl, "-D", self.data, "-l", self.data / "log", "-w", "-o",
            f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.data}", "start",
            **self.as_postgres)
        self.url = f"postgresql://postgres@127.0.0.1:{port}/postgres"

    def stop(self):
        run(self.pg_ctl, "-D", self.data, "-m", "immediate", "stop", **self.as_postgres)


class ImageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory(dir="/var/tmp")
        cls.addClassCleanup(directory.cleanup)
        path = pathlib.Path(directory.name)
        path.chmod(0o755)
        cls.image = Image(path)
        cls.addClassCleanup(run, "umount", "--recursive", cls.image.root)
        cls.postgres = Postgres(path)
        cls.addClassCleanup(cls.postgres.stop)
        cls.env = {"PROVERLOG_DATABASE_URL": cls.postgres.url, "PROVERLOG_LISTEN": f"127.0.0.1:{free_port()}",
                   "PROVERLOG_HTTP_LISTEN": f"127.0.0.1:{free_port()}"}
        cls.server = {"PROVERLOG_SERVER": cls.env["PROVERLOG_LISTEN"]}

    def start_service(self, *flags):
        service = self.image.start(*flags, env=self.env)
        self.addCleanup(service.communicate)
        self.addCleanup(service.kill)
        # As a container engine asks.
        check = self.image.config["Healthcheck"]["Test"]
        self.assertEqual(check[0], "CMD")
        for _ in range(100):
            healthy = self.image.run(entrypoint=check[1:], env=self.server)
            if healthy[0] == 0:
                return service
            time.sleep(0.2)
        service.kill()
        self.fail(f"{healthy}: {service.communicate()[1]}")

    def stop(self, service):
        begin = time.monotonic()
        service.send_signal(signal.SIGTERM)
        _, err = service.communicate(timeout=60)
        self.assertLess(time.monotonic() - begin, GRACE_SECONDS)
        self.assertEqual(service.returncode, 0, err)

    def test_what_it_says_of_itself(self):
        version = re.search(r"project\(proverlog VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())[1]
        labels = self.image.config["Labels"]
        self.assertEqual(labels["org.opencontainers.image.version"], version)
        commit = run("git", "-c", f"safe.directory={ROOT}", "-C", ROOT, "describe", "--always", "--abbrev=40",
                     "--dirty", "--exclude=*").stdout.strip()
        self.assertEqual(labels["org.opencontainers.image.revision"], commit)
        self.assertEqual(self.image.names, [f"docker.io/library/proverlog:{version}"])
        self.assertIn(version, self.image.run("--version")[1])
        self.assertEqual(self.image.config["User"], "65532:65532")

    def test_nothing_else_is_in_it(self):
        programs = [path.name for path in self.image.files
                    if path.stat().st_mode & stat.S_IXUSR and ".so" not in path.name]
        self.assertEqual(sorted(programs), ["proverlog", "proverlogd"])
        self.assertFalse([path for path in self.image.files if path.stat().st_mode & (stat.S_ISUID | stat.S_ISGID)])
        self.assertLess(sum(path.stat().st_size for path in self.image.files), 200e6)
        self.assertLess(ARCHIVE.stat().st_size, 200e6)

    def test_it_says_that_it_has_no_postgresql(self):
        code, _, err = self.image.run()
        self.assertNotEqual(code, 0)
        self.assertIn("--database-url", err)
        code, _, err = self.image.run("--data-dir=/data")
        self.assertNotEqual(code, 0)
        self.assertIn("there is no PostgreSQL here", err)
        self.assertIn("--database-url", err)

    def test_it_has_the_authorities_of_certificates(self):
        bundle = self.image.root / "etc/ssl/certs/ca-certificates.crt"
        self.assertIn("BEGIN CERTIFICATE", bundle.read_text())
        self.assertEqual(os.readlink(self.image.root / "usr/lib/ssl/cert.pem"), "/etc/ssl/certs/ca-certificates.crt")

    def test_from_an_empty_database_to_an_epoch(self):
        code, _, err = self.image.run("--migrate=check", env=self.env)
        self.assertNotEqual(code, 0, "there are no tables yet")
        code, _, err = self.image.run("migrate", env=self.env)
        self.assertEqual(code, 0, err)
        service = self.start_service("--migrate=check")
        code, out, err = self.image.client("import", "--prover", "mine", "--machine", "a", "--date", "2026-11-21",
                                           "/samples/broker.log", env=self.server)
        self.assertEqual(code, 0, err)
        code, _, err = self.image.client("import", "--prover", "far", "--machine", "b", "--date", "2026-11-21",
                                         "--time-zone", "Asia/Kathmandu", "/samples/agent-b.log", env=self.server)
        self.assertEqual(code, 0, err)
        code, out, err = self.image.client("epoch", "--prover", "mine", "3055", env=self.server)
        self.assertEqual(code, 0, err)
        self.assertIn("216 jobs: 206 completed, 3 failed, 7 aborted", out)
        self.stop(service)
        self.assertEqual(self.image.client("health", env=self.server)[0], 3)

    def test_it_stops_in_time_while_logs_are_shipped(self):
        """As the chart's DaemonSet: root's logs, read as root without a capability."""
        log = self.image.pods / "aztec_prover-0_1f/agent/0.log"
        log.parent.mkdir(parents=True)
        log.write_bytes((SAMPLES / "agent-a.log").read_bytes())
        log.chmod(0o640)
        service = self.start_service()
        shipper = self.image.start("ship", "--prover", "shipped", "/var/log/pods/aztec_*_*/*/*.log",
                                   entrypoint=["/usr/bin/proverlog"], user=0, env=self.server)
        self.addCleanup(shipper.communicate)
        self.addCleanup(shipper.kill)
        for _ in range(100):
            _, out, _ = self.image.client("machines", "--prover", "shipped", env=self.server)
            if "prover-0" in out:
                break
            time.sleep(0.2)
        self.assertIn("prover-0", out)
        self.stop(service)
        service = self.start_service()
        with log.open("a") as more:
            more.write("[03:05:00.000] INFO: prover-agent goes on\n")
        for _ in range(100):
            _, out, _ = self.image.client("lines", "--prover", "shipped", "--machine", "prover-0", "--text", "goes on", env=self.server)
            if "goes on" in out:
                break
            time.sleep(0.2)
        self.assertIn("goes on", out)
        shipper.send_signal(signal.SIGTERM)
        self.assertEqual(shipper.wait(timeout=30), 0)
        self.stop(service)


if __name__ == "__main__":
    unittest.main(verbosity=2)
