"""Tests of what deploy/ holds: python3 -m unittest discover -s deploy

They need no network, no root and no container. What needs a tool that is not there is skipped and says which: `make
deploy-tools` brings Helm's engine and Kubernetes' schemas, apt the others. `deploy/try.sh` tries the rest for real.
"""

import base64
import hashlib
import importlib.util
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
import unittest
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent

# The oldest Kubernetes that the chart names, and a newer one.
KUBERNETES = ("1.30", "1.34")

BASE = {
    "publicUrl": "https://id.example.com",
    "blobs": {"bucket": "selfsame"},
    "networkPolicy": {"ingressFrom": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress"}}}]},
}


def module(name):
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def importable(name):
    return importlib.util.find_spec(name) is not None


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, check=False, **more)


def merged(left, right):
    both = dict(left)
    for key, value in right.items():
        both[key] = merged(left[key], value) if isinstance(value, dict) and isinstance(left.get(key), dict) else value
    return both


def settings():
    """Every setting that the server has, as SELFSAME__SECTION__KEY: those with a default, and those that are commented out."""
    names, section = set(), ""
    for line in (ROOT / "crates/config/src/default.toml").read_text("utf-8").splitlines():
        if found := re.fullmatch(r"\[([a-z.]+)\]", line):
            section = found.group(1).replace(".", "__") + "__"
        elif found := re.match(r"(?:# )?([a-z_]+) = ", line):
            names.add(f"SELFSAME__{section}{found.group(1)}".upper())
    return names


