"""Compile the parts written in Cython where a C compiler is found; without one, or where it
fails, the plain Python build is installed (docs/decisions/0010). All else is in pyproject.toml."""

from pathlib import Path

from setuptools import Extension, setup

ROOT = Path(__file__).parent
DIRECTIVES = {
    "language_level": 3,
    "boundscheck": False,
    "wraparound": False,
    "initializedcheck": False,
    "freethreading_compatible": True,
}


def extensions() -> list[Extension]:
    """One a ``.pyx`` file; ``optional``, so that one that does not compile is left out."""
    sources = sorted(path.relative_to(ROOT) for path in (ROOT / "src").glob("**/*.pyx"))
    return [
        Extension(
            ".".join(source.with_suffix("").parts[1:]),
            [str(source)],
            extra_compile_args=["-O2"],
            optional=True,
        )
        for source in sources
    ]


if __name__ == "__main__":
    options = {"cython_directives": DIRECTIVES, "cython_c_in_temp": True}
    setup(ext_modules=extensions(), options={"build_ext": options})
