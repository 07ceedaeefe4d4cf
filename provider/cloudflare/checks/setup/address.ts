import { z } from "zod";
import type { Api, Reply } from "../api";
import type { Check } from "../check";
import { isLoopback } from "../../workerAddress";
import { fails, holds, type Finding } from "../finding";

/** Which kind of API is asked. */
export type Place = "Cloudflare" | "loopback" | "elsewhere";

/** Whether there is a Cloudflare API at the address. */
export const address: Check<Api> = {
  id: "base-url",
  question: "Is there a Cloudflare API at the address that is used?",
  assumes: "answers come in Cloudflare's envelope",
  find: async (api) => judgeAddress(placeOf(api.baseUrl), await api.send("get", "/user/tokens/verify")),
};

/** Whose API an address is. */
export function placeOf(baseUrl: string): Place {
  const { hostname } = new URL(baseUrl);
  if (hostname === "api.cloudflare.com") return "Cloudflare";
  return isLoopback(hostname) ? "loopback" : "elsewhere";
}

const envelope = z.object({ success: z.boolean(), errors: z.array(z.unknown()).nullish() });
const names = {
  Cloudflare: "Cloudflare's own",
  loopback: "one on this machine, such as a local edge",
  elsewhere: "one at another address than Cloudflare's",
};

/** Judges an answer of the API, whatever it answers. */
export function judgeAddress(place: Place, { body, status }: Reply): Finding {
  if (envelope.safeParse(body).success) return holds(names[place], place);
  return fails(
    `${names[place]}; it answers HTTP ${status} in another form`,
    "Unset CLOUDFLARE_BASE_URL, or set it to a Cloudflare API, with /client/v4 at its end. A proxy may answer in its place.",
    place,
  );
}
