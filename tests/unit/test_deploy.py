"""What is deployed is what the project has: every service once, one image, probes, no secrets, no file left behind."""

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.topics import TOPICS
from kit.settings import PREFIX, Settings, load_settings
from services.registry import SERVICES
from tests.handlers.test_subscriptions import HEARING, Desk

ROOT = Path(__file__).parents[2]
KUBERNETES = ROOT / "deploy" / "kubernetes"
BASE = KUBERNETES / "base"
EXAMPLE = KUBERNETES / "overlays" / "example"

HOLDS_PII = ("intake",)

needs_kubectl = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not on this machine")


def documents(path: Path) -> list[dict[str, Any]]:
    return [found for found in yaml.safe_load_all(path.read_text("utf-8")) if found]


def one(path: Path) -> dict[str, Any]:
    [found] = documents(path)
    return found


def settings_of(file: Path) -> dict[str, str]:
    lines = [line for line in file.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def is_setting(variable: str) -> bool:
    group, _, name = variable.removeprefix(PREFIX).lower().partition("__")
    return variable.startswith(PREFIX) and name in type(getattr(Settings(), group)).model_fields


@cache
def rendered() -> tuple[dict[str, Any], ...]:
    """The example overlay as the cluster would get it; kustomize needs no cluster for that."""
    told = subprocess.run(["kubectl", "kustomize", str(EXAMPLE)], capture_output=True, text=True, check=True)
    return tuple(yaml.safe_load_all(told.stdout))


def of_kind(kind: str) -> dict[str, dict[str, Any]]:
    return {found["metadata"]["name"]: found for found in rendered() if found["kind"] == kind}


def name_of(service: str) -> str:
    return f"hotline-{service.replace('_', '-')}"


def container_of(deployment: dict[str, Any]) -> dict[str, Any]:
    [container] = deployment["spec"]["template"]["spec"]["containers"]
    return dict(container)


@pytest.mark.parametrize("path", sorted(KUBERNETES.rglob("*.yaml")), ids=lambda path: str(path.relative_to(KUBERNETES)))
def test_every_manifest_can_be_read_and_says_what_it_is(path: Path) -> None:
    assert all(found["apiVersion"] and found["kind"] for found in documents(path))


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_is_the_one_deployment_with_its_own_name_and_argument(service: str) -> None:
    folder = service.replace("_", "-")
    assert folder in one(BASE / "kustomization.yaml")["resources"]
    kustomization = one(BASE / folder / "kustomization.yaml")
    assert "../service" in kustomization["resources"]
    assert kustomization["nameSuffix"] == f"-{folder}"
    patches = {patch["target"]["kind"]: yaml.safe_load(patch["patch"]) for patch in kustomization["patches"]}
    set_to = {change["path"]: change["value"] for changes in patches.values() for change in changes}
    assert set_to["/spec/template/spec/containers/0/args/-"] == service
    assert set_to["/spec/rules/0/http/paths/0/path"] == f"/{SERVICES[service].prefix}"


def test_nothing_is_deployed_that_is_no_service() -> None:
    folders = {path.parent.name for path in BASE.glob("*/kustomization.yaml")}
    assert folders == {"service"} | {service.replace("_", "-") for service in SERVICES}


def test_the_deployment_is_probed_where_the_process_answers_and_may_drain() -> None:
    pod = one(BASE / "service" / "deployment.yaml")["spec"]["template"]["spec"]
    [container] = pod["containers"]
    paths = {name: container[name]["httpGet"]["path"] for name in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert paths == {"startupProbe": "/livez", "livenessProbe": "/livez", "readinessProbe": "/readyz"}
    assert pod["terminationGracePeriodSeconds"] > Settings().http.drain_seconds


def test_the_process_may_write_nothing_but_its_temporary_folder() -> None:
    pod = one(BASE / "service" / "deployment.yaml")["spec"]["template"]["spec"]
    [container] = pod["containers"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert [mount["mountPath"] for mount in container["volumeMounts"]] == ["/tmp"]


def test_all_run_one_image_that_the_overlay_names() -> None:
    images = re.findall(r"^\s*(?:- )?image: (\S+)", "\n".join(p.read_text() for p in BASE.rglob("*.yaml")), re.M)
    assert images == ["hotline-loop"]
    assert [image["name"] for image in one(EXAMPLE / "kustomization.yaml")["images"]] == images


def test_no_secret_has_a_value_and_none_is_applied() -> None:
    secrets = [found for path in KUBERNETES.rglob("*.yaml") for found in documents(path) if found["kind"] == "Secret"]
    assert secrets
    assert {value for secret in secrets for value in secret["stringData"].values()} == {""}
    assert not any("secrets.example" in path.read_text() for path in KUBERNETES.rglob("kustomization.yaml"))


def test_every_setting_that_is_deployed_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    shared = settings_of(BASE / "settings.env")
    [generated] = one(EXAMPLE / "kustomization.yaml")["configMapGenerator"]
    own = dict(literal.split("=", 1) for literal in generated["literals"])
    secret = [name for found in documents(BASE / "secrets.example.yaml") for name in found["stringData"]]
    assert [name for name in (*shared, *own, *secret) if not is_setting(name)] == []
    for name, value in {**shared, **own}.items():
        monkeypatch.setenv(name, value)
    assert load_settings().kafka.replication_factor == 3


def test_the_key_to_peoples_data_is_given_to_intake_alone() -> None:
    holders = [path.parent.name for path in BASE.rglob("*.yaml") if "hotline-pii" in path.read_text()]
    assert set(holders) == {"intake", "base"}  # base: the example of the secret itself


def data_files() -> Iterator[tuple[str, str]]:
    """Files that are no code, by package and path in it, as git has them."""
    told = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    packages = tuple(_packaging()["packages"]["find"]["include"])
    for file in told.stdout.splitlines():
        package, _, inside = file.partition("/")
        if inside and any(fnmatch(package, each) for each in packages) and not inside.endswith(".py"):
            yield package, inside


def _packaging() -> Any:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]


NOT_READ_AT_RUN_TIME = ("samples/*", "schemas/*", "released/*", "asyncapi.json")


def test_every_file_that_services_read_travels_in_the_package() -> None:
    """An editable install finds files that an image, which is installed from a wheel, does not have."""
    declared = _packaging()["package-data"]
    left_behind = [
        f"{package}/{inside}"
        for package, inside in data_files()
        if not any(fnmatch(inside, pattern) for pattern in (*declared.get(package, ()), *NOT_READ_AT_RUN_TIME))
    ]
    assert left_behind == []


def test_the_image_holds_every_package_but_the_embedded_broker_and_runs_as_nobody() -> None:
    told = (ROOT / "deploy" / "Containerfile").read_text()
    packages = [each.rstrip("*") for each in _packaging()["packages"]["find"]["include"]]
    assert [name for name in packages if f"COPY {name} {name}" not in told] == ["embedded"]
    assert "--require-hashes" in told
    assert re.search(r"^USER [1-9]", told, re.M)


@needs_kubectl
@pytest.mark.parametrize("service", SERVICES)
def test_a_rendered_service_can_be_found_scaled_and_reached(service: str) -> None:
    deployment = of_kind("Deployment")[name_of(service)]
    chosen = deployment["spec"]["selector"]["matchLabels"]
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert chosen.items() <= labels.items()
    assert container_of(deployment)["args"] == ["run", service]
    assert of_kind("Service")[name_of(service)]["spec"]["selector"] == chosen
    assert of_kind("PodDisruptionBudget")[name_of(service)]["spec"]["selector"]["matchLabels"] == chosen
    assert of_kind("HorizontalPodAutoscaler")[name_of(service)]["spec"]["scaleTargetRef"]["name"] == name_of(service)
    [rule] = of_kind("Ingress")[name_of(service)]["spec"]["rules"]
    [path] = rule["http"]["paths"]
    assert (path["path"], path["backend"]["service"]["name"]) == (f"/{SERVICES[service].prefix}", name_of(service))


@needs_kubectl
def test_rendered_pods_differ_in_labels_so_that_no_service_answers_for_another() -> None:
    chosen = [tuple(found["spec"]["selector"]["matchLabels"].items()) for found in of_kind("Deployment").values()]
    assert len(set(chosen)) == len(SERVICES)


@needs_kubectl
def test_a_change_of_the_settings_rolls_the_pods() -> None:
    [settings] = of_kind("ConfigMap")
    assert settings != "hotline-settings"
    for deployment in of_kind("Deployment").values():
        assert container_of(deployment)["envFrom"][0]["configMapRef"]["name"] == settings


@needs_kubectl
def test_scaling_never_outgrows_the_partitions() -> None:
    partitions = int(settings_of(BASE / "settings.env")["HOTLINE_KAFKA__PARTITIONS"])
    assert {found["spec"]["maxReplicas"] for found in of_kind("HorizontalPodAutoscaler").values()} <= {
        *range(1, partitions + 1)
    }


def acl_lines(verb: str) -> dict[str, set[str]]:
    told = (ROOT / "deploy" / "kafka" / "acls.sh").read_text()
    found = re.findall(rf"^{verb} (\w+) (.+)$", told, re.M)
    return {service: set(topics.split()) for service, topics in found}


def test_the_bus_lets_every_service_say_and_hear_what_it_does_and_nothing_else() -> None:
    assert acl_lines("says") == {name: service.says_on() for name, service in SERVICES.items()}
    assert acl_lines("hears") == {name: set(Desk(name).subscriber.topic_names) for name in HEARING}


def test_the_store_gives_every_service_a_user_with_its_own_database_alone() -> None:
    told = (ROOT / "deploy" / "mongodb" / "users.js").read_text()
    [listed] = re.findall(r"^const services = \[(.+)\];$", told, re.M)
    assert re.findall(r'"(\w+)"', listed) == list(SERVICES)
    assert re.findall(r"role: \"(\w+)\", db: (\w+)", told) == [("readWrite", "name")]


def test_the_administrators_script_makes_every_topic() -> None:
    told = (ROOT / "deploy" / "kafka" / "topics.sh").read_text()
    assert set(re.findall(r"^make_topic (\S+)", told, re.M)) == set(TOPICS)


@pytest.mark.parametrize("script", ["acls.sh", "topics.sh"])
def test_the_scripts_for_the_bus_run(script: str, tmp_path: Path) -> None:
    """With a stand-in that writes down what it is asked: the shell itself is the real one."""
    stand_in, asked = tmp_path / "kafka", tmp_path / "asked"
    stand_in.write_text(f'#!/bin/sh\necho "$@" >> {asked}\n')
    stand_in.chmod(0o700)
    known = {name: str(stand_in) for name in ("KAFKA_ACLS", "KAFKA_TOPICS")}
    environment = {**os.environ, **known, "BOOTSTRAP": "kafka:9093", "CONFIG": "admin.properties"}
    subprocess.run([ROOT / "deploy" / "kafka" / script], env=environment, check=True)
    lines = asked.read_text().splitlines()
    assert len(lines) >= len(TOPICS)
    assert all(line.startswith("--bootstrap-server kafka:9093 --command-config admin.properties") for line in lines)


@needs_kubectl
@pytest.mark.parametrize("service", SERVICES)
def test_a_rendered_service_has_an_identity_and_a_secret_of_its_own(service: str) -> None:
    deployment = of_kind("Deployment")[name_of(service)]
    assert deployment["spec"]["template"]["spec"]["serviceAccountName"] in of_kind("ServiceAccount")
    assert deployment["spec"]["template"]["spec"]["serviceAccountName"] == name_of(service)
    given = [each["secretRef"]["name"] for each in container_of(deployment)["envFrom"] if "secretRef" in each]
    assert given == [name_of(service), *(["hotline-pii"] if service in HOLDS_PII else [])]


@needs_kubectl
def test_what_is_rendered_is_an_image_by_its_digest() -> None:
    images = {container_of(deployment)["image"] for deployment in of_kind("Deployment").values()}
    [image] = images
    assert re.fullmatch(r"[\w./-]+@sha256:[0-9a-f]{64}", image)


@needs_kubectl
def test_pods_reach_named_places_alone_and_the_door_has_limits() -> None:
    policy = of_kind("NetworkPolicy")["hotline"]["spec"]
    assert [rule for rule in policy["egress"] if not rule.get("to")] == []
    for ingress in of_kind("Ingress").values():
        limits = ingress["metadata"]["annotations"].keys()
        assert {each for each in limits if "limit-" in each or "timeout" in each or "body-size" in each} == limits - {
            "nginx.ingress.kubernetes.io/ssl-redirect"
        }
        assert len(limits) >= 6
