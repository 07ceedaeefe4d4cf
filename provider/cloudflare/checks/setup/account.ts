import { z } from "zod";
import { ask } from "../../ask";
import type { Api } from "../api";
import type { Check } from "../check";
import { holds, open, type Finding } from "../finding";
import { testWorkerPrefix } from "../trial/name";

/** Whether the token may read the Workers of the account. Every command needs that. */
export const account: Check<Api> = {
  id: "account",
  question: "Can the account's Workers be read?",
  assumes: "the token has Workers Scripts Read for this account",
  find: async (api) => {
    await workersOf(api);
    return holds("they can");
  },
};

/** Whether a doctor that was killed has left its test Worker. */
export const leftOver: Check<Api> = {
  id: "left-over",
  question: "Is the account without test Workers of earlier runs?",
  assumes: "it is: each run deletes its own",
  find: async (api) => judgeLeftOver(await workersOf(api)),
};

const scripts = z.array(z.object({ id: z.string() }));

async function workersOf({ client, accountId }: Api): Promise<readonly string[]> {
  const question = { what: "Reading the account's Workers", permission: "Workers Scripts Read" };
  const list = await ask(client, question, scripts, async (options) => {
    const { result } = await client.workers.scripts.list({ account_id: accountId }, options);
    return result;
  });
  return list.map(({ id }) => id);
}

/** Judges the names of the account's Workers. */
export function judgeLeftOver(names: readonly string[]): Finding {
  const left = names.filter((name) => name.startsWith(testWorkerPrefix)).length;
  if (left === 0) return holds("it is");
  return open(
    `there ${left === 1 ? "is" : "are"} ${left}`,
    "Unless another doctor is at work, delete every Worker whose name begins with " +
      `${testWorkerPrefix}: npx wrangler delete --name NAME.`,
  );
}
