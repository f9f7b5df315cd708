"""The application as API Gateway, queues and schedules see it: what it registers, and nothing else."""

import chalicelib.chalice_commands  # noqa: F401 - ends what was started by one of them
from chalicelib.application import application
from chalicelib.jobs import jobs
from chalicelib.wiring import of_process

app = application(of_process())
app.register_blueprint(jobs)
