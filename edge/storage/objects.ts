import { existsSync } from "node:fs";
import { readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { ScriptObjects, type ObjectSettings } from "./script-objects";

/** The Durable Objects of every script. */
export class Objects {
  private readonly scripts = new Map<string, ScriptObjects>();
  private made = 0;

  constructor(private readonly settings: ObjectSettings) {}

  /** Where a script's objects answer. */
  socket(scriptName: string): string {
    return this.of(scriptName).door.path;
  }

  /** To be called when a script, or its deployment, has changed. */
  async follow(scriptName: string, exists: boolean): Promise<void> {
    if (exists) await this.scripts.get(scriptName)?.follow();
    // Nobody may have asked for its objects yet, since the edge began.
    else if (this.scripts.has(scriptName) || existsSync(join(this.settings.folder, scriptName)))
      await this.of(scriptName).remove();
  }

  /** Takes up what was stored before: alarms are waited for, and what belongs to no script any more goes. */
  async resume(exists: (scriptName: string) => boolean): Promise<void> {
    if (!existsSync(this.settings.folder)) return;
    const names = await readdir(this.settings.folder);
    await Promise.all(names.map((name) => (exists(name) ? this.of(name).wake() : this.of(name).remove())));
  }

  /** What a script's objects have stored goes to its new name. They begin anew when they are next asked for. */
  async move(from: string, to: string): Promise<void> {
    await this.scripts.get(from)?.close();
    this.scripts.delete(from);
    const folder = join(this.settings.folder, from);
    if (existsSync(folder)) await rename(folder, join(this.settings.folder, to));
  }

  async close(): Promise<void> {
    await Promise.all([...this.scripts.values()].map((objects) => objects.close()));
  }

  private of(scriptName: string): ScriptObjects {
    const known = this.scripts.get(scriptName);
    if (known) return known;
    const objects = new ScriptObjects(this.settings, scriptName, this.made++);
    this.scripts.set(scriptName, objects);
    return objects;
  }
}
