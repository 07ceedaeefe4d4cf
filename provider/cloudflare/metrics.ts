import type Cloudflare from "cloudflare";
import type { Witness } from "../rollout/ports";
import { ask } from "./ask";
import type { WorkerName } from "./client";
import { metricsAnswer, servedIn } from "./metricsAnswer";
import { metricsQuery } from "./metricsQuery";
import { metricsRefusal } from "./metricsRefusal";

/**
 * The invocations of one Worker in Cloudflare's GraphQL Analytics API, data set `workersInvocationsAdaptive`: metrics,
 * which count also what Workers Observability does not record. Costs one request; of the 300 queries that the GraphQL API
 * allows a user in 5 minutes, one for each span.
 */
export function cloudflareMetrics(client: Cloudflare, { accountId, scriptName }: WorkerName): Witness {
  const what = `Reading the metrics of Worker "${scriptName}"`;
  const question = { what, permission: "Account Analytics Read", urgency: "telemetry" as const };
  return {
    async count({ newVersionId, oldVersionId, spans }) {
      const body = metricsQuery(accountId, scriptName, spans);
      const answer = await ask(client, question, metricsAnswer(spans.length), (options) =>
        client.post("/graphql", { body, ...options }),
      );
      if (answer.refusals.length > 0) {
        throw metricsRefusal(question, answer.refusals, client.apiToken ?? "");
      }
      return answer.spans.map((span) => servedIn(span, newVersionId, oldVersionId));
    },
  };
}
