import { z } from "zod";
import { PortError } from "../../../rollout/ports";
import { ask } from "../../ask";
import type { Api } from "../api";
import type { Time } from "../telemetry/subject";
import { again } from "./patience";

/**
 * Deletes the test Worker, if it is there.
 * @throws {Error} that says how to do it by hand
 */
export async function removeTestWorker(api: Api, scriptName: string, time: Time): Promise<void> {
  try {
    await again(time, () => remove(api, scriptName));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${reason}\n${byHand(scriptName)}`, { cause: error });
  }
}

/** How a person deletes it. */
export function byHand(scriptName: string): string {
  return (
    `The test Worker ${scriptName} may still be there. Delete it: npx wrangler delete --name ${scriptName}, ` +
    "or in the dashboard under Workers & Pages."
  );
}

async function remove({ client, accountId }: Api, scriptName: string): Promise<void> {
  const question = { what: "Deleting the test Worker", permission: "Workers Scripts Write" };
  try {
    await ask(client, question, z.unknown(), (options) =>
      client.workers.scripts.delete(scriptName, { account_id: accountId, force: true }, options),
    );
  } catch (error) {
    if (error instanceof PortError && error.failure === "missing") return;
    throw error;
  }
}
