import { startEdge } from "../../dist/edge/index.js";

// Runs an edge with Cloudflare's limit, as `workers-release edge --rate-limit 1200/300` does, and a second token, so that
// what is set up does not count for the releases. Prints where it is.
const edge = await startEdge({
  rateLimit: { requests: 1200, seconds: 300 },
  tokens: [{ token: "releases-of-the-benchmark" }, { token: "set-up-of-the-benchmark" }],
});
const { port, baseUrl, accountId, token, subdomain } = edge;
console.log(JSON.stringify({ port, baseUrl, accountId, token, subdomain }));
process.once("SIGTERM", () => edge.close());
