"""An environment for each server under ``bench/.environments``, so that none bends another's."""

import subprocess
import sys
from pathlib import Path

from bench.contest import NotMeasured
from bench.rivals import REQUIREMENTS, ROOT

FOLDER = Path(__file__).parent / ".environments"
SOURCE = ROOT / "src"
VERSIONS = """
import sys
from importlib.metadata import version, PackageNotFoundError
for name in sys.argv[1:]:
    try:
        print(name, version(name))
    except PackageNotFoundError:
        pass
"""


def programs(name: str) -> Path:
    """The folder of the environment's programs; makes the environment the first time.

    Raises:
        NotMeasured: it cannot be installed, with the last line that pip said about it.
    """
    folder = FOLDER / name
    stamp = folder / "installed"
    if not stamp.exists() or stamp.read_text() != _wanted(name):
        _install(name, folder)
        stamp.write_text(_wanted(name))
    return folder / "bin"


def versions(python: Path, names: tuple[str, ...]) -> dict[str, str]:
    """The versions of those distributions that *python* can import."""
    argv = [str(python), "-c", VERSIONS, *names]
    done = subprocess.run(argv, check=True, stdout=subprocess.PIPE, text=True)
    return dict(line.split() for line in done.stdout.splitlines())


def _wanted(name: str) -> str:
    """What an environment is made from; it is made anew when that has changed."""
    newest = f"{_newest_source():.6f}" if name == "enfilade" else ""
    return "\n".join((sys.version, *REQUIREMENTS[name], newest))


def _newest_source() -> float:
    sources = [file for kind in ("py", "pyx", "pxd", "pxi") for file in SOURCE.rglob(f"*.{kind}")]
    files = (*sources, ROOT / "pyproject.toml", ROOT / "setup.py")
    return max(file.stat().st_mtime for file in files)


def _install(name: str, folder: Path) -> None:
    print(f"Installing {name} into {folder} (once) ...", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
    argv = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    argv += ["--disable-pip-version-check", *REQUIREMENTS[name]]
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        errors = [line for line in done.stdout.splitlines() if "error" in line.lower()]
        reason = (errors or done.stdout.splitlines() or ["pip failed"])[-1].strip()
        raise NotMeasured(f"cannot be installed: {reason}")
