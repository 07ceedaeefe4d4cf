import type { World } from "../world";

/** Calls of the client's methods, by the method's name: in each list, one call after the other. */
export type Calls = Readonly<Record<string, readonly ((world: World) => PromiseLike<unknown>)[]>>;

/** A body that goes as a part of its own. The client would spell an object in a way that Cloudflare does not take. */
export function part(name: string, value: object): never {
  return new File([JSON.stringify(value)], name, { type: "application/json" }) as never;
}

/** A module as the client uploads it. */
export function moduleFile(source: string): File {
  return new File([source], "worker.mjs", { type: "application/javascript+module" });
}

/** The header with which the client may say that the body is of another type than it is; null takes it back. */
export const BODY_NAMES_ITS_TYPE = { headers: { "Content-Type": null } };
