"""The face of a Z-Stack 3 coordinator: TI calls its protocol MT, hosts call it ZNP.

mt_frame    frames of the serial line                PURE
nv          the memory that survives                 PURE
network     the network in that memory               PURE
coordinator its state, and what it tells the host    PURE
dispatch    from request to answers (mt_sys, mt_af, mt_zdo, mt_util)   PURE
link        the coordinator at its end of the line
"""
