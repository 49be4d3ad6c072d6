"""What is said of an answer or report that cannot be understood; it loads none of the readers."""


class WrongAnswer(ValueError):
    """The file is none of the form; the text says why."""
