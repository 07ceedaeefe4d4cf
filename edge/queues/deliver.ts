import type { QueueEvent } from "../data/cause";
import type { Dispatcher } from "../data/dispatcher";
import type { Result } from "../data/deliver";
import { newRay } from "../data/ray";
import type { RoutingTable } from "../data/routes";
import { chooseVersion } from "../data/split";
import type { Deliver } from "./broker";

/** Hands batches to the versions that are live, each to the one that the split chooses. */
export function deliverBy(routes: RoutingTable, dispatcher: Dispatcher): Deliver {
  return (scriptName: string, event: QueueEvent): Promise<Result> | undefined => {
    const route = routes.find(scriptName);
    const versionId = route && chooseVersion(routes.split(route), { random: Math.random });
    if (route === undefined || versionId === undefined) return undefined;
    return dispatcher.dispatch(route, versionId, event, { ray: newRay(), colo: routes.locations.home });
  };
}
