"""`python -m heimvakt` is the command `heimvakt`."""

from .cli import main

main()
