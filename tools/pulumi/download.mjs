import { join } from "node:path";
import { nodeOfClone } from "../root.mjs";
import { run } from "../run.mjs";
import { saying } from "../say.mjs";
import { cacheFolder, wrappedVersion, wrapper } from "./cache.mjs";
import { fill } from "./fill.mjs";

const timeout = 5 * 60_000;

/** Lets the wrapper download its CLI. */
export function download() {
  const version = wrappedVersion();
  return saying(`Downloading Pulumi ${version}`, () =>
    fill(cacheFolder(), (draft) => downloadInto(draft, version)),
  );
}

/** The wrapper writes straight into the cache it is told of, so it is told of the draft. */
async function downloadInto(draft, version) {
  const env = {
    ...process.env,
    PULUMI_HOME: draft,
    PULUMI_VERSION: version,
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
  const { code, err } = await run(nodeOfClone, [join(wrapper, "run.js"), "version"], { env, timeout });
  if (code !== 0) throw new Error(`not possible here (${err.at(-1) ?? `exit code ${code}`})`);
  return join(draft, "versions", version);
}
