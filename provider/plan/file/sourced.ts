/** Where something stands in a plan file. Lines and columns count from 1. */
export interface Place {
  /** The file as a person would name it. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A value that knows where it comes from. Parts of one plan may come from several files. */
export type Sourced = SourcedScalar | SourcedList | SourcedMap;

export interface SourcedScalar {
  readonly kind: "scalar";
  readonly value: string | number | boolean | null;
  readonly at: Place;
  /** Where the value itself comes from, in words, if not from this place. */
  readonly origin?: string;
}

export interface SourcedList {
  readonly kind: "list";
  readonly items: readonly Sourced[];
  readonly at: Place;
}

export interface SourcedMap {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, SourcedEntry>;
  readonly at: Place;
}

export interface SourcedEntry {
  readonly keyAt: Place;
  readonly value: Sourced;
}

/** The value without its places. */
export function plainOf(node: Sourced): unknown {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "list") return node.items.map(plainOf);
  return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, plainOf(value)]));
}

/** The value of a property; undefined where there is none. */
export function propertyOf(node: Sourced | undefined, key: string): Sourced | undefined {
  return node?.kind === "map" ? node.entries.get(key)?.value : undefined;
}

/** The text that is the value of a property; undefined where there is none. */
export function textOf(node: Sourced | undefined, key: string): string | undefined {
  const property = propertyOf(node, key);
  return property?.kind === "scalar" && typeof property.value === "string" ? property.value : undefined;
}

/** The same map without some of its properties. */
export function without(node: SourcedMap, keys: readonly string[]): SourcedMap {
  return { ...node, entries: new Map([...node.entries].filter(([key]) => !keys.includes(key))) };
}

/** What stands at a path, or as near to it as there is anything. */
export function nearest(node: Sourced, path: readonly PropertyKey[]): { node: Sourced; isThere: boolean } {
  const [key, ...rest] = path;
  if (key === undefined) return { node, isThere: true };
  const next = node.kind === "list" ? node.items[Number(key)] : propertyOf(node, String(key));
  return next === undefined ? { node, isThere: false } : nearest(next, rest);
}
