"""One folder per Lambda function; none imports another."""
