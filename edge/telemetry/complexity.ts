/** Cloudflare's limits of a query's filters, as a user was told them in September 2026. */
const MOST_NODES = 16;
const DEEPEST = 4;

/**
 * Why filters are more than Cloudflare takes, in its own words where they are known. Filters and groups count alike,
 * the list that holds them does not. To be asked before the filters are read, which recurses into groups.
 */
export function faultOfComplexity(filters: unknown): string | undefined {
  const levels = levelsOf(filters);
  const nodes = levels.reduce((sum, level) => sum + level.length, 0);
  if (nodes > MOST_NODES) return `Filter expression is too complex; maximum is ${MOST_NODES} filter nodes`;
  // The filters of a group four deep are on the fifth level.
  if (levels.length > DEEPEST + 1) return `Filter expression is too complex; maximum depth is ${DEEPEST}`;
  return undefined;
}

/** The filters and groups by how deep they are; no deeper than it takes to know that it is too deep. */
function levelsOf(filters: unknown): unknown[][] {
  const levels: unknown[][] = [];
  for (let level = listOf(filters); level.length > 0 && levels.length < DEEPEST + 2;) {
    levels.push(level);
    level = level.flatMap((node) => listOf((node as { filters?: unknown } | null)?.filters));
  }
  return levels;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
