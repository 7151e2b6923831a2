"""What the wheel and the source archive carry, built here without network."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


def build(source: Path, kind: str, into: Path) -> Path:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", into],
        cwd=source,
        check=True,
        capture_output=True,
    )
    (archive,) = into.iterdir()
    return archive


@pytest.fixture(scope="session")
def source_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(PROJECT, "sdist", tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="session", params=["checkout", "source archive"])
def wheel(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if request.param == "checkout":
        return build(PROJECT, "wheel", tmp_path_factory.mktemp("wheel"))
    unpacked = tmp_path_factory.mktemp("unpacked")
    # Not tarfile: Python 3.11.2, Debian 12's own, cannot say `filter`, and later ones ask for it.
    subprocess.run(
        ["tar", "-xf", request.getfixturevalue("source_archive"), "-C", unpacked], check=True
    )
    (source,) = unpacked.iterdir()
    return build(source, "wheel", tmp_path_factory.mktemp("wheel"))


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def files_of(package: str) -> set[str]:
    """Every file of a package in the checkout, links followed; without what Python compiles."""
    return {
        (Path(folder) / file).relative_to(PROJECT).as_posix()
        for folder, _, files in os.walk(PROJECT / package, followlinks=True)
        for file in files
        if not folder.endswith("__pycache__")
    }


def test_a_wheel_puts_two_packages_into_site_packages_and_nothing_else(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in names_in(wheel)}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"core", "tui"}
    assert len(tops) == 3


def test_a_wheel_carries_every_file_of_the_packages(wheel: Path) -> None:
    expected = files_of("core") | files_of("tui")
    assert {name for name in names_in(wheel) if ".dist-info/" not in name} == expected


def test_a_wheel_carries_mnist_and_the_presets(wheel: Path) -> None:
    names = names_in(wheel)
    mnist = {name.removeprefix("core/bundled/mnist/") for name in names if "/mnist/" in name}
    assert {name for name in mnist if "/" not in name} == {
        "NOTICE",
        "t10k-images-idx3-ubyte.gz",
        "t10k-labels-idx1-ubyte.gz",
        "train-images-idx3-ubyte.gz",
        "train-labels-idx1-ubyte.gz",
    }
    presets = {name for name in names if name.startswith("core/bundled/configs/")}
    assert presets == {f"core/bundled/configs/{p.name}" for p in (PROJECT / "configs").iterdir()}
    assert "core/bundled/configs/config.json" in presets


def test_a_wheel_states_both_licences(wheel: Path) -> None:
    licences = {name.split("/licenses/")[1] for name in names_in(wheel) if "/licenses/" in name}
    assert licences == {"LICENSE", "core/bundled/mnist/NOTICE"}


def test_the_source_archive_has_what_a_build_needs_and_no_runs(source_archive: Path) -> None:
    with tarfile.open(source_archive) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames()}
    assert {name.split("/")[0] for name in names if "/" in name} == {"configs", "core", "tui"}
    assert {"pyproject.toml", "README.md", "LICENSE", "core/bundled/mnist/NOTICE"} <= names
    assert {"configs/config.json", "core/bundled/configs/config.json"} <= names


def test_an_installed_wheel_finds_its_presets_and_says_its_version(
    wheel: Path, tmp_path: Path
) -> None:
    site, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    elsewhere.mkdir()
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    script = (
        "import sys, core.settings.file as c; from tui.cli import main;"
        "print(c.PRESETS / 'config.json', (c.PRESETS / 'config.json').is_file(), flush=True);"
        "sys.argv = ['mnist-tui', '--version']; sys.exit(main())"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script],
        cwd=elsewhere,
        env={**os.environ, "PYTHONPATH": str(site)},
        check=True,
        capture_output=True,
        text=True,
    )
    preset, version = answer.stdout.splitlines()
    assert preset == f"{site}/core/bundled/configs/config.json True"
    assert version == f"mnist-tui {wheel.name.split('-')[1]}"
