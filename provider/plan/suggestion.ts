/** No more of a name than this may differ from what was meant. */
const mostDiffering = 2;

/** Says which properties nobody knows, and which of the `allowed` ones were probably meant. */
export function unknownProperties(keys: readonly string[], allowed: readonly string[]): string {
  const told = keys.map((key) => {
    const meant = allowed.find((name) => isNear(key, name));
    return meant === undefined ? `"${key}"` : `"${key}" (did you mean "${meant}"?)`;
  });
  return `unknown property ${told.join(", ")}: check the spelling or take it out`;
}

/** True for two names that differ in one place only, and there by a letter or two; capitals make no difference. */
function isNear(given: string, name: string): boolean {
  const [a, b] = [given.toLowerCase(), name.toLowerCase()];
  const longer = Math.max(a.length, b.length);
  const most = Math.min(mostDiffering, Math.floor(longer / 3));
  let begin = 0;
  while (begin < longer && a[begin] === b[begin]) begin += 1;
  let end = 0;
  while (end < Math.min(a.length, b.length) - begin && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  return longer - begin - end <= most;
}
