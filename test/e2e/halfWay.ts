import { until } from "../edge/support";
import { processesOf } from "./processes";
import type { Running, Stack } from "./stack";
import { healthy, plan, type Worker } from "./worker";

/** Half the traffic until somebody says otherwise: a test never has to hurry. */
export const halfForLong = {
  ...plan,
  stages: [
    { percent: 50, soakTime: "10m" },
    { percent: 100, soakTime: "2s" },
  ],
};

/** A release on its way. */
export interface HalfWay {
  readonly worker: Worker;
  readonly newVersion: string;
  readonly up: Running;
}

/** How a release is begun. */
interface Way {
  /** The new version. Default: a healthy one. */
  readonly source?: string;
  readonly plan?: unknown;
  /** Starts `pulumi up`. */
  readonly start?: (stack: Stack) => Running;
}

/** Releases a new version of `worker`, and waits until it has half of the traffic. */
export async function halfWay(worker: Worker, way: Way = {}): Promise<HalfWay> {
  const { source = healthy, plan = halfForLong, start = (stack: Stack) => stack.startUp() } = way;
  const newVersion = await worker.upload(source);
  worker.program({ versionId: newVersion, plan });
  const up = start(worker.stack);
  await worker.until("half of the traffic", ({ split }) => split[newVersion] === 50);
  return { worker, newVersion, up };
}

/** The processes that carry out the releases of a stack: Node itself, not the shell that Pulumi starts it with. */
export function providersOf({ stack }: Worker): number[] {
  return processesOf(stack.folder, "dynamic-provider");
}

/** Waits until no process of a stack's providers is left. */
export async function endOfProviders(worker: Worker): Promise<void> {
  await until("the end of the provider", () => (providersOf(worker).length === 0 ? true : undefined));
}
