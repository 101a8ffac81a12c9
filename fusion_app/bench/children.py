"""Measurements in a process of their own: memory that nobody else has used, and a crash that ends only one figure."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Any, ParamSpec, TypeVar

from fusion_app.errors import FusionAppError, OutOfMemoryError
from fusion_app.system.ending import end_with_parent

P = ParamSpec("P")
T = TypeVar("T")


def in_child(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what ``function`` returns in a fresh process.

    Raises:
        FusionAppError: The function raised one.
        OutOfMemoryError: The process ended without a result; most likely it was killed for its memory.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=end_with_parent) as pool:
        try:
            result: T = pool.submit(_call, function, args, kwargs).result()
        except BrokenProcessPool:
            raise OutOfMemoryError("the process ended without a result, probably killed for want of memory") from None
    return result


def _call(function: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
    try:
        return function(*args, **kwargs)
    except FusionAppError as error:
        raise FusionAppError(str(error)) from None  # its subclasses take other arguments, so they cannot be pickled
