"""The print vendor's function that sets pages, in this process: called as Lambda calls it, by its name."""

import json
import traceback
from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import Any

from chalicelib.letters.papers import Papers, VendorPapers
from chalicelib.letters.sealing import VendorSeal
from chalicelib.wiring import Wiring
from local import aws
from local.invocation import call_of

Function = Callable[[object, Any], object]
"""Takes an event and its call."""


class InProcess:
    """Lambda's client, as far as it is used here. What a function raises is told, as Lambda does."""

    def __init__(self, functions: dict[str, Function]) -> None:
        self._functions = functions

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - as the SDK has it
        function = self._functions[FunctionName]
        try:
            told = function(json.loads(Payload), call_of("set_page"))
        except Exception as error:  # noqa: BLE001 - as Lambda does
            traceback.print_exc()
            return {"FunctionError": "Unhandled", "Payload": _stream({"errorType": type(error).__name__})}
        return {"Payload": _stream(told)}


def _stream(told: object) -> BytesIO:
    return BytesIO(json.dumps(told).encode())


def papers(wired: Wiring) -> Papers:
    """Return what sets pages with the settings of a wiring."""

    @cache
    def setter() -> Any:  # noqa: ANN401 - a PageSetter: the typesetter is loaded with the first page
        from print_vendor.function import page_setter

        return page_setter(wired.settings.environment, aws.session())

    def set_page(event: object, call: Any) -> object:  # noqa: ANN401 - Lambda's own type
        from print_vendor.function import paging

        return paging(event, call, setter())

    name = wired.settings.page_function
    return VendorPapers(InProcess({name: set_page}), name, VendorSeal(lambda: wired.secret("page-key")))
