import { Hono, type Context } from "hono";
import * as z from "zod";
import type { EdgeContext } from "../context";
import { presentBindings } from "../scripts/bindings";
import { sameBlueprint } from "../scripts/blueprint";
import { editLive } from "../scripts/edit";
import { secret, secretsOf, withSecrets, type SecretChanges } from "../scripts/secrets";
import type { Binding, Version } from "../scripts/types";
import { parsedBody } from "./body";
import { CODES } from "./codes";
import { success } from "./envelope";
import { ApiError } from "./error";
import { existingScript } from "./find";
import { sourceOf } from "./source";

/** Cloudflare changes no more secrets at once. */
const BULK_LIMIT = 100;

const bulk = z.strictObject({
  secrets: z
    .record(z.string().min(1), secret.partial({ name: true }).nullable())
    .refine((secrets) => Object.keys(secrets).length <= BULK_LIMIT, `at most ${BULK_LIMIT} at once`)
    .default({}),
});

/** Makes and deploys a version with other secrets. */
async function change(edge: EdgeContext, context: Context, changes: SecretChanges): Promise<Version> {
  const author = { scriptName: existingScript(edge, context).name, source: sourceOf(context) };
  const { version } = await editLive(edge, author, {
    revise: (latest) => ({
      blueprint: { ...sameBlueprint(latest), bindings: withSecrets(latest, changes) },
      triggeredBy: "secret",
    }),
    refusal: notDeployed(),
  });
  return version;
}

function notDeployed(): ApiError {
  return new ApiError(
    400,
    CODES.secretsNotDeployed,
    "Secret edit failed. You attempted to modify a secret, but the latest version of your Worker isn't currently " +
      "deployed. Deploy it at 100 % first, or make a version with the secret: `wrangler versions secret put`.",
  );
}

function found(edge: EdgeContext, scriptName: string, name: string): Binding {
  const latest = edge.state.versions.latest(scriptName);
  const binding = latest && secretsOf(latest).find((one) => one.name === name);
  if (binding) return binding;
  throw new ApiError(
    404,
    CODES.bindingNotFound,
    `Binding not found: this Worker has no secret named '${name}'.`,
  );
}

/** The secrets of a script, by their names: those of its latest version. */
export function secretRoutes(edge: EdgeContext): Hono {
  const { state } = edge;
  const routes = new Hono();
  routes.get("/scripts/:script/secrets", (context) => {
    const latest = state.versions.latest(existingScript(edge, context).name);
    return success(context, presentBindings(latest ? secretsOf(latest) : []));
  });
  routes.put("/scripts/:script/secrets", async (context) => {
    const given = await parsedBody(context, secret);
    await change(edge, context, { [given.name]: given });
    return success(context, presentBindings([given])[0]);
  });
  routes.patch("/scripts/:script/secrets-bulk", async (context) => {
    const { secrets } = await parsedBody(context, bulk);
    const changes = Object.entries(secrets).map(([name, one]) => [name, one && { ...one, name }] as const);
    const left = secretsOf(await change(edge, context, Object.fromEntries(changes)));
    const shown = presentBindings(left);
    return success(context, Object.fromEntries(left.map(({ name }, index) => [name, shown[index]])));
  });
  routes.get("/scripts/:script/secrets/:secret", (context) => {
    const { name } = existingScript(edge, context);
    return success(context, presentBindings([found(edge, name, context.req.param("secret"))])[0]);
  });
  routes.delete("/scripts/:script/secrets/:secret", async (context) => {
    const { name } = found(edge, existingScript(edge, context).name, context.req.param("secret"));
    await change(edge, context, { [name]: null });
    return success(context, null);
  });
  return routes;
}
