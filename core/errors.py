"""The one kind of error that a person can mend."""


class MistakeError(ValueError):
    """Something the caller can put right; its message is a sentence that says what."""
