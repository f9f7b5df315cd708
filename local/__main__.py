"""`make run`: start the stack, say where everything is, and run until Ctrl-C."""

import argparse
import os
import sys

from local.stopping import Stop

_SETTINGS = (
    "Settings are environment variables: PORT (8000), PARTNERS=folder, DIGID_METADATA=file, DIGID_ROOTS=file, "
    "DIGID_ANSWER=artifact|post, DIGID_FORM=name, VENDOR=function|outside|yours. README.md says what each does."
)


def main() -> int:
    stop = Stop()
    stop.listen()
    try:
        argparse.ArgumentParser(prog="make run", description=__doc__, epilog=_SETTINGS).parse_args()
        print("Starting…", flush=True)
        os.environ.setdefault("POWERTOOLS_LOG_LEVEL", "WARNING")
        os.environ.setdefault("POWERTOOLS_METRICS_DISABLED", "true")
        # Loaded here: it takes a second, in which people stop it too.
        from local.foreground import run

        stop.check()
        return run(stop)
    except BaseException:
        # What is interrupted while it loads may say it in its own words: xmlsec tells of a mismatch of libraries.
        if not stop.asked:
            raise
        # An end as always would be one by SIGINT, where code was interrupted that `exec` runs: Python remembers that.
        sys.stdout.flush()
        os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
