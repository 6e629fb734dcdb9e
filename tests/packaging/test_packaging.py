"""What a person gets who installs the package."""

import os
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUILT_FROM = ("pyproject.toml", "setup.py", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder, source = tmp_path_factory.mktemp("dist"), tmp_path_factory.mktemp("source")
    # A copy: building writes beside the source, and another process may build at the same time.
    for name in BUILT_FROM:
        shutil.copy(ROOT / name, source)
    leftovers = shutil.ignore_patterns("__pycache__", "*.egg-info", "*.so")
    shutil.copytree(ROOT / "src", source / "src", ignore=leftovers)
    argv = [sys.executable, "-m", "build", "--outdir", str(folder), str(source)]
    done = subprocess.run(argv, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    yield folder


def _files_of_the_package() -> set[str]:
    package = ROOT / "src" / "enfilade"
    return {
        f"enfilade/{path.relative_to(package)}"
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_wheel_holds_every_file_of_the_package(distributions: Path) -> None:
    (wheel,) = distributions.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        assert _files_of_the_package() <= set(archive.namelist())


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_sdist_holds_source_and_licence(distributions: Path) -> None:
    (sdist,) = distributions.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"LICENSE", "README.md", "pyproject.toml", "setup.py"} <= names
    compiled = [path for kind in ("pyx", "pxd", "pxi") for path in ROOT.glob(f"src/**/*.{kind}")]
    assert {f"{path.relative_to(ROOT)}" for path in compiled} <= names
    assert not [name for name in names if name.endswith((".c", ".so"))]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_without_a_compiler_the_plain_build_is_installed(
    distributions: Path, tmp_path: Path
) -> None:
    (sdist,) = distributions.glob("*.tar.gz")
    argv = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation"]
    argv += ["--target", str(tmp_path), str(sdist)]
    subprocess.run(argv, check=True, env={**os.environ, "CC": "/bin/false"})
    program = "import enfilade.gateway.wsgi as w, enfilade.build as b; print(b.describe_build(), w)"
    environ = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environ, cwd=tmp_path
    )
    reason = "not compiled: no C compiler was found when it was installed"
    assert done.stdout.startswith(f"plain build ({reason}) <module"), done.stderr
    assert str(tmp_path) in done.stdout


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_installed_wheel_serves_the_command(distributions: Path, tmp_path: Path) -> None:
    (wheel,) = distributions.glob("*.whl")
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", str(wheel)], check=True)
    command = tmp_path / "venv" / "bin" / "enfilade"
    done = subprocess.run([command, "--version"], capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout.strip().endswith("0.1.0"), "the wheel is not compiled"


HEAVY = ("asyncio", "jinja2", "click", "rich", "uvicorn", "email", "asgiref", "multipart")


def test_importing_the_package_loads_nothing_heavy() -> None:
    program = f"import sys, enfilade; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_can_be_had() -> None:
    program = "import enfilade; print([getattr(enfilade, n) is None for n in enfilade.__all__])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "True" not in done.stdout
    assert done.returncode == 0, done.stderr


def test_an_unknown_name_is_an_attribute_error() -> None:
    import enfilade

    with pytest.raises(AttributeError, match="no attribute 'Sitar'"):
        _ = enfilade.Sitar
