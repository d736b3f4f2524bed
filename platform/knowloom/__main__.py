"""`python -m knowloom` is the command line."""

from knowloom.cli import main

if __name__ == "__main__":
    main()
