/**
 * Leaves out all of a text that repeats a secret, in whatever spelling: to cut only the secret out would still tell
 * where it was and how long.
 */
export function redact(text: string, secrets: readonly string[]): string {
  const spellings = secrets
    .filter((secret) => secret !== "")
    .flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]);
  return spellings.some((spelling) => text.includes(spelling))
    ? "(words withheld: they repeat a secret)"
    : text;
}
