import type { State } from "../state";
import { bySpecificity, isInZone, matches, parsePattern, type Asked, type Pattern } from "./pattern";

/** Who answers a request for a host of the account's own domains. */
export type Answering =
  | { readonly kind: "script"; readonly scriptName: string }
  /** The host is in a zone, and no Worker is responsible. Behind the edge there is no other server. */
  | { readonly kind: "nobody"; readonly zoneName: string };

interface PatternOfScript {
  readonly pattern: Pattern;
  readonly scriptName: string | undefined;
}

/** The hosts that Workers answer for as a whole, and which Worker does. */
export interface Origins {
  readonly list: () => readonly string[];
  readonly answering: (asked: Pick<Asked, "host">) => Answering | undefined;
}

/** What the domains of the account lead to. */
export class Hosts {
  private patterns: readonly PatternOfScript[] = [];
  private domains: ReadonlyMap<string, string> = new Map();
  private zoneNames: readonly string[] = [];

  constructor(private readonly state: State) {
    this.reload();
  }

  /** To be called after each change of zones, routes and custom domains. */
  reload(): void {
    const { zones, patterns, domains } = this.state;
    this.zoneNames = zones.list().map(({ name }) => name);
    this.domains = new Map(domains.list().map(({ name, scriptName }) => [name, scriptName]));
    this.patterns = patterns
      .list()
      .map(({ name, scriptName }) => ({ pattern: parsePattern(name), scriptName }))
      .sort((a, b) => bySpecificity(a.pattern, b.pattern));
  }

  /** What a Worker finds that asks for a host of the account: no route, but what is behind it. */
  readonly origins: Origins = {
    list: () => [...this.domains.keys()],
    answering: ({ host }) => {
      const scriptName = this.domains.get(host);
      return scriptName === undefined ? undefined : { kind: "script", scriptName };
    },
  };

  /**
   * Who answers a request; undefined where its host is not in a zone of the account. The most specific route decides. A
   * custom domain is as an origin: it has what no route takes, and what a route lets pass.
   */
  answering(asked: Asked): Answering | undefined {
    const zoneName = this.zoneNames.find((name) => isInZone(asked.host, name));
    if (zoneName === undefined) return undefined;
    const route = this.patterns.find(({ pattern }) => matches(pattern, asked));
    const scriptName = route?.scriptName ?? this.domains.get(asked.host);
    return scriptName === undefined ? { kind: "nobody", zoneName } : { kind: "script", scriptName };
  }
}
