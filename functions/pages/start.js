"use strict";
// Opens the reference; the key that is entered stays in this page's memory.
SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  docExpansion: "list",
  persistAuthorization: false,
});
