import { randomBytes } from "node:crypto";
import { CODES } from "../api/codes";
import { ApiError } from "../api/error";
import { newQueue } from "../queues/new";
import type { State } from "../state";
import { timestamp } from "../state/timestamp";
import type { StoreKind } from "../storage/stores";
import { databaseId } from "./binding-kinds";
import type { Binding } from "./types";
import { unemulatedIn } from "./unemulated-bindings";

/** A store, or a queue, that a binding leads to. */
export interface StoreNamed {
  readonly kind: StoreKind | "queue";
  /** Of a bucket or a queue, its name. */
  readonly id: string;
}

/** The store that a binding leads to, if it leads to one. */
export function storeOf(binding: Binding): StoreNamed | undefined {
  if (unemulatedIn(binding) !== undefined) return undefined;
  switch (binding.type) {
    case "kv_namespace":
      return { kind: "kv", id: String(binding["namespace_id"]) };
    case "d1":
      return { kind: "d1", id: databaseId(binding) };
    case "r2_bucket":
      return { kind: "r2", id: String(binding["bucket_name"]) };
    case "queue":
      return { kind: "queue", id: String(binding["queue_name"]) };
    default:
      return undefined;
  }
}

/** Whether the account has a store. */
export function hasStore(state: State, { kind, id }: StoreNamed): boolean {
  return recordOf(state, { kind, id }) !== undefined;
}

/** Whether a store is an empty one that was put in the place of one that the account does not have. */
export function isStandIn(state: State, { kind, id }: StoreNamed): boolean {
  return recordOf(state, { kind, id })?.isStandIn === true;
}

/** Puts an empty store in the place of one that the account does not have. Its name is its id. */
export function putStandIn(state: State, { kind, id }: StoreNamed): void {
  const common = { id, name: id, isStandIn: true };
  const createdOn = timestamp();
  switch (kind) {
    case "kv":
      state.namespaces.put(common);
      return;
    case "d1":
      state.databases.put({ ...common, createdOn, readReplication: "disabled" });
      return;
    case "r2":
      state.buckets.put({ ...common, createdOn, storageClass: "Standard" });
      return;
    case "queue":
      state.queues.put({ ...newQueue(randomBytes(16).toString("hex"), id), isStandIn: true });
      return;
  }
  kind satisfies never;
}

/** In a state of before there were resources, a store was there as soon as a binding named it. */
export function recordNamedStores(state: State): void {
  const first = { isNow: false };
  state.account.remember("stores", () => {
    first.isNow = true;
    return "recorded";
  });
  if (!first.isNow) return;
  const versions = state.scripts.list().flatMap(({ name }) => state.versions.list(name));
  for (const binding of versions.flatMap(({ bindings }) => bindings)) {
    const store = storeOf(binding);
    if (store !== undefined && !hasStore(state, store)) putStandIn(state, store);
  }
}

/** What a store is called in messages. */
export function nameOf({ kind, id }: StoreNamed): string {
  return `${{ kv: "KV namespace", d1: "D1 database", r2: "R2 bucket", queue: "queue" }[kind]} '${id}'`;
}

/** Cloudflare's refusal of a binding to a store that is not there. */
export function noSuchStore(store: StoreNamed, binding: string, hint: string): ApiError {
  const { kind, id } = store;
  switch (kind) {
    case "kv":
      return /^[0-9a-f]{32}$/.test(id)
        ? new ApiError(400, CODES.bindingNamespace, `${nameOf(store)} not found. ${hint}`)
        : new ApiError(
            400,
            CODES.bindingNamespaceId,
            `${nameOf(store)} is not valid. Please verify the namespace_id in your configuration. ${hint}`,
          );
    case "d1":
      return new ApiError(
        400,
        CODES.bindingDatabase,
        `D1 binding '${binding}' references database '${id}' which was not found. Verify the database exists in your ` +
          `account and that the database_id in your configuration is correct. ${hint}`,
      );
    case "r2":
      return new ApiError(400, CODES.bindingBucket, `${nameOf(store)} not found. ${hint}`);
    case "queue":
      return new ApiError(400, CODES.noQueue, `Queue '${id}' does not exist. ${hint}`);
  }
}

function recordOf(state: State, { kind, id }: StoreNamed): { readonly isStandIn?: boolean } | undefined {
  switch (kind) {
    case "kv":
      return state.namespaces.get(id);
    case "d1":
      return state.databases.get(id);
    case "r2":
      return state.buckets.get(id);
    case "queue":
      return state.queues.named(id);
  }
}
