"""``python -m enfilade`` is the ``enfilade`` command."""

from enfilade.cli import main

if __name__ == "__main__":
    main()
