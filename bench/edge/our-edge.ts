import { join } from "node:path";
import { call, goLive, type EdgeAddress } from "../../test/edge/support";
import { overHttp, type Contestant } from "./contestant";
import { COMPATIBILITY_DATE, WORKER } from "./load";
import { serve, type Served } from "./process";

const NAME = "bench";

/** An edge in a process of its own, as `workers-release edge` runs it. */
export function serveEdge(...folder: string[]): Promise<Served<EdgeAddress>> {
  return serve(process.execPath, [join(__dirname, "serve.mjs"), ...folder], process.cwd(), addressIn);
}

/** Our edge: it chooses a version, hands the request to it, and keeps telemetry of every one. */
export async function ourEdge(): Promise<Contestant & { telemetry(): Promise<string> }> {
  const { ready, end } = await serveEdge();
  await goLive(ready, NAME, WORKER, {
    compatibility_date: COMPATIBILITY_DATE,
    observability: { enabled: true, head_sampling_rate: 1 },
  });
  const host = `${NAME}.${ready.subdomain}.localhost:${ready.port}`;
  const { name, measure, close } = overHttp("our edge", { port: ready.port, host, close: end });
  let answers = 0;
  return {
    name,
    close,
    measure: async (load, seconds) => {
      const sample = await measure(load, seconds);
      answers += sample.answers;
      return sample;
    },
    telemetry: async () => `${answers} answers, ${await countedBy(ready)} invocations in its telemetry`,
  };
}

/** How many invocations the edge's own telemetry counts. */
async function countedBy(edge: EdgeAddress): Promise<number> {
  const query = {
    queryId: "bench",
    timeframe: { from: Date.now() - 3_600_000, to: Date.now() + 60_000 },
    view: "calculations",
    parameters: {
      datasets: ["cloudflare-workers"],
      filters: [{ key: "$metadata.type", operation: "eq", type: "string", value: "cf-worker-event" }],
      calculations: [{ operator: "count" }],
    },
  };
  const { json } = await call(edge, `/accounts/${edge.accountId}/workers/observability/telemetry/query`, {
    method: "POST",
    body: JSON.stringify(query),
  });
  const { calculations } = json.result as { calculations: { aggregates: { value: number }[] }[] };
  return calculations[0]?.aggregates[0]?.value ?? 0;
}

function addressIn(line: string): EdgeAddress | undefined {
  return line.startsWith("{") ? (JSON.parse(line) as EdgeAddress) : undefined;
}
