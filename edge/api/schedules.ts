import { Hono } from "hono";
import * as z from "zod";
import type { EdgeContext } from "../context";
import { checkCron } from "../scripts/cron";
import type { Schedule, Script } from "../scripts/types";
import { timestamp } from "../state/timestamp";
import { parsedBody } from "./body";
import { success } from "./envelope";
import { existingScript } from "./find";

const wish = z.array(z.looseObject({ cron: z.string().min(1) }));

/** The schedules that are wished for; those that were there before keep the moment they were made. */
function scheduled({ schedules: before }: Script, crons: readonly string[]): Schedule[] {
  const now = timestamp();
  return [...new Set(crons)].map(
    (cron) => before.find((one) => one.cron === cron) ?? { cron, createdOn: now, modifiedOn: now },
  );
}

function present({ schedules }: Script): object {
  return {
    schedules: schedules.map(({ cron, createdOn, modifiedOn }) => ({
      cron,
      created_on: createdOn,
      modified_on: modifiedOn,
    })),
  };
}

/** When a script is called by the clock. */
export function scheduleRoutes(edge: EdgeContext): Hono {
  const routes = new Hono();
  routes.get("/scripts/:script/schedules", (context) =>
    success(context, present(existingScript(edge, context))),
  );
  routes.put("/scripts/:script/schedules", async (context) => {
    const crons = (await parsedBody(context, wish)).map(({ cron }) => cron);
    crons.forEach(checkCron);
    const before = existingScript(edge, context);
    const script = { ...before, schedules: scheduled(before, crons) };
    edge.state.scripts.put(script);
    edge.routes.reload(script.name);
    return success(context, present(script));
  });
  return routes;
}
