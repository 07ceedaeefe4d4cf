/** The three types a field of telemetry has in Cloudflare's API. */
export type ValueType = "string" | "number" | "boolean";

/** A value of one of them. */
export type Primitive = string | number | boolean;

/** Reads `value` as a `type`, as far as that loses nothing: the text "500" is a number, "soon" is none. */
export function coerce(value: Primitive, type: ValueType): Primitive | undefined {
  switch (type) {
    case "string":
      return String(value);
    case "number":
      return asNumber(value);
    case "boolean":
      return asBoolean(value);
  }
}

/** The store keeps a boolean as 1 or 0, as SQLite does. */
export function stored(value: Primitive): string | number {
  return typeof value === "boolean" ? Number(value) : value;
}

/** The way back from `stored`. */
export function restored(value: string | number, type: ValueType): Primitive {
  return type === "boolean" ? value === 1 : value;
}

function asNumber(value: Primitive): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "boolean" || value.trim() === "") return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

function asBoolean(value: Primitive): boolean | undefined {
  if (typeof value === "boolean") return value;
  if (value === "true") return true;
  return value === "false" ? false : undefined;
}
