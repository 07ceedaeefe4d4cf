import { z } from "zod";
import type { Api, Reply } from "../api";
import type { Check } from "../check";
import { fails, holds, open, type Finding } from "../finding";

/** Whether the API token is one. A token of an account is verified elsewhere than one of a user. */
export const token: Check<Api> = {
  id: "token",
  question: "Is the API token valid?",
  assumes: "it is active",
  find: async (api) => {
    const ofUser = await api.send("get", "/user/tokens/verify");
    if (ofUser.status === 200) return judgeToken(ofUser);
    const account = encodeURIComponent(api.accountId);
    const ofAccount = await api.send("get", `/accounts/${account}/tokens/verify`);
    return judgeToken(ofAccount.status === 200 ? ofAccount : ofUser);
  },
};

const verified = z.object({ result: z.object({ status: z.string(), expires_on: z.string().nullish() }) });
const states = ["active", "disabled", "expired"];

/** Judges the answer to whether the token is valid. */
export function judgeToken(reply: Reply): Finding {
  const advice =
    "Set CLOUDFLARE_API_TOKEN to a token that the dashboard lists as active, under My Profile, API Tokens.";
  if ([400, 401, 403, 404].includes(reply.status))
    return fails(`it is not accepted: HTTP ${reply.status}`, advice);
  const parsed = verified.safeParse(reply.body);
  if (!parsed.success)
    return open(`verifying it was answered with HTTP ${reply.status}`, "Run the doctor again.");
  const { status, expires_on } = parsed.data.result;
  if (status !== "active") return fails(`it is ${states.includes(status) ? status : "not active"}`, advice);
  const expires = Date.parse(expires_on ?? "");
  return holds(
    Number.isNaN(expires) ? "active" : `active until ${new Date(expires).toISOString().slice(0, 10)}`,
  );
}
