import type { DatabaseSync } from "node:sqlite";
import { AccountStore } from "./account";
import { databaseFile, openDatabase } from "./database";
import { DeploymentStore } from "./deployments";
import { ScriptStore } from "./scripts";
import { VersionStore } from "./versions";

/** Everything the control plane knows. What a method has written is on disk when it returns. */
export class State {
  readonly account: AccountStore;
  readonly scripts: ScriptStore;
  readonly versions: VersionStore;
  readonly deployments: DeploymentStore;

  constructor(private readonly database: DatabaseSync) {
    this.account = new AccountStore(database);
    this.scripts = new ScriptStore(database);
    this.versions = new VersionStore(database);
    this.deployments = new DeploymentStore(database);
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

  close(): void {
    this.database.close();
  }
}

/** Opens the state kept in `stateDir`, or a new one in memory. */
export function openState(stateDir: string | undefined): State {
  return new State(openDatabase(databaseFile(stateDir, "edge.sqlite")));
}
