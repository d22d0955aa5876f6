"""From the octets of the line and the callbacks of zigpy to what sensors say."""
