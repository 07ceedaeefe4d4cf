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
  look: async (api) => judgeAccount(await workersOf(api)),
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
export function judgeAccount(names: readonly string[]): Finding {
  const left = names.filter((name) => name.startsWith(testWorkerPrefix));
  if (left.length === 0) return holds("they can");
  return open(
    `they can; ${left.length} test Worker${left.length === 1 ? "" : "s"} of another run of the doctor ${left.length === 1 ? "is" : "are"} there`,
    `Unless it is at work, delete what begins with ${testWorkerPrefix}: npx wrangler delete --name NAME.`,
  );
}
