"""What the stack says when it cannot go on: one sentence, and what to do about it."""

from __future__ import annotations


class StackError(Exception):
    """A failure that a person can repair; its text is shown as it is, without a traceback."""

    def __init__(self, problem: str, remedy: str = "") -> None:
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{problem.rstrip('.')}: {remedy}" if remedy else problem)
