import { parseDictionary, type Dictionary } from "structured-headers";

/**
 * The version that `Cloudflare-Workers-Version-Overrides` asks for, for one script. A header that is no dictionary,
 * or does not name the script with a string, asks for nothing: Cloudflare ignores it silently too.
 */
export function overrideFor(scriptName: string, header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const [value] = dictionaryIn(header)?.get(scriptName) ?? [];
  return typeof value === "string" ? value : undefined;
}

function dictionaryIn(header: string): Dictionary | undefined {
  try {
    return parseDictionary(header);
  } catch {
    return undefined;
  }
}
