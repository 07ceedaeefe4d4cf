import { startEdge } from "../../dist/edge/index.js";

// Runs an edge, compiled as it is shipped, until it is told to end. Prints where it is.
const edge = await startEdge({ stateDir: process.argv[2], allowStubs: true });
const { port, baseUrl, accountId, token, subdomain } = edge;
console.log(JSON.stringify({ port, baseUrl, accountId, token, subdomain }));
process.once("SIGTERM", () => edge.close());
