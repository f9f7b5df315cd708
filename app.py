"""The application as API Gateway, queues and schedules see it: what it registers, and nothing else."""

from chalice.app import Chalice

import chalicelib.chalice_commands  # noqa: F401 - ends what was started by one of them
from chalicelib.health import jobs as health_jobs
from chalicelib.health import routes as health_routes
from chalicelib.letters import jobs as letter_jobs
from chalicelib.mandates import activation_routes, overview_routes, request_routes
from chalicelib.saml import jobs as saml_jobs
from chalicelib.saml import routes as saml_routes
from chalicelib.web import routes as web_routes
from chalicelib.web.headers import add_headers

app = Chalice(app_name="digid-machtigen")
app.middleware("http")(add_headers)

for part in (saml_routes, request_routes, activation_routes, overview_routes, health_routes, web_routes):
    app.register_blueprint(part.routes)
for functions in (letter_jobs, saml_jobs, health_jobs):
    app.register_blueprint(functions.jobs)
