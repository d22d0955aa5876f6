"""The hand-over of a home: what was tried, kept while it goes on, and the sheet that is signed."""
