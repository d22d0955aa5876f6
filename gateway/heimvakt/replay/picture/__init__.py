"""Days of a home as a picture that a nurse or an installer can read; text comes out, no library.

seen     what a picture needs, gathered while the events of a replay go by
rows     where a moment stands: nights between two noons
page     what one picture shows: a month at most
draw     a page as SVG, of the signs in `shapes` and with the `legend`
report   pages as HTML with their alarms as tables
files    a file of the kind that its name says
"""
