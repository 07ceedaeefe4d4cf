import type { PortError } from "../rollout/ports";

/**
 * A failure that Pulumi remembers: thrown from `create` or `update`, it makes the engine report every reason, exit with
 * 1 and still keep the id and the properties. The engine reads plain properties of the error, which a subclass would
 * not survive as; `__provider` must be among the properties, or a later refresh could not find the provider.
 */
export function rememberedFailure(id: string, properties: Record<string, unknown>, reasons: string[]): Error {
  return Object.assign(new Error(reasons.join(" ")), { id, properties, reasons });
}

/** What to do about a call that Cloudflare did not answer, to follow the sentence that says so. Empty for a refusal. */
export function againText({ failure }: PortError): string {
  if (failure !== "unavailable") return "";
  return " Run `pulumi up` again; if it stays so, `npx workers-release doctor` tells what does not work.";
}
