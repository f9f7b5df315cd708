"""The letterbox: what the print vendor has printed, as its receivers find it."""
