// Lets the answer to a form count as its page: whoever goes back or reloads asks for the page, and sends nothing again.
history.replaceState(null, "", location.href);