class Models(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.models = pathlib.Path(self.folder.name) / "models"
        self.models.mkdir()
        for name in ("engine-linux", "engine-macos", "network", "other"):
            (self.models / name).write_bytes(name.encode())
        digest = lambda name: hashlib.sha256(name.encode()).hexdigest()
        library = lambda system, arch, name: (
            f'[[engine.library]]\nos = "{system}"\narch = "{arch}"\nfile = "{name}"\nsha256 = "{digest(name)}"\n'
        )
        (self.models / "manifest.toml").write_text(
            '[engine]\nname = "engine"\n'
            + library("linux", "x86_64", "engine-linux")
            + library("macos", "aarch64", "engine-macos")
            + f'[slot.detector]\nfile = "network"\nsha256 = "{digest("network")}"\n'
        )
        self.out = pathlib.Path(self.folder.name) / "out"
        self.gather = module("models").gather

    def test_only_what_the_manifest_names_for_the_platform_is_copied(self):
        self.out.mkdir()
        (self.out / "old").touch()
        self.assertEqual(self.gather(self.models, self.out, "linux", "x86_64"), (2, 19))
        names = sorted(path.name for path in self.out.iterdir())
        self.assertEqual(names, ["engine-linux", "manifest.toml", "network"])

    def test_another_file_than_stated_is_refused(self):
        (self.models / "network").write_bytes(b"another")
        with self.assertRaisesRegex(Exception, "network has sha256 .* manifest.toml states"):
            self.gather(self.models, self.out, "linux", "x86_64")

    def test_a_file_that_is_missing_is_named(self):
        (self.models / "network").unlink()
        with self.assertRaisesRegex(Exception, "network is missing; bring it with: make models"):
            self.gather(self.models, self.out, "linux", "x86_64")

    def test_a_platform_without_an_engine_is_refused(self):
        with self.assertRaisesRegex(Exception, "no inference engine for linux on riscv64"):
            self.gather(self.models, self.out, "linux", "riscv64")


class BillOfMaterials(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        out, notices = (pathlib.Path(cls.folder.name) / name for name in ("bill.json", "notices.txt"))
        command = [sys.executable, HERE / "sbom.py", "--out", out, "--notices", notices]
        made = run(*command, cwd=ROOT)
        if made.returncode:
            raise AssertionError(made.stderr)
        cls.bill = json.loads(out.read_text("utf-8"))
        cls.notices = notices.read_text("utf-8")
        cls.components = {component["bom-ref"]: component for component in cls.bill["components"]}

    def test_every_reference_names_a_component_and_each_has_one_name(self):
        self.assertEqual(len(self.components), len(self.bill["components"]))
        known = set(self.components) | {"selfsame"}
        for entry in self.bill["dependencies"]:
            self.assertIn(entry["ref"], known)
            self.assertLessEqual(set(entry["dependsOn"]), known)

    def test_crates_of_the_binary_are_listed_with_hash_and_licence_and_those_of_tests_are_not(self):
        lock = tomllib.loads((ROOT / "Cargo.lock").read_text("utf-8"))
        versions = {package["name"]: package for package in lock["package"]}
        tokio = self.components[f"pkg:cargo/tokio@{versions['tokio']['version']}"]
        self.assertEqual(tokio["hashes"], [{"alg": "SHA-256", "content": versions["tokio"]["checksum"]}])
        self.assertEqual(tokio["licenses"], [{"expression": "MIT"}])
        self.assertIn("tokio", self.notices)
        for of_tests in ("s3s", "divan", "selfsame-testkit"):
            self.assertIn(of_tests, versions)
            self.assertNotIn(f"pkg:cargo/{of_tests}@{versions[of_tests]['version']}", self.components)

    def test_every_file_of_the_models_is_listed(self):
        manifest = tomllib.loads((ROOT / "models/manifest.toml").read_text("utf-8"))
        for slot, entry in manifest["slot"].items():
            component = self.components[f"models/{entry['file']}"]
            self.assertEqual(component["type"], "machine-learning-model", slot)
            self.assertEqual(component["hashes"][0]["content"], entry["sha256"], slot)

    def test_what_the_browser_code_holds_is_required_and_what_builds_it_is_not(self):
        scope = {component["name"]: component.get("scope") for component in self.bill["components"]}
        self.assertEqual(scope["engine.io-client"], "required")
        self.assertEqual(scope["onnxruntime-node"], "required")
        self.assertEqual(scope["esbuild"], "excluded")


class Settings(unittest.TestCase):
    def test_every_setting_that_is_named_here_exists(self):
        known = settings()
        self.assertIn("SELFSAME__SECURITY__MASTER_KEY", known)
        for path in sorted(HERE.rglob("*")) + [ROOT / "docs/deploy.md"]:
            if path.suffix == ".py" or not path.is_file():
                continue
            for name in re.findall(r"SELFSAME__[A-Z]+__[A-Z_]+[A-Z]", path.read_text("utf-8")):
                if name == "SELFSAME__SECTION__KEY":
                    continue
                self.assertIn(name.removesuffix("_FILE"), known, f"{path} names a setting that the server does not have")

    def test_the_packaged_settings_are_settings(self):
        sections = tomllib.loads((HERE / "debian/selfsame.toml").read_text("utf-8"))
        for section, keys in sections.items():
            for key in keys:
                self.assertIn(f"SELFSAME__{section}__{key}".upper(), settings())


class Unit(unittest.TestCase):
    def test_its_exposure_is_below_two(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("systemd-analyze is not installed (Debian: apt-get install systemd)")
        looked = run("systemd-analyze", "security", "--offline=true", "--no-pager", HERE / "systemd/selfsame.service")
        found = re.search(r"Overall exposure level for selfsame.service: ([0-9.]+)", looked.stdout)
        self.assertTrue(found, looked.stderr)
        self.assertLess(float(found.group(1)), 2.0, looked.stdout)

    def test_scripts_are_clean(self):
        scripts = [HERE / "deb.sh", HERE / "release.sh", HERE / "try.sh"]
        scripts += [HERE / "debian" / name for name in ("postinst", "prerm", "postrm")]
        for script in scripts:
            shell = "bash" if script.suffix == ".sh" else "sh"
            self.assertEqual(run(shell, "-n", script).stderr, "", script)
        if shutil.which("shellcheck"):
            self.assertEqual(run("shellcheck", *scripts).stdout, "")


class Container(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = (HERE / "container/Dockerfile").read_text("utf-8")
        cls.stages = re.split(r"^FROM ", cls.text, flags=re.MULTILINE)

    def test_bases_are_named_by_digest(self):
        images = dict(re.findall(r"^ARG ([A-Z]+_IMAGE)=(.*)$", self.text, re.MULTILINE))
        self.assertEqual(sorted(images), ["NODE_IMAGE", "RUNTIME_IMAGE", "RUST_IMAGE"])
        for image in images.values():
            self.assertRegex(image, r"^[a-z0-9./:-]+@sha256:[0-9a-f]{64}$")
        for base in re.findall(r"^FROM (\S+)", self.text, re.MULTILINE):
            self.assertRegex(base, r"^(\$\{[A-Z]+_IMAGE\}|\$\{SERVER\}|scratch)$")

    def test_the_last_stage_runs_nothing_and_is_nobody(self):
        last = self.stages[-1]
        self.assertNotRegex(last, r"(?m)^RUN ")
        self.assertRegex(last, r"(?m)^USER 65532:65532$")
        self.assertRegex(last, r'(?m)^ENTRYPOINT \["/usr/bin/selfsame"\]$')

    def test_what_is_copied_exists(self):
        for sources in re.findall(r"^COPY (?!--from)(.*) \S+$", self.text, re.MULTILINE):
            for source in sources.split():
                if not source.startswith(("--", "target/")):
                    self.assertTrue((ROOT / source).exists(), source)


class Alerts(unittest.TestCase):
    def test_rules_fire_when_they_should(self):
        if not shutil.which("promtool"):
            self.skipTest("promtool is not installed (Debian: apt-get install prometheus)")
        checked = run("promtool", "check", "rules", HERE / "prometheus/alerts.yaml")
        self.assertEqual(checked.returncode, 0, checked.stderr)
        tried = run("promtool", "test", "rules", HERE / "prometheus/alerts-test.yaml")
        self.assertEqual(tried.returncode, 0, tried.stdout + tried.stderr)

    def test_metrics_that_are_asked_for_are_told(self):
        sources = "\n".join(path.read_text("utf-8") for path in (ROOT / "crates").glob("*/src/**/*.rs"))
        asked = set()
        for path in ("prometheus/alerts.yaml", "grafana/selfsame.json", "helm/selfsame/templates/horizontalpodautoscaler.yaml"):
            asked |= set(re.findall(r"\bselfsame_[a-z_]+", (HERE / path).read_text("utf-8")))
        self.assertGreater(len(asked), 12)
        for name in sorted(asked):
            told = f'"{re.sub("_(bucket|sum|count)$", "", name)}"' in sources
            self.assertTrue(told, f"no crate tells {name}")


class Dashboard(unittest.TestCase):
    def test_panels_have_names_of_their_own_and_do_not_overlap(self):
        board = json.loads((HERE / "grafana/selfsame.json").read_text("utf-8"))
        taken, names = set(), set()
        for panel in board["panels"]:
            self.assertNotIn(panel["id"], names)
            names.add(panel["id"])
            at = panel["gridPos"]
            self.assertLessEqual(at["x"] + at["w"], 24)
            cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
            self.assertFalse(taken & cells, panel["title"])
            taken |= cells
            for target in panel.get("targets", []):
                self.assertIn('job=~"$job"', target["expr"], panel["title"])


@unittest.skipUnless(importable("helm_python") and importable("yaml"), "Helm's engine is not here; get it with: make deploy-tools")
class Chart(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.helm = __import__("helm_python")
        cls.yaml = __import__("yaml")
        cls.chart = cls.helm.Chart.load(str(HERE / "helm/selfsame"))
        cls.addClassCleanup(cls.chart.close)

    def documents(self, values):
        values = merged(BASE, values)
        self.chart.validate_schema(values)
        rendered = self.chart.render(values, name="selfsame", namespace="identity")
        found = [
            document
            for name, text in rendered.items()
            if name.endswith(".yaml")
            for document in self.yaml.safe_load_all(text)
            if document
        ]
        return {(document["kind"], document["metadata"]["name"]): document for document in found}

    everything = {
        "autoscaling": {"enabled": True},
        "strategy": "RollingUpdate",
        "image": {"digest": "sha256:" + "0" * 64},
        "ingress": {"enabled": True, "host": "id.example.com", "tlsSecret": "tls", "className": "nginx"},
        "metrics": {"serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}}},
        "networkPolicy": {
            "metricsFrom": [{"podSelector": {}}],
            "egress": [{"to": [{"ipBlock": {"cidr": "10.0.0.7/32"}}], "port": 5432}],
        },
        "settings": {"SELFSAME__RETENTION__SESSION_MINUTES": "30"},
        "trustedProxies": ["10.1.0.0/16"],
        "podAnnotations": {"a": "b"},
        "nodeSelector": {"disk": "ssd"},
        "tolerations": [{"key": "a", "operator": "Exists"}],
        "affinity": {"podAntiAffinity": {}},
        "imagePullSecrets": [{"name": "registry"}],
    }
    ways = {"default": {}, "everything": everything, "sqlite": {"storage": "sqlite"}}

    def test_what_is_rendered_is_what_kubernetes_takes(self):
        if not importable("kubernetes_validate"):
            self.skipTest("Kubernetes' schemas are not here; get them with: make deploy-tools")
        validate = __import__("kubernetes_validate").validate
        for way, values in self.ways.items():
            for document in self.documents(values).values():
                # Its schema is the Prometheus operator's.
                if document["kind"] == "ServiceMonitor":
                    continue
                for version in KUBERNETES:
                    with self.subTest(way=way, kind=document["kind"], version=version):
                        validate(document, version, strict=True)

    def test_each_way_renders_the_kinds_that_it_should(self):
        kinds = lambda values: sorted(kind for kind, _ in self.documents(values))
        always = ["Deployment", "NetworkPolicy", "Service", "Service", "ServiceAccount"]
        self.assertEqual(kinds({}), sorted(always + ["PodDisruptionBudget"]))
        more = ["HorizontalPodAutoscaler", "Ingress", "PodDisruptionBudget", "ServiceMonitor"]
        self.assertEqual(kinds(self.everything), sorted(always + more))
        self.assertEqual(kinds({"storage": "sqlite"}), sorted(always + ["PersistentVolumeClaim"]))

    def test_pods_have_no_rights_and_no_secret_in_their_environment(self):
        for way, values in self.ways.items():
            pod = self.documents(values)["Deployment", "selfsame"]["spec"]["template"]["spec"]
            self.assertFalse(pod["automountServiceAccountToken"], way)
            self.assertTrue(pod["securityContext"]["runAsNonRoot"], way)
            self.assertEqual(pod["securityContext"]["seccompProfile"], {"type": "RuntimeDefault"}, way)
            (container,) = pod["containers"]
            self.assertEqual(container["securityContext"], {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }, way)
            env = {entry["name"]: entry["value"] for entry in container["env"]}
            self.assertEqual(len(env), len(container["env"]), "a variable stands twice")
            for name, value in env.items():
                if re.search("MASTER_KEY|API_|ACCESS_KEY|DATABASE__URL", name):
                    self.assertRegex(name, "_FILE$")
                    self.assertRegex(value, "^/run/secrets/selfsame/")
            # Each such file is one that a Secret brings.
            (secrets,) = (volume["projected"] for volume in pod["volumes"] if volume["name"] == "secrets")
            brought = {item["path"] for source in secrets["sources"] for item in source["secret"]["items"]}
            wanted = {value.rpartition("/")[2] for name, value in env.items() if name.endswith("_FILE")}
            self.assertEqual(wanted, brought, way)

    def test_selectors_find_the_pods_and_ports_the_container(self):
        documents = self.documents(self.everything)
        deployment = documents["Deployment", "selfsame"]["spec"]
        labels = deployment["template"]["metadata"]["labels"]
        for selector in (
            deployment["selector"]["matchLabels"],
            documents["Service", "selfsame"]["spec"]["selector"],
            documents["Service", "selfsame-metrics"]["spec"]["selector"],
            documents["PodDisruptionBudget", "selfsame"]["spec"]["selector"]["matchLabels"],
            documents["NetworkPolicy", "selfsame"]["spec"]["podSelector"]["matchLabels"],
        ):
            self.assertLessEqual(selector.items(), labels.items())
        (container,) = deployment["template"]["spec"]["containers"]
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        self.assertEqual(ports, {"http": 8080, "metrics": 9464})
        env = {entry["name"]: entry["value"] for entry in container["env"]}
        self.assertEqual(env["SELFSAME__SERVER__LISTEN"], "0.0.0.0:8080")
        self.assertEqual(env["SELFSAME__SERVER__METRICS_LISTEN"], "0.0.0.0:9464")
        self.assertEqual(json.loads(env["SELFSAME__SERVER__TRUSTED_PROXIES"]), ["10.1.0.0/16"])
        monitor = documents["ServiceMonitor", "selfsame"]["spec"]
        service = documents["Service", "selfsame-metrics"]
        self.assertLessEqual(monitor["selector"]["matchLabels"].items(), service["metadata"]["labels"].items())
        self.assertEqual(monitor["endpoints"][0]["port"], service["spec"]["ports"][0]["name"])
        # The service for the public has another label, or it would be read as well.
        public = documents["Service", "selfsame"]["metadata"]["labels"]
        self.assertFalse(monitor["selector"]["matchLabels"].items() <= public.items())

    def test_probes_ask_for_routes_that_there_are(self):
        routes = (ROOT / "crates/server/src/routes.rs").read_text("utf-8")
        (container,) = self.documents({})["Deployment", "selfsame"]["spec"]["template"]["spec"]["containers"]
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            self.assertIn(f'"{container[probe]["httpGet"]["path"]}"', routes)

    def test_the_server_starts_with_what_the_pod_is_given(self):
        binary = pathlib.Path(os.environ.get("SELFSAME_BIN", ROOT / "target/debug/selfsame"))
        if not binary.exists() or not (ROOT / "models/weights").exists():
            self.skipTest(f"there is no {binary} or no models; make them with: make build models")
        (container,) = self.documents({"storage": "sqlite"})["Deployment", "selfsame"]["spec"]["template"]["spec"]["containers"]
        env = {entry["name"]: entry["value"] for entry in container["env"]}
        with tempfile.TemporaryDirectory() as folder:
            for name, path in env.items():
                if name.endswith("_FILE"):
                    file = pathlib.Path(folder) / pathlib.Path(path).name
                    file.write_text(base64.b64encode(os.urandom(32)).decode() + "\n")
                    file.chmod(0o440)
                    env[name] = str(file)
            env |= {name: "127.0.0.1:0" for name in ("SELFSAME__SERVER__LISTEN", "SELFSAME__SERVER__METRICS_LISTEN")}
            env |= {"SELFSAME__DATA__DIR": f"{folder}/data", "SELFSAME__MODELS__DIR": str(ROOT / "models")}
            env |= {"SELFSAME__LOG__FORMAT": "json"}
            log = pathlib.Path(folder) / "log"
            with log.open("w") as out:
                server = subprocess.Popen([binary, "serve"], env=env, stdout=out, stderr=subprocess.STDOUT)
            try:
                address = self.told(server, log, r"listens on (http://[0-9.:]+)")
                metrics = self.told(server, log, r'metrics are told under /metrics","address":"([0-9.:]+)"')
                self.assertEqual(self.ready(f"{address}/health/ready"), 204)
                with urllib.request.urlopen(f"http://{metrics}/metrics", timeout=10) as answer:
                    self.assertIn("selfsame_captures_live 0", answer.read().decode())
            finally:
                server.terminate()
                self.assertEqual(server.wait(30), 0, log.read_text())

    def ready(self, url):
        """The first start makes the key that signs, and is ready after that: a few seconds."""
        for _ in range(150):
            try:
                with urllib.request.urlopen(url, timeout=10) as answer:
                    return answer.status
            except urllib.error.HTTPError as not_yet:
                status = not_yet.code
            time.sleep(0.2)
        return status

    def told(self, server, log, pattern):
        """What the server says of itself, within half a minute."""
        for _ in range(300):
            if found := re.search(pattern, log.read_text()):
                return found.group(1)
            self.assertIsNone(server.poll(), log.read_text())
            time.sleep(0.1)
        self.fail(f"the server did not say {pattern}: {log.read_text()}")

    def test_a_pod_has_longer_to_end_than_its_captures(self):
        pod = self.documents({"drainSeconds": 90})["Deployment", "selfsame"]["spec"]["template"]["spec"]
        self.assertEqual(pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"], 90)
        self.assertEqual(pod["terminationGracePeriodSeconds"], 120)

    def test_replicas_are_the_autoscalers_where_there_is_one(self):
        replicas = lambda values: self.documents(values)["Deployment", "selfsame"]["spec"].get("replicas")
        self.assertEqual(replicas({"replicas": 3}), 3)
        self.assertIsNone(replicas(self.everything))
        self.assertEqual(replicas({"storage": "sqlite", "replicas": 3}), 1)

    def test_values_that_cannot_work_are_refused(self):
        for values in (
            {"publicUrl": ""},
            {"publicUrl": "http://id.example.com"},
            {"blobs": {"bucket": ""}},
            {"blobs": {"endpoint": "http://s3.example.com"}},
            {"networkPolicy": {"ingressFrom": []}},
            {"storage": "mysql"},
            {"storage": "sqlite", "autoscaling": {"enabled": True}},
            {"storage": "sqlite", "strategy": "RollingUpdate"},
            {"settings": {"SELFSAME__SECURITY__MASTER_KEY": "AAAA"}},
            {"settings": {"SELFSAME__BOOTSTRAP__API_SECRET": "a"}},
            {"settings": {"PATH": "/"}},
            {"ingress": {"enabled": True, "host": "id.example.com"}},
            {"replicaCount": 3},
            {"image": {"digest": "latest"}},
        ):
            with self.subTest(values=values), self.assertRaises(self.helm.HelmError):
                self.chart.validate_schema(self.chart.merge_values(merged(BASE, values)))

    def test_helm_finds_nothing_to_blame(self):
        with tempfile.TemporaryDirectory() as folder:
            copy = shutil.copytree(HERE / "helm/selfsame", pathlib.Path(folder) / "selfsame")
            # Values that have to be set are not in the chart, and it is refused without them.
            values = self.yaml.safe_load((copy / "values.yaml").read_text("utf-8"))
            (copy / "values.yaml").write_text(self.yaml.safe_dump(merged(values, BASE)), "utf-8")
            found = [message["error"] for message in self.helm.lint(str(copy))["messages"]]
            self.assertEqual(found, ["icon is recommended"])


class Advisories(unittest.TestCase):
    """`make advisories` is no yes where it could not look."""

    def make(self, cargo, **variables):
        with tempfile.TemporaryDirectory() as folder:
            fake = pathlib.Path(folder) / "cargo"
            fake.write_text(f"#!/bin/sh\n{cargo}\n", "utf-8")
            fake.chmod(0o755)
            given = [f"{name}={value}" for name, value in variables.items()]
            # What a make above this one was told is not meant for this one.
            env = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "ADVISORIES")}
            return run("make", "-C", ROOT, "advisories", f"CARGO={fake}", *given, env=env)

    def test_it_fails_where_it_could_not_look_unless_told_not_to(self):
        without = "exit 1"
        unreachable = '[ "$2" = --version ]'
        for cargo, words in ((without, "cargo-deny is not installed"), (unreachable, "cannot be reached")):
            refused = self.make(cargo, ADVISORIES="")
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn(words, refused.stderr)
            self.assertIn("ADVISORIES=optional", refused.stderr)
            let = self.make(cargo, ADVISORIES="optional")
            self.assertEqual(let.returncode, 0, let.stderr)
            self.assertIn(words, let.stderr)

    def test_what_was_found_fails_in_either_case(self):
        found = 'case "$*" in *advisories*) echo RUSTSEC; exit 1;; esac'
        for way in ("", "optional"):
            looked = self.make(found, ADVISORIES=way)
            self.assertNotEqual(looked.returncode, 0)
            self.assertIn("RUSTSEC", looked.stdout)
        self.assertEqual(self.make("exit 0", ADVISORIES="").returncode, 0)


if __name__ == "__main__":
    unittest.main()
