"""Sample needs, programmes, applications and contracts, brought to their states by the services that people use."""
