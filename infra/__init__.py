"""How the service is deployed on AWS."""
