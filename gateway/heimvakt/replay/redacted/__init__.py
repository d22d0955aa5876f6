"""What was, without who it was: events and the file of the home, fit to be given to others.

names    neutral names, each the same wherever it stands
weeks    by how many weeks times move, so that day, hour and clock changes stay
events   an event under these names and times; what is not known to be neutral is left empty
home     the file of the home under the same names
"""
