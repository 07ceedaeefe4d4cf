import * as z from "zod";
import { timestamp } from "../state/timestamp";
import { observability } from "./metadata";
import type { Script } from "./types";

const subdomain = z.looseObject({
  enabled: z.boolean().default(false),
  previews_enabled: z.boolean().default(false),
});

/** What the newer "workers" routes say of a script. What is left out has a new script's value. */
export const workerWish = z.looseObject({
  name: z.string(),
  logpush: z.boolean().default(false),
  observability: observability.default({ enabled: false }),
  subdomain: subdomain.default({ enabled: false, previews_enabled: false }),
  tags: z.array(z.string()).default([]),
  tail_consumers: z.array(z.looseObject({ name: z.string().min(1) })).default([]),
});

export type WorkerWish = z.infer<typeof workerWish>;

/** What would have to be wished for a script to be as it is. */
export function wishOf({ name, settings, subdomainEnabled, previewsEnabled }: Script): WorkerWish {
  const { logpush, observability, tags, tailConsumers } = settings;
  return {
    name,
    logpush,
    observability,
    subdomain: { enabled: subdomainEnabled, previews_enabled: previewsEnabled },
    tags: [...tags],
    tail_consumers: tailConsumers.map(({ service }) => ({ name: service })),
  };
}

/** The script as it is wished for. */
export function wishedFor(script: Script, wish: WorkerWish): Script {
  const { logpush, observability, subdomain, tags, tail_consumers: tailConsumers } = wish;
  return {
    ...script,
    modifiedOn: timestamp(),
    subdomainEnabled: subdomain.enabled,
    previewsEnabled: subdomain.previews_enabled,
    settings: {
      logpush,
      observability,
      tags,
      tailConsumers: tailConsumers.map(({ name }) => ({ service: name })),
    },
  };
}
