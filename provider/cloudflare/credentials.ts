import type { Connection } from "./client";
import { isLoopback } from "./workerAddress";

/** Where a credential may come from. */
export interface Sources {
  /** The environment variables of the process that releases. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The stack's configuration, by full key: `cloudflare:apiToken`. */
  readonly config: (key: string) => string | undefined;
}

/**
 * The token and the address of the API: `CLOUDFLARE_API_TOKEN` and `CLOUDFLARE_BASE_URL`, else the stack's
 * `cloudflare:apiToken` and `cloudflare:baseUrl`, which Cloudflare's own provider reads too. What is set but empty
 * counts as not set. Both come from the same source, and `http:` is for loopback only.
 * @throws {Error} when there is no token, the address cannot be one, or the two come from different sources.
 */
export function resolveConnection(sources: Sources): Connection {
  const token = lookUp(sources, "CLOUDFLARE_API_TOKEN", "cloudflare:apiToken");
  if (token === undefined) {
    throw new Error(
      "There is no API token for Cloudflare: neither the environment variable CLOUDFLARE_API_TOKEN nor the stack's " +
        "cloudflare:apiToken is set. Set one of them: export CLOUDFLARE_API_TOKEN=…, " +
        "or pulumi config set --secret cloudflare:apiToken.",
    );
  }
  const address = lookUp(sources, "CLOUDFLARE_BASE_URL", "cloudflare:baseUrl");
  if (address === undefined) return { apiToken: token.value };
  if (address.isFromEnvironment !== token.isFromEnvironment) throw apart(token, address);
  return { apiToken: token.value, baseUrl: checkAddress(address.value, address.from) };
}

/** Whoever can write a stack's configuration must not get the token of the machine that runs it, nor the other way. */
function apart(token: Found, address: Found): Error {
  const missing = token.isFromEnvironment
    ? "set CLOUDFLARE_BASE_URL as well (https://api.cloudflare.com/client/v4 is Cloudflare's own)"
    : "set CLOUDFLARE_API_TOKEN as well";
  return new Error(
    `The API token comes from ${token.from}, and the API's address from ${address.from}: a token is only sent to an ` +
      `address from the same source. Either ${missing}, or unset ${token.isFromEnvironment ? token.from : address.from}.`,
  );
}

/**
 * The account: `CLOUDFLARE_ACCOUNT_ID`, else the stack's `cloudflare:accountId`.
 * @throws {Error} when there is none.
 */
export function resolveAccountId(sources: Sources): string {
  const account = lookUp(sources, "CLOUDFLARE_ACCOUNT_ID", "cloudflare:accountId");
  if (account !== undefined) return account.value;
  throw new Error(
    "There is no Cloudflare account: neither accountId, nor the environment variable CLOUDFLARE_ACCOUNT_ID, nor the " +
      "stack's cloudflare:accountId is set. Set one of them; the dashboard shows the id beside the account's name.",
  );
}

interface Found {
  readonly value: string;
  readonly from: string;
  /** Else it is from the stack's configuration. */
  readonly isFromEnvironment: boolean;
}

function lookUp({ environment, config }: Sources, variable: string, key: string): Found | undefined {
  const fromEnvironment = environment[variable]?.trim();
  if (fromEnvironment) return { value: fromEnvironment, from: variable, isFromEnvironment: true };
  const fromConfig = config(key)?.trim();
  return fromConfig ? { value: fromConfig, from: key, isFromEnvironment: false } : undefined;
}

function withoutSlashes(path: string): string {
  let end = path.length;
  while (path[end - 1] === "/") end -= 1;
  return path.slice(0, end);
}

/** The address is not repeated in the messages: it may hold a password. */
function checkAddress(address: string, from: string): string {
  const must = "It must look like https://api.cloudflare.com/client/v4.";
  if (!URL.canParse(address)) throw new Error(`${from} is not a URL. ${must}`);
  const url = new URL(address);
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new Error(`${from} begins with ${url.protocol}//. ${must}`);
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    throw new Error(
      `${from} begins with http:// and is not on this machine: the token would cross the network for all to read. ` +
        "Use https://; http:// is for a local edge on loopback.",
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw new Error(`${from} has a user or a password in it; the API knows only tokens. ${must}`);
  }
  const path = withoutSlashes(url.pathname);
  if (!path.endsWith("/client/v4") || url.search !== "" || url.hash !== "") {
    throw new Error(`${from} does not end with /client/v4. ${must}`);
  }
  return url.origin + path;
}
