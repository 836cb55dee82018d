"""``python -m sharvin`` is the command ``sharvin``."""

from sharvin.cli.app import main

if __name__ == "__main__":
    main()
