import { Hono } from "hono";
import type { EdgeContext } from "../context";
import { producersFor, referencesTo, type Reference } from "../scripts/references";
import type { Binding } from "../scripts/types";
import { success } from "./envelope";
import { existingScript } from "./find";

const environment = "production";

/** Who needs a script and whom it needs: what wrangler asks before it deletes one. */
export function referenceRoutes(edge: EdgeContext): Hono {
  const { state } = edge;
  const routes = new Hono();
  routes.get("/scripts/:script/references", (context) => {
    const script = existingScript(edge, context);
    const references = referencesTo(state, script);
    const own = state.versions.latest(script.name)?.bindings ?? [];
    return success(context, {
      services: {
        incoming: references.filter(({ binding }) => binding.type === "service").map(presentIncoming),
        outgoing: own.filter(({ type }) => type === "service").map(presentOutgoing),
        pages_function: false,
      },
      durable_objects: references
        .filter(({ binding }) => binding.type === "durable_object_namespace")
        .map((reference) => ({
          ...presentIncoming(reference),
          durable_object_namespace_name: `${script.name}_${String(reference.binding["class_name"])}`,
        })),
      dispatch_outbounds: [],
    });
  });
  routes.get("/tails/by-consumer/:script", (context) => {
    const consumer = existingScript(edge, context);
    const tails = producersFor(state, consumer).map((producer) => ({
      consumer: { service: consumer.name, environment },
      producer: { service: producer.name, environment },
    }));
    return success(context, tails);
  });
  return routes;
}

function presentIncoming({ script, binding }: Reference): object {
  return { service: script.name, environment, name: binding.name };
}

function presentOutgoing({ service, name }: Binding): object {
  return { service, environment, name };
}
