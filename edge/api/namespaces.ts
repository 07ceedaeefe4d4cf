import { Hono, type Context } from "hono";
import type { EdgeContext } from "../context";
import { success } from "./envelope";
import { pageOf } from "./page";

/** The Durable Object namespaces of the account: one for each class of a script. */
export function objectNamespaceRoutes({ state }: EdgeContext): Hono {
  const routes = new Hono();
  routes.get("/durable_objects/namespaces", (context) => {
    const namespaces = state.scripts.list().flatMap(({ name, durableObjects }) =>
      durableObjects.classes.map(({ className, namespaceId, storage }) => ({
        id: namespaceId,
        name: `${name}_${className}`,
        script: name,
        class: className,
        use_sqlite: storage === "sqlite",
      })),
    );
    return answerPage(context, namespaces);
  });
  return routes;
}

function answerPage(context: Context, all: readonly object[]): Response {
  const { items, info } = pageOf(context, all);
  return success(context, items, { result_info: info });
}
