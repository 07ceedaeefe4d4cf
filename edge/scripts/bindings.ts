import * as z from "zod";
import { ApiError } from "../api/error";
import { CODES } from "../api/codes";
import type { Binding, Version } from "./types";

type Values = Record<string, z.infer<ReturnType<typeof z.json>>>;

/** What a kind of binding needs to be accepted, to run, and to be shown. */
interface BindingKind {
  readonly schema: z.ZodType;
  /** What `env` has under the binding's name. */
  readonly value: (binding: Binding, version: Version) => Values[string];
  /** Fields that no answer of the API ever has. */
  readonly hidden: readonly string[];
}

function metadataOf(version: Version): Values[string] {
  return { id: version.id, tag: version.tag ?? "", timestamp: version.createdOn };
}

/** The kinds that are emulated, by the `type` of Cloudflare's API. */
const KINDS: Readonly<Record<string, BindingKind>> = {
  plain_text: {
    schema: z.looseObject({ text: z.string() }),
    value: (binding) => String(binding["text"]),
    hidden: [],
  },
  secret_text: {
    schema: z.looseObject({ text: z.string() }),
    value: (binding) => String(binding["text"]),
    hidden: ["text"],
  },
  json: {
    schema: z.looseObject({ json: z.json() }),
    value: (binding) => binding["json"] as Values[string],
    hidden: [],
  },
  version_metadata: {
    schema: z.looseObject({}),
    value: (_binding, version) => metadataOf(version),
    hidden: [],
  },
};

/** Refuses what the edge cannot run, by name. */
export function checkBindings(bindings: readonly Binding[]): void {
  const names = new Set<string>();
  for (const binding of bindings) {
    if (names.has(binding.name)) refuse(`Binding name '${binding.name}' is used more than once.`);
    names.add(binding.name);
    checkBinding(binding);
  }
}

function checkBinding(binding: Binding): void {
  const kind = KINDS[binding.type];
  if (kind === undefined) {
    refuse(
      `Binding '${binding.name}' has type '${binding.type}', which the local edge does not emulate. ` +
        `It emulates ${Object.keys(KINDS).join(", ")}.`,
    );
  }
  const problem = kind.schema.safeParse(binding).error?.issues[0];
  if (problem) {
    refuse(
      `Binding '${binding.name}' of type '${binding.type}': ${problem.path.join(".")}: ${problem.message}.`,
    );
  }
}

function refuse(message: string): never {
  throw new ApiError(400, CODES.invalidScript, message);
}

/** A version's `env`. */
export function environmentOf(version: Version): Values {
  return Object.fromEntries(
    version.bindings.map((binding) => [binding.name, KINDS[binding.type]?.value(binding, version) ?? null]),
  );
}

/** The bindings as answers show them: with every secret left out. */
export function presentBindings(bindings: readonly Binding[]): unknown[] {
  return bindings.map((binding) =>
    Object.fromEntries(
      Object.entries(binding).filter(([field]) => !KINDS[binding.type]?.hidden.includes(field)),
    ),
  );
}
