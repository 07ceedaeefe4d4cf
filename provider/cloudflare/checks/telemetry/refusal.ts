import { z } from "zod";
import type { Reply } from "../api";

/** How a refusal says why. */
export interface Refusal {
  readonly shape: "code" | "no code" | "issues" | "no JSON" | "unknown";
  /** `HTTP 400, errors without a code` */
  readonly text: string;
}

const shapes = [
  {
    shape: "code",
    words: "errors with a code",
    schema: z.object({ errors: z.array(z.object({ code: z.number(), message: z.string() })).min(1) }),
  },
  {
    shape: "no code",
    words: "errors without a code",
    schema: z.object({ errors: z.array(z.object({ message: z.string() })).min(1) }),
  },
  {
    shape: "issues",
    words: "no errors, but issues of its own",
    schema: z.object({
      _c: z.object({ issues: z.array(z.object({ path: z.array(z.unknown()), message: z.string() })).min(1) }),
    }),
  },
] as const;

/** What kind of refusal an answer is; undefined when it is none. It quotes nothing of it: a refusal may repeat the request. */
export function refusalOf({ status, body }: Reply): Refusal | undefined {
  if (200 <= status && status < 300) return undefined;
  if (body === undefined) return { shape: "no JSON", text: `HTTP ${status}, no JSON` };
  const known = shapes.find(({ schema }) => schema.safeParse(body).success);
  if (known === undefined) return { shape: "unknown", text: `HTTP ${status}, in an unknown form` };
  return { shape: known.shape, text: `HTTP ${status}, ${known.words}` };
}
