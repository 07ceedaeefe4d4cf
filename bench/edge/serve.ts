import { startEdge } from "../../edge";

/** Runs an edge until it is told to end. Prints where it is. */
async function main(stateDir: string | undefined): Promise<void> {
  const edge = await startEdge({ stateDir });
  const { port, baseUrl, accountId, token, subdomain } = edge;
  console.log(JSON.stringify({ port, baseUrl, accountId, token, subdomain }));
  process.once("SIGTERM", () => void edge.close());
}

void main(process.argv[2]);
