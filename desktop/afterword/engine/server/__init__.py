"""Language models on servers that speak the OpenAI protocol."""
