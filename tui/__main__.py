"""`python -m tui` is `mnist-tui`."""

import sys

from tui.cli import main

sys.exit(main())
