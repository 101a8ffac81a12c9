"""Networks that a user has added: an ONNX file and a card that says how it is fed and what it gives."""
