import type { Resource } from "../state/resources";

interface Store extends Resource {
  /** Whether it was put, empty, in the place of one that the account does not have. */
  readonly isStandIn?: boolean;
}

/** A KV namespace of the account. Its name is what Cloudflare calls the title. */
export type KvNamespace = Store;

/** A D1 database of the account. */
export interface Database extends Store {
  readonly createdOn: string;
  /** Where it may be, in Cloudflare's words. Kept and shown; here is only one place. */
  readonly jurisdiction?: string | undefined;
  readonly readReplication: "auto" | "disabled";
}

/** An R2 bucket of the account. Its id is its name. */
export interface Bucket extends Store {
  readonly createdOn: string;
  readonly storageClass: string;
  /** Where it would be. Kept and shown; here is only one place. */
  readonly location?: string | undefined;
}
