// Sends the page's form by itself. Where scripts are off there is a button.
document.getElementById("go-on").submit();
