import type { DatabaseSync } from "node:sqlite";
import type { Deployment } from "../deployments/types";
import { recordOf } from "./record";

/** The deployments of every script: a history that only grows at its end. */
export class DeploymentStore {
  constructor(private readonly database: DatabaseSync) {}

  get(scriptName: string, id: string): Deployment | undefined {
    const row = this.database
      .prepare("SELECT record FROM deployments WHERE id = ? AND script = ?")
      .get(id, scriptName);
    return row && (recordOf(row) as Deployment);
  }

  /** A script's deployments, newest first. */
  list(scriptName: string): Deployment[] {
    return this.database
      .prepare("SELECT record FROM deployments WHERE script = ? ORDER BY sequence DESC")
      .all(scriptName)
      .map((row) => recordOf(row) as Deployment);
  }

  /** The newest one, which is where traffic goes. */
  active(scriptName: string): Deployment | undefined {
    const row = this.database
      .prepare("SELECT record FROM deployments WHERE script = ? ORDER BY sequence DESC LIMIT 1")
      .get(scriptName);
    return row && (recordOf(row) as Deployment);
  }

  add(deployment: Deployment): void {
    this.database
      .prepare("INSERT INTO deployments (id, script, record) VALUES (?, ?, ?)")
      .run(deployment.id, deployment.scriptName, JSON.stringify(deployment));
  }

  delete(id: string): void {
    this.database.prepare("DELETE FROM deployments WHERE id = ?").run(id);
  }
}
