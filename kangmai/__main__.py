"""`python -m kangmai` is the command `kangmai`."""

from kangmai.commandline.main import main

main()
