"""Other systems are told of alerts: signed calls, tried again until they are answered."""
