"""Language models: the protocol, the local implementation on transformers, the catalogue, `open_model`.

torch and transformers are imported nowhere else, and not before a model is opened.
"""
