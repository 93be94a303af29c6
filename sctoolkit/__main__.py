"""Run the commands with ``python -m sctoolkit``."""

from sctoolkit.cli.main import main

if __name__ == "__main__":
    main()
