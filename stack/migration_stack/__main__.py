"""Entry point of `python -m migration_stack`."""

import sys

from migration_stack.cli import main

if __name__ == "__main__":
    sys.exit(main())
