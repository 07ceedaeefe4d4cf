import type Cloudflare from "cloudflare";
import { z } from "zod";
import type { Edge } from "../../../edge";
import { cloudflareClient } from "../../../provider/cloudflare/client";
import { cloudflareDeployments } from "../../../provider/cloudflare/deployments";
import type { Counts } from "../../../provider/health/series";
import type { Deployments, Split } from "../../../provider/rollout/ports";
import type { ReleaseRecord } from "../../../provider/rollout/record/record";
import { readMessage } from "../../../provider/rollout/record/recordText";
import { servedBetween } from "./served";

/** One deployment, and what its versions served until the next. */
export interface Chapter {
  /** When it began, in milliseconds since the epoch. */
  readonly from: number;
  readonly split: Split;
  /** What it says of the release it belongs to; undefined when it belongs to none. */
  readonly record: ReleaseRecord | undefined;
  /** Requests and server errors of each version in the split, by its id. */
  readonly served: ReadonlyMap<string, Counts>;
}

/** The ten newest deployments of a Worker, newest first, in a form the SDK's types do not know. */
const page = z.object({
  deployments: z.array(
    z.object({
      created_on: z.string().transform(Date.parse),
      versions: z.array(z.object({ version_id: z.string(), percentage: z.number() })),
      annotations: z.object({ "workers/message": z.string().optional() }).optional(),
    }),
  ),
});

/** A Worker on the edge, as Cloudflare's API shows it. */
export class Worker {
  private readonly client: Cloudflare;
  private readonly accountId: string;
  private readonly deployments: Deployments;

  constructor(
    { baseUrl, token: apiToken, accountId }: Edge,
    private readonly scriptName: string,
  ) {
    this.client = cloudflareClient({ baseUrl, apiToken });
    this.accountId = accountId;
    this.deployments = cloudflareDeployments(this.client, { accountId, scriptName });
  }

  /** Makes it answer on the account's workers.dev subdomain. */
  async enable(): Promise<void> {
    const { scriptName, accountId: account_id } = this;
    await this.client.workers.scripts.subdomain.create(scriptName, { account_id, enabled: true });
  }

  /** The id of the version that serves all traffic alone; undefined when there is none. */
  async soleVersion(): Promise<string | undefined> {
    const split = (await this.deployments.active())?.split ?? [];
    return split.length === 1 ? split[0]?.versionId : undefined;
  }

  /** What happened until now, as far as Cloudflare lists it: the ten newest deployments, oldest first. */
  async history(): Promise<Chapter[]> {
    const { scriptName, accountId: account_id } = this;
    const { result } = await this.client.workers.scripts.deployments.list(scriptName, { account_id });
    const newestFirst = page.parse(result).deployments;
    const chapters = newestFirst.map(async ({ created_on: from, versions, annotations }, index) => {
      const split = versions.map((share) => ({ versionId: share.version_id, percent: share.percentage }));
      const until = newestFirst[index - 1]?.created_on ?? Date.now();
      const record = readMessage(annotations?.["workers/message"] ?? "")?.record;
      const served = await servedBetween(
        this.client,
        { accountId: account_id, scriptName },
        { from, to: until },
      );
      return { from, split, record, served };
    });
    return (await Promise.all(chapters)).reverse();
  }
}
