import { randomBytes } from "node:crypto";
import type { Token } from "../tokens/token";
import type { AssetFiles } from "./types";

/** How long the tokens of a session are good for. */
const LIFETIME_MS = 3_600_000;

/** An upload of static assets that has begun. */
export interface AssetSession {
  readonly scriptName: string;
  readonly files: AssetFiles;
  readonly sizes: ReadonlyMap<string, number>;
  /** Whoever opened it: the session's own token may do no more. */
  readonly owner: Token;
  readonly endsAt: number;
}

/** The uploads of static assets that are under way, by the token that stands for each. None outlives the edge. */
export class AssetSessions {
  private readonly begun = new Map<string, AssetSession>();
  private readonly completed = new Map<string, AssetSession>();

  /** Begins a session. Gives the token to upload its files with. */
  begin(session: Omit<AssetSession, "endsAt">): string {
    return this.keep(this.begun, { ...session, endsAt: Date.now() + LIFETIME_MS });
  }

  /** Gives the token which proves that all files of a session are there. */
  complete(session: AssetSession): string {
    return this.keep(this.completed, session);
  }

  /** The session that a token may upload files of. */
  begunBy(token: string): AssetSession | undefined {
    return this.valid(this.begun, token);
  }

  /** The session whose files are all there, by its proof. */
  completedBy(token: string): AssetSession | undefined {
    return this.valid(this.completed, token);
  }

  private keep(where: Map<string, AssetSession>, session: AssetSession): string {
    for (const [token, { endsAt }] of where) if (endsAt <= Date.now()) where.delete(token);
    const token = tokenUntil(session.endsAt);
    where.set(token, session);
    return token;
  }

  private valid(where: Map<string, AssetSession>, token: string): AssetSession | undefined {
    const session = where.get(token);
    return session !== undefined && session.endsAt > Date.now() ? session : undefined;
  }
}

/** Has the form of a JSON Web Token, since clients read from it when it ends. */
function tokenUntil(endsAt: number): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const header = part({ typ: "JWT", alg: "HS256" });
  return `${header}.${part({ exp: Math.floor(endsAt / 1000) })}.${randomBytes(32).toString("base64url")}`;
}
