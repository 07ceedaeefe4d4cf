const PRODUCTS = [
  "account",
  "account_analytics",
  "d1",
  "queues",
  "user",
  "workers_kv",
  "workers_observability",
  "workers_r2",
  "workers_routes",
  "workers_scripts",
  "zone",
] as const;

/** A part of the API that a token may or may not use. */
export type Product = (typeof PRODUCTS)[number];

/** A permission of a token, spelled as in Cloudflare's own clients. */
export type Scope = `${Product}:${"read" | "write"}`;

/** All permissions that mean something here. */
export const SCOPES: readonly Scope[] = PRODUCTS.flatMap(
  (product) => [`${product}:read`, `${product}:write`] as const,
);

/** Reads the names of permissions. Throws when one is unknown. */
export function readScopes(names: readonly string[]): Scope[] {
  return names.map((name) => {
    const scope = SCOPES.find((known) => known === name);
    if (scope !== undefined) return scope;
    throw new Error(
      `'${name}' is not a permission of the local edge's tokens. The permissions are ${SCOPES.join(", ")}.`,
    );
  });
}

/** Whether these permissions are enough for what needs `scope`. Who may write may read. */
export function allows(scopes: readonly Scope[], scope: Scope): boolean {
  return scopes.includes(scope) || scopes.includes(scope.replace(/:read$/, ":write") as Scope);
}
