/** A route's pattern, taken apart. */
export interface Pattern {
  /** The host, without the star that it may begin with. */
  readonly host: string;
  readonly isHostOpen: boolean;
  /** The path with the query, without the star that it may end with. */
  readonly path: string;
  readonly isPathOpen: boolean;
}

/** Why a text is no pattern of a route. */
export class PatternFault extends Error {}

/**
 * Takes a pattern apart. A star stands for anything, at the beginning of the host and at the end of the path; nowhere
 * else. A pattern without a path is that of `/`.
 */
export function parsePattern(text: string): Pattern {
  const withoutScheme = text.replace(/^(?:https?:)?\/\//i, "");
  const slash = withoutScheme.indexOf("/");
  const host = (slash === -1 ? withoutScheme : withoutScheme.slice(0, slash)).toLowerCase();
  const path = slash === -1 ? "/" : withoutScheme.slice(slash);
  if (!/^\*?[a-z0-9_.-]*$/.test(host) || host === "") {
    throw new PatternFault(
      `'${text}' has no host that a route may have: letters, digits, dots and dashes, after a * at most.`,
    );
  }
  if (path.slice(0, -1).includes("*")) {
    throw new PatternFault(`'${text}' has a * inside of its path. A * is allowed at its end only.`);
  }
  if (/[?#]/.test(path))
    throw new PatternFault(`'${text}' has a query or a fragment, which no route may have.`);
  return {
    host: host.replace(/^\*/, ""),
    isHostOpen: host.startsWith("*"),
    path: path.replace(/\*$/, ""),
    isPathOpen: path.endsWith("*"),
  };
}

/** Whether a request is one that the pattern stands for. `path` has the query too. */
export function matches({ host, isHostOpen, path, isPathOpen }: Pattern, asked: Asked): boolean {
  const isHost = isHostOpen ? asked.host.endsWith(host) : asked.host === host;
  return isHost && (isPathOpen ? asked.path.startsWith(path) : asked.path === path);
}

/** What a request is for. */
export interface Asked {
  /** In lower case, without a port. */
  readonly host: string;
  readonly path: string;
}

/** Sorts the more specific pattern first: by its host, and among those of one host by its path. */
export function bySpecificity(a: Pattern, b: Pattern): number {
  return (
    Number(a.isHostOpen) - Number(b.isHostOpen) ||
    b.host.length - a.host.length ||
    b.path.length - a.path.length ||
    Number(a.isPathOpen) - Number(b.isPathOpen)
  );
}

/** Whether a host is in the zone of that name. That of an open pattern is, if all it stands for is. */
export function isInZone(host: string, zoneName: string): boolean {
  return host === zoneName || host.endsWith(`.${zoneName}`);
}
