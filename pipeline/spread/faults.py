"""Why a night that is spread over processes or machines does not come to an end."""


class SpreadError(Exception):
    """The buckets can't be computed; the message says why and what to do. Nothing is posted."""
