"""`python3 -m hakit`: the same as the `hakit` command."""

from hakit.cli.main import main

if __name__ == "__main__":
    main()
