"""The home folder belongs to one running app: a lock that ends with the process, however it ends."""

from pathlib import Path

from filelock import FileLock, Timeout

from interviewer.errors import HomeInUse, SettingsInvalid


def hold_home(home: Path) -> FileLock:
    """The lock of a home folder, held. Raises: HomeInUse where another app holds it, SettingsInvalid."""
    lock = FileLock(home / "serve.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise HomeInUse(
            f"another `interviewer serve` already works on {home}; stop it, or set INTERVIEWER_HOME"
        ) from error
    except OSError as error:
        raise SettingsInvalid(
            f"INTERVIEWER_HOME: {home} cannot be written ({error.strerror}); free space or rights, or set another folder"
        ) from error
    return lock
