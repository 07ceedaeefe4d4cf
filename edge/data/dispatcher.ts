import type { State } from "../state";
import { END_KNOWN_MS, TRIES } from "./attempts";
import type { WorkerEvent } from "./cause";
import { deliver, type Result } from "./deliver";
import type { Instances } from "./instances";
import type { Arrival } from "./ray";
import type { Route } from "./routes";
import { isObserved } from "./sampling";
import { startable } from "./startable";

/** Hands events other than requests to versions. */
export class Dispatcher {
  constructor(
    private readonly state: State,
    private readonly instances: Instances,
  ) {}

  /** Settles once the handler, and all that it waits for, has ended. Never throws. */
  async dispatch(route: Route, versionId: string, event: WorkerEvent, arrival: Arrival): Promise<Result> {
    const observed = isObserved(route.observability);
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const instance = await this.instances
        .get(versionId, () => startable(this.state, route.scriptName, versionId))
        .catch(() => undefined);
      // The version started when it was uploaded; that it does not now is nothing a caller could understand.
      if (instance === undefined) break;
      const result = await deliver(instance, { ...arrival, isObserved: observed, attempt }, event);
      if (result !== undefined) return result;
      await instance.workerd.endWithin(END_KNOWN_MS);
    }
    return { outcome: "exception" };
  }
}
