import type { DatabaseSync } from "node:sqlite";
import { AccountStore } from "./account";
import { AssetStore } from "./assets";
import { databaseFile, openDatabase } from "./database";
import { DeploymentStore } from "./deployments";
import { FolderLock } from "./lock";
import { MessageStore } from "./messages";
import { renameScript } from "./rename";
import { ResourceStore } from "./resources";
import { ScriptStore } from "./scripts";
import type { Queue } from "../queues/types";
import type { Bucket, Database, KvNamespace } from "../stores/types";
import type { CustomDomain, RoutePattern, Zone } from "../zones/types";
import { Turns } from "./turns";
import { VersionStore } from "./versions";

/** Everything the control plane knows. What a method has written is on disk when it returns. */
export class State {
  readonly account: AccountStore;
  readonly scripts: ScriptStore;
  readonly versions: VersionStore;
  readonly deployments: DeploymentStore;
  readonly assets: AssetStore;
  readonly namespaces: ResourceStore<KvNamespace>;
  readonly databases: ResourceStore<Database>;
  readonly buckets: ResourceStore<Bucket>;
  readonly queues: ResourceStore<Queue>;
  readonly messages: MessageStore;
  readonly zones: ResourceStore<Zone>;
  readonly domains: ResourceStore<CustomDomain>;
  readonly patterns: ResourceStore<RoutePattern>;
  /** One at a time for each script: what has to read it, wait for something, and then write it. */
  readonly turns = new Turns();

  constructor(
    private readonly database: DatabaseSync,
    private readonly lock: FolderLock | undefined,
  ) {
    this.account = new AccountStore(database);
    this.scripts = new ScriptStore(database);
    this.versions = new VersionStore(database);
    this.deployments = new DeploymentStore(database);
    this.assets = new AssetStore(database);
    this.namespaces = new ResourceStore(database, "kv");
    this.databases = new ResourceStore(database, "d1");
    this.buckets = new ResourceStore(database, "r2");
    this.queues = new ResourceStore(database, "queue");
    this.messages = new MessageStore(database);
    this.zones = new ResourceStore(database, "zone");
    this.domains = new ResourceStore(database, "domain");
    this.patterns = new ResourceStore(database, "route");
  }

  /** All of what `write` writes, or, when it throws, nothing of it. */
  transaction<T>(write: () => T): T {
    this.database.exec("BEGIN IMMEDIATE");
    try {
      const result = write();
      this.database.exec("COMMIT");
      return result;
    } catch (error) {
      this.database.exec("ROLLBACK");
      throw error;
    }
  }

  /** Gives a script another name. To be called in a transaction. */
  renameScript(from: string, to: string): void {
    renameScript(this.database, from, to);
  }

  close(): void {
    this.database.close();
    this.lock?.release();
  }
}

/** Opens the state kept in `stateDir`, and keeps other edges off that folder; or a new one in memory. */
export function openState(stateDir: string | undefined): State {
  const file = databaseFile(stateDir, "edge.sqlite");
  const lock = stateDir === undefined ? undefined : FolderLock.take(stateDir);
  try {
    return new State(openDatabase(file), lock);
  } catch (error) {
    lock?.release();
    throw error;
  }
}
