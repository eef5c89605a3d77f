// Verifies a signed message with the Standard Webhooks library for JavaScript.
// Reads {"key","body","headers"} from standard input, prints "verified" or the library's complaint.
import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

const { key, body, headers } = JSON.parse(readFileSync(0, "utf8"));
try {
  new Webhook(key).verify(body, headers);
  console.log("verified");
} catch (error) {
  console.log(error.message);
}
