"""Pages: the one place for sessions, CSRF, headers, languages and error pages."""
