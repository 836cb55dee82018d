"""Import optional dependencies where they are needed, and say how to get a missing one."""

from importlib import import_module
from types import ModuleType

from sharvin.errors import MissingExtra


def require(module: str, *, extra: str | None = None) -> ModuleType:
    """Imported ``module``, or an error with the command that installs it.

    Parameters
    ----------
    module : str
        Importable name, for example ``"matplotlib.figure"``.
    extra : str, optional
        The ``pip install 'sharvin[extra]'`` that brings it. Without it the package itself is
        named: for things like Kwant that cannot be an extra because they have no wheels.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        top = module.partition(".")[0]
        if error.name != top and not module.startswith(f"{error.name}."):
            raise  # the module is there, but something that it imports itself is not
        package = f"'sharvin[{extra}]'" if extra else top
        raise MissingExtra(
            f"this needs {module!r}; install it with: pip install {package}"
        ) from error
