/** Where a file or folder is, and what is in it. */
const places = ["content", "contentFile", "directory"];
/** What stands for it once it is read. */
const fingerprints = ["contentSha256", "assetManifestSha256"];

/**
 * An input of a version as far as it makes another version: files count by their fingerprints. Where they lie is no
 * difference, since programs name them by their own folder (`__dirname`), which is another one on each machine.
 */
export function contentOf(key: string, value: unknown): unknown {
  if (key === "modules" && Array.isArray(value)) return value.map(withoutPlace);
  return key === "assets" ? withoutPlace(value) : value;
}

function withoutPlace(given: unknown): unknown {
  if (typeof given !== "object" || given === null) return given;
  const entries = Object.entries(given);
  if (!entries.some(([key]) => fingerprints.includes(key))) return given;
  return Object.fromEntries(entries.filter(([key]) => !places.includes(key)));
}
