import { createHash, timingSafeEqual } from "node:crypto";
import { readScopes, SCOPES, type Scope } from "./scopes";

/** A token as the one who starts the edge gives it. */
export interface TokenOption {
  /** What clients send. */
  readonly token: string;
  /** What it may do. Default: everything. */
  readonly scopes?: readonly string[] | undefined;
}

/** An API token that is accepted. */
export interface Token {
  /** The same for the same token, and no help in finding it. */
  readonly id: string;
  /** Digests have one length, so neither the length nor the content of a token can be told from the time it takes. */
  readonly digest: Buffer;
  readonly scopes: readonly Scope[];
}

/** Makes tokens of what is given. Throws when one could not be sent by a client, or has an unknown permission. */
export function readTokens(given: readonly TokenOption[]): Token[] {
  const tokens = given.map(readToken);
  if (new Set(tokens.map(({ id }) => id)).size < tokens.length) {
    throw new Error("A token is given twice. Give it once, with all the permissions that it is to have.");
  }
  return tokens;
}

function readToken({ token, scopes }: TokenOption): Token {
  // Never says which, since a token is a secret.
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new Error(
      "A token is of visible ASCII characters, with no space in it, and not empty. One of those given is not.",
    );
  }
  const id = createHash("sha256").update(`token id of ${token}`).digest("hex").slice(0, 32);
  return { id, digest: digestOf(token), scopes: scopes === undefined ? SCOPES : readScopes(scopes) };
}

/** The token that was given, if it is one of those accepted. It takes as long for any text, whichever it is. */
export function findToken(tokens: readonly Token[], given: string): Token | undefined {
  const digest = digestOf(given);
  // Not `find`, which would stop at the first.
  return tokens.filter((token) => timingSafeEqual(token.digest, digest))[0];
}

function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
