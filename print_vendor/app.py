"""What Chalice needs to know of the function to package it. Lambda loads `function` alone."""

from chalice.app import Chalice

from print_vendor import function

app = Chalice(app_name="digid-machtigen")
app.register_blueprint(function.jobs)
