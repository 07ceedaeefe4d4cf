import { get } from "node:http";
import type { Edge } from "../../edge";
import { add, noCounts } from "../../provider/health/series";
import type { SeriesQuery, Telemetry } from "../../provider/rollout/ports";

/** Has one version of a Worker serve one request, whatever the split. Any answer will do. */
export async function request(
  edge: Edge,
  scriptName: string,
  versionId: string,
  path: string,
): Promise<void> {
  const headers = {
    host: `${scriptName}.${edge.subdomain}.localhost`,
    "cloudflare-workers-version-overrides": `${scriptName}="${versionId}"`,
  };
  await new Promise<void>((resolve, reject) => {
    // The Host header does what a name of *.localhost would, also where such a name does not resolve.
    get({ host: "127.0.0.1", port: edge.port, path: `/${path}`, headers }, (response) => {
      response.resume().on("end", resolve).on("error", reject);
    }).on("error", reject);
  });
}

/** Waits until so many requests are counted. When they never are, the test that looks at the counts says so. */
export async function counted(
  telemetry: Telemetry,
  query: Omit<SeriesQuery, "slis">,
  requests: number,
): Promise<void> {
  const deadline = Date.now() + 8000;
  for (;;) {
    const [series = []] = await telemetry.read({ ...query, slis: [{ kind: "exceptions" }] });
    const total = series.flatMap((bucket) => [bucket.new, bucket.old]).reduce(add, noCounts).valid;
    if (total >= requests || Date.now() > deadline) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
