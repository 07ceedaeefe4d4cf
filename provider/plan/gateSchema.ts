import { z } from "zod";
import type { PlanGate } from "./plan";

const address =
  "an address with https:// or http://, without a user name, such as https://ci.example.com/gate";
const header = "names of headers with their texts";

/** The gate of a stage. */
export const gate = z.strictObject(
  {
    url: z.url({ protocol: /^https?$/, error: address }).refine(isWithoutUser, { error: address }),
    headers: z
      .record(z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/), z.string().regex(/^[\t\x20-\x7e]*$/), {
        error: header,
      })
      .default({}),
  },
  { error: ({ code }) => (code === "unrecognized_keys" ? undefined : "a gate with `url`") },
) satisfies z.ZodType<PlanGate>;

/** `fetch` takes no address with one, and a header holds it as well. */
function isWithoutUser(url: string): boolean {
  return URL.canParse(url) && new URL(url).username === "" && new URL(url).password === "";
}
