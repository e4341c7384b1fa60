"""Milestone Billing: what should have been billed by tonight, less what has been billed."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("milestone-billing")
except PackageNotFoundError:  # a checkout that was not installed
    __version__ = "0+checkout"
