import { DatabaseSync } from "node:sqlite";
import { databaseFile } from "../../edge/state/database";
import { SqliteTelemetry } from "../../edge/telemetry/store";
import { startEdge } from "../../edge";
import { goLive } from "../edge/support";
import { invocation } from "../edge/telemetry/sample";

/** What a Worker has served for days, a request every so often, of which each so-manieth failed. */
export interface PastGiven {
  readonly name: string;
  readonly source: string;
  readonly days: number;
  readonly everyMs: number;
  readonly badEach: number;
}

/** Puts a Worker into the state of an edge that does not run, as if it had been deployed some days ago and served since. */
export async function leavePast(stateDir: string, given: PastGiven): Promise<void> {
  const { name, source, days, everyMs, badEach } = given;
  const edge = await startEdge({ stateDir });
  const versionId = await goLive(edge, name, source);
  await edge.close();

  const now = Date.now();
  const from = now - days * 86_400_000;
  const state = new DatabaseSync(databaseFile(stateDir, "edge.sqlite"));
  state
    .prepare("UPDATE deployments SET record = json_set(record, '$.createdOn', ?) WHERE script = ?")
    .run(new Date(from).toISOString(), name);
  state.close();
  const telemetry = new SqliteTelemetry(
    databaseFile(stateDir, "telemetry.sqlite"),
    {},
    Date.now,
    edge.accountId,
  );
  telemetry.record(
    Array.from({ length: Math.floor((now - from) / everyMs) }, (_, index) =>
      invocation({
        ...{ scriptName: name, versionId, requestId: `past-${index}`, timestamp: from + index * everyMs },
        ...(index % badEach === 0 && { status: 500 }),
      }),
    ),
  );
  telemetry.close();
}
