"""What a case is called by, and its sides."""

from enum import StrEnum
from typing import NewType

CaseId = NewType("CaseId", str)
"""One matter from request to its end: the request and the mandate that comes of it share it."""

VisitId = NewType("VisitId", str)
"""What somebody asks for in one visit: the case id of its first request."""
_NUMBER = 2
"""Hexadecimal digits of a case id that tell the requests of one visit apart."""


def case_of(visit_id: VisitId, number: int) -> CaseId:
    """Return the case id of a request of a visit, which has the first 256."""
    return CaseId(f"{visit_id[:-_NUMBER]}{number:0{_NUMBER}x}")


def visit_of(case_id: str) -> VisitId:
    return VisitId(case_of(VisitId(case_id), 0))


def asked_with(case_id: str) -> str:
    """Return how all case ids of a visit begin."""
    return case_id[:-_NUMBER]


class Party(StrEnum):
    """The sides of a case."""

    REPRESENTED = "represented"
    REPRESENTATIVE = "representative"
