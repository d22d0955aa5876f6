"""Short messages as they go over the air: texts and numbers as octets, and back. Pure.

alphabet    characters as septets          (3GPP TS 23.038)
septets     septets as octets              (3GPP TS 23.038)
parts       a text as one or more messages (3GPP TS 23.040)
address     telephone numbers              (3GPP TS 23.040)
submit      what we send: SMS-SUBMIT       (3GPP TS 23.040)
incoming    what comes: SMS-DELIVER and SMS-STATUS-REPORT
"""
