"""A bundle for whoever helps from afar: how a gateway is, with no secret and nobody's name in it.

forms      how a secret may be written
known      the secrets and names of this machine, so that they can be looked for
redaction  texts and values without them
home       the file of the home: what is known to be harmless, and no more
machine    what runs, on what, and what it has logged
database   what is stored, counted
parts      all that goes in, each got by itself
bundle     the archive: bounded, with a manifest, looked through once more
"""
