#!/usr/bin/python3
"""Tests of helm/proverlog with the real helm: what it makes of values, and which it refuses.

`./dev chart` runs them. --update writes the golden file anew.
"""

import functools
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import yaml

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CHART = ROOT / "helm" / "proverlog"
TOOLS = ROOT / "build" / "npm"
BIN = ROOT / "build" / "bin"
GOLDEN = HERE / "golden" / "defaults.yaml"
VALUES = sorted((HERE / "values").glob("*.yaml"))
# What else a cluster has: the CustomResourceDefinition of the Prometheus operator.
TYPES_OF = {"monitoring.coreos.com/v1": "@kubernetes-models/prometheus-operator"}
STOP_LIMIT_SECONDS = 11  # docs/service.md: calls get 2, the database 8, then 1


def helm(*arguments):
    return subprocess.run([TOOLS / "helm" / "helm", *arguments], capture_output=True, text=True)


@functools.cache
def template(values):
    run = helm("template", "prod", CHART, "--namespace", "proverlog", "--values", values)
    assert run.returncode == 0, run.stderr
    return run.stdout


def render(values):
    return [Object(document) for document in yaml.safe_load_all(template(values)) if document]


class Object:
    """A rendered object, and what it says of pods."""

    def __init__(self, document):
        self.document = document
        self.kind = document["kind"]
        self.name = document["metadata"]["name"]
        self.labels = document["metadata"]["labels"]
        self.spec = document.get("spec", {})
        template = self.spec.get("template")
        self.pod = template and template["spec"]
        self.pod_labels = template and template["metadata"]["labels"]
        self.container = self.pod and self.pod["containers"][0]
        self.containers = self.pod and self.pod.get("initContainers", []) + self.pod["containers"]

    def __repr__(self):
        return f"{self.kind} {self.name}"

    def ports(self):
        return {port["name"]: port["containerPort"] for port in self.container.get("ports", [])}


def selects(selector, labels):
    wanted = selector.get("matchLabels", {})
    return all(labels.get(key) == value for key, value in wanted.items()) and all(
        labels.get(term["key"]) in term["values"] for term in selector.get("matchExpressions", []))


def each(*kinds):
    """A test of each object of these kinds, beside all that it is rendered with."""
    def decorate(test):
        @functools.wraps(test)
        def run(self):
            found = 0
            for values in VALUES:
                objects = render(values)
                for item in objects:
                    if item.kind in kinds:
                        found += 1
                        with self.subTest(values=values.name, object=item):
                            test(self, item, objects)
            self.assertGreater(found, 0)
        return run
    return decorate


PODS = ("Deployment", "DaemonSet", "Job")


