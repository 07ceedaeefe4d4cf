import { glob } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";

/** Whether any object in the folder waits for an alarm, as workerd has noted it beside the objects of each class. */
export async function hasAlarms(folder: string): Promise<boolean> {
  for await (const file of glob(`${folder}/*/metadata.sqlite`)) {
    if (countAlarms(file) > 0) return true;
  }
  return false;
}

function countAlarms(file: string): number {
  let database: DatabaseSync | undefined;
  try {
    // Only to read: what has just been removed must not come back as an empty file.
    database = new DatabaseSync(file, { readOnly: true });
    const row = database.prepare("SELECT count(*) AS alarms FROM _cf_ALARM").get();
    return Number(row?.["alarms"] ?? 0);
  } catch {
    // No object of this class has ever set one, or all of them are gone.
    return 0;
  } finally {
    database?.close();
  }
}
