"""Chalice's own commands do not know our resources, policies and settings: they say what to use instead, and end."""

import os
import sys

if os.environ.get("AWS_CHALICE_CLI_MODE") == "true" and "PACKAGED_BY_OPERATE" not in os.environ:
    sys.stderr.write(
        "Use make run instead of chalice local, and make deploy STAGE=dev instead of chalice package and deploy: "
        "Chalice alone knows neither our tables nor our policies (docs/operations.md).\n"
    )
    sys.stderr.flush()
    # At once: chalice local loads us in a thread, from which an exception would reach nobody.
    os._exit(1)
