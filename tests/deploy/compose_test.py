#!/usr/bin/python3
"""docker/compose.yaml as far as it can be looked at without a container engine: ./dev chart runs it."""

import os
import pathlib
import subprocess
import unittest

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BIN = ROOT / "build" / "bin"
FILE = ROOT / "docker" / "compose.yaml"


class Compose(unittest.TestCase):
    def setUp(self):
        self.file = yaml.safe_load(FILE.read_text())
        self.services = self.file["services"]

    def mounted(self, service):
        """Where the files and directories of the repository are in the container."""
        for volume in self.services[service].get("volumes", []):
            source, target, *mode = volume.split(":")
            if source.startswith("."):
                self.assertEqual(mode, ["ro"])
                yield FILE.parent / source, target

    def test_the_project_is_not_called_like_the_directory(self):
        self.assertEqual(self.file["name"], "proverlog")

    def test_an_image_is_built_once_and_pulled_by_nobody(self):
        """Compose builds at the same time what several services build, and the second that exports the
        name may fail."""
        built = [service["image"] for service in self.services.values() if "build" in service]
        self.assertEqual(built, ["proverlog:trial"])
        for service in self.services.values():
            if service["image"] in built and "build" not in service:
                self.assertEqual(service["pull_policy"], "never")

    def test_what_is_mounted_is_there(self):
        found = [path for service in self.services for path, _ in self.mounted(service)]
        self.assertEqual(len(found), 5)
        for path in found:
            self.assertTrue(path.exists(), path)

    def test_the_service_takes_its_settings(self):
        environment = dict(self.services["proverlogd"]["environment"])
        rules = {target: path for path, target in self.mounted("proverlogd")}[environment["PROVERLOG_RULES"]]
        environment["PROVERLOG_RULES"] = str(rules)
        run = subprocess.run([BIN / "proverlogd", "check-config"], env={**os.environ, **environment},
                             capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("PROVERLOG_RULES", run.stdout)

    def test_the_shipper_knows_its_flags(self):
        command = self.services["shipper"]["command"]
        help_text = subprocess.run([BIN / "proverlog", "ship", "--help"], capture_output=True, text=True).stdout
        for word in command[1:]:
            if word.startswith("--"):
                self.assertIn(word, help_text)
        _, logs = next(self.mounted("shipper"))
        self.assertTrue(command[-1].startswith(logs))

    def test_they_find_each_other(self):
        prometheus = yaml.safe_load((FILE.parent / "compose" / "prometheus.yaml").read_text())
        scraped = prometheus["scrape_configs"][0]["static_configs"][0]["targets"]
        told = prometheus["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"]
        sent = [self.services["shipper"]["environment"]["PROVERLOG_SERVER"]]
        for host, port in (target.split(":") for target in scraped + told + sent):
            self.assertIn(f"127.0.0.1:{port}:{port}", self.services[host]["ports"])

    def test_alertmanager_takes_its_configuration(self):
        run = subprocess.run(["amtool", "check-config", FILE.parent / "compose" / "alertmanager.yaml"],
                             capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)


if __name__ == "__main__":
    unittest.main()
