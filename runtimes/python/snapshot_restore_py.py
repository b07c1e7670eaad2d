"""What functions with SnapStart register to be run before the snapshot and after each restore; part of AWS's runtime.

https://docs.aws.amazon.com/lambda/latest/dg/snapstart-runtime-hooks-python.html
"""
_before_snapshot = []
_after_restore = []


def register_before_snapshot(func, *args, **kwargs):
    _before_snapshot.append((func, args, kwargs))
    return func


def register_after_restore(func, *args, **kwargs):
    _after_restore.append((func, args, kwargs))
    return func


def get_before_snapshot():
    """The last registered goes first."""
    return list(reversed(_before_snapshot))


def get_after_restore():
    """In the order in which they were registered."""
    return list(_after_restore)