class Chart(unittest.TestCase):
    def test_lint(self):
        for values in VALUES:
            with self.subTest(values=values.name):
                run = helm("lint", "--strict", CHART, "--values", values)
                self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def test_the_defaults_are_the_golden_file(self):
        self.assertEqual(template(HERE / "values" / "defaults.yaml"), GOLDEN.read_text(),
                         "tests/deploy/chart_test.py --update, and look at the difference")

    def test_wrong_values_are_refused(self):
        files = sorted((HERE / "refused").glob("*.yaml"))
        self.assertGreater(len(files), 10)
        for values in files:
            with self.subTest(values=values.name):
                run = helm("template", "prod", CHART, "--values", values)
                self.assertNotEqual(run.returncode, 0)
                self.assertIn(values.read_text().splitlines()[0].removeprefix("# "), run.stderr)

    def test_objects_are_kubernetes_objects(self):
        """TypeScript's compiler knows the API's fields: it refuses those that are missing, unknown or of
        another type."""
        files = {values.stem: template(values) for values in VALUES}
        files["trial_postgres"] = (CHART.parent / "trial-postgres.yaml").read_text()
        with tempfile.TemporaryDirectory(dir=TOOLS) as directory:
            for name, text in files.items():
                lines = []
                for number, document in enumerate(filter(None, yaml.safe_load_all(text))):
                    version, kind = document["apiVersion"], document["kind"]
                    package = TYPES_OF.get(version, "kubernetes-models")
                    lines.append(f'import type {{I{kind} as T{number}}} from "{package}/{version}/{kind}";')
                    lines.append(f"export const o{number}: T{number} = {json.dumps(document, indent=1)};")
                (pathlib.Path(directory) / f"{name}.mts").write_text("\n".join(lines))
            run = subprocess.run(
                ["node", TOOLS / "node_modules/typescript/bin/tsc", "--noEmit", "--strict", "--skipLibCheck",
                 "--module", "nodenext", *pathlib.Path(directory).iterdir()], capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stdout)

    def test_names_are_those_of_the_release(self):
        for values in VALUES:
            names = [(item.kind, item.name) for item in render(values)]
            self.assertEqual(len(names), len(set(names)))
            for kind, name in names:
                self.assertTrue(name.startswith("prod-proverlog"), (kind, name))

    @each("Deployment", "DaemonSet", "PodDisruptionBudget", "Service")
    def test_selectors_match_their_pods_alone(self, item, objects):
        selector = {"matchLabels": item.spec["selector"]} if item.kind == "Service" else item.spec["selector"]
        found = [other.kind for other in objects if other.pod and selects(selector, other.pod_labels)]
        self.assertEqual(found, ["DaemonSet" if item.kind == "DaemonSet" else "Deployment"])

    @each("Service", "NetworkPolicy", "Deployment")
    def test_ports_are_the_containers(self, item, objects):
        ports = next(other for other in objects if other.kind == "Deployment").ports()
        if item.kind == "Service":
            for port in item.spec["ports"]:
                self.assertEqual(ports[port["targetPort"]], port["port"])
        elif item.kind == "NetworkPolicy":
            for rule in item.spec.get("ingress", []):
                self.assertTrue({port["port"] for port in rule["ports"]} <= set(ports))
        else:
            probes = item.container
            self.assertEqual(probes["startupProbe"]["grpc"]["port"], ports["grpc"])
            self.assertEqual(probes["readinessProbe"]["grpc"]["port"], ports["grpc"])
            self.assertIn(probes["livenessProbe"]["httpGet"]["port"], ports)
            for flag, name in {"--listen": "grpc", "--http-listen": "http"}.items():
                self.assertIn(f"{flag}=0.0.0.0:{ports[name]}", item.container["args"])

    @each("ServiceMonitor")
    def test_metrics_are_scraped_where_they_are_served(self, item, objects):
        services = [other for other in objects
                    if other.kind == "Service" and selects(item.spec["selector"], other.labels)]
        self.assertEqual([service.name for service in services], ["prod-proverlog-http"])
        self.assertEqual([port["name"] for port in services[0].spec["ports"]],
                         [endpoint["port"] for endpoint in item.spec["endpoints"]])

    @each(*PODS)
    def test_all_pods_have_a_network_policy(self, item, objects):
        policies = [other.spec["podSelector"] for other in objects if other.kind == "NetworkPolicy"]
        self.assertEqual(sum(selects(selector, item.pod_labels) for selector in policies), 1 if policies else 0)

    @each("DaemonSet")
    def test_no_network_policy_keeps_the_shipper_away(self, item, objects):
        server = next(other for other in objects if other.kind == "Deployment")
        for policy in objects:
            if policy.kind != "NetworkPolicy" or not selects(policy.spec["podSelector"], server.pod_labels):
                continue
            peers = next(rule["from"] for rule in policy.spec["ingress"] if rule["ports"] == [{"port": "grpc"}])
            self.assertTrue(any(selects(peer["podSelector"], item.pod_labels) for peer in peers
                                if "podSelector" in peer and "namespaceSelector" not in peer))

    def test_a_digest_counts_before_a_tag(self):
        images = {container["image"] for item in render(HERE / "values" / "indented_rules.yaml") if item.pod
                  for container in item.containers}
        self.assertEqual(images, {"registry.example/proverlog@sha256:" + "0123456789abcdef" * 4})

    @each(*PODS)
    def test_pods_have_no_rights(self, item, objects):
        self.assertIs(item.pod["automountServiceAccountToken"], False)
        # Its variables would be taken for flags.
        self.assertIs(item.pod["enableServiceLinks"], False)
        self.assertEqual(item.pod["securityContext"]["seccompProfile"], {"type": "RuntimeDefault"})
        for container in item.containers:
            self.assertEqual(container["securityContext"], {
                "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}})
            self.assertIn("memory", container["resources"]["limits"])
        for name in ("hostNetwork", "hostPID", "hostIPC"):
            self.assertNotIn(name, item.pod)
        is_root = item.pod["securityContext"]["runAsUser"] == 0
        self.assertIs(item.pod["securityContext"]["runAsNonRoot"], not is_root)
        self.assertTrue(item.kind == "DaemonSet" or not is_root)

    @each(*PODS)
    def test_volumes_are_there(self, item, objects):
        volumes = {volume["name"]: volume for volume in item.pod.get("volumes", [])}
        mounts = [mount for container in item.containers for mount in container.get("volumeMounts", [])]
        self.assertEqual(set(volumes), {mount["name"] for mount in mounts})
        self.assertTrue(all(mount["readOnly"] for mount in mounts))
        for volume in volumes.values():
            if "hostPath" in volume:
                self.assertEqual(item.kind, "DaemonSet")
            if "configMap" in volume:
                self.assertIn(("ConfigMap", volume["configMap"]["name"]),
                              [(other.kind, other.name) for other in objects])

    @each("Deployment")
    def test_files_that_are_named_are_mounted(self, item, objects):
        config = next(other for other in objects if (other.kind, other.name) == ("ConfigMap", "prod-proverlog"))
        mounts = {mount["mountPath"] for mount in item.container["volumeMounts"]}
        named = re.findall(r"=(/etc/proverlog/config/\S+)", "\n".join(item.container["args"]))
        self.assertEqual({pathlib.Path(name).name for name in named}, set(config.document["data"]))
        rules = config.document["data"].get("rules.textproto", "")
        for path in re.findall(r'_file: "([^"]+)"', rules):
            self.assertIn(str(pathlib.Path(path).parent), mounts)

    def test_secrets_are_those_of_the_values(self):
        for values in VALUES:
            with self.subTest(values=values.name):
                text = template(values)
                chart = yaml.safe_load((CHART / "values.yaml").read_text())
                given = yaml.safe_load(values.read_text()) or {}
                database = {**chart["database"], **given.get("database", {})}
                alerts = {**chart["alerts"], **given.get("alerts", {})}
                wanted = {database["existingSecret"], database["caSecret"], alerts["existingSecret"]} - {""}
                found = set(re.findall(r"secretName: (\S+)", text)) | set(
                    re.findall(r"secretKeyRef:\s+name: (\S+)", text))
                self.assertEqual(found, wanted)
                self.assertNotIn("kind: Secret", text)

    @each("Job")
    def test_the_migration_runs_first_and_needs_nothing_of_the_release(self, item, objects):
        self.assertEqual(item.document["metadata"]["annotations"]["helm.sh/hook"], "pre-install,pre-upgrade")
        self.assertEqual(item.container["args"], ["migrate"])
        server = next(other for other in objects if other.kind == "Deployment")
        for container in item.containers:
            self.assertEqual(container["image"], server.container["image"])
            self.assertEqual(container["env"], server.container["env"])
        self.assertIn("--migrate=check", server.container["args"])

    @each("Job")
    def test_the_new_configuration_is_checked_before_the_old_one_goes(self, item, objects):
        server = next(other for other in objects if other.kind == "Deployment")
        check = item.containers[0]
        files = [argument for argument in server.container["args"] if "=/etc/" in argument]
        self.assertEqual(check["args"], ["check-config", *files])
        self.assertEqual(check["volumeMounts"], server.container["volumeMounts"])
        theirs, ours = ({volume["name"]: volume for volume in pod["volumes"]} for pod in (server.pod, item.pod))
        name = ours["config"]["configMap"]["name"]
        own = next(other for other in objects if (other.kind, other.name) == ("ConfigMap", name))
        released = next(other for other in objects
                        if (other.kind, other.name) == ("ConfigMap", theirs["config"]["configMap"]["name"]))
        self.assertEqual(own.document["data"], released.document["data"])
        self.assertEqual({**ours, "config": theirs["config"]}, theirs)
        hooks = [other.document["metadata"]["annotations"] for other in (own, item)]
        self.assertEqual([hook["helm.sh/hook"] for hook in hooks], ["pre-install,pre-upgrade"] * 2)
        self.assertLess(int(hooks[0]["helm.sh/hook-weight"]), int(hooks[1].get("helm.sh/hook-weight", 0)))

    @each("Deployment")
    def test_there_is_time_to_stop(self, item, objects):
        pause = item.container["lifecycle"]["preStop"]["sleep"]["seconds"]
        self.assertGreater(item.pod["terminationGracePeriodSeconds"], pause + STOP_LIMIT_SECONDS)

    @each("DaemonSet")
    def test_shippers_find_the_service(self, item, objects):
        server = next(argument.removeprefix("--server=") for argument in item.container["args"]
                      if argument.startswith("--server="))
        host, port = server.split(":")
        service = next(other for other in objects
                       if other.kind == "Service" and host == f"{other.name}.proverlog.svc")
        self.assertEqual(service.spec["clusterIP"], "None")
        self.assertEqual([str(port["port"]) for port in service.spec["ports"]], [port])
        logs = [argument for argument in item.container["args"] if argument.endswith(".log")]
        self.assertTrue(logs and all(log.startswith("/var/log/pods/aztec") for log in logs))

    @each(*PODS)
    def test_flags_are_the_programs(self, item, objects):
        for container in item.containers:
            program, *command = container.get("command", ["proverlogd"])
            arguments = command + container["args"]
            # check-config has the flags of the service itself.
            words = [word for word in arguments if not word.startswith(("-", "/")) and word != "check-config"]
            help_text = subprocess.run([BIN / pathlib.Path(program).name, *words, "--help"],
                                       capture_output=True, text=True, check=True).stdout
            for flag in re.findall(r"^--[a-z-]+", "\n".join(arguments), re.M):
                self.assertRegex(help_text, rf"{flag}\b")

    @each("Deployment")
    def test_the_service_takes_the_configuration(self, item, objects):
        config = next(other for other in objects if (other.kind, other.name) == ("ConfigMap", "prod-proverlog"))
        with tempfile.TemporaryDirectory() as directory:
            # Where the pod has its ConfigMap and its secret.
            for name, text in config.document["data"].items():
                text = text.replace("/etc/proverlog/secrets", directory)
                (pathlib.Path(directory) / name).write_text(text)
            (pathlib.Path(directory) / "slack-url").write_text("https://chat.example/hook")
            arguments = [argument.replace("/etc/proverlog/config", directory)
                         for argument in item.container["args"]]
            run = subprocess.run(
                [BIN / "proverlogd", "check-config", "--database-url=postgresql://db/proverlog", *arguments],
                capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def test_all_settings_can_be_given(self):
        """Those that the chart does not make by itself are keys of `config`."""
        run = subprocess.run([BIN / "proverlogd", "check-config", "--database-url=postgresql://db/proverlog"],
                             capture_output=True, text=True, check=True)
        settings = {line.split()[0] for line in run.stdout.split("SETTING")[1].splitlines()[1:] if line}
        made = {"config", "data-dir", "database-url", "migrate", "listen", "http-listen", "rules"}
        schema = json.loads((CHART / "values.schema.json").read_text())
        self.assertEqual(set(schema["properties"]["config"]["properties"]), settings - made)

    def test_the_readme_has_every_value(self):
        def leaves(value, path=""):
            for key, inner in value.items():
                name = f"{path}.{key}" if path else key
                if isinstance(inner, dict) and inner and key != "resources":
                    yield from leaves(inner, name)
                else:
                    yield name, inner
        rows = re.findall(r"^\| `([\w.]+)` \| (.*?) \| .+ \|$", (CHART / "README.md").read_text(), re.M)
        expected = [(name, f"`{json.dumps(value)}`") for name, value in
                    leaves(yaml.safe_load((CHART / "values.yaml").read_text()))]
        self.assertEqual(rows, expected)

    def test_the_version_is_the_projects(self):
        chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
        version = re.search(r"project\(proverlog VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())[1]
        self.assertEqual((chart["version"], chart["appVersion"]), (version, version))


if __name__ == "__main__":
    if "--update" in sys.argv:
        GOLDEN.write_text(template(HERE / "values" / "defaults.yaml"))
    else:
        unittest.main()
