import { Hono } from "hono";
import * as z from "zod";
import type { EdgeContext } from "../context";
import { timestamp } from "../state/timestamp";
import { parsedBody } from "./body";
import { CODES } from "./codes";
import { success } from "./envelope";
import { ApiError } from "./error";

const wish = z.looseObject({ script_name: z.string(), class_name: z.string() });

/** What wrangler registers after an upload that has Workflows. Where stubs are allowed it is heard, and not kept. */
export function workflowRoutes({ stubs }: EdgeContext): Hono {
  const routes = new Hono();
  // Before it deploys one, wrangler asks whose it is.
  routes.get("/:workflow", (context) => {
    const name = context.req.param("workflow");
    throw new ApiError(404, CODES.noWorkflow, `There is no Workflow ${name}: the local edge keeps none.`);
  });
  routes.put("/:workflow", async (context) => {
    const { script_name, class_name } = await parsedBody(context, wish);
    if (!stubs.areAllowed) {
      throw new ApiError(
        400,
        CODES.unparsableBody,
        "Workflows are not emulated by the local edge. Leave them out, or start the edge with --allow-stubs " +
          "(allowStubs: true).",
      );
    }
    const name = context.req.param("workflow");
    const now = timestamp();
    return success(context, { id: name, name, script_name, class_name, created_on: now, modified_on: now });
  });
  return routes;
}
