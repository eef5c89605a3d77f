"""A directory provider that does not exist: a real HTTP server over synthetic people.

It stands in for the provider whose registers are searched. Nobody in it lives; every answer says
`"synthetic": true`. It runs in a thread of its own on a loopback port of its own:

    provider = start_directory_provider(client_id="demo", client_secret="…")
    provider.base_url
    provider.stop()

Routes, shaped after a Finnish directory interface (a bearer token from client credentials, then
GET searches):

    POST /token/login               grant_type, client_id, client_secret → access_token, expires_in
    GET  /v2/contacts/search        20,000 persons; `offset` and `limit` (at most 1,000)
    GET  /v2/decision-makers/search companies with 2,000 decision makers; `page` from 1, 50 each
    POST /_control                  {"fault": NAME, "times": N, "on": "search" | "token"}

A filter is a list, comma-separated or repeated: `postalCode=00100,00120`. Each also comes as
`postalCodePrefix` and `postalCodeNot`. Persons: postalCode, municipalityCode, gender, language,
phoneType. Companies: industryCode (TOL 2008), legalForm, postalCode, municipalityCode. An unknown
parameter is a 400.

`/_control` makes the next N calls (default 1) go wrong:

    slow          answers after a second         hang          never answers
    drip          a byte every tenth of a second drip_headers  the same, from the status line on
    fail          500                            rate_limit    429 text/plain, Retry-After: 3
    refuse        403                            revoke        forgets every token it gave
    html          200 with a page                redirect      302 to elsewhere
    gzip_bomb     200 MB of spaces in 200 kB     half          half of the promised body
    garbage       bytes that are not HTTP        cut           closes without a word
    wrong_schema  JSON of another shape          lie           ignores the filters, triples the total
    none          takes back what was ordered
"""

from local.directory_provider.server import DirectoryProvider, start_directory_provider

__all__ = ["DirectoryProvider", "start_directory_provider"]
